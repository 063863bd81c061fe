"""Machines that a script or a unit starts with QEMU itself, or creates with `virt-install`; nothing is run.

Options and defaults: QEMU's `qemu-options.hx`; what they are worth: its security page. A word with a variable is what
nobody knows; a list of arguments that a variable holds leaves the rest open.
"""

from __future__ import annotations

import re

from gate.dialects import virt_install
from gate.dialects.guest_os import UNSTATED
from gate.dialects.machine import HOST_DISK, Parts, guest, share, told_apart
from gate.dialects.open_addresses import is_open
from gate.dialects.qemu_arguments import monitors, plain
from gate.dialects.shell_commands import commands
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.workload import Device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.dialects.shell_commands import Command
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.model.workload import Mount, Workload

_PROGRAM = re.compile(r"qemu-system-(?:[a-z0-9_]+|[a-z0-9_]*\$.+)|qemu-kvm|kvm")
_LINE = re.compile(r"(?m)^ExecStart[A-Za-z]*[ \t]*=[ \t]*[-:+!|@]*((?:[^\\\n]|\\.|\\\n)*)")
_VARIABLE = re.compile(r"\$[\w{(\[@*#]|`")
_DISKS = ("-drive", "-blockdev", "-hda", "-hdb", "-hdc", "-hdd")
_DEVICES = {"vfio-": "a PCI device", "usb-host": "a USB device", "scsi-generic": "raw SCSI commands"}
#: Options without a value, and those whose value would say of what kind they are.
_ALONE = frozenset(
    {
        "-enable-kvm",
        "-nographic",
        "-nodefaults",
        "-no-user-config",
        "-no-reboot",
        "-no-shutdown",
        "-no-acpi",
        "-no-hpet",
    }
    | {"-daemonize", "-full-screen", "-s", "-S", "-snapshot", "-usb", "-h", "-help", "-version"}
)
_WEIGHED = frozenset({"-device", "-virtfs", "-fsdev", "-monitor", "-qmp", "-serial", "-drive", "-vnc", "-spice"})

#: What only asks QEMU something, and what a machine has one of.
_ASKS = ("-h", "-help", "-version")
_HAS = ("-m", "-drive", "-hda", "-kernel", "-cdrom", "-device", "-blockdev", "-netdev", "-nic", "-boot", "-bios", "-M")
_GIVES = ("-virtfs", "-fsdev", "-usbdevice", "-vnc", "-spice", "-hdb")

_KEPT = "a variable holds arguments that nobody has read"
_IN_FILE = "the file of `-readconfig` holds arguments that are not read"

#: Machines of one script.
MAX_MACHINES = 100


class _Arguments:
    """The options of one command, in their order, and what a variable keeps back."""

    def __init__(self, program: str, words: Sequence[str], at: Location) -> None:
        self.program, self.words, self.at = program, words, at
        self.options: list[tuple[str, str]] = []
        self.is_open = False
        index = 0
        while index < len(words):
            word, following = words[index], words[index + 1] if index + 1 < len(words) else ""
            index += 1
            if word.startswith("-") and len(word) > 1:
                name = f"-{word.lstrip('-')}"
                takes = name not in _ALONE and (not following.startswith("-") or len(following) == 1)
                value = plain(following) if takes and following.startswith("{") else following
                self.options.append((name, value or "" if takes else ""))
                self.is_open |= value is None or name == "-readconfig"
                self.is_open |= takes and name in _WEIGHED and following[:1] in ("$", "`")
                index += takes and bool(following)
            elif _VARIABLE.search(word):
                self.is_open = True

    @property
    def is_machine(self) -> bool:
        """Whether it starts a machine, and does not only ask what there is."""
        asks = self.has(*_ASKS) or any(value in ("help", "?") for _, value in self.options)
        return not asks and (self.is_open or self.has(*_HAS, *_GIVES, "-machine"))

    def all(self, *names: str) -> Iterator[str]:
        """Yield the values of some options."""
        return (value for name, value in self.options if name in names)

    def has(self, *names: str) -> bool:
        """Say whether one of some options is there."""
        return any(name in names for name, _ in self.options)


def machines(source: Source) -> tuple[Workload, ...]:
    """Return the machines that a script or a unit starts; raise InputError for too many."""
    found: list[Workload] = []
    for text, start in _scripts(source):
        for one in commands(text):
            if _PROGRAM.fullmatch(one.program):
                given = _Arguments(one.program, one.words[1:], _place(source, start, one))
                if given.is_machine:
                    found.append(_machine(given, source.path, len(found) + 1))
            elif one.program == "virt-install":
                created = virt_install.Command(one.words[1:], _place(source, start, one))
                if created.is_machine:
                    found.append(virt_install.machine(created, source.path, len(found) + 1))
    if len(found) > MAX_MACHINES:
        raise InputError(f"starts more than {MAX_MACHINES} machines", at=found[-1].at, remedy="split the script")
    return told_apart(found)


def _place(source: Source, start: int, one: Command) -> Location:
    return source.location(start + one.start, start + one.start + len(one.words[0]))


def _scripts(source: Source) -> Iterator[tuple[str, int]]:
    if source.path.lower().endswith(".service"):
        yield from ((line[1], line.start(1)) for line in _LINE.finditer(source.text))
    else:
        yield source.text, 0


def _machine(given: _Arguments, path: str, number: int) -> Workload:
    at = given.at
    name = next((_fields(value).get("guest") or _first(value) for value in given.all("-name") if value), "")
    name = name if name and not _VARIABLE.search(name) else f"qemu-{number}"
    reason = _IN_FILE if given.has("-readconfig") else _KEPT if given.is_open else ""
    words = [(word, at) for word in given.words]
    parts = Parts(
        Items(tuple(Stated(one, one.at) for one in _shares(given)), at, not reason, reason),
        Items(tuple(Stated(one, one.at) for one in _devices(given)), at, not reason, reason),
        Items((), at),
        Machine(
            Items(tuple(monitors(words)), at, not reason, reason),
            Items(tuple(_consoles(given)), at, not reason, reason),
            Items((), at),
            Items((), at),
            _nested(given),
            Items((), at),
            _verified(given),
        ),
        next((Stated(value, at) for value in given.all("-m") if value), Defaulted("128MiB", at)),
        Unknown(UNSTATED, at),
    )
    return guest(f"{path}#Machine/{name}", name, "kvm", at, _native(given), parts)


def _fields(value: str) -> dict[str, str]:
    """Return `a=b,c` by name; two commas are one in a value."""
    parts = value.replace(",,", "\0").split(",")
    return {part.partition("=")[0]: part.partition("=")[2].replace("\0", ",") for part in parts}


def _first(value: str) -> str:
    first = value.partition(",")[0]
    return "" if "=" in first else first


def _native(given: _Arguments) -> Setting[str]:
    """Return the boundary: QEMU emulates in software unless it is told to use the processor."""
    asked = [_fields(value).get("accel") or _first(value) for value in given.all("-accel")]
    asked += [_fields(value)["accel"] for value in given.all("-machine", "-M") if "accel" in _fields(value)]
    asked += ["kvm"] if given.has("-enable-kvm") or given.program in ("kvm", "qemu-kvm") else []
    kinds = {kind for one in asked for kind in one.split(":")}
    if given.is_open or any(_VARIABLE.search(kind) for kind in kinds) or (kinds and {"tcg"} < kinds):
        if kinds and "tcg" not in kinds and not any(_VARIABLE.search(kind) for kind in kinds):
            return Stated("vm", given.at)
        return Unknown("a variable or the host decides whether it is emulated in software", given.at)
    if not kinds:
        return Defaulted("emulated-vm", given.at)
    return Stated("emulated-vm" if kinds == {"tcg"} else "vm", given.at)


def _known(text: str, what: str, at: Location) -> Setting[str]:
    return Unknown(f"a variable decides {what}", at) if not text or _VARIABLE.search(text) else Stated(text, at)


def _shares(given: _Arguments) -> Iterator[Mount]:
    for value in given.all("-virtfs", "-fsdev"):
        options = _fields(value)
        if _first(value) in ("local", "proxy") or "path" in options:
            kept = options.get("readonly", "off" if "readonly" not in options else "on")
            read_only: Setting[bool] = Stated(True, given.at) if kept in ("on", "") else Defaulted(False, given.at)
            folder = _known(options.get("path", ""), "which folder is shared", given.at)
            yield share(folder, options.get("mount_tag", ""), read_only, given.at)
    for value in given.all("-device"):
        if _driver(value).startswith("vhost-user-fs"):
            folder = Unknown("another program shares the folder", given.at)
            yield share(
                folder, _fields(value).get("tag", ""), Unknown("another program decides it", given.at), given.at
            )
    for value in given.all(*_DISKS):
        found = re.search(r"fat:((?:floppy:|\d+:)?)(rw:)?([^,]+)", value)
        if found is not None:
            folder = _known(found[3], "which folder is a disk", given.at)
            yield share(folder, "", Stated(not found[2], given.at), given.at)


def _driver(value: str) -> str:
    return _first(value) or _fields(value).get("driver", "")


def _devices(given: _Arguments) -> Iterator[Device]:
    for value in given.all("-device"):
        for start, what in _DEVICES.items():
            if _driver(value).startswith(start):
                yield Device(what, "rwm", given.at)
    for value in given.all("-usbdevice"):
        if value.startswith("host:"):
            yield Device("a USB device", "rwm", given.at)
    for value in given.all(*_DISKS):
        path = _disk(_fields(value)) or _first(value)
        if HOST_DISK.fullmatch(path):
            yield Device(path, "rwm", given.at)


def _disk(options: dict[str, str]) -> str:
    """Return the file of a disk; that of `-blockdev` may lie under any number of drivers."""
    named = (value for name, value in options.items() if name == "filename" or name.endswith(".filename"))
    return options.get("file") or next(named, "")


def _consoles(given: _Arguments) -> Iterator[Setting[str]]:
    """Yield screens and lines that ask nobody who they are; a screen without an address is on every one."""
    shown = [value.removeprefix("vnc=") for value in given.all("-display") if value.startswith("vnc=")]
    for value in (*given.all("-vnc"), *shown):
        yield from _screen(value, given.at)
    for value in given.all("-spice"):
        options = _fields(value)
        asks = any(one in options for one in ("password", "password-secret", "sasl")) or "unix" in options
        asks = asks and options.get("disable-ticketing", "off") == "off"
        if not asks and ("port" in options or "tls-port" in options) and is_open(options.get("addr", "")):
            yield Stated(f"SPICE on {options.get('addr') or 'every address'}", given.at)
    for value in given.all("-serial", "-parallel"):
        kind, _, rest = value.removeprefix("mon:").partition(":")
        if kind in ("tcp", "telnet", "websocket") and "server" in rest and is_open(rest):
            yield Stated(f"a serial line on {rest.partition(',')[0][:40] or 'every address'}", given.at)


def _screen(value: str, at: Location) -> Iterator[Setting[str]]:
    address, options = value.partition(",")[0], _fields(value)
    if address in ("none", "") or address.startswith("unix:") or "reverse" in options:
        return
    asks = any(options.get(one, "off") not in ("off", "no") for one in ("password", "sasl"))
    if asks or "tls-creds" in options or "password-secret" in options:
        return
    if _VARIABLE.search(address):
        yield Unknown("a variable decides where its screen is shown", at)
    elif is_open(address.rpartition(":")[0]):
        yield Stated(f"VNC on {address}", at)


def _nested(given: _Arguments) -> Setting[bool]:
    for value in given.all("-cpu"):
        flags = value.split(",")[1:]
        for name in ("vmx", "svm"):
            if f"+{name}" in flags or f"{name}=on" in flags or name in flags:
                return Stated(True, given.at)
            if f"-{name}" in flags or f"{name}=off" in flags:
                return Stated(False, given.at)
        if value.partition(",")[0] in ("host", "max") or _VARIABLE.search(value):
            return Unknown("the host decides whether its processor offers virtualization to guests", given.at)
    return Defaulted(False, given.at)


def _verified(given: _Arguments) -> Setting[bool]:
    """Tell whether the firmware checks what it starts; which one it is, only a file's name would say."""
    if given.has("-kernel"):
        return Inapplicable("no firmware starts it", given.at)
    if given.is_open or given.has("-bios", "-pflash") or any("pflash" in value for _, value in given.options):
        return Unknown("the file of its firmware decides whether Secure Boot is on", given.at)
    return Defaulted(False, given.at)
