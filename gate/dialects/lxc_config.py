"""What an LXC configuration comes to, once its lines have been applied one after the other.

Source: the `set_config_*` functions of liblxc (`src/lxc/confile.c`). A value that liblxc refuses, it refuses with the
whole file.
"""

from __future__ import annotations

import re

from gate.dialects.lxc_keys import (
    AUTOMATIC,
    CAPABILITIES,
    FAMILIES,
    FLAGS,
    LISTS,
    NAMESPACES,
    NETWORK_TYPES,
    OLD_NETWORK,
    present,
)
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gate.model.evidence import Setting
    from gate.model.location import Location

    T = TypeVar("T")

#: What a template engine, a shell or an installer replaces before LXC sees it.
_GAP = r"\{\{|\{%|<%|\$\{|\$[A-Za-z_(]|@[A-Z_]+@|%[A-Z_]{3,}%"

GAP = "a template fills it in"
_CAPS = ("lxc.cap.drop", "lxc.cap.keep")


class Entry(Record):
    """One value in force: where it is written, or where it would be; `order` counts the lines that were applied.

    `reason` says why the value cannot be known. What a default file sets is not `stated`.
    """

    key: str
    value: str
    at: Location
    order: int
    stated: bool = True
    reason: str = ""
    via: tuple[Location, ...] = ()


class Gap(Record):
    """Somewhere that anything may have been set."""

    order: int
    reason: str
    at: Location


class Config:
    """The configuration of one container; `at` is where its defaults would be written.

    `unmapped` is where something else than an absent id map says that there is to be none.
    """

    __slots__ = ("_count", "at", "entries", "gaps", "keep", "networks", "refused", "unmapped")

    def __init__(self, at: Location) -> None:
        """Start with nothing set."""
        self.at = at
        self.entries: dict[str, list[Entry]] = {}
        self.networks: dict[str, dict[str, Entry]] = {}
        self.keep = False
        self.unmapped: Location | None = None
        self.gaps: list[Gap] = []
        self.refused: list[tuple[str, Location]] = []
        self._count = 0

    def leave_open(self, reason: str, at: Location) -> None:
        """Note that from here on anything may have been set, or set otherwise."""
        self._count += 1
        self.gaps.append(Gap(self._count, reason, at))

    def set(self, key: str, value: str, at: Location, *, stated: bool = True, via: tuple[Location, ...] = ()) -> None:
        """Apply one line."""
        self._count += 1
        key = present(key)
        reason = GAP if re.search(_GAP, value) else ""
        entry = Entry(key, value, at, self._count, stated, reason, via)
        if key == "lxc.net" or key.startswith(("lxc.net.", OLD_NETWORK)):
            self._network(entry)
        elif key in _CAPS:
            self._capabilities(entry)
        elif key.startswith("lxc.namespace."):
            self._namespaces(entry)
        elif value == "":
            self._clear(entry)
        elif key == "lxc.mount.auto":
            self._automatic(entry)
        elif key in LISTS or key.startswith(("lxc.cgroup.", "lxc.cgroup2.", "lxc.hook.")):
            if key != "lxc.idmap" or self._is_fine(entry, reason or id_map(value) is not None, "an id map"):
                self.entries.setdefault(key, []).append(entry)
        elif key not in FLAGS or self._is_fine(entry, reason or number(value) in (0, 1), "0 or 1"):
            self.entries[key] = [entry]

    def _is_fine(self, entry: Entry, fine: object, wanted: str) -> bool:
        if not fine:
            self._refuse(f"`{entry.key}` is not {wanted}", entry)
        return bool(fine)

    def _refuse(self, cause: str, entry: Entry) -> None:
        """Note what makes LXC refuse the file; what the key would come to is not known."""
        self.refused.append((cause, entry.at))
        self.entries[entry.key] = [*self.entries.get(entry.key, []), _doubted(entry, cause)]

    def _clear(self, entry: Entry) -> None:
        """Take away what a key, or a family of keys, has; of a key with one value it is kept that it is empty."""
        key = entry.key
        if key == "lxc.mount.fstab":
            self._refuse("`lxc.mount.fstab` has no value", entry)
            return
        below = " " if key == "lxc.mount.auto" else "."
        for name in [name for name in self.entries if name == key or name.startswith(key + below)]:
            del self.entries[name]
        if key not in LISTS and not key.startswith((*FAMILIES, "lxc.namespace.")) and below == ".":
            self.entries[key] = [entry]

    def _capabilities(self, entry: Entry) -> None:
        """Apply a list of capabilities: dropped ones or kept ones, and never both."""
        keep = entry.key == "lxc.cap.keep"
        if entry.value == "":
            self._forget_capabilities()
            return
        if self.capabilities and self.keep != keep:
            self._refuse("capabilities are to be dropped and to be kept", entry)
            return
        self.keep = keep
        for word in entry.value.split():
            if word == "none" and keep:
                self._forget_capabilities()
                self.keep = True
                self.entries[entry.key] = [_with(entry, "none")]
            elif entry.reason or word in CAPABILITIES or word.isdigit():
                self.entries.setdefault(entry.key, []).append(_with(entry, _capability(word)))
            else:
                self._refuse(f"`{word[:40]}` is no capability", entry)

    def _forget_capabilities(self) -> None:
        self.keep = False
        for key in _CAPS:
            self.entries.pop(key, None)

    def _automatic(self, entry: Entry) -> None:
        """Apply `lxc.mount.auto`, where each kind of file system is mounted in the last way that is named."""
        if entry.reason:
            self.entries["lxc.mount.auto proc"] = self.entries["lxc.mount.auto sys"] = [entry]
            self.entries["lxc.mount.auto cgroup"] = [entry]
            return
        for word in entry.value.split():
            kind, _, way = word.partition(":")
            if kind in AUTOMATIC and (kind == word or (way and way in AUTOMATIC[kind])):
                name = "cgroup" if kind.startswith("cgroup") else kind
                way = way or AUTOMATIC[kind][0]
                self.entries[f"lxc.mount.auto {name}"] = [_with(entry, f"{kind}:{way}" if way else kind)]
            elif kind != "shmounts":
                self._refuse(f"`{word[:40]}` is nothing to mount by itself", entry)

    def _namespaces(self, entry: Entry) -> None:
        other = {"lxc.namespace.keep": "lxc.namespace.clone", "lxc.namespace.clone": "lxc.namespace.keep"}
        if entry.key not in other:
            name = entry.key.removeprefix("lxc.namespace.share.")
            if self._is_fine(entry, name in NAMESPACES, "a namespace"):
                self.entries[entry.key] = [entry]
        elif entry.value == "":
            self._clear(entry)
        elif other[entry.key] in self.entries:
            self._refuse("namespaces are to be kept and to be cloned", entry)
        elif self._is_fine(entry, entry.reason or NAMESPACES.issuperset(entry.value.split()), "a list of namespaces"):
            self.entries.setdefault(entry.key, []).append(entry)

    def _network(self, entry: Entry) -> None:
        """Apply a key of a network: `lxc.net.N.KEY`, or the older `lxc.network.KEY`, where each type begins another."""
        family, _, rest = entry.key.removeprefix("lxc.").partition(".")
        index, _, key = rest.partition(".")
        if not rest and entry.value:
            self._refuse("`lxc.net` has a value", entry)
        elif not rest:
            self.networks.clear()
        elif not index.isdigit() and family == "net":
            self._refuse(f"`{entry.key[:40]}` names no network by its number", entry)
        elif not index.isdigit():
            begun = len(self.networks) + (rest == "type")
            self._of_network(str(max(begun, 1) - 1), rest, entry)
        elif not entry.value and index not in self.networks:
            self._refuse(f"`{entry.key[:40]}` takes away what is not there", entry)
        elif not key and not entry.value:
            del self.networks[index]
        else:
            self._of_network(index, key, entry)

    def _of_network(self, index: str, key: str, entry: Entry) -> None:
        if key == "type" and entry.value and not entry.reason and entry.value not in NETWORK_TYPES:
            self._refuse(f"`{entry.value[:40]}` is no type of network", entry)
            entry = _doubted(entry, "it is no type of network")
        # A network that is given a type begins anew.
        network = {} if key == "type" else self.networks.get(index, {})
        self.networks[index] = network | {key: entry}

    @property
    def capabilities(self) -> list[Entry]:
        """The entries of the list in force, which `keep` says the meaning of."""
        return self.entries.get("lxc.cap.keep" if self.keep else "lxc.cap.drop", [])

    def all(self, key: str) -> list[Entry]:
        """Return the values of a list."""
        return self.entries.get(key, [])

    def last(self, key: str) -> Entry | None:
        """Return the value of a key; one that is cleared is there and empty."""
        found = self.entries.get(key)
        return found[-1] if found else None

    def family(self, prefix: str) -> Iterator[Entry]:
        """Yield the values in force of every key with a prefix."""
        for key, found in self.entries.items():
            if key.startswith(prefix):
                yield from found

    def gap_since(self, entry: Entry | None) -> Gap | None:
        """Return what may have changed a value since it was set."""
        order = entry.order if entry is not None else 0
        return next((gap for gap in self.gaps if gap.order > order), None)

    def setting(self, key: str, default: T, convert: Callable[[str], T | None]) -> Setting[T]:
        """Return a setting from the value of a key; an empty value is the default, stated."""
        entry = self.last(key)
        gap = self.gap_since(entry)
        if gap is not None:
            return Unknown(gap.reason, gap.at)
        if entry is None:
            return Defaulted(default, self.at)
        if entry.reason:
            return Unknown(entry.reason, entry.at)
        value = convert(entry.value) if entry.value else default
        return Unknown(f"`{entry.value[:40]}` is no value of it", entry.at) if value is None else said(entry, value)


def said(entry: Entry, value: T) -> Setting[T]:
    """Return a value as what is written, or as what a file of the distribution sets."""
    return Stated(value, entry.at, entry.via) if entry.stated else Defaulted(value, entry.at)


def id_map(text: str) -> tuple[str, int, int, int] | None:
    """Read `u 0 100000 65536`: kind, first id inside, first id on the host, how many; None for what LXC refuses."""
    words = text.split()
    inside, outside, count = ([number(word) for word in words[1:]] + [None] * 3)[:3]
    if len(words) != 4 or words[0] not in ("u", "g") or inside is None or outside is None or count is None:
        return None
    return words[0], inside, outside, count


def number(word: str) -> int | None:
    """Read a whole number as C does: in hexadecimal behind `0x`, in octal behind `0`; None for anything else."""
    digits = word.lower().removeprefix("0x")
    base = 16 if digits != word.lower() else 8 if word.startswith("0") else 10
    try:
        return int(digits, base) if digits.isascii() and digits.isalnum() and len(digits) < 20 else None
    except ValueError:
        return None


def _capability(token: str) -> str:
    """Return the name of a capability that may be written as a number."""
    number = int(token) if token.isdigit() and len(token) < 4 else -1
    return CAPABILITIES[number] if 0 <= number < len(CAPABILITIES) else token


def _with(entry: Entry, value: str) -> Entry:
    return Entry(entry.key, value, entry.at, entry.order, entry.stated, entry.reason, entry.via)


def _doubted(entry: Entry, reason: str) -> Entry:
    return Entry(entry.key, entry.value, entry.at, entry.order, entry.stated, f"LXC refuses it: {reason}", entry.via)
