"""The security groups of a Terraform module and of a CloudFormation template, and those that a service names."""

from __future__ import annotations

from gate.dialects.cloudformation_values import Resource, text_of
from gate.dialects.ecs_group_modules import called_groups, own_group
from gate.dialects.ecs_networks import Group, group
from gate.dialects.reading import Fields
from gate.dialects.terraform_values import Managed
from gate.model.evidence import Items, Stated, Unknown
from gate.syntax.tree import Mapping, Opaque, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Table

    from gate.dialects.cloudformation import Template
    from gate.dialects.terraform import Module
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.tree import Node

#: Resources of Terraform that are one rule of a group, with its direction where the type says it.
_RULES = {
    "aws_security_group_rule": "",
    "aws_vpc_security_group_ingress_rule": "ingress",
    "aws_vpc_security_group_egress_rule": "egress",
}
_OF_STACKS = {"AWS::EC2::SecurityGroupIngress": "ingress", "AWS::EC2::SecurityGroupEgress": "egress"}

#: Where what starts a task names its groups: in the blocks of Terraform, and in the properties of CloudFormation.
_PATHS = (
    ("network_configuration", "security_groups"),
    ("NetworkConfiguration", "AwsvpcConfiguration", "SecurityGroups"),
    ("NetworkConfiguration", "AwsVpcConfiguration", "SecurityGroups"),
)

_NOT_HERE = "a security group that it is in is not in sight"


def of_module(whole: Module) -> dict[str, Group]:
    """Return the groups of a module by their addresses."""
    resources = [block for block in whole.blocks if block.type == "resource" and len(block.labels) == 2]
    apart: list[tuple[str, str, Fields]] = []
    for block in resources:
        if block.labels[0] in _RULES:
            fields = _fields(whole.tree(block))
            owner = fields.get("security_group_id")
            direction = _RULES[block.labels[0]] or text_of(fields.get("type"))
            if isinstance(owner, Managed) and direction in ("ingress", "egress"):
                apart.append((owner.address, direction, fields))
    found: dict[str, Group] = {}
    for block in resources:
        if block.labels[0] == "aws_security_group":
            address, fields = ".".join(block.labels), _fields(whole.tree(block))
            rules = [
                *_inline(fields, ("ingress", "egress")),
                *((way, one) for own, way, one in apart if own == address),
            ]
            found[address] = group(rules, block.at, reaches_out=False)
    for address, given, at in called_groups(whole):
        found[address] = group(
            [*given, *((way, one) for own, way, one in apart if own == address)], at, reaches_out=False
        )
    return found


def of_template(template: Template) -> dict[str, Group]:
    """Return the groups of a template by their logical names."""
    owned: dict[str, Fields] = {}
    apart: list[tuple[str, str, Fields]] = []
    for name, _, node in template.resources():
        kind, given = text_of(node.get("Type")), node.get("Properties")
        if kind == "AWS::EC2::SecurityGroup":
            owned[name] = _fields(template.value(given) if given is not None else node)
        elif kind in _OF_STACKS and given is not None:
            fields = _fields(template.value(given))
            owner = fields.get("GroupId")
            if isinstance(owner, Resource):
                apart.append((owner.name, _OF_STACKS[kind], fields))
    return {
        name: group(
            [
                *_inline(fields, ("SecurityGroupIngress", "SecurityGroupEgress")),
                *((way, one) for own, way, one in apart if own == name),
            ],
            fields.at,
            reaches_out=True,
        )
        for name, fields in owned.items()
    }


def _inline(fields: Fields, names: tuple[str, str]) -> Iterator[tuple[str, Fields]]:
    """Yield the rules that stand in a group itself; what cannot be known of a list is one more."""
    for direction, name in zip(("ingress", "egress"), names, strict=True):
        members, reason = fields.mappings(name)
        yield from ((direction, one) for one in members)
        node = fields.get(name)
        if reason and node is not None:
            yield direction, Fields(Opaque(node.source, node.start, node.end, reason), node, [])


def _fields(node: Node) -> Fields:
    return Fields(node, node, [])


def named(starter: Mapping, groups: Table[str, Group]) -> Items[Group]:
    """Return the groups that what starts a task names."""
    for path in _PATHS:
        found: Node | None = starter
        for step in path[:-1]:
            found = _one(found.get(step)) if isinstance(found, Mapping) else found
        if isinstance(found, Opaque):
            return Items((), found.at, complete=False, open_because=found.reason)
        if isinstance(found, Mapping):
            return _listed(found.get(path[-1]), found.at, groups)
    return Items((), starter.at, complete=False, open_because="what starts it does not say which network it is on")


def of_service(inputs: Mapping, at: Location, groups: Table[str, Group]) -> Items[Group]:
    """Return the groups of a service that the registry's module starts: its own, and those that it is given."""
    given = _listed(inputs.get("security_group_ids"), at, groups)
    own, made = own_group(inputs, at), inputs.get("create_security_group")
    if isinstance(made, Opaque):
        return Items(given.members, made.at, complete=False, open_because=made.reason)
    members = (*([Stated(own, at)] if own is not None else []), *given.members)
    return Items(members, at, complete=given.complete, open_because=given.open_because)


def _one(node: Node | None) -> Node | None:
    """Return the one block of a list of such."""
    return node.items[0] if isinstance(node, Sequence) and len(node.items) == 1 else node


def _listed(node: Node | None, at: Location, groups: Table[str, Group]) -> Items[Group]:
    if node is None:
        return Items((), at)
    if not isinstance(node, Sequence):
        reason = node.reason if isinstance(node, Opaque) else "its security groups are no list"
        return Items((), node.at, complete=False, open_because=reason)
    return Items(tuple(_group(item, groups) for item in node.items), node.at)


def _group(item: Node, groups: Table[str, Group]) -> Setting[Group]:
    name = item.address if isinstance(item, Managed) else item.name if isinstance(item, Resource) else ""
    if name in groups:
        return Stated(groups[name], item.at)
    reason = item.reason if isinstance(item, Opaque) and not name else _NOT_HERE
    return Unknown(reason, item.at)
