"""A virtual machine of VMware by its VMX file.

Keys: VMware's Security Configuration Guides (vSphere 5.5 to 9.1) and DISA's STIG for virtual machines. What is absent
means little on ESX and much on Workstation and Fusion, which offer their desktop to guests; which of the two runs the
file it only says where `virtualHW.productCompatibility` is `hosted`.
"""

from __future__ import annotations

import re

from gate.dialects.guest_os import of_vmx
from gate.dialects.machine import Parts, guest, share
from gate.dialects.open_addresses import is_open
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.workload import Device
from gate.syntax.vmx import entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.model.workload import Mount, Workload
    from gate.syntax.vmx import Entry

_TRUE = frozenset({"true", "yes", "on", "1", "y", "t"})

#: What a key turns off, where it is `TRUE`.
_CHANNELS = {
    "isolation.tools.copy.disable": "the clipboard, out of the guest",
    "isolation.tools.paste.disable": "the clipboard, into the guest",
    "isolation.tools.dnd.disable": "drag and drop",
    "isolation.tools.hgfs.disable": "the server of shared folders",
}

_EDITION = "the file does not say whether ESX or a desktop runs it, and desktops leave it on: set {key} to TRUE"


class Keys:
    """The entries of one machine, asked by name."""

    def __init__(self, entries: dict[str, Entry], at: Location) -> None:
        """Take the entries, by their names in lower case, and the place of what no entry says."""
        self.entries = entries
        self.at = at
        hosted = self.text("virtualhw.productcompatibility").lower()
        self.is_hosted = hosted == "hosted"

    def text(self, key: str) -> str:
        """Return a value; empty where there is none."""
        entry = self.entries.get(key)
        return entry.value if entry is not None else ""

    def on(self, key: str) -> bool:
        """Say whether a switch is on."""
        return self.text(key).strip().lower() in _TRUE

    def at_of(self, key: str) -> Location:
        """Return where a key is set."""
        entry = self.entries.get(key)
        return entry.at if entry is not None else self.at

    def matching(self, pattern: str) -> Iterator[tuple[str, Entry]]:
        """Yield the keys that a pattern fits as a whole, in the order of the file."""
        for key, entry in self.entries.items():
            if re.fullmatch(pattern, key):
                yield key, entry


def machine(source: Source) -> Workload:
    """Return the machine."""
    keys = Keys(entries(source), source.location(0, 0))
    at = keys.at_of("config.version")
    name = keys.text("displayname") or source.path.rpartition("/")[2].rpartition(".")[0]
    return described(keys, name, f"{source.path}#Machine/{name}", at, _memory(keys, at))


def described(
    keys: Keys, name: str, id_: str, at: Location, memory: Setting[str], devices: tuple[Device, ...] = ()
) -> Workload:
    """Return a machine by the keys that describe it, and the hardware that something else says it is given."""
    parts = Parts(
        Items(tuple(Stated(one, one.at) for one in _shares(keys)), at),
        Items(tuple(Stated(one, one.at) for one in (*_devices(keys), *devices)), at),
        Items((), at),
        Machine(
            Items(tuple(_monitors(keys)), at),
            Items(tuple(_consoles(keys)), at),
            Items(tuple(_channels(keys)), at),
            Items((), at),
            _nested(keys, at),
            Items((), at),
            _verified(keys, at),
        ),
        memory,
        of_vmx(keys.text("guestos"), keys.at_of("guestos")),
    )
    return guest(id_, name, "vmware", at, Stated("vm", at), parts)


def _memory(keys: Keys, at: Location) -> Setting[str]:
    text = keys.text("memsize")
    return Stated(f"{text}MiB", keys.at_of("memsize")) if text else Unknown("no memory is stated", at)


def _nested(keys: Keys, at: Location) -> Setting[bool]:
    if "vhv.enable" in keys.entries:
        return Stated(keys.on("vhv.enable"), keys.at_of("vhv.enable"))
    return Defaulted(False, at)


def _verified(keys: Keys, at: Location) -> Setting[bool]:
    if "uefi.secureboot.enabled" in keys.entries and keys.text("firmware").lower() == "efi":
        return Stated(keys.on("uefi.secureboot.enabled"), keys.at_of("uefi.secureboot.enabled"))
    return Stated(False, keys.at_of("firmware")) if "firmware" in keys.entries else Defaulted(False, at)


def _shares(keys: Keys) -> Iterator[Mount]:
    """Yield the shared folders that are there; one that is not enabled is none."""
    for key, entry in keys.matching(r"sharedfolder[0-9]+\.present"):
        folder = key.removesuffix(".present")
        if not keys.on(key) or (f"{folder}.enabled" in keys.entries and not keys.on(f"{folder}.enabled")):
            continue
        path, write = f"{folder}.hostpath", f"{folder}.writeaccess"
        source: Setting[str] = Unknown("the folder is not stated", entry.at)
        if path in keys.entries:
            source = Stated(keys.text(path), keys.at_of(path))
        read_only: Setting[bool] = Unknown("whether the guest may write is not stated", entry.at)
        if write in keys.entries:
            read_only = Stated(not keys.on(write), keys.at_of(write))
        yield share(source, keys.text(f"{folder}.guestname"), read_only, keys.at_of(path))


def _devices(keys: Keys) -> Iterator[Device]:
    """Yield what of the host's hardware the guest is given."""
    for key, entry in keys.matching(r"pcipassthru[0-9]+\.present"):
        if keys.on(key):
            yield Device("a PCI device", "rwm", entry.at)
    for _key, entry in keys.matching(r"usb\.autoconnect\.device[0-9]+"):
        if entry.value:
            yield Device(f"a USB device ({entry.value[:40]})", "rwm", entry.at)
    if keys.on("usb.generic.autoconnect"):
        yield Device("every USB device that is plugged in", "rwm", keys.at_of("usb.generic.autoconnect"))
    for key, entry in keys.matching(r"(?:scsi|sata|ide|nvme)[0-9]+:[0-9]+\.filename"):
        if entry.value.lower().startswith(("/dev/", "\\\\.\\physicaldrive")) and _is_disk(keys, key):
            yield Device(entry.value, "rwm", entry.at)
    yield from _lines(keys)


def _lines(keys: Keys) -> Iterator[Device]:
    """Yield the lines of the host that a serial or parallel port is, and the disks that are handed over raw."""
    for key, entry in keys.matching(r"(?:serial|parallel)[0-9]+\.filetype"):
        port = key.removesuffix(".filetype")
        if entry.value.lower() == "device" and keys.on(f"{port}.present"):
            yield Device(keys.text(f"{port}.filename") or f"a {port} line", "rwm", entry.at)
    for _key, entry in keys.matching(r"(?:scsi|sata|ide|nvme)[0-9]+:[0-9]+\.devicetype"):
        if entry.value.lower() in ("rawdisk", "scsi-passthru", "scsi-passthrough"):
            yield Device("a disk", "rwm", entry.at)


def _is_disk(keys: Keys, key: str) -> bool:
    return "cdrom" not in keys.text(f"{key.removesuffix('.filename')}.devicetype").lower()


def _monitors(keys: Keys) -> Iterator[Setting[str]]:
    """Yield the debuggers of VMware's own that listen for others."""
    for key, entry in keys.matching(r"debugstub\.listen\.guest(?:32|64)\.remote"):
        if keys.on(key) and keys.on(key.removesuffix(".remote")):
            yield Stated("a debugger on every address", entry.at)


def _consoles(keys: Keys) -> Iterator[Setting[str]]:
    vnc = "remotedisplay.vnc"
    secret = keys.text(f"{vnc}.password") or keys.text(f"{vnc}.key")
    if keys.on(f"{vnc}.enabled") and not secret and is_open(keys.text(f"{vnc}.ip")):
        yield Stated(f"VNC on {keys.text(f'{vnc}.ip') or 'every address'}", keys.at_of(f"{vnc}.enabled"))
    for key, entry in keys.matching(r"serial[0-9]+\.filetype"):
        line = key.removesuffix(".filetype")
        uri = keys.text(f"{line}.filename").lower()
        serves = keys.text(f"{line}.network.endpoint").lower() in ("", "server")
        if entry.value.lower() == "network" and serves and keys.on(f"{line}.present"):
            address = uri.partition("://")[2]
            if not uri.startswith(("telnets://", "tcp+ssl://")) and is_open(address):
                yield Stated(f"a serial line on {address or 'every address'}", entry.at)


def _channels(keys: Keys) -> Iterator[Setting[str]]:
    """Yield what of the desktop is shared; where the file is silent only a desktop shares it."""
    for key, what in _CHANNELS.items():
        if key in keys.entries:
            if not keys.on(key):
                yield Stated(what, keys.at_of(key))
        elif keys.is_hosted:
            yield Stated(what, keys.at_of("virtualhw.productcompatibility"))
        else:
            yield Unknown(_EDITION.format(key=key), keys.at)
    if keys.on("vmci0.unrestricted"):
        yield Stated("sockets to every other machine", keys.at_of("vmci0.unrestricted"))
