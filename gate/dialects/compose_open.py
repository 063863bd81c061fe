"""A workload of which not all is in sight: lists may grow, and what is silent may speak."""

from __future__ import annotations

from gate.model.evidence import Defaulted, Deferred, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.segments import Segments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from gate.model.facet import Facet
    from gate.model.location import Location
    from gate.model.workload import Container, Workload

    F = TypeVar("F", bound=Facet)


def opened(workload: Workload, reason: str, at: Location | None = None) -> Workload:
    """Say that there may be more of everything than is in sight, and where the reason stands if that is one place."""
    members = workload.containers.members
    containers = tuple(
        Stated(opened_container(member.value, reason, at), member.at)
        for member in members
        if isinstance(member, Stated)
    )
    return replace(
        workload,
        containers=replace(workload.containers, members=containers),
        namespaces=opened_facet(workload.namespaces, reason, at),
        sandbox=opened_facet(workload.sandbox, reason, at),
        segments=workload.segments and _reopened(workload.segments, reason, at),
    )


def opened_container(container: Container, reason: str, at: Location | None) -> Container:
    """Say of one container that there may be more than is in sight."""
    return replace(
        container,
        privilege=opened_facet(container.privilege, reason, at),
        confinement=opened_facet(container.confinement, reason, at),
        exposure=opened_facet(container.exposure, reason, at),
        resources=opened_facet(container.resources, reason, at),
    )


def _reopened(found: Segments, reason: str, at: Location | None) -> Segments:
    """Say the same of a service of which not all is in sight: what is closed may be opened, and the reverse."""
    ingress, egress = (
        one if isinstance(one, Stated) and one.value is False else Unknown(reason, at or one.at)
        for one in (found.ingress, found.egress)
    )
    return Segments(ingress, egress, found.labels)


def opened_facet(facet: F, reason: str, at: Location | None) -> F:
    """Say of one facet that there may be more than is in sight."""
    changes: dict[str, object] = {}
    for name in facet._fields:
        value = getattr(facet, name)
        if isinstance(value, Items):
            changes[name] = replace(value, at=at or value.at, complete=False, open_because=reason)
        elif isinstance(value, Defaulted | Deferred):
            changes[name] = Unknown(reason, at or value.at)
    return replace(facet, **changes)
