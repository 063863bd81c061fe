"""Who is kept from a container by what its engine does with its networks, where the container says nothing.

The engine's own bridge, and one that Compose makes without options, let their containers talk unless the engine is
configured otherwise. Such a configuration in sight is asserted, as everything that an engine adds.
"""

from __future__ import annotations

from gate.dialects.docker_networks import OWN_BRIDGE
from gate.dialects.podman_networks import ROOTLESS
from gate.model.daemon import Daemon
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Unknown, known
from gate.model.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.evidence import Setting
    from gate.model.profile import PlatformProfile
    from gate.model.reference import Definition
    from gate.model.segments import Segments


def settled(segments: Segments, definitions: Iterable[Definition], profile: PlatformProfile) -> Segments:
    """Return the segments of a container with nothing left to its engine."""
    ingress = segments.ingress
    if not isinstance(ingress, Deferred):
        return segments
    if ingress.to == ROOTLESS:
        return replace(segments, ingress=Defaulted(profile.podman_rootless is True, ingress.at))
    daemons = [one.body for one in definitions if isinstance(one.body, Daemon)]
    return replace(segments, ingress=_bridge(ingress, daemons, profile))


def _bridge(silent: Deferred, daemons: list[Daemon], profile: PlatformProfile) -> Setting[bool]:
    own = silent.to == OWN_BRIDGE
    if own and profile.docker_icc is not None:
        return Defaulted(not profile.docker_icc, silent.at)
    every = [one.bridge if own else one.networks for one in daemons]
    said = [one for one in every if not isinstance(one, Inapplicable)]
    if not said or any(known(one) is not False for one in said):
        return Defaulted(False, silent.at)
    settle = " (`platform: {docker: {icc: false}}`)" if own else ""
    reason = f"containers of the engine of {said[0].at} do not reach each other, and nothing says that it runs this"
    return Unknown(f"{reason}{settle}", silent.at)
