"""Which networks keep a container of an engine apart, as the words of its command line name them.

Source: CIS Docker 5.30 and the engine's bridge driver: on the engine's own bridge is everybody who names no network,
and whether they reach each other stands in the engine's configuration.
"""

from __future__ import annotations

from gate.dialects.interpolation import GAP
from gate.model.evidence import Defaulted, Deferred, Items, Stated, Unknown, known
from gate.model.segments import Segments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from gate.dialects.docker_flags import Flag, Flags
    from gate.model.evidence import Setting
    from gate.model.location import Location

    #: Ingress and egress.
    Directions: TypeAlias = tuple[Setting[bool], Setting[bool]]

#: What decides whether containers on the engine's own bridge reach each other, and those on one made without options.
OWN_BRIDGE = "docker.icc"
MADE_BRIDGE = "docker.default-network-opts"

#: Modes that stand for the engine's own bridge.
_OWN_BRIDGE = frozenset({"", "bridge", "default", "nat"})


def by_mode(mode: str, at: Location) -> Directions | None:
    """Say what a network mode closes; None where that stands with the network that it names."""
    word = mode.strip().lower()
    if word in ("none", "host"):
        return both(Stated(word == "none", at))
    return (Deferred(OWN_BRIDGE, at), Defaulted(False, at)) if word in _OWN_BRIDGE else None


def both(one: Setting[bool]) -> Directions:
    """Say the same of both directions."""
    return one, one


def worst(settings: Iterable[Setting[bool]]) -> Setting[bool]:
    """Join what several networks do: an open one opens, and one that may be open may; there is at least one.

    What is left to the engine is open unless that is configured otherwise: beside what cannot be known that has to do.
    """
    found = list(settings)
    for one in found:
        if known(one) is False:
            return one
    unsure = [one for one in found if known(one) is None]
    left = next((one for one in unsure if isinstance(one, Deferred)), None)
    if left is not None and len(unsure) > 1:
        return left if all(one == left for one in unsure) else Defaulted(False, left.at)
    return next(iter(unsure), found[0])


def joined(found: list[Directions], at: Location) -> Segments:
    """Join what the networks of one container do."""
    return Segments(worst(one for one, _ in found), worst(one for _, one in found), Items((), at))


def segments(flags: Flags) -> Segments:
    """Say what is closed for a container of the Docker engine; with no network named it is on the engine's bridge."""
    given = [_attached(flag) for flag in flags.given.get("network", ())]
    return joined(given or [(Deferred(OWN_BRIDGE, flags.at), Defaulted(False, flags.at))], flags.at)


def _attached(flag: Flag) -> Directions:
    name = named(flag)
    if GAP in name or (flag.reason and name is flag.value):
        return both(Unknown(flag.reason or "which network it is on cannot be known", flag.at))
    reason = "who else is on that network, and whether it leads anywhere, stands where it is made"
    return by_mode(name, flag.at) or both(Unknown(reason, flag.at))


def named(flag: Flag) -> str:
    """Return the network that a flag names, where `name=` may stand before it."""
    name = flag.value
    if "=" in name and ":" not in name.partition("=")[0]:
        from gate.dialects.docker_flags import csv_fields

        fields = [field.partition("=") for field in csv_fields(name) or []]
        name = next((value for key, _, value in reversed(fields) if key.strip().lower() == "name"), GAP)
    return name
