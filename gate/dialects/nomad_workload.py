"""The workloads of a job of Nomad: one for each task, and one for each sidecar of a service that the job describes.

What a driver that is not known here keeps apart is open, and never taken for anything.
"""

from __future__ import annotations

from gate.dialects.compose_open import opened
from gate.dialects.docker_workload import no_build
from gate.dialects.interpolation import GAP
from gate.dialects.machine import guest
from gate.dialects.nomad import Task, os, placement, setting, text_of, volume_mounts
from gate.dialects.nomad_docker import OF_DOCKER, OF_PODMAN, by_engine
from gate.dialects.nomad_exec import KEYS, box, machine, namespaces, of_group, process, undone
from gate.dialects.reading import Fields
from gate.model.evidence import Items, Stated, Unknown, known
from gate.model.record import replace
from gate.model.reference import Reference
from gate.model.sensitivity import Statement
from gate.model.workload import (
    Confinement,
    Container,
    Credentials,
    Doubt,
    Exposure,
    Namespaces,
    Privilege,
    Resources,
    Sandbox,
    Workload,
)
from gate.syntax.tree import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location

#: Labels and keys of `meta` that state something about a task's sensitivity.
LABEL_PREFIX = "gate."

#: The driver of a sidecar that a job says nothing else of (`nomad/job_endpoint_hook_connect.go`).
_OF_SIDECARS = "docker"

_NO_TOKENS = "a task is handed a token where the job asks for one"


class Job:
    """One job of one file."""

    __slots__ = ("_ids", "_job", "_path", "doubts", "name")

    def __init__(self, node: Mapping, path: str) -> None:
        """Take the job's tree and the path of its file."""
        self.doubts: list[Doubt] = []
        self._job = Fields(node, node, self.doubts)
        self._path = path
        self._ids: dict[str, int] = {}
        self.name = _named(self._job, "id") or _named(self._job, "name") or "job"

    def tasks(self) -> Iterator[Task]:
        """Yield the tasks of all groups, the sidecars that services configure, and those that the job has alone."""
        for one in self._job.mappings("task")[0]:
            yield Task(self._job, one, one, _named(one, "name") or "task")
        for group in self._job.mappings("group")[0]:
            for one in group.mappings("task")[0]:
                yield Task(self._job, group, one, _named(one, "name") or "task")
            for service in group.mappings("service")[0]:
                sidecar = service.sub("connect").sub("sidecar_task")
                if sidecar.has("config") or sidecar.reason:
                    yield Task(self._job, group, sidecar, f"connect-proxy-{_named(service, 'name') or 'service'}")

    def open_lists(self) -> Iterator[tuple[str, Location]]:
        """Yield why there may be tasks that are not in sight, and where."""
        holders = [self._job, *(one for one in self._job.mappings("group")[0])]
        for holder in holders:
            for name in ("group", "task"):
                reason = holder.mappings(name)[1] if holder.has(name) else ""
                if reason:
                    yield reason, holder.at_of(name)
            if holder.reason:
                yield holder.reason, holder.at

    def workload(self, task: Task) -> Workload:
        """Return a task as a workload."""
        group = "" if task.group is task.fields else _named(task.group, "name")
        name = "/".join(part for part in (self.name, group, task.name) if part)
        found = _of_driver(task, f"{self._path}#{self._unique(name)}", name)
        space = setting(self._job, "namespace")
        return replace(
            found,
            namespace=space.value if isinstance(space, Stated) else "",
            placement=placement(task),
            credentials=Credentials.inapplicable(_NO_TOKENS, task.fields.at),
            statements=tuple(_statements(task)),
            doubts=tuple(self.doubts),
        )

    def _unique(self, name: str) -> str:
        count = self._ids[name] = self._ids.get(name, 0) + 1
        return f"Task/{name}" if count == 1 else f"Task/{name}:{count}"


def _named(fields: Fields, name: str) -> str:
    node = fields.get(name)
    text = node.value if isinstance(node, Scalar) else ""
    return text if isinstance(text, str) else ""


def _of_driver(task: Task, id_: str, name: str) -> Workload:
    """Ask the driver; one of a sidecar may be left to Nomad."""
    driver = setting(task.fields, "driver", _OF_SIDECARS if task.name.startswith("connect-proxy-") else "")
    value = known(driver) or ""
    make = _DRIVERS.get(value)
    if make is None or isinstance(driver, Unknown):
        reason = getattr(driver, "reason", "") or (
            f"what the driver `{value[:40]}` keeps apart is not known here" if value else "it names no driver"
        )
        return _unread(task, id_, name, reason, driver.at)
    return make(task, id_, name, value)


def _unread(task: Task, id_: str, name: str, reason: str, at: Location) -> Workload:
    """Return a task of which nothing is known but its folders."""
    volumes = volume_mounts(task)
    one = Container(
        task.name,
        "main",
        task.fields.at,
        Unknown(reason, at),
        "docker",
        Privilege.unknown(reason, at),
        Confinement.unknown(reason, at),
        replace(Exposure.unknown(reason, at), mounts=replace(volumes, at=at, complete=False, open_because=reason)),
        Resources.unknown(reason, at),
    )
    box_of = Sandbox.unknown(reason, at)
    return _made(id_, name, task, os(task), one, Namespaces.unknown(reason, at), box_of)


def _made(
    id_: str, name: str, task: Task, system: Setting[str], one: Container, own: Namespaces, sandbox: Sandbox
) -> Workload:
    at = task.fields.at
    return Workload(
        id_,
        name,
        "",
        "Task",
        "nomad",
        at,
        system,
        Items((Stated(one, at),), at),
        own,
        sandbox,
        placement(task),
        Credentials.inapplicable(_NO_TOKENS, at),
        no_build(at),
        tuple(_references(one)),
    )


def _references(one: Container) -> Iterator[Reference]:
    if isinstance(one.image, Stated):
        yield Reference("image", one.image.value, one.image.at)


def _docker(task: Task, id_: str, name: str, driver: str) -> Workload:
    found = by_engine(task, OF_PODMAN if driver == "podman" else OF_DOCKER)
    workload = replace(
        _made(id_, name, task, found.os, found.container, found.namespaces, found.sandbox),
        ignored=found.ignored,
        refused=found.refused,
        segments=found.segments,
    )
    if not found.open_because:
        return workload
    whole = opened(workload, found.open_because, found.open_at)
    if found.leaves_runtime_open:
        return whole
    # A key that the driver does not know is none for a runtime or a namespace: those are known.
    return replace(whole, sandbox=workload.sandbox, namespaces=workload.namespaces)


def _process(task: Task, id_: str, name: str, driver: str) -> Workload:
    bare = driver == "raw_exec"
    at = task.fields.at_of("driver")
    own = namespaces(task, bare=bare)
    one = process(task, bare=bare)
    workload = replace(
        _made(id_, name, task, os(task), one, own, box(at, bare=bare)),
        ignored=() if bare else tuple(undone(task)),
        segments=of_group(task),
    )
    reason, where = _stray(task, driver)
    # Neither driver has a key for a runtime.
    return replace(opened(workload, reason, where), sandbox=workload.sandbox) if reason and not bare else workload


def _stray(task: Task, driver: str) -> tuple[str, Location]:
    """Return why a driver's configuration cannot be known, and where."""
    config = task.fields.sub("config")
    stray = next((one for one in config.names() if one not in KEYS[driver]), "")
    if config.reason or not config.present:
        return config.reason or "it has no configuration for its driver", config.at
    return (f"`{stray[:40]}` is no key of the driver that is known here" if stray else ""), config.at_of(stray)


def _machine(task: Task, id_: str, name: str, driver: str) -> Workload:
    at = task.fields.at
    native, parts = machine(task)
    reason, where = _stray(task, driver)
    if reason:
        native = Unknown(reason, where)
        parts = replace(parts, shares=replace(parts.shares, complete=False, open_because=reason))
    return guest(id_, name, "nomad", at, native, parts)


_DRIVERS: dict[str, Callable[[Task, str, str, str], Workload]] = {
    "docker": _docker,
    "podman": _docker,
    "exec": _process,
    "java": _process,
    "raw_exec": _process,
    "qemu": _machine,
}


def _statements(task: Task) -> Iterator[Statement]:
    """Yield what the task, its group, its job and its labels say of its sensitivity."""
    places = [*((one, "meta") for one in (task.job, task.group, task.fields)), (task.fields.sub("config"), "labels")]
    for holder, name in places:
        for key, text, at in _entries(holder, name):
            if key.startswith(LABEL_PREFIX):
                for one in text.split(","):
                    yield Statement(key.removeprefix(LABEL_PREFIX), one.strip(), at)


def _entries(holder: Fields, name: str) -> Iterator[tuple[str, str, Location]]:
    from gate.dialects.nomad import rows

    for row in rows(holder, name)[0] if holder.has(name) else ():
        for key, value in row.node.entries.items() if row.node is not None else ():
            text, reason = text_of(value)
            if not reason and GAP not in text:
                yield key, text, row.at_of(key)
