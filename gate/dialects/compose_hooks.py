"""The hooks of a Compose service: commands that run inside its container, and containers that run before it.

The latter (`pre_start`) take a container's whole specification and inherit the service's; since they belong to the
service, the worst of what they share with the host is the service's.
"""

from __future__ import annotations

from gate.dialects.compose_merge import merged
from gate.dialects.reading import Fields
from gate.model.evidence import Deferred, Items, Stated, Unknown
from gate.model.record import replace
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.workload import Namespaces, Sandbox

#: Keys of a service that its `pre_start` hooks inherit and that evidence is read from; mounts they share otherwise.
INHERITED = frozenset(
    {
        "annotations",
        "cap_add",
        "cap_drop",
        "cgroup",
        "configs",
        "device_cgroup_rules",
        "devices",
        "gpus",
        "image",
        "ipc",
        "isolation",
        "mem_limit",
        "network_mode",
        "networks",
        "pid",
        "pids_limit",
        "platform",
        "privileged",
        "read_only",
        "runtime",
        "secrets",
        "security_opt",
        "sysctls",
        "use_api_socket",
        "user",
        "userns_mode",
        "uts",
        "volumes_from",
    }
)


#: Hooks of each kind that are looked at; nobody writes more.
MAX_HOOKS = 10


def too_many(service: Fields) -> str:
    """Return why there may be more hooks than are looked at; empty when there are none."""
    for moment in ("pre_start", "post_start", "pre_stop"):
        members = service.items(moment)
        if members.reason:
            return f"its {moment} hooks cannot be known: {members.reason}"
        if len(members.nodes) > MAX_HOOKS:
            return f"it has more than {MAX_HOOKS} {moment} hooks"
    return ""


def hooks(service: Fields, moment: str) -> list[Fields]:
    """Return the hooks of a moment."""
    return service.mappings(moment)[0][:MAX_HOOKS]


def starters(service: Fields) -> Iterator[Fields]:
    """Yield the containers that run before the service, each with what it inherits."""
    for hook in hooks(service, "pre_start"):
        if service.node is not None and hook.node is not None:
            own = service.node
            entries = {name: node for name, node in own.entries.items() if name in INHERITED}
            base = Mapping(own.source, own.start, own.end, entries, own.keys)
            whole = merged(base, hook.node)
            yield Fields(whole, whole, service.doubts)


def worst_namespaces(own: Namespaces, other: Namespaces) -> Namespaces:
    """Return the namespaces of two containers as those of one that has the least of either."""
    changes = {name: _worse(getattr(own, name), getattr(other, name)) for name in own._fields}
    return replace(own, **changes)


def _worse(own: Setting[str], other: Setting[str]) -> Setting[str]:
    for test in (_is_host, lambda one: isinstance(one, Unknown), lambda one: isinstance(one, Deferred)):
        for one in (own, other):
            if test(one):
                return one
    shares = isinstance(other, Stated) and other.value.startswith("container:")
    return other if shares else own


def _is_host(setting: Setting[str]) -> bool:
    return isinstance(setting, Stated) and setting.value == "host"


def common_sandbox(own: Sandbox, other: Sandbox) -> Sandbox:
    """Return what two containers have in common between themselves and the kernel; what differs cannot be relied on."""
    changes: dict[str, object] = {}
    for name in ("runtime", "native"):
        mine, others = getattr(own, name), getattr(other, name)
        if _asked(mine) != _asked(others):
            changes[name] = Unknown("a container that runs before the service asks for another one", others.at)
    more = tuple(one for one in other.tweaks.members if one not in own.tweaks.members)
    reason = own.tweaks.open_because or other.tweaks.open_because
    changes["tweaks"] = Items((*own.tweaks.members, *more), own.tweaks.at, not reason, reason)
    return replace(own, **changes)


def _asked(setting: Setting[object]) -> object:
    value = getattr(setting, "value", None)
    return getattr(value, "name", value)
