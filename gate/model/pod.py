"""A pod as its manifest writes it, before precedence: what Pod Security admission looks at.

The container facets of a workload already say which value wins. Admission does not ask that: it refuses a pod whose
own security context is bad even where every container overrides it. So the fields stand here unmerged, and a field
that is not set is `Defaulted(None)`.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.workload import Role


class SELinuxOptions(Record):
    """`seLinuxOptions`; the strings are empty where a key is absent."""

    user: str
    role: str
    type: str


class SecurityContext(Record):
    """The fields that a pod's and a container's security context share.

    The type of a seccomp or AppArmor profile is None where there is no profile and empty where a profile has no type;
    SELinux options that are written and empty are options all the same.
    """

    run_as_non_root: Setting[bool | None]
    run_as_user: Setting[int | None]
    seccomp_type: Setting[str | None]
    apparmor_type: Setting[str | None]
    selinux: Setting[SELinuxOptions | None]
    host_process: Setting[bool | None]


class PodContainer(Record):
    """One container of any kind; capabilities are as written, without normalisation.

    `probe_hosts` are the hosts of probes and lifecycle handlers, `host_ports` the host ports, zero included.
    """

    name: str
    role: Role
    at: Location
    security: SecurityContext
    privileged: Setting[bool | None]
    allow_privilege_escalation: Setting[bool | None]
    proc_mount: Setting[str | None]
    capabilities_added: Items[str]
    capabilities_dropped: Items[str]
    host_ports: Items[int]
    probe_hosts: Items[str]


class Annotation(Record):
    """One annotation of the pod template; a value that cannot be known leaves the others readable."""

    key: str
    value: Setting[str]


class Pod(Record):
    """One pod or pod template; `volumes` are the kinds of its volumes, such as `hostPath` or `configMap`.

    `labels` are those of the template, None where nobody asked for them.

    A volume that names no source is an `emptyDir`: the API server fills that in before admission looks.
    """

    at: Location
    os: Setting[str | None]
    host_network: Setting[bool | None]
    host_pid: Setting[bool | None]
    host_ipc: Setting[bool | None]
    host_users: Setting[bool | None]
    security: SecurityContext
    sysctls: Items[str]
    volumes: Items[str]
    annotations: Items[Annotation]
    containers: Items[PodContainer]
    fs_group: Setting[int | None]
    supplemental_groups: Items[int]
    labels: Items[Annotation] | None = None
