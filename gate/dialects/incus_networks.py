"""Which networks keep an instance of Incus or LXD apart.

Sources: Incus `doc/reference/devices_nic.md`, `doc/howto/network_acls.md` and `doc/reference/network_ovn.md`. A bridge
lets everything on it talk, and the server leads from one to the next. Access lists close both directions but for what
they let through; those of a bridge itself guard only the way to its host, those of a card the card. An isolated port
is closed to other such ports alone. An OVN network holds whoever names it and lets nobody else in.
"""

from __future__ import annotations

from gate.dialects.docker_networks import both, joined, worst
from gate.dialects.incus_acls import DIRECTIONS, FAMILIES, AccessList, Direction
from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.model.record import Record
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.docker_networks import Directions
    from gate.dialects.incus_instance import Instance
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.segments import Segments
    from gate.model.workload import Doubt

#: Kinds of cards that put an instance on the host's own network, or on what leads there.
_ON_THE_LAN = frozenset({"macvlan", "sriov", "physical", "ipvlan", "routed"})

_ALLOWING = ("allow", "allow-stateless")


_ACLS = "security.acls"


class Network(Record):
    """A network in sight: its type, and its configuration as it is written."""

    kind: str
    config: Fields


class Sight(Record):
    """The networks and access lists in sight, by their names; None is an access list that stands there twice."""

    networks: dict[str, Network]
    lists: dict[str, AccessList | None]


def network(node: Mapping, doubts: list[Doubt]) -> Network | None:
    """Return a network as a preseed or a module writes it, a bridge where it names no type; None for an unknown one."""
    fields = Fields(node, node, doubts)
    kind = fields.setting("type", "", "text", as_spelling)
    if not isinstance(kind, Stated | Defaulted):
        return None
    return Network(kind.value or "bridge", fields.sub("config"))


def segments(instance: Instance, sight: Sight) -> Segments:
    """Say what is closed for an instance, by what is in sight of its networks."""
    found = list(_cards(instance, sight))
    if instance.reason:
        found.append(both(Unknown(instance.reason, instance.at)))
    # A profile that the server has anyway gives it a card.
    return joined(found or [both(Unknown("which networks it is on stands in a profile", instance.at))], instance.at)


def _cards(instance: Instance, sight: Sight) -> Iterator[Directions]:
    for node, at in instance.devices.values():
        fields = Fields(node, node, instance.doubts) if isinstance(node, Mapping) else None
        kind = fields.text("type") if fields is not None else Unknown("what a device is cannot be known", at)
        if isinstance(kind, Unknown):
            yield both(Unknown(kind.reason, at))
        elif fields is not None and isinstance(kind, Stated) and kind.value == "nic":
            yield _card(fields, sight, at)


def _card(fields: Fields, sight: Sight, at: Location) -> Directions:
    said = {name: _text(fields, name) for name in ("nictype", "network", _ACLS, "security.port_isolation")}
    unsure = next((one for one in said.values() if isinstance(one, Unknown)), None)
    if unsure is not None:
        return both(Unknown(unsure.reason, unsure.at))
    text = {name: one.value if isinstance(one, Stated) else "" for name, one in said.items()}
    named = sight.networks.get(text["network"])
    kind = text["nictype"] or (named.kind if named is not None else "")
    if kind in _ON_THE_LAN:
        return both(Stated(False, at))
    owners = [fields, named.config] if named is not None and kind == "ovn" else [fields]
    listed = [owner for owner in owners if not isinstance(_text(owner, _ACLS), Defaulted)]
    if listed:
        return _listed(listed, owners, sight)
    if not kind or (kind == "ovn" and text["network"] and named is None):
        return both(Unknown(f"what the network {text['network'][:60]} keeps apart stands where it is made", at))
    if kind == "ovn":
        return Stated(True, at), Defaulted(False, at)
    if kind not in ("bridge", "bridged"):
        return both(Unknown(f"whom a card of type {kind[:20]} leads to is not written", at))
    if text["security.port_isolation"].lower() in ("true", "1", "yes", "on"):
        place = said["security.port_isolation"].at
        return Unknown("ports of the bridge that are not isolated still reach it", place), Stated(False, at)
    return both(Stated(False, at))


def _listed(listed: list[Fields], owners: list[Fields], sight: Sight) -> Directions:
    """Say what the access lists of a card and its network close together."""
    found: list[Setting[bool]] = []
    names: list[Setting[str]] = [_text(owner, _ACLS) for owner in listed]
    for direction in DIRECTIONS:
        action = next(
            (
                one
                for owner in owners
                if not isinstance(one := _text(owner, f"security.acls.default.{direction}.action"), Defaulted)
            ),
            Defaulted("reject", names[0].at),
        )
        of_families = []
        for family in FAMILIES:
            rules = [one for name in names for one in _rules(name, (direction, family), sight)]
            of_families.append(_closed(rules, action, names[0].at))
        found.append(worst(of_families))
    return found[0], found[1]


def _rules(name: Setting[str], direction: tuple[str, str], sight: Sight) -> Iterator[Direction]:
    """Yield what each list of a card does; one that is not in sight may do either."""
    if isinstance(name, Stated):
        for one in name.value.split(","):
            found = sight.lists.get(one.strip())
            if found is not None:
                yield found.directions[direction]
                continue
            twice = one.strip() in sight.lists
            reason = "stands there twice" if twice else "is not in sight"
            unknown = Unknown(
                f"the access list {one.strip()[:40]}, which lets through what it names, {reason}", name.at
            )
            yield Direction(unknown, unknown)
    elif isinstance(name, Unknown):
        yield Direction(name, name)


def _closed(rules: list[Direction], action: Setting[str], at: Location) -> Setting[bool]:
    """Say whether a direction is closed: what shuts goes before what opens, and the default is for what is left."""
    if any(known(rule.shuts) is True for rule in rules):
        return Stated(True, at)
    opened = next((rule.opens for rule in rules if known(rule.opens) is True), None)
    if opened is not None:
        return Stated(False, opened.at)
    if isinstance(action, Stated) and action.value in _ALLOWING:
        return Stated(False, action.at)
    unsure = [one for rule in rules for one in (rule.opens, rule.shuts) if isinstance(one, Unknown)]
    if isinstance(action, Unknown):
        unsure.append(action)
    return Unknown(unsure[0].reason, unsure[0].at) if unsure else Stated(True, at)


def _text(fields: Fields, name: str) -> Setting[str]:
    return fields.setting(name, "", "text", as_spelling)
