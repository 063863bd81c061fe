"""Machines that a script creates with `virt-install`; nothing is run.

Options: virt-install(1). What it leaves to the host, such as whether the processor helps, is what nobody knows.
"""

from __future__ import annotations

from gate.dialects.guest_os import UNSTATED
from gate.dialects.machine import HOST_DISK, Parts, guest, share
from gate.dialects.open_addresses import is_open
from gate.dialects.qemu_arguments import monitors
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.workload import Device, Tweak

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Mount, Workload

#: Options without a value, after which a variable may hold others.
_ALONE = frozenset(
    {
        "noautoconsole",
        "import",
        "live",
        "pxe",
        "hvm",
        "paravirt",
        "noreboot",
        "transient",
        "autostart",
        "quiet",
        "debug",
    }
)

#: Beginnings of names in libosinfo's database that are neither Windows nor Linux.
_OTHER = ("freebsd", "openbsd", "netbsd", "macosx", "solaris", "opensolaris", "haiku", "netware", "msdos", "os2")


class Command:
    """The options of one command: each name with its values, and whether a variable holds more of them."""

    def __init__(self, words: Sequence[str], at: Location) -> None:
        """Take the words behind the program."""
        self.at = at
        self.options: dict[str, list[str]] = {}
        self.is_open = False
        index = 0
        while index < len(words):
            word, following = words[index], words[index + 1] if index + 1 < len(words) else ""
            index += 1
            if not word.startswith("-"):
                self.is_open |= "$" in word or "`" in word
                continue
            name, equals, value = word.lstrip("-").partition("=")
            if not equals and name not in _ALONE and not following.startswith("-"):
                value = following
                index += 1
            self.options.setdefault(name, []).append(value)

    def all(self, *names: str) -> Iterator[str]:
        """Yield the values of some options."""
        return (value for name in names for value in self.options.get(name, ()))

    @property
    def open_because(self) -> str:
        """Why there may be options that are not in sight; empty where there are none."""
        if "xml" in self.options:
            return "`--xml` changes what libvirt is told, and is not read"
        return "a variable holds options that nobody has read" if self.is_open else ""

    @property
    def is_machine(self) -> bool:
        """Whether it creates a machine: not a container, and not only what it would be."""
        container = "container" in self.options or any(uri.startswith("lxc") for uri in self.all("connect", "c"))
        return bool(self.options) and not container and not {"dry-run", "version", "help"} & self.options.keys()


def machine(given: Command, path: str, number: int) -> Workload:
    """Return the machine that a command creates."""
    at, reason = given.at, given.open_because
    name = next((value for value in given.all("name", "n") if value and "$" not in value), f"virt-install-{number}")
    words = [(word, at) for value in given.all("qemu-commandline") for word in value.split()]
    parts = Parts(
        Items(tuple(Stated(one, one.at) for one in _shares(given)), at, not reason, reason),
        Items(tuple(Stated(one, one.at) for one in _devices(given)), at, not reason, reason),
        Items(tuple(Stated(one, one.at) for one in _tweaks(given)), at, not reason, reason),
        Machine(
            Items(tuple(monitors(words)), at, not reason, reason),
            Items(tuple(_consoles(given)), at, not reason, reason),
            Items((), at),
            Items((), at),
            Unknown("the host decides whether its processor offers virtualization to guests", at),
            Items((), at),
            Unknown("virt-install chooses the firmware by the system and the host", at),
        ),
        next(
            (Stated(f"{value}MiB", at) for value in given.all("memory", "ram", "r") if value), Unknown("no memory", at)
        ),
        _system(given),
    )
    return guest(f"{path}#Machine/{name}", name, "kvm", at, _native(given), parts)


def _native(given: Command) -> Setting[str]:
    kind = next(iter(given.all("virt-type")), "")
    if kind == "kvm":
        return Stated("vm", given.at)
    if kind == "qemu":
        return Stated("emulated-vm", given.at)
    return Unknown("without `--virt-type kvm` it is emulated in software where the host has no KVM", given.at)


def _system(given: Command) -> Setting[str]:
    for value in given.all("osinfo", "os-variant"):
        name = _fields(value).get("name") or _fields(value).get("short-id") or value.partition(",")[0]
        if name.startswith("win"):
            return Stated("windows", given.at)
        if name and "$" not in name and "=" not in name and name not in ("detect", "generic", "none", "unknown"):
            return Stated("other" if name.startswith(_OTHER) else "linux", given.at)
    return Unknown(UNSTATED, given.at)


def _fields(value: str) -> dict[str, str]:
    """Return `a=b,c=d` by name; what has none is there by its place, counted from nought."""
    parts = value.split(",")
    return {
        part.partition("=")[0] if "=" in part else str(index): part.partition("=")[2] if "=" in part else part
        for index, part in enumerate(parts)
    }


def _shares(given: Command) -> Iterator[Mount]:
    for value in given.all("filesystem"):
        options = _fields(value)
        path = options.get("source") or options.get("source.dir") or options.get("0", "")
        folder: Setting[str] = Stated(path, given.at)
        if not path or "$" in path:
            folder = Unknown("a variable decides which folder is shared", given.at)
        kept = options.get("readonly", "no") in ("yes", "on", "1")
        read_only: Setting[bool] = Stated(True, given.at) if kept else Defaulted(False, given.at)
        yield share(folder, options.get("target") or options.get("1", ""), read_only, given.at)


def _devices(given: Command) -> Iterator[Device]:
    for _ in given.all("hostdev", "host-device"):
        yield Device("a device of the host", "rwm", given.at)
    for value in given.all("disk"):
        options = _fields(value)
        path = options.get("path") or options.get("source.dev") or options.get("0", "")
        if HOST_DISK.fullmatch(path):
            yield Device(path, "rwm", given.at)


def _tweaks(given: Command) -> Iterator[Tweak]:
    for value in given.all("qemu-commandline"):
        yield Tweak("qemu:commandline", Stated(value, given.at), given.at)
    for value in given.all("seclabel", "security"):
        if _fields(value).get("type") == "none":
            yield Tweak("qemu:seclabel", Stated("none", given.at), given.at)


def _consoles(given: Command) -> Iterator[Setting[str]]:
    for value in given.all("graphics"):
        options = _fields(value)
        kind = options.get("type") or options.get("0", "")
        address = options.get("listen") or options.get("listens0.address", "")
        secret = options.get("password") or options.get("passwd")
        if kind in ("vnc", "spice") and not secret and address not in ("", "none", "socket") and is_open(address):
            unknown = "$" in address
            shown = f"{kind.upper()} on {address[:40]}"
            yield (
                Unknown("a variable decides where its screen is shown", given.at)
                if unknown
                else Stated(shown, given.at)
            )
    for value in given.all("serial", "parallel", "channel", "console"):
        options = _fields(value)
        kind = options.get("type") or options.get("0", "")
        address = options.get("host") or options.get("source.host", "")
        mode = options.get("mode") or options.get("source.mode", "connect")
        if kind in ("tcp", "udp") and mode == "bind" and is_open(address):
            yield Stated(f"a serial line on {address[:40] or 'every address'}", given.at)
