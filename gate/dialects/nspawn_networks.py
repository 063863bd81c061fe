"""Which network a container of systemd-nspawn is on, and what keeps it apart there.

Sources: systemd-nspawn(1), "Networking Options", and systemd 252 `settings_private_network`: without any of the options
a container is on the host's network. A zone is a bridge of all containers that name it. Where a link of two ends leads
stands in the host's configuration: with systemd-networkd's own file it is routed.
"""

from __future__ import annotations

from gate.dialects.docker_networks import both, joined
from gate.dialects.interpolation import GAP
from gate.dialects.nspawn_settings import LINKS, is_private
from gate.model.evidence import Defaulted, Stated, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.docker_networks import Directions
    from gate.dialects.nspawn_settings import Given, Settings
    from gate.model.evidence import Setting
    from gate.model.segments import Segments

#: Links whose other end is the host alone.
_TO_HOST = ("VirtualEthernet", "VirtualEthernetExtra")

#: The namespace of the host's first process.
_FIRST = "/proc/1/"


def network(settings: Settings) -> Setting[str]:
    """Return whose network namespace it is in."""
    path = settings.last("NamespacePath")
    if path is not None:
        if path.reason or GAP in path.value:
            return Unknown(path.reason, path.at)
        return Stated("host" if path.value.startswith(_FIRST) else f"container:{path.value}", path.at, path.via)
    given = is_private(settings)
    if given is not None:
        sure = not given.reason or GAP not in given.value
        return said(given, "private") if sure else Unknown(given.reason, given.at)
    refused = next((one for key in ("Private", "VirtualEthernet") if (one := settings.last(key)) is not None), None)
    return said(refused, "host") if refused is not None else Defaulted("host", settings.at)


def segments(settings: Settings, where: Setting[str]) -> Segments:
    """Say what is closed for a container in a network namespace of its own, the host's, or one that is not known."""
    if not isinstance(where, Stated | Defaulted) or where.value not in ("private", "host"):
        reason = where.reason if isinstance(where, Unknown) else "it is on a network that is made elsewhere"
        return joined([both(Unknown(reason, where.at))], where.at)
    if where.value == "host":
        return joined([both(Stated(False, where.at))], where.at)
    bridged = settings.last("Bridge") or settings.last("Zone")
    found = [_directions(key, given) for key in LINKS for given in settings.all(key)]
    veth = settings.last("VirtualEthernet")
    if veth is not None and veth.value == "yes" and bridged is None:
        found.append(_directions("VirtualEthernet", veth))
    return joined(found or [both(Stated(True, where.at))], where.at)


def _directions(key: str, given: Given) -> Directions:
    if key in _TO_HOST:
        return both(Unknown("where the host leads its end of the link stands in the host's own network", given.at))
    return both(said(given, False))


def said(given: Given, value: T) -> Setting[T]:
    """Return what is given as a setting, of what nobody wrote as a default."""
    return Stated(value, given.at, given.via) if given.stated else Defaulted(value, given.at)


if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")
