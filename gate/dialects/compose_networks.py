"""Which networks keep a Compose service apart: who else is on them, and whether they lead anywhere.

Source: the Compose specification, `06-networks.md` and `05-services.md`; the engine's bridge driver, whose networks do
not reach each other. A network that a service names is what it lets through, as a policy's peers are. The one that
Compose makes by itself holds whoever names none.
"""

from __future__ import annotations

from gate.dialects.compose_peers import MAX_STEPS, joined_service, placed
from gate.dialects.compose_scalars import flag
from gate.dialects.docker_networks import MADE_BRIDGE, both, by_mode, worst
from gate.dialects.interpolation import GAP
from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Defaulted, Deferred, Items, Stated, Unknown, known
from gate.model.record import replace
from gate.model.segments import Segments
from gate.syntax.tree import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.dialects.compose_peers import Peers
    from gate.dialects.docker_networks import Directions
    from gate.model.evidence import Setting
    from gate.model.location import Location

_DEFAULT = "default"

#: Networks of one service that are looked at; an engine takes about thirty bridges.
MAX_NETWORKS = 64

#: Drivers that put a container on the network of its host as a machine of its own.
_ON_THE_LAN = frozenset({"macvlan", "ipvlan"})

_ICC = "com.docker.network.bridge.enable_icc"
_OFF = frozenset({"false", "0", "f"})


def segments(service: Fields, starters: Iterable[Fields], project: Fields, peers: Peers) -> Segments:
    """Say what is closed for a service and for every container that runs before it."""
    ingress, egress = _directions(service, project, peers)
    for starter in starters:
        theirs = _directions(starter, project, peers)
        ingress, egress = worst([ingress, theirs[0]]), worst([egress, theirs[1]])
    return Segments(ingress, egress, Items((), service.at))


def _directions(service: Fields, project: Fields, peers: Peers) -> Directions:
    """Follow `service:NAME` to the service whose network it is."""
    fields, at = service, service.at_of("network_mode")
    for _ in range(MAX_STEPS):
        other = joined_service(fields, "network_mode")
        if not other:
            ingress, egress = _own(fields, project)
            return (ingress, egress) if fields is service else (placed(ingress, at), placed(egress, at))
        found = peers.find(other)
        if isinstance(found, str):
            return both(Unknown(found, at))
        fields = found
    return both(Unknown("the services join each other in a circle", at))


def _own(service: Fields, project: Fields) -> Directions:
    """Ask the mode, else every network that the service is on."""
    if service.reason:
        return both(Unknown(service.reason, service.at))
    if service.has("network_mode"):
        return _by_mode(service)
    named = service.sub("networks")
    if named.reason or len(named.names()) > MAX_NETWORKS:
        return both(Unknown(named.reason or f"it is on more than {MAX_NETWORKS} networks", named.at))
    found = list(_each(service, named, project))
    return worst(one for one, _ in found), worst(one for _, one in found)


def _by_mode(service: Fields) -> Directions:
    at = service.at_of("network_mode")
    mode = service.setting("network_mode", "", "a mode", lambda node: as_spelling(node) or "")
    if not isinstance(mode, Stated):
        return both(Unknown(getattr(mode, "reason", "it is not a mode"), at))
    return by_mode(mode.value, at) or both(Unknown("who else is on that network stands in another place", at))


def _each(service: Fields, named: Fields, project: Fields) -> Iterator[Directions]:
    networks = project.sub("networks")
    for name in named.names() or (_DEFAULT,):
        at = named.at_of(name) if named.names() else service.at
        if GAP in name:
            yield both(Unknown("which network it is on cannot be known", at))
        elif name != _DEFAULT and name not in networks.names():
            yield both(Unknown(networks.reason or f"the network {name} is not in sight", at))
        else:
            yield _network(name, networks.sub(name), at)


def _network(name: str, network: Fields, at: Location) -> Directions:
    """Read what a network keeps apart; `at` is where the service joins it."""
    external, driver = flag(network, "external"), network.text("driver")
    if network.reason or known(external) is None or known(driver) is None:
        return both(Unknown(network.reason or "what that network is cannot be known", at))
    if known(external):
        if known(network.text("name", name)) == "host":
            return both(Stated(False, network.at))
        return both(Unknown("it is a network of another project, and who is on it stands there", at))
    kind = known(driver)
    if kind in ("host", "none"):
        return both(Stated(kind == "none", network.at))
    if kind not in ("", "bridge", "overlay", *_ON_THE_LAN):
        return both(Unknown("what its driver keeps apart is not known", at))
    internal = flag(network, "internal")
    egress = Defaulted(False, at) if isinstance(internal, Defaulted) else internal
    if kind in _ON_THE_LAN and known(internal) is not True:
        return egress, egress
    if name != _DEFAULT:
        return Stated(True, at), egress
    # Whoever names no network joins this one, in whichever file of the project: being alone in a file keeps nobody out.
    apart = _kept_apart(network)
    return (replace(apart, at=at) if isinstance(apart, Deferred) else apart), egress


def _kept_apart(network: Fields) -> Setting[bool]:
    """Read whether the bridge lets its containers talk to each other."""
    options = network.sub("driver_opts")
    at = options.at_of(_ICC)
    node = options.get(_ICC)
    if options.reason or (node is not None and not isinstance(node, Scalar)):
        return Unknown(options.reason or "whether its bridge lets containers talk is not known", at)
    if node is None:
        return Deferred(MADE_BRIDGE, at)
    if (as_spelling(node) or "").lower() not in _OFF:
        return Stated(False, at)
    if known(network.text("driver")) != "bridge":
        return Unknown(f"{_ICC} is an option of the bridge driver, and `driver: bridge` is not written", at)
    return Stated(True, at)
