"""Which networks keep a container of an engine apart, as the words of its command line name them.

Source: CIS Docker 5.30 and the engine's bridge driver: on the engine's own bridge is everybody who names no network.
"""

from __future__ import annotations

from gate.dialects.interpolation import GAP
from gate.model.evidence import Defaulted, Items, Stated, Unknown, known
from gate.model.segments import Segments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.dialects.docker_flags import Flag, Flags
    from gate.model.evidence import Setting

#: Modes that stand for the engine's own bridge.
_OWN_BRIDGE = frozenset({"", "bridge", "default", "nat"})


def closed_by_mode(mode: str) -> bool | None:
    """Say whether a network mode closes both directions; None where that stands with the network that it names."""
    word = mode.strip().lower()
    if word == "none":
        return True
    return False if word == "host" or word in _OWN_BRIDGE else None


def worst(settings: Iterable[Setting[bool]]) -> Setting[bool]:
    """Join what several networks do: an open one opens, and one that may be open may; there is at least one."""
    found = list(settings)
    for one in found:
        if known(one) is False:
            return one
    return next((one for one in found if known(one) is None), found[0])


def segments(flags: Flags) -> Segments:
    """Say what is closed for a container of the Docker engine; with no network named it is on the engine's bridge."""
    both = worst([*map(_attached, flags.given.get("network", ()))] or [Defaulted(False, flags.at)])
    return Segments(both, both, Items((), flags.at))


def _attached(flag: Flag) -> Setting[bool]:
    name = flag.value
    if "=" in name and ":" not in name.partition("=")[0]:
        from gate.dialects.docker_flags import csv_fields

        fields = [field.partition("=") for field in csv_fields(name) or []]
        name = next((value for key, _, value in reversed(fields) if key.strip().lower() == "name"), GAP)
    if GAP in name or (flag.reason and name is flag.value):
        return Unknown(flag.reason or "which network it is on cannot be known", flag.at)
    answer = closed_by_mode(name)
    if answer is None:
        return Unknown("who else is on that network, and whether it leads anywhere, stands where it is made", flag.at)
    return Stated(answer, flag.at, flag.via)
