"""Which networks keep an app or a pod of Marathon apart.

Source: mesosphere/marathon `docs/docs/networking.md`: `container/bridge` is one bridge of the agent for all, and who is
on a network of the operator's is for the operator to say.
"""

from __future__ import annotations

from gate.dialects.docker_networks import both, joined
from gate.dialects.marathon import MODES, setting, word
from gate.model.evidence import Defaulted, Stated, Unknown, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.docker_networks import Directions
    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.segments import Segments

_ELSEWHERE = "who else is on that network stands where the operator makes it"


def segments(fields: Fields, network: Setting[str]) -> Segments:
    """Say what is closed for an app or a pod that is on the host's network, on its own, or on one not known."""
    at = network.at
    if not isinstance(network, Stated | Defaulted) or network.value not in ("private", "host"):
        return joined([both(Unknown(getattr(network, "reason", "it joins another container's network"), at))], at)
    if network.value == "host":
        return joined([both(Stated(False, at))], at)
    docker = fields.sub("container").sub("docker")
    parameters = [setting(one, "key") for one in docker.mappings("parameters")[0]]
    doubt = next((one for one in parameters if known(one) in (None, "network", "net")), None)
    if doubt is not None:
        return joined([both(Unknown("a parameter may say which network it is on", doubt.at))], at)
    return joined(_named(fields, docker, at), at)


def _named(fields: Fields, docker: Fields, at: Location) -> list[Directions]:
    old = setting(docker, "network")
    if isinstance(old, Stated):
        answer = {"BRIDGE": False, "NONE": True}.get(old.value.upper())
        return [both(Unknown(_ELSEWHERE, old.at) if answer is None else Stated(answer, old.at))]
    found: list[Directions] = []
    for one in fields.mappings("networks")[0]:
        mode = word(one, "mode", MODES, "container")
        bridged = known(mode) == "container/bridge"
        found.append(both(Stated(False, mode.at) if bridged else Unknown(_ELSEWHERE, one.at)))
    return found or [both(Unknown(_ELSEWHERE, at))]
