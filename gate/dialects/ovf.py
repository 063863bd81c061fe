"""The machines of an OVF descriptor, as far as it says what leads to the host they are brought to.

Elements: DMTF's DSP0243. What VMware adds is `vmw:ExtraConfig`, the keys of a VMX file, and `vmw:Config`, some of them
by the names of vSphere's API; what VirtualBox adds is a whole machine of its own, which its dialect reads.
"""

from __future__ import annotations

from gate.dialects.machine import told_apart
from gate.dialects.vmx import Keys, described
from gate.model.errors import InputError
from gate.model.evidence import Stated, Unknown
from gate.model.workload import Device
from gate.syntax.vmx import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.workload import Workload
    from gate.syntax.xml_tree import Element

#: Settings of vSphere's API by the key that they are in a VMX file.
_CONFIG = {
    "nestedhvenabled": "vhv.enable",
    "allowunrestrictedcommunication": "vmci0.unrestricted",
    "firmware": "firmware",
    "bootoptions.efisecurebootenabled": "uefi.secureboot.enabled",
}

#: Kinds of devices by their number, of which CIM has some forty.
_MEMORY = "4"

#: Machines of one descriptor; real ones have a dozen.
MAX_MACHINES = 100


def machines(envelope: Element, path: str) -> tuple[Workload, ...]:
    """Return the machines; raise InputError for a descriptor of none, or of too many."""
    systems = list(_systems(envelope))
    if not 0 < len(systems) <= MAX_MACHINES:
        cause = f"describes more than {MAX_MACHINES} machines" if systems else "describes no machine"
        raise InputError(cause, at=envelope.at, remedy="judge the descriptor of a machine")
    return told_apart(_machine(one, path) for one in systems)


def _systems(element: Element) -> Iterator[Element]:
    """Yield the machines, those in collections of collections too."""
    for one in element.children:
        if one.name == "VirtualSystem":
            yield one
        elif one.name == "VirtualSystemCollection":
            yield from _systems(one)


def _machine(system: Element, path: str) -> Workload:
    name = _text(system, "Name") or system.get("id") or "machine"
    entries = dict(_entries(system))
    keys = Keys(entries, system.at)
    return described(keys, name, f"{path}#Machine/{name}", system.at, _memory(system), tuple(_devices(system)))


def _entries(system: Element) -> Iterator[tuple[str, Entry]]:
    """Yield what counts as a VMX file's keys, the last of a name last."""
    for section in system.children:
        if section.name == "OperatingSystemSection" and section.get("osType"):
            yield "guestos", Entry(section.get("osType"), section.at)
        for one in section.children if section.name == "VirtualHardwareSection" else ():
            if one.name == "ExtraConfig":
                yield one.get("key").lower(), Entry(one.get("value"), one.at)
            elif one.name == "Config" and one.get("key").lower() in _CONFIG:
                yield _CONFIG[one.get("key").lower()], Entry(one.get("value"), one.at)


def _items(system: Element) -> Iterator[Element]:
    for one in system.all("VirtualHardwareSection"):
        yield from (item for item in one.children if item.name in ("Item", "EthernetPortItem", "StorageItem"))


def _text(element: Element, name: str) -> str:
    found = element.first(name)
    return found.text.strip() if found is not None else ""


def _memory(system: Element) -> Setting[str]:
    for one in _items(system):
        if _text(one, "ResourceType") == _MEMORY and _text(one, "VirtualQuantity"):
            return Stated(f"{_text(one, 'VirtualQuantity')} {_text(one, 'AllocationUnits') or 'MiB'}", one.at)
    return Unknown("no memory is stated", system.at)


def _devices(system: Element) -> Iterator[Device]:
    """Yield what asks for hardware of the host, by the names that vSphere exports it with."""
    for one in _items(system):
        kind = _text(one, "ResourceSubType").lower()
        if "passthrough" in kind or "vgpu" in kind:
            yield Device(f"a device of the host ({kind[:40]})", "rwm", one.at)
