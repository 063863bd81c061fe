"""The facets of what a scheduler starts: groups of settings.

A facet is a group of settings that a reader either speaks or declares unknown or inapplicable as a whole. Facets have
no field defaults: a new field makes the type checker name every reader that has to answer it.
"""

from __future__ import annotations

from gate.model.facet import Facet
from gate.model.record import Record
from gate.model.subject import Doubt, User, Workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.storage import Claimed

    Role = Literal["main", "init", "sidecar", "ephemeral", "hook"]
    MountKind = Literal["bind", "volume", "tmpfs", "pipe", "engine-api", "share"]
    ProfileKind = Literal["unconfined", "unconfirmed", "deny-list", "runtime-default", "custom"]
    CapabilityAlgebra = Literal["docker", "cri"]

#: What decides the filter of a pod that asks for none.
SECCOMP_DEFAULT = "kubernetes.seccomp_default"

#: Whoever builds a workload finds all of it here.
__all__ = ["Doubt", "User", "Workload"]


class Profile(Record):
    """A seccomp or AppArmor profile; `unconfirmed` means that the platform may or may not apply one.

    A `deny-list` names what is refused and lets everything else through, so that it is no safeguard of its own.
    """

    kind: ProfileKind
    name: str = ""


class SELinux(Record):
    """SELinux options of one container; empty strings are what the runtime chooses."""

    user: str
    role: str
    type: str
    disabled: bool = False


class Mount(Record):
    """Something of the host, or of the scheduler, inside a container; a `share` is a folder inside a machine.

    `source` is the host path of a bind or the pipe's name; it is inapplicable for a volume the engine manages. What is
    behind a `claim` is settled by linking. `is_part` says that a path within the volume is mounted, not all of it.
    """

    kind: MountKind
    source: Setting[str]
    target: str
    read_only: Setting[bool]
    propagation: Setting[str]
    at: Location
    claim: Claimed | None = None
    is_part: bool = False


class Device(Record):
    """A host device; `access` is the cgroup permission string, such as `rwm`."""

    path: str
    access: str
    at: Location


class Privilege(Facet):
    """What the container's processes may do."""

    privileged: Setting[bool]
    capabilities_added: Items[str]
    capabilities_dropped: Items[str]
    no_new_privileges: Setting[bool]
    user: Setting[User]
    run_as_non_root: Setting[bool]
    host_process: Setting[bool]


class Confinement(Facet):
    """What the kernel filters for the container."""

    seccomp: Setting[Profile]
    apparmor: Setting[Profile]
    selinux: Setting[SELinux]
    proc_mount: Setting[str]
    cgroup_writable: Setting[bool]


class Exposure(Facet):
    """What of the host is reachable from inside the container."""

    mounts: Items[Mount]
    devices: Items[Device]
    device_rules: Items[str]
    gpus: Items[str]
    host_ports: Items[int]
    probe_hosts: Items[str]
    sysctls: Items[str]
    joined_namespaces: Items[str]


class Resources(Facet):
    """What bounds the damage: a read-only root, limits."""

    read_only_root: Setting[bool]
    memory_limit: Setting[str]
    pids_limit: Setting[str]


class Container(Record):
    """One container of a workload; `capability_algebra` is how the engine combines adds and drops."""

    name: str
    role: Role
    at: Location
    image: Setting[str]
    capability_algebra: CapabilityAlgebra
    privilege: Privilege
    confinement: Confinement
    exposure: Exposure
    resources: Resources


class Namespaces(Facet):
    """Which kernel namespaces the workload has for itself: `private`, `host`, `remapped` or `container:NAME`."""

    pid: Setting[str]
    network: Setting[str]
    ipc: Setting[str]
    uts: Setting[str]
    user: Setting[str]
    cgroup: Setting[str]


class Tweak(Record):
    """A per-workload override of a sandbox's settings, such as a Kata annotation."""

    name: str
    value: Setting[str]
    at: Location


class Runtime(Record):
    """A container runtime as asked for: `handler` is what the name resolves to, when something in sight resolves it."""

    name: str
    handler: Setting[str]
    at: Location


class Sandbox(Facet):
    """What the workload asks to stand between itself and the host's kernel.

    `native` is a boundary that a field of the platform itself states and whose absence fails closed, such as the
    isolation mode of a Windows container.
    """

    runtime: Setting[Runtime]
    native: Setting[str]
    tweaks: Items[Tweak]


class Placement(Facet):
    """Where the scheduler may put the workload."""

    node_selector: Items[str]
    tolerations: Items[str]
    node_name: Setting[str]


class Credentials(Facet):
    """What the platform hands to the workload without being asked.

    `powers` are what its service account may do that takes a cluster over, in the words of `gate.model.constraints`.
    """

    service_account_token: Setting[bool]
    powers: Items[str]


class Build(Facet):
    """How the workload's image is built, where the manifest says so; these never change what runs."""

    privileged: Setting[bool]
    entitlements: Items[str]
    host_network: Setting[bool]


class IgnoredKey(Record):
    """A key that the platform drops without an error, so that it only looks like protection."""

    key: str
    consequence: str
    at: Location


class RefusedKey(Record):
    """A key that the platform does not take beside what else is written, so that nothing starts as it stands."""

    key: str
    reason: str
    at: Location


class Stack(Record):
    """A Compose service as a stack of Docker Swarm would run it.

    `reading` is None where the two read the same; `signs` are the places that only a swarm acts on.
    """

    reading: Workload | None
    signs: tuple[Location, ...]
    ignored: tuple[IgnoredKey, ...]
    refused: tuple[RefusedKey, ...]
