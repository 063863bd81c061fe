"""Which networks keep an instance of Incus or LXD apart.

Sources: Incus `doc/reference/devices_nic.md`, `doc/howto/network_acls.md` and `doc/reference/network_ovn.md`. A bridge
lets everything on it talk, and the server leads from one to the next. An access list closes both directions but for
what it lets through, and is kept on the server. An isolated port is closed to other such ports alone. An OVN network
holds whoever names it and lets nobody else in.
"""

from __future__ import annotations

from gate.dialects.docker_networks import both, joined
from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Table

    from gate.dialects.docker_networks import Directions
    from gate.dialects.incus_instance import Instance
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.segments import Segments

#: Kinds of cards that put an instance on the host's own network, or on what leads there.
_ON_THE_LAN = frozenset({"macvlan", "sriov", "physical", "ipvlan", "routed"})

_ALLOWING = ("allow", "allow-stateless")


def segments(instance: Instance, networks: Table[str, str]) -> Segments:
    """Say what is closed for an instance; `networks` are those in sight, by their names, with their types."""
    found = list(_cards(instance, networks))
    if instance.reason:
        found.append(both(Unknown(instance.reason, instance.at)))
    # A profile that the server has anyway gives it a card.
    return joined(found or [both(Unknown("which networks it is on stands in a profile", instance.at))], instance.at)


def _cards(instance: Instance, networks: Table[str, str]) -> Iterator[Directions]:
    for node, at in instance.devices.values():
        fields = Fields(node, node, instance.doubts) if isinstance(node, Mapping) else None
        kind = fields.text("type") if fields is not None else Unknown("what a device is cannot be known", at)
        if isinstance(kind, Unknown):
            yield both(Unknown(kind.reason, at))
        elif fields is not None and isinstance(kind, Stated) and kind.value == "nic":
            yield _card(fields, networks, at)


def _card(fields: Fields, networks: Table[str, str], at: Location) -> Directions:
    said = {name: _text(fields, name) for name in ("nictype", "network", "security.acls", "security.port_isolation")}
    unsure = next((one for one in said.values() if isinstance(one, Unknown)), None)
    if unsure is not None:
        return both(Unknown(unsure.reason, unsure.at))
    text = {name: one.value if isinstance(one, Stated) else "" for name, one in said.items()}
    kind = text["nictype"] or networks.get(text["network"], "")
    if kind in _ON_THE_LAN:
        return both(Stated(False, at))
    if text["security.acls"]:
        return _listed(fields, said["security.acls"].at)
    if not kind:
        return both(Unknown(f"what the network {text['network'][:60]} keeps apart stands where it is made", at))
    if kind == "ovn":
        return Stated(True, at), Defaulted(False, at)
    if kind not in ("bridge", "bridged"):
        return both(Unknown(f"whom a card of type {kind[:20]} leads to is not written", at))
    if text["security.port_isolation"].lower() in ("true", "1", "yes", "on"):
        place = said["security.port_isolation"].at
        return Unknown("ports of the bridge that are not isolated still reach it", place), Stated(False, at)
    return both(Stated(False, at))


def _listed(fields: Fields, at: Location) -> Directions:
    """Say what access lists close: all but what they let through, unless what they do not speak of is let through."""
    found: list[Setting[bool]] = []
    for direction in ("ingress", "egress"):
        action = _text(fields, f"security.acls.default.{direction}.action")
        if isinstance(action, Stated) and action.value in _ALLOWING:
            found.append(Stated(False, action.at))
        else:
            found.append(Unknown("what its access lists let through stands where they are made", at))
    return found[0], found[1]


def _text(fields: Fields, name: str) -> Setting[str]:
    return fields.setting(name, "", "text", as_spelling)
