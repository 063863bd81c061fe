"""Which namespaces an LXC container has for itself, and whether its root is root of the host.

Source: liblxc's `resolve_clone_flags` and `lxc_requests_empty_network` (`src/lxc/start.c`, `src/lxc/network.c`).
"""

from __future__ import annotations

from gate.dialects.lxc_config import id_map, said
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.model.workload import Namespaces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.lxc_config import Config
    from gate.model.evidence import Setting

#: The names that stand for the namespaces of the host's first process.
_FIRST = ("1", "/proc/1/")


def is_host(config: Config) -> bool:
    """Say whether root of the container is root of the host, as far as is known."""
    return known(user_namespace(config)) == "host"


def user_namespace(config: Config) -> Setting[str]:
    """Return `remapped` where ids are mapped and none of them to root of the host."""
    maps = config.all("lxc.idmap")
    if not maps and config.unmapped is not None:
        return Stated("host", config.unmapped)
    if not maps:
        gap = config.gap_since(None)
        return Unknown(gap.reason, gap.at) if gap is not None else Defaulted("host", config.at)
    inherited = _inherited(config, "user")
    if inherited is not None:
        return inherited
    for entry in maps:
        if entry.reason:
            return Unknown(entry.reason, entry.at)
        _, _, outside, count = id_map(entry.value) or ("", 0, 0, 1)
        if outside == 0 and count > 0:
            return said(entry, "host")
    of_users = [entry for entry in maps if entry.value.startswith("u")]
    return said(of_users[0], "remapped") if of_users else said(maps[0], "host")


def namespaces(config: Config) -> Namespaces:
    """Return which namespaces are the container's own."""
    return Namespaces(
        _namespace(config, "pid"),
        _network(config),
        _namespace(config, "ipc"),
        _namespace(config, "uts"),
        user_namespace(config),
        _namespace(config, "cgroup"),
    )


def _namespace(config: Config, name: str) -> Setting[str]:
    found = _inherited(config, name)
    if found is not None:
        return found
    gap = config.gap_since(None)
    return Unknown(gap.reason, gap.at) if gap is not None else Defaulted("private", config.at)


def _inherited(config: Config, name: str) -> Setting[str] | None:
    """Return what is said of one namespace: shared with another process, kept of the host, or not cloned."""
    shared = config.last(f"lxc.namespace.share.{name}")
    kept, cloned = config.all("lxc.namespace.keep"), config.all("lxc.namespace.clone")
    unknown = next((entry for entry in (*kept, *cloned, *([shared] if shared else ())) if entry.reason), None)
    if unknown is not None:
        return Unknown(unknown.reason, unknown.at)
    if shared is not None and shared.value:
        is_first = shared.value == _FIRST[0] or shared.value.startswith(_FIRST[1])
        return said(shared, "host" if is_first else f"container:{shared.value}")
    for entry in kept:
        if name in entry.value.split():
            return said(entry, "host")
    if cloned and not any(name in entry.value.split() for entry in cloned):
        return said(cloned[0], "host")
    return None


def _network(config: Config) -> Setting[str]:
    """Return `host` where all networks are of type `none`; without any network the container has one of its own."""
    found = _inherited(config, "net")
    if found is not None:
        return found
    types = [network["type"] for network in config.networks.values() if "type" in network]
    if types and len(types) == len(config.networks):
        unknown = next((entry for entry in types if entry.reason), None)
        if unknown is not None:
            return Unknown(unknown.reason, unknown.at)
        if all(entry.value == "none" for entry in types):
            return said(types[0], "host")
    gap = config.gap_since(types[-1] if types else None)
    if gap is not None:
        return Unknown(gap.reason, gap.at)
    return said(types[0], "private") if types else Defaulted("private", config.at)
