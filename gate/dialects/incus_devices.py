"""The devices of an Incus or LXD instance: what of the host each of them lets it reach.

Source: Incus `doc/reference/devices_*.md`. A network card on a bridge, on a macvlan or an ipvlan reaches a network, and
nothing of the host; one that is taken from the host whole brings its driver along.
"""

from __future__ import annotations

from gate.dialects.lxc_mounts import STANDARD_DEVICES
from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.workload import Device, Mount
from gate.syntax.tree import Mapping, Opaque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.incus_instance import Instance
    from gate.model.evidence import Setting
    from gate.model.location import Location

TYPES = frozenset(
    {
        "disk",
        "gpu",
        "infiniband",
        "nic",
        "none",
        "pci",
        "proxy",
        "tpm",
        "unix-block",
        "unix-char",
        "unix-hotplug",
        "usb",
    }
)

#: Kinds of network cards that are a device of the host, or a part of one.
_WHOLE_CARDS = ("physical", "sriov")

_CARDS = ("bridged", "ipvlan", "macvlan", "ovn", "p2p", "routed", *_WHOLE_CARDS)

#: Where a proxy listens inside of the instance, and so reaches what is on the host.
_INSIDE = ("instance", "guest", "container")
_PROTOCOLS = ("tcp", "udp", "unix")


class Devices:
    """What all devices of an instance come to."""

    __slots__ = ("_machine", "gpus", "instance", "mounts", "passed")

    def __init__(self, instance: Instance, *, machine: bool) -> None:
        """Read every device; for a virtual machine a disk is a disk, where a container mounts what is on it."""
        self.instance = instance
        self._machine = machine
        self.mounts: list[Setting[Mount]] = []
        self.passed: list[Setting[Device]] = []
        self.gpus: list[Setting[str]] = []
        for name, (node, at) in instance.devices.items():
            if isinstance(node, Mapping):
                self._device(name, Fields(node, node, instance.doubts), at)
            else:
                self._doubt(node.reason if isinstance(node, Opaque) else f"the device {name} is no mapping", at)
        nvidia = instance.flag("nvidia.runtime", default=False)
        if isinstance(nvidia, Unknown):
            self.gpus.append(Unknown(nvidia.reason, nvidia.at))
        elif nvidia.value if isinstance(nvidia, Stated) else False:
            self.gpus.append(Stated("nvidia.runtime", nvidia.at))

    def items(self) -> tuple[Items[Mount], Items[Device], Items[str]]:
        """Return the mounts, the devices and the GPUs."""
        at, reason = self.instance.at, self.instance.reason
        return (
            Items(tuple(self.mounts), at, not reason, reason),
            Items(tuple(self.passed), at, not reason, reason),
            Items(tuple(self.gpus), at, not reason, reason),
        )

    def _doubt(self, reason: str, at: Location) -> None:
        """Note a device that may be any."""
        self.mounts.append(Unknown(reason, at))
        self.passed.append(Unknown(reason, at))

    def _device(self, name: str, fields: Fields, at: Location) -> None:
        kind = fields.text("type")
        what = kind.value if isinstance(kind, Stated) else ""
        if what not in TYPES:
            reason = kind.reason if isinstance(kind, Unknown) else f"the device {name} is of no type that Incus has"
            self._doubt(reason, at)
        elif what == "disk":
            self._disk(fields, at)
        elif what in ("unix-char", "unix-block"):
            self._node(fields, at)
        elif what == "gpu":
            self.gpus.append(Stated(name, at))
        elif what == "proxy":
            self._proxy(fields, at)
        elif what in ("usb", "pci", "unix-hotplug", "infiniband"):
            self._pass(f"the {what} device {name}", at)
        elif what == "nic":
            self._card(name, fields, at)

    def _card(self, name: str, fields: Fields, at: Location) -> None:
        """Take a network card, whose kind stands there or is that of the network."""
        kind = fields.setting("nictype", "", "text", as_spelling)
        if isinstance(kind, Unknown):
            self.passed.append(Unknown(kind.reason, kind.at))
        elif isinstance(kind, Stated | Defaulted) and kind.value in _WHOLE_CARDS:
            self._pass(f"the network interface {_text(fields, 'parent') or name}", at)
        elif not fields.has("network") and isinstance(kind, Stated | Defaulted) and kind.value not in _CARDS:
            self.passed.append(Unknown(f"the network card {name} is of no kind that Incus has", kind.at))

    def _pass(self, what: str, at: Location) -> None:
        self.passed.append(Stated(Device(what, "rw", at), at))

    def _disk(self, fields: Fields, at: Location) -> None:
        source = fields.setting("source", "", "a path", as_spelling)
        if isinstance(source, Unknown):
            self.mounts.append(Unknown(source.reason, source.at))
        elif isinstance(source, Stated) and source.value.startswith("/") and not _text(fields, "pool"):
            if source.value in STANDARD_DEVICES:
                return
            if self._machine and source.value.startswith("/dev/"):
                self._pass(source.value, at)
            elif not (self._machine and source.value.endswith((".iso", ".img", ".raw", ".qcow2"))):
                self.mounts.append(Stated(_mount(fields, source, at), at))
        elif not self._machine and _text(fields, "path") != "/" and isinstance(source, Defaulted):
            self.mounts.append(Unknown("the disk names no source", at))

    def _node(self, fields: Fields, at: Location) -> None:
        """Take a device node: `source` on the host, `path` inside, one of which says what the other is."""
        source = fields.setting("source", "", "a path", as_spelling)
        path = source if fields.has("source") else fields.setting("path", "", "a path", as_spelling)
        if isinstance(path, Unknown):
            self.passed.append(Unknown(path.reason, path.at))
        elif not isinstance(path, Stated):
            self.passed.append(Unknown("the device names neither a source nor a path", at))
        elif path.value not in STANDARD_DEVICES:
            self._pass(path.value, at)

    def _proxy(self, fields: Fields, at: Location) -> None:
        """Take a proxy that listens inside of the instance and leads to a socket of the host."""
        bind, connect = fields.text("bind", "host"), fields.text("connect")
        if isinstance(bind, Unknown) or isinstance(connect, Unknown):
            doubt = bind if isinstance(bind, Unknown) else connect
            self.mounts.append(Unknown(getattr(doubt, "reason", ""), doubt.at))
        elif isinstance(bind, Stated | Defaulted) and bind.value not in (*_INSIDE, "host"):
            self.mounts.append(Unknown("the proxy listens on no side that Incus has", bind.at))
        elif not isinstance(connect, Stated) or connect.value.partition(":")[0] not in _PROTOCOLS:
            self.mounts.append(Unknown("the proxy leads nowhere that Incus knows", connect.at))
        elif isinstance(bind, Stated) and bind.value in _INSIDE:
            kind, _, path = connect.value.partition(":")
            if kind == "unix":
                source: Setting[str] = Stated(path.removeprefix("@"), connect.at)
                target = _text(fields, "listen").partition(":")[2]
                no, private = Defaulted(False, at), Defaulted("private", at)
                self.mounts.append(Stated(Mount("bind", source, target, no, private, at), at))


def _mount(fields: Fields, source: Setting[str], at: Location) -> Mount:
    read_only = fields.setting("readonly", default=False, wanted="true or false", convert=lambda node: _flag(node.text))
    propagation = fields.text("propagation", "private")
    return Mount("bind", source, _text(fields, "path"), read_only, propagation, at)


def _flag(text: str) -> bool | None:
    text = text.lower()
    return True if text in ("true", "1", "yes", "on") else False if text in ("false", "0", "no", "off", "") else None


def _text(fields: Fields, name: str) -> str:
    setting = fields.setting(name, "", "text", as_spelling)
    return setting.value if isinstance(setting, Stated | Defaulted) else ""
