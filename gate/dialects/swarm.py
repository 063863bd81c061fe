"""What `docker stack deploy` makes of a Compose file: it drops some keys, refuses others, and honours the rest.

Source: docker/cli 29, `cli/compose/types` (`UnsupportedProperties`, `ForbiddenProperties`), the schema of version 3.13
and `cli/compose/convert`.
"""

from __future__ import annotations

from gate.dialects.compose_scalars import flag
from gate.model.evidence import known
from gate.model.workload import IgnoredKey, RefusedKey
from gate.syntax.tree import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.reading import Fields
    from gate.model.location import Location
    from gate.syntax.tree import Node

#: Keys of a service that are dropped with a warning.
DROPPED = (
    "build",
    "cgroupns_mode",
    "cgroup_parent",
    "devices",
    "domainname",
    "external_links",
    "ipc",
    "links",
    "mac_address",
    "network_mode",
    "pid",
    "privileged",
    "restart",
    "security_opt",
    "shm_size",
    "userns_mode",
)

#: Keys that the schema knows and the loader refuses all the same, or that were never in the schema of version 3.
FORBIDDEN = (
    "extends",
    "volume_driver",
    "volumes_from",
    "cpu_quota",
    "cpu_shares",
    "cpuset",
    "mem_limit",
    "memswap_limit",
)

#: Keys that take effect; with those that are dropped they are the whole schema of a service.
HONOURED = frozenset(
    {
        *("cap_add", "cap_drop", "command", "configs", "container_name", "credential_spec", "depends_on", "deploy"),
        *("dns", "dns_search", "entrypoint", "env_file", "environment", "expose", "extra_hosts", "healthcheck"),
        *("hostname", "image", "init", "isolation", "labels", "logging", "networks", "oom_score_adj", "ports"),
        *("read_only", "secrets", "stdin_open", "stop_grace_period", "stop_signal", "sysctls", "tmpfs", "tty"),
        *("ulimits", "user", "volumes", "working_dir"),
    }
)

#: What a file may hold beside extensions.
SECTIONS = ("version", "services", "networks", "volumes", "secrets", "configs")

#: Keys without which a service is read as a stack's. An image is built elsewhere by the same recipe, files of secrets
#: and configs are copied into the swarm and not mounted, and a limit or runtime that is refused protects nothing.
_WITHOUT = frozenset({*DROPPED, "secrets", "configs", "runtime", "mem_limit", "pids_limit"}) - {"build"}

#: Keys of `deploy` that Compose does not act on.
_OF_SWARM = ("placement", "update_config", "rollback_config", "endpoint_mode", "mode")

_OWN = "the services of a stack have a namespace of their own"

#: What dropping a key comes to, where that matters to isolation.
_CONSEQUENCES = {
    "security_opt": "`docker stack deploy` drops it, and only the configuration of the nodes' daemons sets this",
    "privileged": "no service of a stack runs privileged, while `docker compose up` would run this one so",
    "devices": "the services of a stack are given no devices, while `docker compose up` would give them",
    "network_mode": "the services of a stack are on the networks that they name",
    "pid": _OWN,
    "ipc": _OWN,
    "cgroupns_mode": _OWN,
    "userns_mode": "the configuration of the nodes' daemons decides it for every service of a stack",
}


def as_stack(service: Mapping) -> Mapping:
    """Return the service as a stack's: without what is dropped or does not protect; itself where that is nothing."""
    if not any(name in _WITHOUT for name in service.entries):
        return service
    entries = {name: node for name, node in service.entries.items() if name not in _WITHOUT}
    return Mapping(service.source, service.start, service.end, entries, service.keys, service.doubt)


def ignored(service: Fields) -> Iterator[IgnoredKey]:
    """Yield what is dropped and would have changed how the service is kept apart."""
    for name, consequence in _CONSEQUENCES.items():
        if service.has(name) and not (name == "privileged" and known(flag(service, name)) is False):
            yield IgnoredKey(name, consequence, service.at_of(name))


def refused(service: Fields, root: Fields) -> Iterator[RefusedKey]:
    """Yield what a stack must not hold, of the service and of the whole file."""
    reason = "`docker stack deploy` takes no file with it"
    for name in root.names():
        if name not in SECTIONS and not name.startswith("x-"):
            yield RefusedKey(name, reason, root.at_of(name))
    for name in service.names():
        if name not in HONOURED and name not in DROPPED and not name.startswith("x-"):
            yield RefusedKey(name, reason, service.at_of(name))
    version = root.get("version")
    if isinstance(version, Scalar) and not version.text.startswith("3"):
        yield RefusedKey("version", "`docker stack deploy` takes no version but 3", root.at_of("version"))
    if isinstance(service.get("depends_on"), Mapping):
        yield RefusedKey("depends_on", "`docker stack deploy` takes a list there", service.at_of("depends_on"))
    reserved = service.sub("deploy").sub("resources").sub("reservations")
    if reserved.has("devices"):
        yield RefusedKey("devices", reason, reserved.at_of("devices"))


def _is_empty(node: Node | None) -> bool:
    """Match `placement: {}`, which `docker compose config` writes below every `deploy`."""
    return isinstance(node, Mapping) and not node.entries


def signs(service: Fields, root: Fields) -> Iterator[Location]:
    """Yield the places that only a swarm acts on, so that the file may be a stack."""
    deploy = service.sub("deploy")
    yield from (deploy.at_of(name) for name in _OF_SWARM if deploy.has(name) and not _is_empty(deploy.get(name)))
    networks = root.sub("networks")
    for name in networks.names():
        if known(networks.sub(name).text("driver")) == "overlay":
            yield networks.at_of(name)
    if "stack" in service.at.path.rpartition("/")[2].lower():
        yield service.at
