"""The task definitions of a CloudFormation template, of SAM or synthesized by the CDK too, and what starts them."""

from __future__ import annotations

from gate.dialects.cloudformation import Template
from gate.dialects.cloudformation_values import Resource, scalar, text_of
from gate.dialects.ecs_fields import TASK, canonical
from gate.dialects.ecs_groups import named, of_template
from gate.dialects.ecs_launch import Start, launch_of, providers
from gate.dialects.ecs_task import Task
from gate.dialects.reading import Fields
from gate.model.errors import InputError, UnrenderedError
from gate.model.record import Record
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Table

    from gate.dialects.ecs_fields import Shape
    from gate.dialects.ecs_networks import Group
    from gate.model.evidence import Items, Setting
    from gate.syntax.tree import Node

TASK_DEFINITION = "AWS::ECS::TaskDefinition"

#: Task definitions of one template that are read.
MAX_TASKS = 500

STRATEGY: list[Shape] = [{"capacityProvider": "text"}]
STARTER: dict[str, Shape] = {
    "capacityProviderStrategy": STRATEGY,
    "cluster": "text",
    "launchType": "text",
    "taskDefinition": "text",
    "taskDefinitionArn": "text",
}
CLUSTER: dict[str, Shape] = {"cluster": "text", "defaultCapacityProviderStrategy": STRATEGY}

#: Resources that start tasks, and where below their properties they say how.
_STARTERS = {
    "AWS::ECS::Service": (),
    "AWS::ECS::TaskSet": (),
    "AWS::Events::Rule": ("Targets", "EcsParameters"),
    "AWS::Scheduler::Schedule": ("Target", "EcsParameters"),
}
_CLUSTERS = ("AWS::ECS::Cluster", "AWS::ECS::ClusterCapacityProviderAssociations")


def templates(root: Node | None, tags: Table[Node, str]) -> list[Template]:
    """Return the templates of a document: itself, or the resources of a Serverless Framework's file; none of others."""
    if not isinstance(root, Mapping):
        return []
    inner = root.get("resources")
    parts = inner.items if isinstance(inner, Sequence) else [inner]
    found = [Template(root, tags), *(Template(part, tags, foreign=True) for part in parts if isinstance(part, Mapping))]
    return [template for template in found if _has_tasks(template)]


def _has_tasks(template: Template) -> bool:
    if any(text_of(node.get("Type")) == TASK_DEFINITION for _, _, node in template.resources()):
        return True
    return any(_mentions(node) for _, node in template.loops())


def _mentions(node: Node) -> bool:
    """Say whether what a loop makes is, or may be, a task definition."""
    return TASK_DEFINITION in node.source.text[node.start : node.end]


class _Start(Record):
    """What starts tasks: which, with what launch type, and in which security groups."""

    wanted: Node | None
    start: Start | None
    groups: Items[Group]


class Stack:
    """The resources of one template, as far as ECS is concerned."""

    __slots__ = ("_template", "problems")

    def __init__(self, template: Template) -> None:
        """Take the template."""
        self._template = template
        self.problems: list[InputError] = []

    def tasks(self, path: str) -> Iterator[Task]:
        """Yield the task definitions."""
        starts = list(self._starts())
        found = [one for one in self._template.resources() if text_of(one[2].get("Type")) == TASK_DEFINITION]
        for name, key, resource in found[:MAX_TASKS]:
            at = key.source.location(key.start, resource.end)
            properties = self._properties(resource)
            if properties is None:
                remedy = "write its `Properties`, with `ContainerDefinitions`"
                self.problems.append(InputError(f"the task definition {name} has no properties", at=at, remedy=remedy))
                continue
            node = canonical(properties, TASK, "cloudformation")
            family = text_of(node.get("family")) if isinstance(node, Mapping) else ""
            mine = [one for one in starts if _is_of(one.wanted, name, family)]
            own = tuple(one.start for one in mine if one.start is not None)
            groups = tuple(one.groups for one in mine)
            yield Task(f"{path}#TaskDefinition/{name}", name, at, node, own, groups)
        if len(found) > MAX_TASKS:
            cause, at = f"has more than {MAX_TASKS} task definitions", found[MAX_TASKS][1].at
            self.problems.append(InputError(cause, at=at, remedy="split the template"))
        for key, loop in self._template.loops():
            if _mentions(loop):
                remedy = "check the template that it makes (`aws cloudformation get-template`)"
                self.problems.append(UnrenderedError("makes task definitions in a loop", at=key.at, remedy=remedy))

    def _properties(self, node: Mapping) -> Node | None:
        properties = node.get("Properties")
        return None if properties is None else self._template.value(properties)

    def _starts(self) -> Iterator[_Start]:
        """Yield what starts tasks: which, with what launch type, and in which security groups."""
        defaults, groups = dict(self._defaults()), of_template(self._template)
        for name, _, node in self._template.resources():
            kind = text_of(node.get("Type"))
            properties = self._properties(node) if kind in _STARTERS else None
            for inner in _below(properties, _STARTERS.get(kind, ())):
                tree = canonical(_named(inner), STARTER, "cloudformation")
                fields = Fields(tree, tree, [])
                launch = launch_of(fields) or defaults.get(_name_of(fields.get("cluster")))
                wanted = fields.get("taskDefinition") or fields.get("taskDefinitionArn")
                yield _Start(wanted, Start(name, launch) if launch is not None else None, named(inner, groups))

    def _defaults(self) -> Iterator[tuple[str, Setting[str]]]:
        """Yield the launch types that clusters fall back on."""
        for name, _, node in self._template.resources():
            kind = text_of(node.get("Type"))
            properties = self._properties(node) if kind in _CLUSTERS else None
            if properties is not None:
                tree = canonical(_named(properties), CLUSTER, "cloudformation")
                fields = Fields(tree, tree, [])
                launch = providers(fields, "defaultCapacityProviderStrategy")
                if launch is not None:
                    yield (name if kind == _CLUSTERS[0] else _name_of(fields.get("cluster"))), launch


def _below(properties: Node | None, path: tuple[str, ...]) -> Iterator[Mapping]:
    """Yield the structures at a path, through lists."""
    found: list[Node | None] = [properties]
    for step in path:
        found = [node.get(step) for node in found if isinstance(node, Mapping)]
        found = [one for node in found for one in (node.items if isinstance(node, Sequence) else [node])]
    yield from (node for node in found if isinstance(node, Mapping))


def _named(node: Node) -> Node:
    """Give capacity providers that are resources of the template their logical names."""
    if not isinstance(node, Mapping):
        return node
    entries = dict(node.entries)
    for name in ("CapacityProviderStrategy", "DefaultCapacityProviderStrategy"):
        strategy = entries.get(name)
        if isinstance(strategy, Sequence):
            items = [_with_name(item) for item in strategy.items]
            entries[name] = Sequence(strategy.source, strategy.start, strategy.end, items)
    return Mapping(node.source, node.start, node.end, entries, node.keys, node.doubt)


def _with_name(item: Node) -> Node:
    provider = item.get("CapacityProvider") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(provider, Resource):
        return item
    entries = {**item.entries, "CapacityProvider": scalar(provider, provider.name)}
    return Mapping(item.source, item.start, item.end, entries, item.keys, item.doubt)


def _name_of(node: Node | None) -> str:
    return node.name if isinstance(node, Resource) else text_of(node)


def _is_of(wanted: Node | None, name: str, family: str) -> bool:
    """Say whether what a service starts is this task definition: by its resource, or by its family."""
    if isinstance(wanted, Opaque):
        return isinstance(wanted, Resource) and wanted.name == name
    text = text_of(wanted) if isinstance(wanted, Scalar) else ""
    return bool(family) and text.rpartition("/")[2].partition(":")[0] == family
