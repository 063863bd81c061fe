"""A service that extends something that is not in sight: lists may grow, and what is silent may speak."""

from __future__ import annotations

from gate.model.evidence import Defaulted, Deferred, Items, Stated, Unknown
from gate.model.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from gate.model.facet import Facet
    from gate.model.workload import Container, Workload

    F = TypeVar("F", bound=Facet)


def opened(workload: Workload, reason: str) -> Workload:
    """Say that there may be more of everything than is in sight."""
    members = workload.containers.members
    containers = tuple(
        Stated(_container(member.value, reason), member.at) for member in members if isinstance(member, Stated)
    )
    return replace(
        workload,
        containers=replace(workload.containers, members=containers),
        namespaces=_facet(workload.namespaces, reason),
        sandbox=_facet(workload.sandbox, reason),
    )


def _container(container: Container, reason: str) -> Container:
    return replace(
        container,
        privilege=_facet(container.privilege, reason),
        confinement=_facet(container.confinement, reason),
        exposure=_facet(container.exposure, reason),
        resources=_facet(container.resources, reason),
    )


def _facet(facet: F, reason: str) -> F:
    changes: dict[str, object] = {}
    for name in facet._fields:
        value = getattr(facet, name)
        if isinstance(value, Items):
            changes[name] = replace(value, complete=False, open_because=reason)
        elif isinstance(value, Defaulted | Deferred):
            changes[name] = Unknown(reason, value.at)
    return replace(facet, **changes)
