"""Which networks keep a task of Amazon ECS apart: the mode of its network, and the security groups of what starts it.

Sources: the task networking pages of the ECS developer guide and the VPC guide on security groups. On EC2 the default
is the bridge of the instance, with every other task there. With `awsvpc` a task has an interface of its own, which a
group closes in both directions but for its rules; who names no group is in that of the VPC, which lets its members in.
"""

from __future__ import annotations

from gate.dialects.docker_networks import both, joined, worst
from gate.dialects.reading import as_spelling
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.dialects.docker_networks import Directions
    from gate.dialects.ecs_launch import Launch
    from gate.dialects.reading import Fields
    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.segments import Segments

_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
_EVERY_PROTOCOL = frozenset({"-1", "all"})

#: What the formats call the protocol of a rule, and the addresses that it is about.
_PROTOCOL = ("protocol", "ip_protocol", "IpProtocol")
_ADDRESS = ("cidr_ipv4", "cidr_ipv6", "CidrIp", "CidrIpv6")
_ADDRESSES = ("cidr_blocks", "ipv6_cidr_blocks")

#: Modes in which a task shares the instance's network, or its bridge.
_SHARED = frozenset({"bridge", "host", "default"})


class Group(Record):
    """What a security group closes in each direction."""

    ingress: Setting[bool]
    egress: Setting[bool]


def segments(task: Fields, launch: Launch, groups: Iterable[Items[Group]]) -> Segments:
    """Say what is closed for a task; `groups` are those of each thing that starts it."""
    mode, at = task.text("networkMode"), task.at_of("networkMode")
    if isinstance(mode, Unknown):
        return joined([both(Unknown(mode.reason, mode.at))], at)
    said = (known(mode) or "").lower()
    if said == "none" or said in _SHARED:
        return joined([both(Stated(said == "none", at))], at)
    if not said and isinstance(launch.asked, Unknown):
        return joined([both(Unknown(f"where it runs decides that: {launch.asked.reason}", launch.asked.at))], at)
    if not said and not launch.fargate:
        return joined([both(Defaulted(False, at))], at)
    found = [_started(one) for one in groups]
    return joined(found or [both(Unknown("the security groups of what starts it are not in sight", at))], at)


def _started(groups: Items[Group]) -> Directions:
    """Join the groups of one service: what any of them lets through gets through."""
    members = [one.value for one in groups.members if isinstance(one, Stated)]
    unknown = next((one for one in groups.members if isinstance(one, Unknown)), None)
    ingress, egress = [one.ingress for one in members], [one.egress for one in members]
    if unknown is not None or not groups.complete:
        reason = unknown.reason if unknown is not None else groups.open_because
        doubt = Unknown(reason, unknown.at if unknown is not None else groups.at)
        ingress, egress = [*ingress, doubt], [*egress, doubt]
    if not ingress:
        return both(Defaulted(False, groups.at))
    return worst(ingress), worst(egress)


def group(rules: Iterable[tuple[str, Fields]], at: Location, *, reaches_out: bool) -> Group:
    """Return what a group's rules close, each with its direction; `reaches_out` where there is none for what leaves."""
    found: dict[str, list[Setting[bool]]] = {"ingress": [], "egress": []}
    for direction, fields in rules:
        found[direction].append(_closed(fields))
    ingress, egress = found["ingress"], found["egress"]
    return Group(
        worst(ingress) if ingress else Defaulted(True, at),
        worst(egress) if egress else Defaulted(not reaches_out, at),
    )


def _closed(rule: Fields) -> Setting[bool]:
    """Say whether a rule keeps anything out: one for every protocol, from or to everywhere, lets everything through."""
    if rule.reason:
        return Unknown(rule.reason, rule.at)
    named = next((name for name in _PROTOCOL if rule.has(name)), _PROTOCOL[0])
    protocol = rule.setting(named, "", "a protocol", as_spelling)
    if not isinstance(protocol, Unknown) and (known(protocol) or "").lower() not in _EVERY_PROTOCOL:
        return Stated(True, rule.at)
    addresses = [rule.setting(name, "", "an address", as_spelling) for name in _ADDRESS]
    lists = [rule.strings(name) for name in _ADDRESSES]
    addresses += [member for one in lists for member in one.members]
    unsure = next((one for one in (protocol, *addresses) if isinstance(one, Unknown)), None)
    reason = next((one.open_because for one in lists if not one.complete), "")
    if any((known(one) or "") in _EVERYWHERE for one in addresses) and not isinstance(protocol, Unknown):
        return Stated(False, rule.at)
    if unsure is not None or reason:
        return Unknown(unsure.reason if unsure is not None else reason, rule.at)
    return Stated(True, rule.at)
