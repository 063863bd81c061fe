"""OpenShift's security context constraints, who may use them, and what a namespace was given for them to hand out.

Fields: openshift/api `security/v1/types.go`, with the defaults that the API server fills in.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from gate.model.location import Location
    from gate.model.pod import SELinuxOptions

    Allowed = Literal["privileged", "hostNetwork", "hostPID", "hostIPC", "hostPorts"]
    Range: TypeAlias = tuple[int, int]

#: The annotation by which a pod's author picks the constraints; admission tries no others.
REQUIRED_SCC = "openshift.io/required-scc"

#: The kind of a volume that stands for all of them.
ALL = "*"


class Constraints(Record):
    """One SecurityContextConstraints object; `at` is None for one that OpenShift ships.

    `unreadable` is the reason why it cannot be known what it says, empty for one that can be read. Ranges of None are
    those of the namespace.
    """

    name: str
    at: Location | None = None
    unreadable: str = ""
    priority: int = 0
    allowed: frozenset[Allowed] = frozenset()
    volumes: frozenset[str] = frozenset()
    flex_drivers: bool = False
    capabilities_allowed: frozenset[str] = frozenset()
    capabilities_added: tuple[str, ...] = ()
    capabilities_dropped: tuple[str, ...] = ()
    user: str = "MustRunAsRange"
    users_from: Range | None = None
    selinux: str = "MustRunAs"
    selinux_options: SELinuxOptions | None = None
    fs_group: str = "RunAsAny"
    fs_groups: tuple[Range, ...] | None = None
    groups_type: str = "RunAsAny"
    groups_from: tuple[Range, ...] | None = None
    seccomp: tuple[str, ...] = ()
    escalation: bool = True
    escalation_default: bool | None = None
    read_only_root: bool = False
    user_namespace: bool = False
    sysctls_allowed: tuple[str, ...] = ()
    sysctls_forbidden: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Grant(Record):
    """A RoleBinding or ClusterRoleBinding; `namespace` is None for one that holds in all of them.

    Subjects are the kind, the namespace and the name of each; `open` says that there may be others.
    """

    role: str
    role_kind: str
    namespace: str | None
    subjects: tuple[tuple[str, str, str], ...]
    open: bool
    at: Location


#: What takes a cluster over, or leads to it (badPods; Kubernetes, "RBAC good practices").
EVERYTHING = "do everything"
ROLES = (
    "read secrets",
    "run commands in pods",
    "start pods",
    "reach the kubelets through nodes/proxy",
    "give itself more roles",
    "act as others",
)


class Permission(Record):
    """What a Role or ClusterRole permits to use: names of constraints, None for all; `open` where it may be more.

    `powers` are those of `ROLES`, `EVERYTHING`, or to read the logs of nodes.
    """

    kind: str
    namespace: str
    names: frozenset[str] | None
    open: bool
    at: Location
    powers: frozenset[str] = frozenset()


class Allocation(Record):
    """What a namespace was given, as its annotations write it; empty where it says nothing."""

    uids: str
    groups: str
    at: Location
