"""A domain of libvirt as a virtual machine.

Elements and their defaults: libvirt `docs/formatdomain.rst`; what they are worth: `docs/kbase`, QEMU's security page.
"""

from __future__ import annotations

from gate.dialects.guest_os import UNSTATED, of_libosinfo
from gate.dialects.machine import HOST_DISK, Parts, guest, share
from gate.dialects.open_addresses import is_open
from gate.dialects.qemu_arguments import monitors
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.workload import Device, Tweak

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.workload import Mount, Workload
    from gate.syntax.xml_tree import Element

#: Drivers by what they are called in `type`, and the platform that each is.
PLATFORMS = {
    "kvm": "kvm",
    "qemu": "kvm",
    "hvf": "kvm",
    "xen": "xen",
    "vbox": "virtualbox",
    "vmware": "vmware",
    "hyperv": "hyper-v",
}

_QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"

#: Devices of the host beside those of `hostdev`, by the element, the attribute that says so, and its value.
_GIVEN = {
    ("interface", "type", "hostdev"): "a network card",
    ("interface", "type", "vdpa"): "a network card's queues",
    ("disk", "type", "nvme"): "an NVMe drive",
    ("disk", "type", "vhostvdpa"): "a drive's queues",
    ("smartcard", "mode", "host"): "the smart card of the host",
    ("smartcard", "mode", "host-certificates"): "certificates of the host",
    ("serial", "type", "dev"): "a serial line of the host",
    ("console", "type", "dev"): "a serial line of the host",
    ("parallel", "type", "dev"): "a parallel line of the host",
}

#: Bits of `policy` that let the host look into the guest: of SEV-SNP set, of TDX set, of SEV clear.
_DEBUG = {"sev-snp": (1 << 19, True), "tdx": (1, True), "sev": (1, False)}


def machine(domain: Element, path: str) -> Workload:
    """Return the machine; raise InputError for a driver whose guests are none."""
    driver, at = domain.get("type"), domain.at
    if driver not in PLATFORMS:
        cause = f"is a guest of libvirt's driver {driver[:40]!r}, which is not judged"
        raise InputError(
            cause, at=at, remedy="exclude the file; guests of KVM, Xen, VirtualBox, VMware and Hyper-V are judged"
        )
    name = _text(domain, "name") or "domain"
    inside = [child for devices in domain.all("devices") for child in devices.children]
    parts = Parts(
        Items(tuple(Stated(one, one.at) for one in _shares(inside)), at),
        Items(tuple(Stated(one, one.at) for one in _devices(inside)), at),
        Items(tuple(Stated(one, one.at) for one in _tweaks(domain)), at),
        Machine(
            Items(tuple(_monitors(domain)), at),
            Items(tuple(_consoles(inside)), at),
            Items(tuple(_channels(inside)), at),
            Items(tuple(_unguarded(inside)), at),
            _nested(domain),
            Items(tuple(_cards(inside)), at),
            _verified(domain),
        ),
        _memory(domain),
        _system(domain),
    )
    return guest(f"{path}#Machine/{name}", name, PLATFORMS[driver], at, _native(domain), parts)


def _text(element: Element, *path: str) -> str:
    found = element.first(*path)
    return found.text.strip() if found is not None else ""


def _system(domain: Element) -> Setting[str]:
    """Return the guest's system, as virt-install and virt-manager write it into the metadata."""
    for one in domain.all("metadata", "libosinfo", "os"):
        return of_libosinfo(one.get("id"), one.at)
    return Unknown(UNSTATED, domain.at)


def _memory(domain: Element) -> Setting[str]:
    found = domain.first("memory")
    if found is None or not found.text.strip():
        return Unknown("no memory is stated, which libvirt refuses", domain.at)
    return Stated(found.text.strip() + found.get("unit", "KiB"), found.at)


def _native(domain: Element) -> Setting[str]:
    """Return the boundary: a machine, one that is emulated or paravirtual, or one whose memory the host cannot read."""
    driver = domain.get("type")
    if driver == "qemu":
        return Stated("emulated-vm", domain.at)
    if driver == "xen":
        kind = domain.first("os", "type")
        if kind is None:
            return Unknown("which kind of guest of Xen it is, is not stated", domain.at)
        return Stated("vm" if kind.text.strip() in ("hvm", "xenpvh") else "paravirtual-vm", kind.at)
    launch = domain.first("launchSecurity")
    if launch is not None and _is_closed(launch):
        return Stated("confidential-vm", launch.at)
    return Stated("vm", domain.at)


def _is_closed(launch: Element) -> bool:
    """Say whether the policy keeps the host from debugging the guest, which is reading its memory."""
    bit, opens = _DEBUG.get(launch.get("type"), (0, True))
    policy = launch.get("policy") or _text(launch, "policy")
    try:
        value = int(policy, 0)
    except ValueError:
        return False
    return bool(bit) and bool(value & bit) is not opens


def _shares(devices: list[Element]) -> Iterator[Mount]:
    """Yield the folders that the guest sees, disks made of one included; of `filesystem` only a `mount` is one."""
    for one in devices:
        is_disk = one.name == "disk" and one.get("type") == "dir"
        if not is_disk and (one.name != "filesystem" or one.get("type", "mount") != "mount"):
            continue
        source, target = one.first("source"), one.first("target")
        folder: Setting[str] = Unknown("the folder is not stated", one.at)
        if source is not None and source.get("dir"):
            folder = Stated(source.get("dir"), source.at)
        kept = one.first("readonly")
        read_only: Setting[bool] = Stated(True, kept.at) if kept is not None else Defaulted(False, one.at)
        name = target.get("dev" if is_disk else "dir") if target is not None else ""
        yield share(folder, name, read_only, one.at)


def _devices(devices: list[Element]) -> Iterator[Device]:
    """Yield what of the host's hardware the guest is given."""
    for one in devices:
        if one.name == "hostdev" and one.get("mode", "subsystem") == "subsystem":
            yield Device(f"a {one.get('type') or 'host'} device", "rwm", one.at)
        for (name, key, value), what in _GIVEN.items():
            if one.name == name and one.get(key) == value:
                yield Device(what, "rwm", one.at)
        if one.name == "disk" and one.get("type") in ("block", "file"):
            source = one.first("source")
            path = (source.get("dev") or source.get("file")) if source is not None else ""
            if source is not None and HOST_DISK.fullmatch(path):
                yield Device(path, "rwm", source.at)
        elif one.name == "tpm" and one.first("backend") is not None:
            backend = one.first("backend")
            if backend is not None and backend.get("type") == "passthrough":
                yield Device("/dev/tpm0", "rwm", backend.at)


def _tweaks(domain: Element) -> Iterator[Tweak]:
    """Yield what libvirt passes on without looking at it, and what takes its own confinement away."""
    for one in domain.children:
        if one.space == _QEMU and one.name in ("commandline", "override", "deprecation", "capabilities"):
            yield Tweak(f"qemu:{one.name}", Stated("", one.at), one.at)
        elif one.name == "seclabel" and one.get("type") == "none":
            yield Tweak("qemu:seclabel", Stated("none", one.at), one.at)


def _monitors(domain: Element) -> Iterator[Setting[str]]:
    for one in domain.children:
        if one.space == _QEMU and one.name == "commandline":
            words = [(child.get("value"), child.at) for child in one.children if child.name == "arg"]
            yield from monitors(words)


def _consoles(devices: list[Element]) -> Iterator[Setting[str]]:
    """Yield the screens and serial lines that ask for no password and that more than the host reaches."""
    for one in devices:
        if one.name == "graphics" and one.get("type") in ("vnc", "spice", "rdp") and "passwd" not in one.attributes:
            yield from _listening(one)
        elif one.name in ("serial", "console", "parallel", "channel") and one.get("type") in ("tcp", "udp"):
            for source in one.all("source"):
                if source.get("mode", "bind") == "bind" and source.get("tls") != "yes" and is_open(source.get("host")):
                    yield Stated(f"a {one.name} line on {source.get('host') or 'every address'}", source.at)


def _listening(graphics: Element) -> Iterator[Setting[str]]:
    """Yield where a screen is shown; without an address it is where `qemu.conf` says, which is the loopback.

    SPICE without a port listens nowhere: libvirt writes `<listen type='none'/>` for it.
    """
    kind = graphics.get("type").upper()
    ports = {graphics.get("port"), graphics.get("tlsPort")} - {"", "0"}
    if kind == "SPICE" and not ports and graphics.get("autoport") != "yes":
        return
    listens = list(graphics.all("listen"))
    addresses = [(one.get("address"), one) for one in listens if one.get("type", "address") == "address"]
    if graphics.get("listen") and not addresses:
        addresses.append((graphics.get("listen"), graphics))
    for address, one in addresses:
        if address and is_open(address):
            yield Stated(f"{kind} on {address}", one.at)
    for one in listens:
        if one.get("type") == "network":
            yield Unknown(
                f"{kind} is shown on the network {one.get('network')[:80]!r}, whose address is not stated", one.at
            )


def _channels(devices: list[Element]) -> Iterator[Setting[str]]:
    for one in devices:
        if one.name == "shmem":
            yield Stated(f"memory shared with others ({one.get('name')[:80]})", one.at)
        elif one.name == "input" and one.get("type") in ("evdev", "passthrough"):
            yield Stated("the host's keyboard or mouse", one.at)


def _unguarded(devices: list[Element]) -> Iterator[Setting[str]]:
    """Yield hardware that reaches more than itself: raw SCSI commands, and what only containers may be given."""
    for one in devices:
        raw = one.get("rawio") == "yes" or one.get("sgio") == "unfiltered"
        for source in one.all("source"):
            raw = raw or source.get("rawio") == "yes" or source.get("sgio") == "unfiltered"
        if one.name in ("hostdev", "disk") and raw:
            yield Stated("raw SCSI commands", one.at)
        elif one.name == "hostdev" and one.get("mode") == "capabilities":
            yield Stated("a device that libvirt hands to containers only", one.at)


def _nested(domain: Element) -> Setting[bool]:
    """Tell from the features of the processor; a host's own processor has what the host allows."""
    cpu = domain.first("cpu")
    for one in cpu.all("feature") if cpu is not None else ():
        if one.get("name") in ("vmx", "svm"):
            return Stated(one.get("policy", "require") in ("require", "force", "optional"), one.at)
    if cpu is not None and cpu.get("mode") in ("host-passthrough", "maximum"):
        return Unknown("the host decides whether its processor offers virtualization to guests", cpu.at)
    return Defaulted(False, domain.at)


def _cards(devices: list[Element]) -> Iterator[Setting[str]]:
    for one in devices:
        if one.name == "interface" and one.get("trustGuestRxFilters") == "yes":
            yield Stated("the guest says which addresses it takes", one.at)


def _verified(domain: Element) -> Setting[bool]:
    """Tell whether the firmware checks what it starts; on x86 it is a BIOS, which does not, where nothing is stated."""
    start, kind = domain.first("os"), domain.first("os", "type")
    arch = kind.get("arch") if kind is not None else ""
    if start is None or domain.get("type") not in ("kvm", "qemu") or start.first("kernel") is not None:
        return Inapplicable("no firmware of libvirt's choice starts it", domain.at)
    features = {one.get("name"): one for one in start.all("firmware", "feature")}
    asked, keys, loader = features.get("secure-boot"), features.get("enrolled-keys"), start.first("loader")
    if keys is not None and keys.get("enabled") == "no":
        return Stated(False, keys.at)
    if asked is not None:
        return Stated(asked.get("enabled") == "yes", asked.at)
    if loader is not None and "secure" in loader.attributes:
        return Stated(loader.get("secure") == "yes", loader.at)
    if start.get("firmware") == "efi" or loader is not None:
        return Unknown("the host chooses the firmware, and `secure-boot` is not asked of it", start.at)
    if arch not in ("", "x86_64", "i686"):
        return Inapplicable("what starts a machine of this architecture is the host's choice", start.at)
    return Stated(False, start.at) if start.get("firmware") == "bios" else Defaulted(False, start.at)
