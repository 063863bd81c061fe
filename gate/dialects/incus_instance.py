"""An instance of Incus or LXD, with what its profiles give it, and the configuration of LXC that comes of it.

Sources: Incus `doc/config_options.txt`, `doc/profiles.md` and `internal/server/instance/drivers/driver_lxc.go`; LXD's
differ in names alone. Profiles apply in their order and the instance's own keys and devices last; a device replaces
one of its name whole. A key without a value is not kept, so that what a profile says of it stays.
"""

from __future__ import annotations

from gate.dialects.lxc_config import Config, Entry
from gate.dialects.lxc_keys import COMMON_DEVICES, PREFIX, is_key
from gate.dialects.reading import as_spelling
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.syntax.key_value import pairs
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Doubt
    from gate.syntax.tree import Node

_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off", "")

#: Names that older versions of LXD have for what is now called otherwise.
RENAMED = {
    "security.syscalls.blacklist": "security.syscalls.deny",
    "security.syscalls.blacklist_compat": "security.syscalls.deny_compat",
    "security.syscalls.blacklist_default": "security.syscalls.deny_default",
    "security.syscalls.whitelist": "security.syscalls.allow",
    "security.devlxd": "security.guestapi",
}

#: Keys that only a virtual machine has, so that a profile with one is written for one.
OF_MACHINES = ("agent.", "raw.qemu", "security.csm", "security.iommu", "security.secureboot", "security.sev")

_PRIVATE_MAPS = ("u 0 1000000 1000000000", "g 0 1000000 1000000000")
_NESTING = "lxc.apparmor.allow_nesting"
_SHIPPED_POLICY = "/usr/share/lxc/config/common.seccomp"


class Layer:
    """One place that gives an instance keys and devices: a profile, or the instance itself."""

    __slots__ = ("devices", "keys", "node", "via")

    def __init__(self, node: Mapping, doubts: list[Doubt], *, expanded: bool = False) -> None:
        """Take a mapping with `config` and `devices`, or with what they come to once everything is in them."""
        from gate.dialects.reading import Fields

        fields = Fields(node, node, doubts)
        self.node = node
        self.keys = fields.sub("expanded_config" if expanded else "config")
        self.devices = fields.sub("expanded_devices" if expanded else "devices")


def layers(profiles: Node | None, known: dict[str, Mapping], doubts: list[Doubt]) -> tuple[list[Layer], str]:
    """Return the profiles of an instance in their order, and why there may be more to it.

    A profile `default` that is nowhere in sight is taken for the one that `incus admin init` makes, which holds a
    root disk and a network card.
    """
    if isinstance(profiles, Opaque):
        return [], profiles.reason
    found: list[Layer] = []
    missing = ""
    for item in profiles.items if isinstance(profiles, Sequence) else ():
        name = item.value if isinstance(item, Scalar) and isinstance(item.value, str) else ""
        if name in known:
            found.append(Layer(known[name], doubts))
        elif name != "default":
            missing = missing or f"the profile {name[:60] or 'that it names'} is not in sight"
    if profiles is None and "default" in known:
        found.append(Layer(known["default"], doubts))
    return found, missing


class Instance:
    """The keys and devices of one instance or profile; `reason` says why there may be others."""

    __slots__ = ("at", "devices", "doubts", "name", "problems", "reason", "values")

    def __init__(self, name: str, layers: list[Layer], at: Location, doubts: list[Doubt], reason: str = "") -> None:
        """Put the layers on each other."""
        self.name = name
        self.at = at
        self.doubts = doubts
        self.reason = reason
        self.problems: list[InputError] = []
        self.values: dict[str, tuple[Node, Location]] = {}
        self.devices: dict[str, tuple[Node, Location]] = {}
        for layer in layers:
            self.reason = self.reason or layer.keys.reason or layer.devices.reason
            for key in layer.keys.names():
                node = layer.keys.node.entries[key] if layer.keys.node is not None else layer.node
                if _is_nothing(node):
                    continue
                self.values[RENAMED.get(key, key)] = (node, layer.keys.at_of(key))
            for key in layer.devices.names():
                node = layer.devices.node.entries[key] if layer.devices.node is not None else layer.node
                self.devices[key] = (node, layer.devices.at_of(key))

    def text(self, key: str, default: str = "") -> Setting[str]:
        """Return a value as Incus keeps it: whatever it is, as it is spelled."""
        found = self.values.get(key)
        if found is None or (isinstance(found[0], Scalar) and found[0].value is None):
            return Unknown(self.reason, self.at) if self.reason else Defaulted(default, self.at)
        node, at = found
        value = as_spelling(node) if isinstance(node, Scalar) else None
        if value is None:
            return Unknown(node.reason if isinstance(node, Opaque) else "it is not text", at)
        return Stated(value, at)

    def flag(self, key: str, *, default: bool) -> Setting[bool]:
        """Return a boolean, in any of the spellings that Incus takes."""
        found = self.text(key, "true" if default else "false")
        if not isinstance(found, Stated | Defaulted):
            return found
        value = found.value.lower()
        if value not in (*_TRUE, *_FALSE):
            return Unknown(f"`{found.value[:40]}` is neither true nor false", found.at)
        on = value in _TRUE or (value == "" and default)
        return Stated(on, found.at) if isinstance(found, Stated) else Defaulted(on, found.at)

    def family(self, prefix: str) -> Iterator[tuple[str, Setting[str]]]:
        """Yield the keys with a prefix."""
        for key in self.values:
            if key.startswith(prefix):
                yield key, self.text(key)


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value in (None, "")


def config_of(instance: Instance) -> Config:
    """Return what LXC is given for a container: what Incus sets by itself, what the keys ask for, then `raw.lxc`."""
    config = Config(instance.at)
    privileged = instance.flag("security.privileged", default=False)
    _base(config, instance, privileged)
    _filters(config, instance)
    _maps(config, instance, privileged)
    domain = instance.text("security.selinux.domain")
    if isinstance(domain, Unknown):
        _doubt(config, "lxc.selinux.context", domain)
    elif isinstance(domain, Stated):
        config.set("lxc.selinux.context", f"system_u:system_r:{domain.value}", domain.at)
    for key, value in instance.family("linux.sysctl."):
        config.set("lxc.sysctl." + key.removeprefix("linux.sysctl."), known(value) or "?", value.at)
    raw = instance.text("raw.lxc")
    if isinstance(raw, Unknown):
        config.leave_open(raw.reason, raw.at)
    elif isinstance(raw, Stated):
        _raw(config, instance, raw)
    return config


def _base(config: Config, instance: Instance, privileged: Setting[bool]) -> None:
    """Set what Incus gives every container, and more to one without an id map."""
    at = instance.at
    config.set("lxc.rootfs.path", f"dir:/{instance.name}", at, stated=False)
    config.set("lxc.apparmor.profile", "generated", at, stated=False)
    nesting = instance.flag("security.nesting", default=False)
    if isinstance(nesting, Unknown):
        _doubt(config, _NESTING, nesting)
    elif _is(nesting, on=True):
        config.set(_NESTING, "1", nesting.at)
    if _is(privileged, on=False):
        return
    config.set("lxc.cap.drop", "sys_time sys_module sys_rawio mac_admin mac_override", at, stated=False)
    config.set("lxc.mount.auto", "proc:mixed sys:mixed", at, stated=False)
    for cgroup in ("cgroup", "cgroup2"):
        config.set(f"lxc.{cgroup}.devices.deny", "a", at, stated=False)
        for device in COMMON_DEVICES:
            config.set(f"lxc.{cgroup}.devices.allow", f"c {device} rwm", at, stated=False)


def _filters(config: Config, instance: Instance) -> None:
    """Set the policy for system calls: Incus's list of refused ones, unless it is turned off or replaced."""
    refused = instance.flag("security.syscalls.deny_default", default=True)
    deny, allow = instance.text("security.syscalls.deny"), instance.text("security.syscalls.allow")
    raw = instance.text("raw.seccomp")
    for doubt in (refused, deny, allow, raw):
        if isinstance(doubt, Unknown):
            _doubt(config, "lxc.seccomp.profile", doubt)
            return
    written: tuple[tuple[Setting[str], str], ...] = (
        (raw, "raw.seccomp"),
        (allow, "security.syscalls.allow"),
        (deny, "security.syscalls.deny"),
    )
    for one, name in written:
        if isinstance(one, Stated) and one.value.strip():
            config.set("lxc.seccomp.profile", name, one.at)
            return
    if _is(refused, on=True):
        config.set("lxc.seccomp.profile", _SHIPPED_POLICY, refused.at, stated=isinstance(refused, Stated))
    else:
        config.set("lxc.seccomp.profile", "", refused.at)


def policy_of(instance: Instance) -> Callable[[str], str]:
    """Return the way from the name of a policy to its text."""

    def text(name: str) -> str:
        if name == "security.syscalls.allow":
            return "2\nallowlist\n"
        found = instance.text(name) if name == "raw.seccomp" else None
        return found.value if isinstance(found, Stated) else ""

    return text


def _maps(config: Config, instance: Instance, privileged: Setting[bool]) -> None:
    """Map ids as for a container that is not privileged; `raw.idmap` maps some of them elsewhere."""
    if _is(privileged, on=True):
        config.unmapped = privileged.at
        return
    if isinstance(privileged, Unknown):
        _doubt(config, "lxc.idmap", privileged)
        return
    at = privileged.at
    for text in _PRIVATE_MAPS:
        config.set("lxc.idmap", text, at, stated=isinstance(privileged, Stated))
    base, raw = _base_of_map(instance), instance.text("raw.idmap")
    if known(base) == "0":
        config.set("lxc.idmap", "u 0 0 65536", base.at)
    for one in (base, raw):
        if isinstance(one, Unknown):
            _doubt(config, "lxc.idmap", one)
    if isinstance(raw, Stated):
        for line in raw.value.splitlines():
            _map(config, line, raw.at)


def _base_of_map(instance: Instance) -> Setting[str]:
    """Return the first id of the host in a map of the instance's own; without such a map it means nothing."""
    base, own = instance.text("security.idmap.base"), instance.flag("security.idmap.isolated", default=False)
    if isinstance(base, Stated) and not base.value.isdigit():
        return Unknown(f"`{base.value[:40]}` is no id of the host", base.at)
    if not isinstance(base, Stated):
        return base
    if isinstance(own, Unknown):
        return Unknown(own.reason, own.at)
    return Stated(base.value.lstrip("0") or "0" if known(own) else "", base.at)


def _map(config: Config, line: str, at: Location) -> None:
    """Apply a line of `raw.idmap`: kind, ids of the host, one or a range, and the first of the container."""
    words = line.split()
    if not words:
        return
    outside, inside = (_range(word) for word in words[1:]) if len(words) == 3 else (None, None)
    if words[0] not in ("both", "uid", "gid") or outside is None or inside is None or len(outside) != len(inside):
        _doubt(config, "lxc.idmap", Unknown("`raw.idmap` is not as Incus wants it", at))
        return
    for kind in "ug" if words[0] == "both" else words[0][0]:
        config.set("lxc.idmap", f"{kind} {inside.start} {outside.start} {len(outside)}", at)


def _range(word: str) -> range | None:
    """Return the ids of one id or of two with a hyphen between."""
    first, _, last = word.partition("-")
    last = last or first
    if not (first.isdigit() and last.isdigit()) or max(len(first), len(last)) > 18:
        return None
    return range(int(first), max(int(last), int(first)) + 1)


def _raw(config: Config, instance: Instance, raw: Stated[str]) -> None:
    """Apply `raw.lxc`, of which LXC reads nothing that does not begin as its keys do; each line keeps its own place."""
    node = instance.values["raw.lxc"][0]
    place = _places(node) if isinstance(node, Scalar) else None
    for pair in pairs(raw.value, "", lambda _start, _end: raw.at):
        key = pair.key
        if not key or key.startswith("#") or (pair.value is not None and not key.startswith(PREFIX)):
            continue
        at = place(pair.key, raw.at) if place is not None else raw.at
        if pair.value is None or not is_key(key):
            cause = f"`{key[:40]}` of raw.lxc is nothing that LXC knows, so that the instance does not start"
            instance.problems.append(
                InputError(cause, at=at, remedy="correct it; lxc.container.conf(5) lists the keys")
            )
        elif key == "lxc.include":
            if pair.value:
                config.leave_open(f"what {pair.value[:80]} sets is not in sight", at)
        else:
            config.set(key, pair.value, at)
    for cause, at in config.refused:
        remedy = "correct it; lxc.container.conf(5) lists the values"
        instance.problems.append(
            InputError(f"{cause} in raw.lxc, so that the instance does not start", at=at, remedy=remedy)
        )


def _places(node: Scalar) -> Callable[[str, Location], Location]:
    """Return a way from each line of a text to its place in the file, asked in the order of the lines."""
    here = node.start

    def place(key: str, default: Location) -> Location:
        nonlocal here
        text = node.source.text
        start = text.find(key, here, node.end)
        if start < 0:
            return default
        ends = [end for end in (text.find("\n", start), text.find("\\n", start), node.end) if end > 0]
        here = min(*ends, node.end)
        return node.source.location(start, start + len(text[start:here].rstrip(" \t\r\"'")))

    return place


def _doubt(config: Config, key: str, setting: Unknown) -> None:
    """Note that a key has a value which cannot be known."""
    entry = Entry(key, "", setting.at, 0, reason=setting.reason)
    config.entries[key] = [*config.entries.get(key, []), entry]


def _is(setting: Setting[bool], *, on: bool) -> bool:
    return isinstance(setting, Stated | Defaulted) and setting.value is on
