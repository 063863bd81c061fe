"""A task definition as a workload, in whatever format it was written."""

from __future__ import annotations

from gate.dialects.docker_options import pid_mode
from gate.dialects.ecs_container import container
from gate.dialects.ecs_launch import Launch, sandbox
from gate.dialects.ecs_networks import segments
from gate.dialects.ecs_refused import ignored, on_fargate, refused
from gate.dialects.ecs_volumes import Volumes
from gate.dialects.reading import Fields, as_spelling, as_text
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, known
from gate.model.record import Record
from gate.model.reference import Reference
from gate.model.sensitivity import Statement
from gate.model.workload import Build, Credentials, Namespaces, Placement, Workload
from gate.syntax.tree import Opaque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.ecs_launch import Start
    from gate.dialects.ecs_networks import Group
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Container, Doubt
    from gate.syntax.tree import Node, Scalar

#: Containers of one task that are read; ECS itself takes no more than ten.
MAX_CONTAINERS = 100

#: What tags and Docker labels begin with that state a task's sensitivity.
_STATES = ("boundary-gate.io/", "gate.")


class Task(Record):
    """A task definition: its name in the file, where it stands, its tree in the API's words, and what starts it.

    `groups` are the security groups of each thing that does.
    """

    id: str
    name: str
    at: Location
    node: Node
    starts: tuple[Start, ...]
    groups: tuple[Items[Group], ...] = ()


def refusal(task: Task) -> InputError | None:
    """Say why ECS would not take a task definition at all: it has no containers."""
    fields = Fields(task.node, task.node, [])
    members = fields.items("containerDefinitions")
    if members.nodes or members.reason:
        return None
    remedy = "write the containers below `containerDefinitions`"
    return InputError(f"the task definition {task.name} has no containers", at=task.at, remedy=remedy)


def workload(task: Task) -> Workload:
    """Return the workload that a task definition starts."""
    return _Reader(task).workload()


class _Reader:
    """One task definition on its way to becoming a workload."""

    __slots__ = ("containers", "doubts", "excluded", "fields", "launch", "os", "task")

    def __init__(self, task: Task) -> None:
        self.task = task
        self.doubts: list[Doubt] = []
        self.fields = Fields(task.node, task.node, self.doubts)
        self.containers = list(_containers(self.fields))
        self.excluded = list(on_fargate(self.fields, self.containers))
        self.launch = Launch(self.fields, task.starts, self.excluded[0].key if self.excluded else "")
        self.os = _os(self.fields)

    def workload(self) -> Workload:
        task, at = self.task, self.task.at
        return Workload(
            task.id,
            known(self.fields.text("family")) or task.name,
            "",
            "TaskDefinition",
            "ecs",
            at,
            self.os,
            Items(tuple(self._containers()), at),
            self._namespaces(),
            sandbox(self.launch, at),
            self._placement(),
            Credentials.inapplicable("Amazon ECS hands out the credentials of a role, and no tokens", at),
            Build.inapplicable("a task definition names an image that is already built", at),
            tuple(self._references()),
            tuple(self._statements()),
            tuple(ignored(self.fields, self.containers, self.launch, windows=self._windows)),
            tuple(self.doubts),
            refused=tuple(refused(self.launch, self.excluded)),
            segments=segments(self.fields, self.launch, task.groups),
        )

    @property
    def _windows(self) -> bool:
        return known(self.os) == "windows"

    def _containers(self) -> Iterator[Setting[Container]]:
        volumes = Volumes(self.fields, self.containers)
        for number, fields in enumerate(self.containers, 1):
            found = container(
                fields,
                known(fields.text("name")) or f"container {number}",
                self.fields,
                volumes,
                fargate=self.launch.fargate,
                windows=self._windows,
            )
            yield Stated(found, fields.at)

    def _namespaces(self) -> Namespaces:
        at = self.fields.at
        fargate = self.launch.fargate
        return Namespaces(
            self._mode("pidMode"),
            self._mode("networkMode"),
            self._mode("ipcMode"),
            Inapplicable("Amazon ECS has no such setting", at),
            Inapplicable("Fargate has no such setting", at) if fargate else Deferred("docker.userns_remap", at),
            Inapplicable("Amazon ECS has no such setting", at),
        )

    def _mode(self, name: str) -> Setting[str]:
        return self.fields.setting(name, "private", "a mode", lambda node: _private(as_text(node)))

    def _placement(self) -> Placement:
        found, reason = self.fields.mappings("placementConstraints")
        expressions = tuple(one.text("expression") for one in found)
        at = self.fields.at_of("placementConstraints")
        none: Items[str] = Items((), at)
        return Placement(Items(expressions, at, not reason, reason), none, Inapplicable("Amazon ECS names no host", at))

    def _references(self) -> Iterator[Reference]:
        for fields in self.containers:
            image = fields.text("image")
            if isinstance(image, Stated) and image.value:
                yield Reference("image", image.value, image.at)

    def _statements(self) -> Iterator[Statement]:
        """Yield what tags, and Docker labels of the containers, state about the task's sensitivity."""
        for tag in self.fields.mappings("tags")[0]:
            yield from _statement(known(tag.text("key")) or "", tag.text("value"))
        for fields in self.containers:
            labels = fields.sub("dockerLabels")
            for name in labels.names():
                yield from _statement(name, labels.setting(name, "", "a string", as_spelling))


def _containers(task: Fields) -> Iterator[Fields]:
    """Yield the containers; what cannot be known of a list is one more, of which nothing is."""
    found, reason = task.mappings("containerDefinitions")
    yield from found[:MAX_CONTAINERS]
    if len(found) > MAX_CONTAINERS:
        reason = f"it has more than {MAX_CONTAINERS} containers"
    if reason:
        at = task.at_of("containerDefinitions")
        node = task.get("containerDefinitions") or task.owner
        yield Fields(Opaque(node.source, at.start, at.end, reason), node, task.doubts)


def _private(mode: str | None) -> str | None:
    """Take any mode but the host's for a namespace of the task's own; a container is never joined across tasks."""
    return None if mode is None else "host" if pid_mode(mode) == "host" else "private"


def _statement(name: str, value: Setting[str]) -> Iterator[Statement]:
    for prefix in _STATES:
        if name.startswith(prefix):
            yield Statement(name.removeprefix(prefix), known(value) or "", value.at)


def _os(fields: Fields) -> Setting[str]:
    family = fields.sub("runtimePlatform").setting("operatingSystemFamily", "LINUX", "a family", _family)
    if isinstance(family, Stated | Defaulted):
        return type(family)("windows" if family.value.startswith("WINDOWS") else "linux", family.at)
    return family


def _family(node: Scalar) -> str | None:
    text = as_text(node)
    return None if text is None else text.upper()
