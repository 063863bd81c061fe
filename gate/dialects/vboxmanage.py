"""What `VBoxManage` makes of a machine: its commands in their order, the last word on an option counts.

Options: VirtualBox's manual, chapter VBoxManage, and its older spellings, which it still takes. What a condition
guards, or a variable says, may hold or not.
"""

from __future__ import annotations

import re
from itertools import product

from gate.dialects.open_addresses import is_open
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.model.record import Record
from gate.model.workload import Device, Tweak

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gate.model.evidence import Setting
    from gate.model.location import Location

#: Older spellings of options.
_OLD = {
    "clipboard": "clipboard-mode",
    "draganddrop": "drag-and-drop",
    "vrdeaddress": "vrde-address",
    "vrdeauthtype": "vrde-auth-type",
    "vrdp": "vrde",
    "vrdpaddress": "vrde-address",
    "vrdpauthtype": "vrde-auth-type",
    "pciattach": "pci-attach",
    "pcidetach": "pci-detach",
}

_UART = re.compile(r"uart-?mode([0-9])")
_SWITCHES = ("readonly", "transient", "automount")
_MAYBE = "a variable or a condition decides"

#: Values of one option that are weighed against those of others.
MAX_VALUES = 8


class Command(Record):
    """One command: its words, None for what is not known, where it is, and whether it is certainly given."""

    words: tuple[str | None, ...]
    at: Location
    is_certain: bool


class Folder(Record):
    """A folder of the host that is added: its path (None: not known), its name, and whether it may only be read."""

    path: str | None
    name: str
    read_only: bool
    at: Location


class _Value(Record):
    text: str | None
    at: Location


class Machine:
    """What some commands come to."""

    def __init__(self, commands: Sequence[Command]) -> None:
        """Follow the commands."""
        self.options: dict[str, list[_Value]] = {}
        self.folders: list[Folder] = []
        self.filters: list[Location] = []
        self.extra: list[tuple[str, Location]] = []
        for one in commands:
            verb = (one.words[0] or "").lower() if one.words else ""
            options = list(_options(one.words[2:]))
            if verb == "modifyvm":
                for name, value in options:
                    self._set(name, _Value(value, one.at), one.is_certain)
            elif verb == "sharedfolder" and one.words[1:2] == ("add",):
                self._add(dict(options), one)
            elif verb == "usbfilter" and one.words[1:2] == ("add",):
                if dict(options).get("active", "yes") not in ("no", "0", "false"):
                    self.filters.append(one.at)
            elif verb == "setextradata" and len(one.words) > 3:
                self.extra.append((one.words[2] or "VBoxInternal", one.at))

    def _set(self, name: str, value: _Value, is_certain: bool) -> None:
        known = self.options.setdefault(name, [])
        if is_certain:
            known.clear()
        elif not known:
            known.append(_Value("", value.at))
        if len(known) < MAX_VALUES:
            known.append(value)

    def _add(self, options: dict[str, str | None], one: Command) -> None:
        path, name = options.get("hostpath"), options.get("name") or ""
        self.folders.append(Folder(path, name, "readonly" in options, one.at))

    def _weighed(self, names: tuple[str, ...], weak: Callable[..., bool | None], what: str) -> Iterator[Setting[str]]:
        """Yield one answer about some options: certain where all that may be given for them is weak."""
        given = [self.options.get(name) or [_Value("", None)] for name in names]  # type: ignore[arg-type]
        answers = [weak(*(value.text for value in row)) for row in product(*given)]
        at = given[0][-1].at
        if all(answer is True for answer in answers):
            yield Stated(what, at)
        elif any(answer is not False for answer in answers):
            yield Unknown(f"{_MAYBE} whether it shows {what}", at)

    def consoles(self) -> Iterator[Setting[str]]:
        """Yield the screens and lines that ask nobody who they are."""
        if "vrde" in self.options:
            names = ("vrde", "vrde-auth-type", "vrde-address")
            yield from self._weighed(names, _is_shown, "its remote display")
        for name in self.options:
            line = _UART.fullmatch(name)
            if line is not None:
                yield from self._weighed((name, f"uart{line[1]}"), _is_server, "a serial line on every address")

    def monitors(self) -> Iterator[Setting[str]]:
        """Yield the debugger, where it listens for others."""
        if "guest-debug-provider" in self.options:
            names = ("guest-debug-provider", "guest-debug-io-provider", "guest-debug-address")
            yield from self._weighed(names, _is_debugged, "a debugger")

    def channels(self) -> Iterator[Setting[str]]:
        """Yield what of the desktop is shared."""
        for name, what in (("clipboard-mode", "the clipboard"), ("drag-and-drop", "drag and drop")):
            if name in self.options:
                yield from self._weighed((name,), _is_not("disabled"), what)
        if "clipboard-file-transfers" in self.options:
            yield from self._weighed(("clipboard-file-transfers",), _is_not("disabled"), "files by the clipboard")

    def cards(self) -> Iterator[Setting[str]]:
        """Yield network cards that see what is meant for others."""
        for name in self.options:
            if re.fullmatch(r"nic-?promisc[0-9]+", name):
                yield from self._weighed((name,), _is_not("deny"), "what is meant for others to a network card")

    def devices(self) -> Iterator[Device]:
        """Yield hardware of the host that is handed over."""
        for value in self.options.get("pci-attach", ()):
            yield Device(f"the PCI device {(value.text or '')[:40]}", "rwm", value.at)
        for at in self.filters:
            yield Device("every USB device that a filter takes", "rwm", at)

    def tweaks(self) -> Iterator[Tweak]:
        """Yield settings that reach into the machine monitor itself."""
        for name, at in self.extra:
            if name.startswith("VBoxInternal"):
                yield Tweak(f"vbox:{name[:80]}", Stated("", at), at)

    def nested(self) -> Setting[bool] | None:
        """Return whether the guest may start machines; None where nothing says it."""
        values = self.options.get("nested-hw-virt", [])
        if not values:
            return None
        known = {(value.text.lower() or "off") if value.text is not None else None for value in values}
        if known in ({"on"}, {"off"}):
            return Stated(known == {"on"}, values[-1].at)
        return Unknown(_MAYBE, values[-1].at)

    def memory(self, at: Location) -> Setting[str]:
        """Return the memory, which a box has where nothing says it."""
        values = self.options.get("memory", [])
        if not values:
            return Defaulted("what the box has", at)
        last = values[-1]
        return Stated(f"{last.text}MiB", last.at) if last.text is not None else Unknown(_MAYBE, last.at)


def _options(words: Sequence[str | None]) -> Iterator[tuple[str, str | None]]:
    """Yield options by the names they have now, and the value behind them or behind their `=` or `:`."""
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word is None or not word.startswith("-"):
            continue
        name, mark, value = _cut(word.lstrip("-"))
        name = _OLD.get(name, name)
        following = words[index] if index < len(words) else ""
        found = value if mark else "" if name in _SWITCHES else following
        if name == "vrde-property" and found:
            key, _, found = found.partition("=")
            name = "vrde-address" if key == "TCP/Address" else name
        yield name, found
        index += not mark and name not in _SWITCHES


def _cut(word: str) -> tuple[str, str, str]:
    found = re.match(r"([^=:]*)([=:]?)(.*)", word, re.DOTALL)
    return (found[1], found[2], found[3]) if found is not None else (word, "", "")


def _is_shown(switch: str | None, login: str | None, address: str | None) -> bool | None:
    if switch is not None and switch.lower() != "on":
        return False
    if login is not None and login.lower() not in ("", "null"):
        return False
    return None if switch is None or login is None or address is None else is_open(address)


def _is_server(mode: str | None, line: str | None) -> bool | None:
    """Say whether a line serves; where it is not said to be there, the machine that it was made of decides."""
    if (mode is not None and mode.lower() != "tcpserver") or line == "off":
        return False
    return True if mode and line else None


def _is_debugged(provider: str | None, kind: str | None, address: str | None) -> bool | None:
    if (provider is not None and provider.lower() in ("", "none")) or (kind is not None and kind.lower() != "tcp"):
        return False
    return None if provider is None or kind is None or address is None else is_open(address)


def _is_not(strong: str) -> Callable[[str | None], bool | None]:
    return lambda value: None if value is None else value.lower() not in (strong, "")
