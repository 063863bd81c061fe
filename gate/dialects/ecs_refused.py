"""What ECS refuses or ignores of a task definition, given where it runs.

Sources: the API model of Amazon ECS, which says of each key where it is not supported; the developer guide's pages on
what differs on Fargate.
"""

from __future__ import annotations

from gate.dialects.ecs_fields import CONTAINER, LINUX, TASK, Structure
from gate.dialects.ecs_launch import FARGATE
from gate.model.evidence import Stated, Unknown, known
from gate.model.workload import IgnoredKey, RefusedKey
from gate.syntax.tree import Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.ecs_fields import Shape
    from gate.dialects.ecs_launch import Launch
    from gate.dialects.reading import Fields

_ON_FARGATE = "Fargate refuses it"

#: Keys of a container that Fargate does not take, whatever they say, unless it is nothing.
_CONTAINER = ("disableNetworking", "dnsSearchDomains", "dnsServers", "dockerSecurityOptions", "extraHosts", "links")
_LINUX = ("devices", "maxSwap", "sharedMemorySize", "swappiness")

#: Where each key belongs, and each key by its lower-case spelling.
_PLACES = {
    **dict.fromkeys(LINUX, "`linuxParameters`"),
    **dict.fromkeys(TASK, "the task definition"),
    **dict.fromkeys(CONTAINER, "a container definition"),
}
_NAMES = {name.lower(): name for name in _PLACES}

#: Keys by which nobody means to protect anything.
_PLAIN = frozenset({"dockerLabels", "family", "image", "links", "memory", "name", "tags", "volumes"})


def on_fargate(task: Fields, containers: list[Fields]) -> Iterator[RefusedKey]:
    """Yield what Fargate refuses, as far as it is known to be asked for."""
    mode = task.text("networkMode", "bridge")
    if not isinstance(mode, Unknown) and known(mode) != "awsvpc":
        yield RefusedKey("networkMode", "Fargate has `awsvpc` only", mode.at)
    if known(task.text("pidMode")) == "host":
        yield RefusedKey("pidMode", "Fargate has `task` only", task.at_of("pidMode"))
    for name in ("ipcMode", "placementConstraints"):
        yield from _given(task, name)
    for volume in task.mappings("volumes")[0]:
        yield from _given(volume.sub("host"), "sourcePath")
        yield from _given(volume, "dockerVolumeConfiguration")
    for container in containers:
        yield from _of_container(container)


def _of_container(container: Fields) -> Iterator[RefusedKey]:
    linux = container.sub("linuxParameters")
    for name in ("privileged", *_CONTAINER):
        yield from _given(container, name)
    for name in _LINUX:
        yield from _given(linux, name)
    for member in linux.sub("capabilities").strings("add").members:
        if isinstance(member, Stated) and member.value.upper().removeprefix("CAP_") != "SYS_PTRACE":
            yield RefusedKey("capabilities", f"Fargate adds `SYS_PTRACE` only, not {member.value[:40]}", member.at)
    for one in container.mappings("resourceRequirements")[0]:
        if known(one.text("type")) == "GPU":
            yield RefusedKey("resourceRequirements", "Fargate has no GPUs", one.at)


def _given(fields: Fields, name: str) -> Iterator[RefusedKey]:
    """Yield a key that says something other than nothing; what is not known may say nothing."""
    node = fields.get(name)
    said = node.value not in (None, False, "") if isinstance(node, Scalar) else isinstance(node, Structure)
    if said or (isinstance(node, Sequence) and node.items):
        yield RefusedKey(name, _ON_FARGATE, fields.at_of(name))


def refused(launch: Launch, excluded: list[RefusedKey]) -> Iterator[RefusedKey]:
    """Yield what contradicts the launch type, so that ECS refuses the task definition or its start."""
    if launch.fargate or FARGATE in (launch.named or ()):
        yield from excluded
    for start in launch.starts:
        if known(start.launch) == FARGATE and launch.named and FARGATE not in launch.named:
            text = f"{start.name} starts it on Fargate, which it is not checked against"
            yield RefusedKey("requiresCompatibilities", text, start.launch.at)
    if launch.isolation and not launch.managed:
        yield RefusedKey("isolationMode", "only managed instances have it", launch.mode.at)


def ignored(task: Fields, containers: list[Fields], launch: Launch, *, windows: bool) -> Iterator[IgnoredKey]:
    """Yield what only looks like protection."""
    yield from _misplaced(task, TASK)
    for container in containers:
        yield from _misplaced(container, CONTAINER)
        yield from _misplaced(container.sub("linuxParameters"), LINUX)
        for name in ("readonlyRootFilesystem", "user", "linuxParameters") if windows else ():
            if container.has(name):
                yield IgnoredKey(name, "Windows containers have no such thing", container.at_of(name))
    for start in launch.starts if launch.named == frozenset({FARGATE}) else ():
        kind = known(start.launch)
        if kind not in (None, FARGATE):
            yield IgnoredKey("requiresCompatibilities", f"{start.name} starts it on {kind}", launch.compatible.at)


def _misplaced(fields: Fields, own: dict[str, Shape]) -> Iterator[IgnoredKey]:
    """Yield the keys that mean something elsewhere, or in another spelling, and nothing here."""
    for key in fields.node.strange if isinstance(fields.node, Structure) else ():
        name = _NAMES.get(key.text.lower(), "")
        if name and name not in _PLAIN:
            elsewhere = f"`{name}` is a key of {_PLACES[name]}"
            yield IgnoredKey(key.text, "it is not spelled like this here" if name in own else elsewhere, key.at)
