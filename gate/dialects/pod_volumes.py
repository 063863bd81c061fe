"""The volumes of a pod, and what its containers mount of them."""

from __future__ import annotations

from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.record import Record, replace
from gate.model.storage import Claimed
from gate.model.workload import Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.workload import MountKind

#: Every kind of volume that the API has or had (kubernetes/api core/v1 `VolumeSource`).
KINDS = frozenset(
    {
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "fc",
        "flexVolume",
        "flocker",
        "gcePersistentDisk",
        "gitRepo",
        "glusterfs",
        "hostPath",
        "image",
        "iscsi",
        "nfs",
        "persistentVolumeClaim",
        "photonPersistentDisk",
        "portworxVolume",
        "projected",
        "quobyte",
        "rbd",
        "scaleIO",
        "secret",
        "storageos",
        "vsphereVolume",
    }
)

MANAGED = "the kubelet manages this volume"
_PROPAGATION = "None"


class Volume(Record):
    """What a volume is when it is mounted: the host path of a bind, or something the kubelet manages."""

    kind: MountKind
    source: Setting[str]
    claim: Claimed | None = None


def volume_kinds(spec: Fields) -> Items[str]:
    """Return the kind of every volume, with the place of the volume."""
    members, reason = spec.mappings("volumes")
    found: list[Setting[str]] = []
    for volume in members:
        found += _kinds(volume)
    return Items(tuple(found), spec.at_of("volumes"), not reason, reason)


def _kinds(volume: Fields) -> list[Setting[str]]:
    """Return one kind; several only where the API server would refuse the volume.

    A volume without a source is an `emptyDir`, because the API server fills that in.
    """
    if volume.reason:
        return [Unknown(volume.reason, volume.at)]
    written = [name for name in volume.names() if name != "name" and volume.has(name)]
    strange = next((name for name in written if name not in KINDS), "")
    known: list[Setting[str]] = [Stated(name, volume.at) for name in written if name in KINDS]
    if known:
        return known
    if strange:
        return [Unknown(f"`{strange[:60]}` is no kind of volume that is known", volume.at)]
    return [Defaulted("emptyDir", volume.at)]


def volumes_by_name(spec: Fields, claimed: dict[str, Volume], namespace: str) -> dict[str, Volume]:
    """Return what each volume is; `claimed` are those that a StatefulSet or its like makes for every pod."""
    found = dict(claimed)
    for fields in spec.mappings("volumes")[0]:
        name = fields.text("name")
        if isinstance(name, Stated):
            found[name.value] = _volume(fields, namespace)
    return found


def _volume(fields: Fields, namespace: str) -> Volume:
    host = fields.sub("hostPath")
    if host.present:
        path = host.text("path")
        source: Setting[str] = Unknown("it names no path", host.at) if isinstance(path, Defaulted) else path
        return Volume("pipe" if isinstance(path, Stated) and _is_pipe(path.value) else "bind", source)
    unknown = next((kind for kind in _kinds(fields) if isinstance(kind, Unknown)), None)
    if unknown is not None:
        return Volume("bind", unknown)
    claim = fields.sub("persistentVolumeClaim").text("claimName")
    if isinstance(claim, Stated):
        return Volume("volume", Inapplicable(MANAGED, fields.at), Claimed(namespace, claim.value, None, ""))
    medium = fields.sub("emptyDir").text("medium")
    in_memory = isinstance(medium, Stated) and medium.value == "Memory"
    return Volume("tmpfs" if in_memory else "volume", Inapplicable(MANAGED, fields.at))


def _is_pipe(path: str) -> bool:
    return path.replace("/", "\\").startswith("\\\\.\\pipe\\")


def mounts(container: Fields, volumes: dict[str, Volume], open_because: str) -> Items[Mount]:
    """Return what a container mounts; `open_because` says why there may be volumes that are not in the table."""
    files, why_not_files = container.mappings("volumeMounts")
    blocks, why_not_blocks = container.mappings("volumeDevices")
    found = [_mount(fields, "mountPath", volumes, open_because) for fields in files]
    found += (_mount(fields, "devicePath", volumes, open_because) for fields in blocks)
    reason = why_not_files or why_not_blocks
    return Items(tuple(found), container.at_of("volumeMounts"), not reason, reason)


def _missing(name: Setting[str]) -> str:
    """Say why a volume is not found; Tekton puts parameters into names when it makes the pod."""
    if isinstance(name, Stated) and "$(" in name.value:
        return f"which volume `{name.value[:60]}` is, whoever runs it says"
    return "it mounts a volume that the pod does not have"


def _mount(fields: Fields, target: str, volumes: dict[str, Volume], open_because: str) -> Setting[Mount]:
    name = fields.text("name")
    if isinstance(name, Unknown):
        return name
    volume = volumes.get(name.value) if isinstance(name, Stated) else None
    if volume is None:
        return Unknown(open_because or _missing(name), fields.at)
    path = fields.text(target)
    mount = Mount(
        volume.kind,
        _within(volume, fields),
        path.value if isinstance(path, Stated) else "",
        fields.flag("readOnly", default=False),
        fields.text("mountPropagation", _PROPAGATION),
        fields.at,
        _part_of(volume.claim, fields),
        fields.has("subPath") or fields.has("subPathExpr"),
    )
    return Stated(mount, fields.at)


def _part_of(claim: Claimed | None, fields: Fields) -> Claimed | None:
    part = fields.text("subPath") if claim is not None else None
    return replace(claim, part=part.value) if claim is not None and isinstance(part, Stated) else claim


def _within(volume: Volume, fields: Fields) -> Setting[str]:
    """Narrow a host path down to the part that is mounted.

    What `subPathExpr` comes to is only known when the pod starts; the path above it counts then.
    """
    part = fields.text("subPath")
    if volume.kind != "bind" or not isinstance(volume.source, Stated) or not isinstance(part, Stated):
        return volume.source
    return Stated(f"{volume.source.value.rstrip('/')}/{part.value}", volume.source.at, (part.at,))
