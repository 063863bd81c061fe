"""Which networks keep a container of Podman apart, as the words of its command line name them.

Sources: podman-run(1) and podman-network-create(1). As root, whoever names no network is on one bridge; others have a
network stack of their own that nobody else is on (`pasta`, `slirp4netns`). Podman's bridges lead to each other but for
those that are `internal`, or isolated strictly; `isolate=true` keeps only those apart that have it as well.
"""

from __future__ import annotations

from gate.dialects.docker_networks import both, joined, named
from gate.dialects.interpolation import GAP
from gate.model.evidence import Defaulted, Deferred, Stated, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.dialects.docker_flags import Flag, Flags
    from gate.dialects.docker_networks import Directions
    from gate.model.location import Location
    from gate.model.segments import Segments

    #: Looks a network of a name up; None for one that is not in sight.
    Find = Callable[[str, Location], Directions | None]

#: What decides what a container is on that names no network.
ROOTLESS = "podman.rootless"

_BRIDGE = frozenset({"", "bridge", "default", "private"})
_ALONE = frozenset({"pasta", "slirp4netns"})
_ON_THE_LAN = frozenset({"macvlan", "ipvlan"})
_TRUE = frozenset({"1", "true", "yes", "on"})


def nothing(_name: str, _at: Location) -> None:
    """Find no network."""


def segments(flags: Flags, find: Find = nothing) -> Segments:
    """Say what is closed for a container of Podman."""
    given = [_attached(flag, find) for flag in flags.given.get("network", ())]
    return joined(given or [(Deferred(ROOTLESS, flags.at), Defaulted(False, flags.at))], flags.at)


def _attached(flag: Flag, find: Find) -> Directions:
    mode = named(flag).partition(":")[0]
    word, at = mode.strip().lower(), flag.at
    if GAP in mode or (flag.reason and mode is flag.value):
        return both(Unknown(flag.reason or "which network it is on cannot be known", at))
    if word in ("none", "host"):
        return both(Stated(word == "none", at, flag.via))
    if word in _ALONE:
        return Stated(True, at, flag.via), Defaulted(False, at)
    if word in _BRIDGE:
        return both(Stated(False, at, flag.via))
    reason = "who else is on that network, and whether it leads anywhere, stands where it is made"
    return find(mode, at) or both(Unknown(reason, at))


def network(driver: str, options: Mapping[str, str], at: Location, *, internal: bool) -> Directions:
    """Say what a network that is in sight keeps apart; `at` is where it says so."""
    if driver in _ON_THE_LAN:
        return both(Stated(False, at))
    if driver not in ("", "bridge"):
        return both(Unknown("what its driver keeps apart is not known", at))
    if internal:
        return both(Stated(True, at))
    isolated = options.get("isolate", "").lower()
    if isolated == "strict":
        return Stated(True, at), Stated(False, at)
    if isolated in _TRUE:
        return Unknown("networks without `isolate` still lead to it; `isolate=strict` closes it", at), Stated(False, at)
    return both(Stated(False, at))
