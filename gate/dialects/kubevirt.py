"""KubeVirt's virtual machines: a guest kernel of their own, and what the machine is handed of its node.

Fields: kubevirt.io/api `core/v1/schema.go`. The pod around the machine is KubeVirt's, and no manifest writes it.
"""

from __future__ import annotations

from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated
from gate.model.record import replace
from gate.model.reference import Reference
from gate.model.workload import (
    Build,
    Confinement,
    Container,
    Credentials,
    Device,
    Exposure,
    Mount,
    Namespaces,
    Placement,
    Privilege,
    Resources,
    Sandbox,
    Workload,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting

_TEMPLATE = ("spec", "template")

#: Where each kind keeps the machine, as a mapping with `metadata` and `spec`.
PLACES: dict[tuple[str, str], tuple[str, ...]] = {
    ("kubevirt.io", "VirtualMachine"): _TEMPLATE,
    ("kubevirt.io", "VirtualMachineInstance"): (),
    ("kubevirt.io", "VirtualMachineInstanceReplicaSet"): _TEMPLATE,
    ("pool.kubevirt.io", "VirtualMachinePool"): ("spec", "virtualMachineTemplate", *_TEMPLATE),
}

_MACHINE = "a virtual machine has a kernel of its own"
_NO_FIELD = "a virtual machine has no such field"


def workload(template: Fields, id_: str, name: str, namespace: str, kind: str) -> Workload:
    """Return the machine as a workload; what it reaches of its node is shared on purpose."""
    at, spec = template.at, template.sub("spec")
    domain = spec.sub("domain")
    nothing = Inapplicable(_NO_FIELD, spec.at)
    return Workload(
        id_,
        name,
        namespace,
        kind,
        "kubernetes",
        at,
        Defaulted("linux", at),
        Items((Stated(_machine(spec, domain, name), spec.at),), spec.at, not spec.reason, spec.reason),
        Namespaces.inapplicable(_MACHINE, spec.at),
        Sandbox(Inapplicable(_MACHINE, spec.at), _native(domain), Items((), spec.at)),
        Placement.inapplicable("only the pod around it is placed", at),
        Credentials(replace(nothing, reason="the guest is handed no token"), Items((), at)),
        Build.inapplicable("an image is made elsewhere", at),
        tuple(_references(spec)),
        (),
        (),
        tuple(template.doubts),
    )


def _native(domain: Fields) -> Setting[str]:
    """Return the boundary: memory that the node cannot read, where the machine asks for that."""
    launch = domain.sub("launchSecurity")
    asked = any(launch.has(name) for name in ("sev", "snp", "tdx"))
    return Stated("confidential-vm" if asked else "vm", launch.at if asked else domain.at)


def _machine(spec: Fields, domain: Fields, name: str) -> Container:
    devices = domain.sub("devices")
    limits = domain.sub("resources").sub("limits")
    memory = domain.sub("memory").setting("guest", "", "an amount", as_spelling)
    if isinstance(memory, Defaulted):
        memory = limits.setting("memory", "", "an amount", as_spelling)
    return Container(
        name,
        "main",
        spec.at,
        Inapplicable("a machine starts from a disk", spec.at),
        "cri",
        Privilege.inapplicable(_MACHINE, spec.at),
        Confinement.inapplicable(_MACHINE, spec.at),
        replace(
            Exposure.inapplicable(_MACHINE, spec.at),
            mounts=_mounts(spec),
            devices=_devices(devices),
            gpus=Items(
                tuple(one.text("deviceName") for one in devices.mappings("gpus")[0]),
                devices.at_of("gpus"),
                not devices.reason,
                devices.reason,
            ),
        ),
        replace(Resources.inapplicable(_MACHINE, spec.at), memory_limit=memory),
    )


def _devices(devices: Fields) -> Items[Device]:
    members, reason = devices.mappings("hostDevices")
    found = [Stated(Device(_plain(one, "deviceName"), "rwm", one.at), one.at) for one in members]
    return Items(tuple(found), devices.at_of("hostDevices"), not reason, reason)


def _mounts(spec: Fields) -> Items[Mount]:
    """Return the disks that are files of the node."""
    members, reason = spec.mappings("volumes")
    found = [
        Stated(
            Mount(
                "bind",
                one.sub("hostDisk").text("path"),
                _plain(one, "name"),
                Defaulted(False, one.at),
                Inapplicable(_NO_FIELD, one.at),
                one.at,
            ),
            one.at,
        )
        for one in members
        if one.has("hostDisk")
    ]
    return Items(tuple(found), spec.at_of("volumes"), not reason, reason)


def _references(spec: Fields) -> Iterator[Reference]:
    for one in spec.mappings("volumes")[0]:
        image = one.sub("containerDisk").text("image")
        if isinstance(image, Stated):
            yield Reference("image", image.value, image.at)


def _plain(fields: Fields, name: str) -> str:
    text = fields.text(name)
    return text.value if isinstance(text, Stated) else ""
