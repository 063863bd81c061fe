"""What the pods of Marathon ask of Mesos, whose own containerizer runs them all, and what they share with apps."""

from __future__ import annotations

from gate.dialects.marathon import (
    AGENTS,
    NO_SUCH,
    Task,
    bare_or,
    box_of,
    image_of,
    ipc,
    mounted,
    network,
    setting,
    target,
    task,
    text_of,
    user,
)
from gate.dialects.reading import Fields, as_text
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.workload import Namespaces, RefusedKey
from gate.syntax.tree import Mapping, Opaque, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Mount


def pod_task(pod: Fields, fields: Fields, name: str) -> Task:
    """Return what one container of a pod asks for."""
    image = image_of(fields.sub("image"), "id")
    info = fields.sub("linuxInfo")
    shared_memory = info if info.has("ipcInfo") or info.reason else pod.sub("linuxInfo")
    shared = {_key(one): one for one in pod.mappings("volumes")[0]}
    members = [_pod_mount(one, shared) for one in fields.mappings("volumeMounts")[0]]
    reason = fields.mappings("volumeMounts")[1] or pod.mappings("volumes")[1]
    mounts = Items(tuple(members), fields.at_of("volumeMounts"), not reason, reason)
    one = task(fields, name, image, info, mounts)
    if not fields.has("user") and pod.has("user"):
        one = replace(one, privilege=replace(one.privilege, user=user(pod)))
    own = Namespaces(
        Deferred(AGENTS, fields.at),
        network(pod, fields.sub("docker")),
        ipc(shared_memory),
        Inapplicable(NO_SUCH, fields.at),
        Defaulted("host", fields.at),
        Inapplicable(NO_SUCH, fields.at),
    )
    return bare_or(Task(one, own, box_of(image, fields.at), Defaulted("linux", fields.at)))


def refused_of(pod: Fields) -> Iterator[RefusedKey]:
    """Yield what Marathon takes of a container and not of a pod (`LinuxInfo.validLinuxInfoForPodRaml`)."""
    info = pod.sub("linuxInfo")
    if info.has("seccomp"):
        yield RefusedKey("linuxInfo.seccomp", "Marathon takes it of a container, not of a pod", info.at_of("seccomp"))


def _key(volume: Fields) -> str:
    said = setting(volume, "name")
    return said.value if isinstance(said, Stated) else ""


def _pod_mount(fields: Fields, shared: dict[str, Fields]) -> Setting[Mount]:
    if fields.reason:
        return Unknown(fields.reason, fields.at)
    name = setting(fields, "name")
    read_only = fields.flag("readOnly", default=False)
    volume = shared.get(name.value) if isinstance(name, Stated) else None
    if volume is None and any(one.has("host") for one in shared.values()):
        return Unknown(
            f"which volume it mounts cannot be known: {getattr(name, 'reason', 'none has this name')}", fields.at
        )
    host = setting(volume, "host") if volume is not None else Defaulted("", fields.at)
    return mounted(fields, host, target(fields, "mountPath"), read_only)


def labels(fields: Fields) -> Iterator[tuple[str, str, Location]]:
    """Yield the labels of an app or pod."""
    for key, value in fields.entries("labels"):
        text = text_of(value) if isinstance(value, Scalar) else None
        if text is not None:
            yield key.text, text, value.at


def constraints(fields: Fields) -> Items[str]:
    """Return where the scheduler may put an app or pod."""
    holder = fields if fields.has("constraints") else fields.sub("scheduling").sub("placement")
    members = holder.items("constraints")
    found: list[Setting[str]] = []
    for node in members.nodes:
        if isinstance(node, Opaque):
            found.append(Unknown(node.reason, node.at))
        elif isinstance(node, Mapping):
            found.append(
                Stated(
                    " ".join(as_text(one) or "" for one in node.entries.values() if isinstance(one, Scalar)), node.at
                )
            )
        else:
            words = [as_text(one) or "" for one in getattr(node, "items", ()) if isinstance(one, Scalar)]
            found.append(Stated(" ".join(words), node.at))
    return Items(tuple(found), members.at, not members.reason, members.reason)
