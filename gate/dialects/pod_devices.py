"""The devices that a pod is given: by a device plugin, by a resource claim, by an annotation that CRI-O reads."""

from __future__ import annotations

from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Items, Stated, Unknown
from gate.model.workload import Device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location

#: CRI-O gives these devices to every container of the pod, where its configuration allows the annotation.
ANNOTATION = "io.kubernetes.cri-o.Devices"

#: Devices that one annotation may list; every container is given them all.
MAX_ANNOTATED = 100

#: Resources with one of these in their names are accelerators with a kernel driver of their own.
_ACCELERATORS = ("gpu", "nvidia.com/", "amd.com/", "/mig-", "gpu.intel.com/", "/tpu", "/npu", "habana.ai/", "neuron")

#: The last part of names that plugins for single devices use (KubeVirt, smarter-device-manager, squat.ai).
_DEVICES = frozenset({"kvm", "fuse", "tun", "vhost-net", "vhost-vsock", "snd", "video0", "sev"})

#: Resources that only count something and come with no device.
_COUNTED = ("kubernetes.io/", "vpc.amazonaws.com/", "networking.gke.io/", "requests.")


def devices(limits: Fields, annotations: dict[str, Setting[str]]) -> Items[Device]:
    """Return the devices whose paths are in sight."""
    found: list[Setting[Device]] = [
        Stated(Device(f"/dev/{name.rpartition('/')[2]}", "rwm", at), at)
        for name, at in _extended(limits)
        if name.rpartition("/")[2] in _DEVICES
    ]
    annotation = annotations.get(ANNOTATION)
    reason = ""
    if isinstance(annotation, Stated):
        texts = annotation.value.split(",", MAX_ANNOTATED)
        found += (Stated(_device(text, annotation.at), annotation.at) for text in texts[:MAX_ANNOTATED] if text)
        reason = f"the annotation lists more than {MAX_ANNOTATED}" if len(texts) > MAX_ANNOTATED else ""
    elif annotation is not None:
        reason = "the annotation that lists them cannot be read"
    return Items(tuple(found), limits.at, not reason, reason)


def _device(text: str, at: Location) -> Device:
    """Read `host:container:permissions`."""
    path, _, rest = text.strip().partition(":")
    access = rest.rpartition(":")[2]
    return Device(path, access if access and not access.startswith("/") else "rwm", at)


def gpus(limits: Fields, resources: Fields) -> Items[str]:
    """Return the accelerators; what only a device plugin or a driver knows is unknown."""
    found: list[Setting[str]] = []
    for name, at in _extended(limits):
        if any(word in name.lower() for word in _ACCELERATORS):
            found.append(Stated(name, at))
        elif name.rpartition("/")[2] not in _DEVICES and not name.startswith(_COUNTED):
            found.append(Unknown(f"only its device plugin knows what `{name[:60]}` is", at))
    claims = resources.items("claims").nodes
    found += (Unknown("only the driver of the resource claim knows what it hands out", claim.at) for claim in claims)
    return Items(tuple(found), limits.at)


def _extended(limits: Fields) -> Iterator[tuple[str, Location]]:
    """Yield the resources of somebody's own, of which there is more than none."""
    for name in limits.names():
        amount = limits.setting(name, "", "an amount", as_spelling) if "/" in name else None
        if amount is not None and getattr(amount, "value", "1").strip("0 ") not in ("", "."):
            yield name, limits.at_of(name)
