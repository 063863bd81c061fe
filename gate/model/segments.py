"""Who may reach a workload over the network, and whom it may reach: segments that something keeps apart."""

from __future__ import annotations

from gate.model.facet import Facet
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.pod import Annotation

    Operator = Literal["In", "NotIn", "Exists", "DoesNotExist"]
    Wanted: TypeAlias = tuple[str, Operator, tuple[str, ...]]

    #: What a policy does in one direction: nothing, close it but for what it lets through, or let everything through.
    Effect = Literal["silent", "closes", "opens"]


class Segments(Facet):
    """Whether a workload is closed in each direction, but for what is let through, and its labels."""

    ingress: Setting[bool]
    egress: Setting[bool]
    labels: Items[Annotation]


class NetworkPolicy(Record):
    """A policy that selects workloads of a namespace by their labels; `unreadable` says why it cannot be known which.

    A namespace of None is every one of them.
    """

    namespace: str | None
    selector: tuple[Wanted, ...]
    ingress: Effect
    egress: Effect
    at: Location
    unreadable: str = ""
