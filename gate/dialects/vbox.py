"""A virtual machine of VirtualBox by its settings file.

Elements and what is left out where it is the default: VirtualBox `include/VBox/settings.h` and files that VBoxManage
7.2 wrote; what they are worth: the manual, chapter Security. Snapshots of a machine are in the file too and do not run.
"""

from __future__ import annotations

from gate.dialects.guest_os import of_virtualbox
from gate.dialects.machine import Parts, guest, share
from gate.dialects.open_addresses import is_open
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.workload import Device, Tweak

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Mount, Workload
    from gate.syntax.xml_tree import Element

#: Settings that reach into the machine monitor itself, and that no version documents.
_INTERNAL = "VBoxInternal"


def machine(root: Element, path: str) -> Workload:
    """Return the machine; raise InputError for settings of something else, or of a machine that is locked."""
    return _machine(root, root.first("Machine"), path)


def exported(envelope: Element, path: str) -> tuple[Workload, ...]:
    """Return the machines of a descriptor, each of which VirtualBox keeps as its settings have it."""
    systems = list(envelope.all("VirtualSystem")) + list(envelope.all("VirtualSystemCollection", "VirtualSystem"))
    if not systems:
        raise InputError("describes no machine", at=envelope.at, remedy="judge the descriptor of a machine")
    return tuple(_machine(one, one.first("Machine"), path, one.get("id")) for one in systems)


def _machine(root: Element, found: Element | None, path: str, named: str = "") -> Workload:
    hardware = found.first("Hardware") if found is not None else None
    if found is None or hardware is None:
        raise InputError("holds no machine that can be read", at=root.at, remedy="export the machine's own settings")
    at, name = found.at, named or found.get("name") or "machine"
    parts = Parts(
        Items(tuple(Stated(one, one.at) for one in _shares(hardware)), at),
        Items(tuple(Stated(one, one.at) for one in _devices(hardware)), at),
        Items(tuple(Stated(one, one.at) for one in _tweaks(found)), at),
        Machine(
            Items(tuple(_monitors(found)), at),
            Items(tuple(_consoles(hardware)), at),
            Items(tuple(_channels(hardware)), at),
            Items((), at),
            _nested(hardware),
            Items(tuple(_cards(hardware)), at),
            _verified(hardware),
        ),
        _memory(hardware),
        of_virtualbox(found.get("OSType"), found.at),
    )
    return guest(f"{path}#Machine/{name}", name, "virtualbox", at, Stated("vm", at), parts)


def _is_on(element: Element, name: str = "enabled") -> bool:
    return element.get(name).lower() in ("true", "yes", "1")


def _memory(hardware: Element) -> Setting[str]:
    memory = hardware.first("Memory")
    if memory is None or not memory.get("RAMSize"):
        return Unknown("no memory is stated", hardware.at)
    return Stated(f"{memory.get('RAMSize')}MiB", memory.at)


def _shares(hardware: Element) -> Iterator[Mount]:
    for one in hardware.all("SharedFolders", "SharedFolder"):
        path: Setting[str] = Unknown("the folder is not stated", one.at)
        if one.get("hostPath"):
            path = Stated(one.get("hostPath"), one.at)
        read_only: Setting[bool] = Defaulted(True, one.at)
        if "writable" in one.attributes:
            read_only = Stated(not _is_on(one, "writable"), one.at)
        yield share(path, one.get("name"), read_only, one.at)


def _devices(hardware: Element) -> Iterator[Device]:
    for one in hardware.all("USB", "DeviceFilters", "DeviceFilter"):
        if _is_on(one, "active"):
            yield Device(f"every USB device that the filter {one.get('name')[:40]!r} takes", "rwm", one.at)
    for one in hardware.all("HostPci", "Devices", "Device"):
        yield Device("a PCI device", "rwm", one.at)


def _tweaks(found: Element) -> Iterator[Tweak]:
    for one in found.all("ExtraData", "ExtraDataItem"):
        if one.get("name").startswith(_INTERNAL):
            yield Tweak(f"vbox:{one.get('name')[:80]}", Stated(one.get("value"), one.at), one.at)


def _monitors(found: Element) -> Iterator[Setting[str]]:
    """Yield the debugger of the guest, where it listens for others."""
    for one in found.all("Debugging", "GuestDebug"):
        if one.get("provider") not in ("", "None") and one.get("io").upper() == "TCP" and is_open(one.get("address")):
            yield Stated(f"a debugger on {one.get('address') or 'every address'}", one.at)


def _consoles(hardware: Element) -> Iterator[Setting[str]]:
    """Yield the remote display without a login, on every address unless a property says otherwise."""
    for one in hardware.all("RemoteDisplay"):
        if _is_on(one) and one.get("authType").lower() in ("", "null") and is_open(_address(one)):
            yield Stated(f"remote display on {_address(one) or 'every address'}", one.at)
    for one in hardware.all("UART", "Port"):
        serves = _is_on(one, "server") and one.get("hostMode").upper() == "TCP"
        if serves and ("enabled" not in one.attributes or _is_on(one)):
            yield Stated(f"a serial line on port {one.get('path')[:20]} of every address", one.at)


def _address(display: Element) -> str:
    for one in display.all("VRDEProperties", "Property"):
        if one.get("name") == "TCP/Address":
            return one.get("value")
    return display.get("netAddress")


def _channels(hardware: Element) -> Iterator[Setting[str]]:
    for name, what in (("Clipboard", "the clipboard"), ("DragAndDrop", "drag and drop")):
        for one in hardware.all(name):
            if one.get("mode", "Disabled") != "Disabled":
                yield Stated(f"{what} ({one.get('mode')[:20]})", one.at)
            if _is_on(one, "fileTransfersEnabled"):
                yield Stated("files by the clipboard", one.at)


def _nested(hardware: Element) -> Setting[bool]:
    # Settings of version 1.20 and later have what only x86 has in an element of its own.
    for path in (("CPU", "NestedHWVirt"), ("CPU", "x86", "NestedHWVirt")):
        for one in hardware.all(*path):
            return Stated(_is_on(one), one.at)
    at: Location = hardware.at
    return Defaulted(False, at)


def _cards(hardware: Element) -> Iterator[Setting[str]]:
    for one in hardware.all("Network", "Adapter"):
        policy = one.get("promiscuousModePolicy", "Deny")
        if _is_on(one) and policy != "Deny":
            yield Stated(f"card {one.get('slot')[:4]} sees what is meant for others ({policy[:20]})", one.at)


def _verified(hardware: Element) -> Setting[bool]:
    """Tell whether the firmware checks what it starts; one that can keeps it in a binary file beside the settings."""
    for one in hardware.all("Firmware"):
        if one.get("type", "BIOS") != "BIOS":
            return Unknown("the file .nvram says whether Secure Boot is on", one.at)
        return Stated(False, one.at) if one.get("type") else Defaulted(False, one.at)
    return Defaulted(False, hardware.at)
