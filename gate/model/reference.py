"""Names by which one thing in the input points at another, and the things they may resolve to."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from gate.model.cluster import Cluster, FargateProfile, NodePool
    from gate.model.constraints import Allocation, Constraints, Grant, Permission
    from gate.model.daemon import Daemon
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.segments import NetworkPolicy
    from gate.model.storage import Claim, Persistent

    ReferenceKind = Literal[
        "constraints",
        "grant",
        "permission",
        "network-policy",
        "image",
        "build",
        "runtime-class",
        "namespace",
        "service-account",
        "persistent-volume",
        "claim",
        "cluster",
        "node-pool",
        "fargate-profile",
        "daemon",
        "client-setting",
    ]
    Body: TypeAlias = (
        NetworkPolicy
        | Persistent
        | Claim
        | Constraints
        | Grant
        | Permission
        | Allocation
        | Cluster
        | NodePool
        | FargateProfile
        | Daemon
    )

#: Kinds of definitions that describe managed clusters.
CLUSTERS = ("cluster", "node-pool", "fargate-profile")

#: Kinds of definitions that rules ask about by themselves, because they are no subjects.
UNDERNEATH = (*CLUSTERS, "daemon")


class Reference(Record):
    """A typed pointer; `namespace` is empty for what lives in none.

    For an image the name is the reference as written; for a build it is the id of the recipe (its path relative to the
    root of the scan, or the id of an inline one) and `part` is the stage that is asked for.
    """

    kind: ReferenceKind
    name: str
    at: Location
    namespace: str = ""
    part: str = ""


class Definition(Record):
    """Something that a reference may resolve to, other than a subject: a RuntimeClass, a Namespace.

    `value` is what resolving yields (a RuntimeClass's handler, a namespace's enforced Pod Security level, the id of a
    built image). `body` is the whole of what one word cannot say.
    """

    kind: ReferenceKind
    name: str
    at: Location
    value: Setting[str]
    namespace: str = ""
    body: Body | None = None
