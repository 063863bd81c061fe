"""The security groups that well-known modules of the Terraform registry make of what they are given.

terraform-aws-modules/security-group takes rules by name, and the addresses that they are all about beside them; its
submodules open the way out on their own. terraform-aws-modules/ecs makes a group for each service that it starts.
Sources: the variables and rules of terraform-aws-security-group (5.3), the variables of the service of
terraform-aws-ecs (5 and 6).
"""

from __future__ import annotations

import re

from gate.dialects.ecs_networks import Group, group
from gate.dialects.reading import Fields, as_spelling
from gate.dialects.terraform_values import Managed
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.terraform import Module
    from gate.model.location import Location
    from gate.syntax.hcl import Block
    from gate.syntax.tree import Node

_MODULE = (
    r"\bterraform-aws-modules/(?:security-group/aws|terraform-aws-security-group)(?:\.git)?(?://modules/([\w-]+))?"
)

#: The one rule by name that is about every protocol.
EVERYTHING = "all-all"

#: What the module is about where it is given no addresses.
_EVERYWHERE = {"egress_cidr_blocks": "0.0.0.0/0", "egress_ipv6_cidr_blocks": "::/0"}

_OUTPUTS = ("security_group_id", "id")
_DIRECTIONS = ("ingress", "egress")


def is_group(source: str) -> re.Match[str] | None:
    """Say whether the source of a module is that of the module for security groups."""
    return re.search(_MODULE, source)


def returned_group(module: Module, block: Block) -> Node | None:
    """Return the outputs of a call of the module for security groups; None for any other."""
    if is_group(module.source_of(block)) is None or not block.labels:
        return None
    reason = "what it makes is only known once it is applied"
    group_id = Managed(block.document.source, block.start, block.header_end, reason)
    group_id.address = f"module.{block.labels[0]}"
    key = Scalar(group_id.source, block.start, block.header_end, "", "")
    outputs: dict[str, Node] = dict.fromkeys(_OUTPUTS, group_id)
    return Mapping(group_id.source, block.start, block.header_end, outputs, dict.fromkeys(_OUTPUTS, key))


def called_groups(module: Module) -> Iterator[tuple[str, list[tuple[str, Fields]], Location]]:
    """Yield the groups that calls of the module for security groups make: addresses, rules with directions, places."""
    for block in module.blocks:
        found = is_group(module.source_of(block)) if block.type == "module" and block.labels else None
        given = module.tree(block) if found is not None else None
        # Rules for a group that somebody else makes say nothing of its others.
        if found is not None and given is not None and given.get("security_group_id") is None:
            rules = [one for way in _DIRECTIONS for one in _rules(given, way, automatic=found[1] is not None)]
            yield f"module.{block.labels[0]}", rules, block.at


def _rules(given: Mapping, way: str, *, automatic: bool) -> Iterator[tuple[str, Fields]]:
    """Yield what a call lets through in a direction, each with the addresses that it is about."""
    about = _addresses(given, way)
    for name in (f"{way}_rules", f"computed_{way}_rules"):
        yield from ((way, _named(one, about)) for one in _members(given.get(name)))
    if automatic and way == "egress" and given.get("auto_egress_rules") is None:
        yield way, _named(Scalar(given.source, given.start, given.end, EVERYTHING, EVERYTHING, True), about)
    elif automatic:
        yield from ((way, _named(one, about)) for one in _members(given.get(f"auto_{way}_rules")))
    for prefix in ("", "computed_"):
        for kind in ("cidr_blocks", "ipv6_cidr_blocks"):
            members = _members(given.get(f"{prefix}{way}_with_{kind}"))
            yield from ((way, _written(one, kind, about)) for one in members)


def _members(node: Node | None) -> list[Node]:
    """Return the members of a list; what cannot be known of it is one more."""
    return node.items if isinstance(node, Sequence) else [node] if isinstance(node, Opaque | Mapping) else []


def _addresses(given: Mapping, way: str) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for kind in ("cidr_blocks", "ipv6_cidr_blocks"):
        name = f"{way}_{kind}"
        node = given.get(name)
        if node is None and name in _EVERYWHERE:
            text = _EVERYWHERE[name]
            where = Scalar(given.source, given.start, given.end, text, text, True)
            node = Sequence(given.source, given.start, given.end, [where])
        if node is not None:
            found[kind] = node
    return found


def _named(node: Node, about: dict[str, Node]) -> Fields:
    """Return a rule by its name, of which only one is about every protocol."""
    if not isinstance(node, Scalar):
        return _fields(node)
    protocol = "-1" if node.value == EVERYTHING else "tcp"
    entries: dict[str, Node] = {
        "protocol": Scalar(node.source, node.start, node.end, protocol, protocol, True),
        **about,
    }
    return _fields(Mapping(node.source, node.start, node.end, entries, dict.fromkeys(entries, node)))


def _written(node: Node, kind: str, about: dict[str, Node]) -> Fields:
    """Return a rule that is written out, whose addresses are one text between commas."""
    if not isinstance(node, Mapping):
        return _fields(node)
    entries, keys = dict(node.entries), dict(node.keys)
    text = entries.pop("cidr_blocks", None) or entries.pop("ipv6_cidr_blocks", None)
    where = keys.get("cidr_blocks") or keys.get("ipv6_cidr_blocks") or Scalar(node.source, node.start, node.end, "", "")
    addresses = _split(text) if text is not None else about.get(kind)
    if addresses is not None:
        entries[kind], keys[kind] = addresses, where
    rule = entries.get("rule")
    if "protocol" not in entries and rule is not None:
        protocol: Node = rule
        if isinstance(rule, Scalar):
            named = "-1" if rule.value == EVERYTHING else "tcp"
            protocol = Scalar(rule.source, rule.start, rule.end, named, named, True)
        entries["protocol"], keys["protocol"] = protocol, keys["rule"]
    return _fields(Mapping(node.source, node.start, node.end, entries, keys))


def _split(node: Node) -> Node:
    if not isinstance(node, Scalar):
        return node
    parts = (as_spelling(node) or "").split(",")
    items: list[Node] = [Scalar(node.source, node.start, node.end, one.strip(), one.strip(), True) for one in parts]
    return Sequence(node.source, node.start, node.end, items)


def _fields(node: Node) -> Fields:
    return Fields(node, node, [])


def own_group(inputs: Mapping, at: Location) -> Group | None:
    """Return the group that the module for services makes of its inputs; None where it makes none."""
    if getattr(inputs.get("create_security_group"), "value", True) is False:
        return None
    rules: list[tuple[str, Fields]] = []
    for way in _DIRECTIONS:
        rules += ((way, one) for one in _table(inputs.get(f"security_group_{way}_rules")))
    for one in _table(inputs.get("security_group_rules")):
        kind = one.get("type")
        if isinstance(kind, Opaque):
            rules += ((way, _fields(kind)) for way in _DIRECTIONS)
        else:
            rules += ((way, one) for way in _DIRECTIONS if isinstance(kind, Scalar) and kind.value == way)
    return group(rules, at, reaches_out=False)


def _table(node: Node | None) -> list[Fields]:
    """Return the rules of a table; what cannot be known of it is one."""
    if isinstance(node, Mapping):
        return [_fields(one) for one in node.entries.values()]
    return [_fields(node)] if isinstance(node, Opaque) else []
