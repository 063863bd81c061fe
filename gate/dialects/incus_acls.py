"""What access lists of Incus and LXD let through, where the tree holds them.

Sources: Incus `doc/howto/network_acls.md` and `internal/server/network/acl/acl_firewall.go`. Rules count by what they
do and not by their order: what is dropped or rejected goes before what is allowed, and whatever no rule speaks of is
rejected, unless the card or the network says otherwise. A rule that is disabled is none. Lists stand in what `incus
network acl show` prints, which `incus network acl create` takes, and in the resources of a Terraform module.
"""

from __future__ import annotations

from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Stated, Unknown
from gate.model.record import Record
from gate.syntax.tree import Mapping, Opaque, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Doubt
    from gate.syntax.tree import Node

DIRECTIONS = ("ingress", "egress")

#: Where the other end of a rule stands, by the direction that it is of.
_OTHER_END = {"ingress": "source", "egress": "destination"}

#: What narrows a rule, beside the addresses of the other end.
_NARROWING = ("protocol", "source_port", "destination_port", "icmp_type", "icmp_code")
_ACTIONS = ("allow", "allow-stateless", "drop", "reject")
_STATES = ("enabled", "disabled", "logged")

#: The address that stands for every one of a family.
FAMILIES = ("0.0.0.0/0", "::/0")


class Direction(Record):
    """What the rules of one list do in one direction, of one family of addresses.

    Whether one shuts everything out, and whether one lets everything through.
    """

    shuts: Setting[bool]
    opens: Setting[bool]


class AccessList(Record):
    """An access list, by its directions and the families of addresses."""

    directions: dict[tuple[str, str], Direction]
    at: Location


def is_access_list(root: Node | None) -> bool:
    """Say whether a document is an access list: rules of a direction, each of which does something."""
    if not isinstance(root, Mapping) or root.get("devices") is not None or root.get("apiVersion") is not None:
        return False
    lists = [node for name in DIRECTIONS if isinstance(node := root.get(name), Sequence)]
    rules = [rule for node in lists for rule in node.items]
    return bool(lists) and all(isinstance(rule, Mapping) and "action" in rule.entries for rule in rules)


def access_list(node: Mapping) -> AccessList:
    """Read an access list."""
    return AccessList(
        {
            (name, family): _direction(node.get(name), name, family, node.at)
            for name in DIRECTIONS
            for family in FAMILIES
        },
        node.at,
    )


def _direction(rules: Node | None, name: str, family: str, at: Location) -> Direction:
    """Read the rules of a direction; one that cannot be known may do either."""
    if isinstance(rules, Opaque):
        unknown = Unknown(rules.reason, rules.at)
        return Direction(unknown, unknown)
    found: dict[bool, list[Setting[bool]]] = {True: [], False: []}
    for rule in rules.items if isinstance(rules, Sequence) else ():
        doubts: list[Doubt] = []
        answer = _rule(Fields(rule, rule, doubts), name, family)
        if isinstance(answer, Unknown):
            found[True].append(answer)
            found[False].append(answer)
        elif isinstance(answer, Stated):
            found[answer.value].append(Stated(True, answer.at))
    return Direction(_any(found[False], at), _any(found[True], at))


def _any(found: list[Setting[bool]], at: Location) -> Setting[bool]:
    certain = next((one for one in found if isinstance(one, Stated)), None)
    return certain or next(iter(found), Stated(False, at))


def _rule(fields: Fields, direction: str, family: str) -> Setting[bool] | None:
    """Say of a rule for a whole family whether it lets it through; None for one that is for less, or for nothing."""
    said = {name: fields.setting(name, "", "text", as_spelling) for name in ("action", "state", *_NARROWING)}
    other = fields.setting(_OTHER_END[direction], "", "text", as_spelling)
    state = said.pop("state")
    action = said.pop("action")
    if isinstance(state, Stated) and state.value == "disabled":
        return None
    narrow = next((one for one in said.values() if isinstance(one, Stated) and one.value), None)
    if narrow is not None or (isinstance(other, Stated) and not _is_everywhere(other.value, family)):
        return None
    unknown = next((one for one in (action, state, other, *said.values()) if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    if not isinstance(action, Stated) or action.value not in _ACTIONS:
        return Unknown("what one of its rules does is not written", fields.at)
    if isinstance(state, Stated) and state.value not in _STATES:
        return Unknown(f"`{state.value[:40]}` is no state of a rule", state.at)
    return Stated(action.value.startswith("allow"), fields.at)


def _is_everywhere(addresses: str, family: str) -> bool:
    return any(one.strip() in ("", family) for one in addresses.split(","))
