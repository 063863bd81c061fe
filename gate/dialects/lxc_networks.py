"""Which networks keep an LXC container apart.

Source: lxc.container.conf(5). A bridge lets everything on it talk, and LXC has no rules of its own; `empty` is the
loopback alone. A `macvlan` that is private keeps its like away and still is a machine of its own on the host's network.
"""

from __future__ import annotations

from gate.dialects.docker_networks import both, joined
from gate.dialects.lxc_config import said
from gate.model.evidence import Defaulted, Stated, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.docker_networks import Directions
    from gate.dialects.lxc_config import Config, Entry
    from gate.model.evidence import Setting
    from gate.model.segments import Segments

#: Kinds of networks that put a container on the host's own, or on a bridge with whoever else is on it.
_OPEN = frozenset({"macvlan", "ipvlan", "none"})


def segments(config: Config, network: Setting[str]) -> Segments:
    """Say what is closed for a container whose network namespace is known to be its own, the host's, or not known."""
    at = network.at
    if not isinstance(network, Stated | Defaulted) or network.value not in ("private", "host"):
        reason = getattr(network, "reason", "it is on another container's network")
        return joined([both(Unknown(reason, at))], at)
    if network.value == "host":
        return joined([both(Stated(False, at))], at)
    if not config.networks:
        gap = config.gap_since(None)
        return joined([both(Unknown(gap.reason, gap.at) if gap is not None else Defaulted(True, config.at))], at)
    return joined([_directions(config, one) for one in config.networks.values()], at)


def _directions(config: Config, network: dict[str, Entry]) -> Directions:
    kind = network.get("type")
    if kind is None:
        return both(Unknown("what kind of network it is on is not written", next(iter(network.values())).at))
    gap = config.gap_since(kind)
    if kind.reason or gap is not None:
        return both(Unknown(kind.reason or (gap.reason if gap is not None else ""), kind.at))
    if kind.value == "empty":
        return both(said(kind, True))
    link = network.get("link")
    if kind.value in _OPEN or (kind.value == "veth" and link is not None and link.value):
        return both(said(link or kind, False))
    return both(Unknown(f"whom a network of type {kind.value[:20]} leads to is not written", kind.at))
