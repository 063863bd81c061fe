"""Mesos: the apps, groups and pods of Marathon, in JSON."""

from __future__ import annotations

import re

from gate.dialects.reading import Fields, as_text
from gate.model.errors import InputError, UnrenderedError
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading
from gate.model.reference import Reference
from gate.model.sensitivity import Statement
from gate.model.workload import Credentials, Placement, Workload
from gate.syntax.json import parse
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.marathon import Task
    from gate.model.source import Source, Sources
    from gate.model.workload import Doubt, Namespaces, Sandbox
    from gate.syntax.tree import Node

#: What an app has at least one of, beside its `id`, and how much of it is run.
_OF_AN_APP = ("cmd", "args", "container", "uris", "fetch")
_AMOUNTS = ("instances", "cpus", "mem")

#: What a group holds.
_MEMBERS = ("apps", "groups", "pods")

#: What a file that is no JSON until it is rendered has of an app.
_IN_TEMPLATE = (rb'"id"\s{0,20}:', rb'"(?:cmd|args|container)"\s{0,20}:', rb'"(?:cpus|mem|instances)"\s{0,20}:')

#: Groups inside groups, and apps and pods of one file.
MAX_DEPTH = 20
MAX_WORKLOADS = 2000

#: Labels that state something about an app's sensitivity.
LABEL_PREFIX = "gate."


def claims(source: Source) -> bool:
    """Claim an app, a pod, a group or a list of such, and a template of one."""
    data = source.data
    if b'"id"' not in data:
        return False
    root = parse(source).root
    if root is None:
        return b"{{" in data and all(re.search(mark, data) for mark in _IN_TEMPLATE)
    return any(_is_of_marathon(node, 0) for node in (root.items if isinstance(root, Sequence) else [root]))


def _is_of_marathon(node: Node, depth: int) -> bool:
    if not isinstance(node, Mapping) or depth > MAX_DEPTH:
        return False
    named = isinstance(node.get("id"), Scalar)
    if not named and (depth or node.get("id") is not None):
        return False
    lists = [node.get(name) for name in _MEMBERS]
    inner = [one for below in lists if isinstance(below, Sequence) for one in below.items]
    return any(_is_of_marathon(one, depth + 1) for one in inner) or (named and (_is_pod(node) or _is_app(node)))


def _is_app(node: Mapping) -> bool:
    return any(node.get(name) is not None for name in _OF_AN_APP) and any(
        node.get(name) is not None for name in _AMOUNTS
    )


def _is_pod(node: Mapping) -> bool:
    containers = node.get("containers")
    return isinstance(containers, Sequence) and any(_is_member(one) for one in containers.items)


def _is_member(node: Node) -> bool:
    """Say whether this is a container of a pod; others' APIs have a name and resources too, under other words."""
    resources = node.get("resources") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or node.get("name") is None or not isinstance(resources, Mapping):
        return False
    return any(resources.get(name) is not None for name in _AMOUNTS)


def read(source: Source, sources: Sources) -> Reading:
    """Read every app and pod of a file."""
    document = parse(source)
    if document.root is None:
        problem = UnrenderedError(
            "is a template that nobody has rendered",
            at=whole_file(source.path),
            remedy="render it, and check the result",
        )
        return Reading(problems=(problem,))
    walk = _Walk(source.path)
    root = document.root
    for node in root.items if isinstance(root, Sequence) else [root]:
        walk.visit(node, "", 0)
    return Reading(tuple(walk.found), problems=tuple(walk.problems))


class _Walk:
    """Goes down the groups of one file."""

    __slots__ = ("_ids", "_path", "found", "problems")

    def __init__(self, path: str) -> None:
        self._path = path
        self._ids: dict[str, int] = {}
        self.found: list[Workload] = []
        self.problems: list[InputError] = []

    def visit(self, node: Node, group: str, depth: int) -> None:
        """Read an app or a pod, or what is in a group."""
        if not isinstance(node, Mapping):
            return
        doubts: list[Doubt] = []
        fields = Fields(node, node, doubts)
        name = _id(fields, group)
        if depth > MAX_DEPTH:
            self.problems.append(InputError("has too many groups inside groups", at=node.at, remedy="split the file"))
        elif any(isinstance(node.get(key), Sequence) for key in _MEMBERS):
            for key in _MEMBERS:
                inner = node.get(key)
                for one in inner.items if isinstance(inner, Sequence) else ():
                    self.visit(one, name, depth + 1)
        elif len(self.found) == MAX_WORKLOADS:
            if not self.problems:
                cause = f"holds more than {MAX_WORKLOADS} apps"
                self.problems.append(InputError(cause, at=node.at, remedy="split the file"))
        elif isinstance(node.get("containers"), Sequence):
            self.found.append(_pod(fields, self._unique("Pod", name), name, doubts))
        else:
            self.found.append(_app(fields, self._unique("App", name), name, doubts))

    def _unique(self, kind: str, name: str) -> str:
        subject = f"{self._path}#{kind}/{name}"
        count = self._ids[subject] = self._ids.get(subject, 0) + 1
        return subject if count == 1 else f"{subject}:{count}"


def _id(fields: Fields, group: str) -> str:
    """Return the path of an app or a group, without the first slash; a relative one starts from the group.

    A group without an id is the one that everything is in.
    """
    node = fields.get("id")
    said = as_text(node) if isinstance(node, Scalar) else None
    text = said or ""
    joined = text if text.startswith("/") else f"{group}/{text}"
    return "/".join(part for part in joined.split("/") if part not in ("", "."))


def _app(fields: Fields, subject: str, name: str, doubts: list[Doubt]) -> Workload:
    from gate.dialects.marathon import app

    shown = name.rpartition("/")[2] or "app"
    return _workload(fields, subject, name, "App", [app(fields, shown)], doubts)


def _pod(fields: Fields, subject: str, name: str, doubts: list[Doubt]) -> Workload:
    from gate.dialects.marathon import text_of
    from gate.dialects.marathon_pod import pod_task

    tasks = []
    for one in fields.mappings("containers")[0]:
        node = one.get("name")
        shown = text_of(node) if isinstance(node, Scalar) else None
        tasks.append(pod_task(fields, one, shown or "container"))
    return _workload(fields, subject, name, "Pod", tasks, doubts)


def _workload(fields: Fields, subject: str, name: str, kind: str, tasks: list[Task], doubts: list[Doubt]) -> Workload:
    from gate.dialects.docker_workload import no_build
    from gate.dialects.marathon import refused
    from gate.dialects.marathon_networks import segments
    from gate.dialects.marathon_pod import constraints, labels, refused_of

    at, own = fields.at, _namespaces(tasks, fields)
    statements = tuple(
        Statement(key.removeprefix(LABEL_PREFIX), one.strip(), place)
        for key, text, place in labels(fields)
        if key.startswith(LABEL_PREFIX)
        for one in text.split(",")
    )
    reason = "" if kind == "App" else fields.mappings("containers")[1]
    return Workload(
        subject,
        name,
        "",
        kind,
        "mesos",
        at,
        tasks[0].os if tasks else Defaulted("linux", at),
        Items(tuple(Stated(one.container, one.container.at) for one in tasks), at, not reason, reason),
        own,
        _sandbox(tasks, fields),
        Placement(constraints(fields), Items((), at), Inapplicable("Marathon names no node", at)),
        Credentials.inapplicable("Marathon hands out no tokens", at),
        no_build(at),
        tuple(_references(tasks)),
        statements,
        tuple(key for one in tasks for key in one.ignored),
        tuple(doubts),
        refused=tuple(refused(fields) if kind == "App" else refused_of(fields)),
        segments=segments(fields, own.network),
    )


def _namespaces(tasks: list[Task], fields: Fields) -> Namespaces:
    """Return the namespaces of a pod as those of one container that has the least of any."""
    from gate.dialects.compose_hooks import worst_namespaces
    from gate.model.workload import Namespaces

    if not tasks:
        return Namespaces.unknown("it has no containers", fields.at)
    found = tasks[0].namespaces
    for one in tasks[1:]:
        found = worst_namespaces(found, one.namespaces)
    return found


def _sandbox(tasks: list[Task], fields: Fields) -> Sandbox:
    from gate.dialects.marathon import COMMAND
    from gate.model.workload import Sandbox

    if not tasks:
        return Sandbox.unknown("it has no containers", fields.at)
    bare = next((one for one in tasks if getattr(one.sandbox.native, "value", "") == COMMAND), None)
    return (bare or tasks[0]).sandbox


def _references(tasks: list[Task]) -> Iterator[Reference]:
    for one in tasks:
        if isinstance(one.container.image, Stated):
            yield Reference("image", one.container.image.value, one.container.image.at)


READER = Reader("marathon", ("mesos",), claims, read)
