"""The task definitions of a Terraform module, and what in it starts them."""

from __future__ import annotations

import re

from gate.dialects.ecs_fields import CONTAINER, TASK, beside, canonical
from gate.dialects.ecs_groups import named, of_module
from gate.dialects.ecs_launch import Start, launch_of, providers
from gate.dialects.ecs_modules import returned, services
from gate.dialects.ecs_stacks import CLUSTER, STARTER
from gate.dialects.ecs_task import Task
from gate.dialects.reading import Fields
from gate.dialects.terraform import module
from gate.dialects.terraform_files import parse
from gate.dialects.terraform_text import tree
from gate.dialects.terraform_values import Managed
from gate.model.errors import InputError
from gate.model.evidence import known
from gate.model.location import whole_file
from gate.model.record import Record
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.ecs_networks import Group
    from gate.dialects.terraform import Module
    from gate.model.evidence import Items, Setting
    from gate.model.source import Source, Sources
    from gate.syntax.hcl import Block
    from gate.syntax.tree import Node

TASK_DEFINITIONS = ("aws_ecs_task_definition", "awscc_ecs_task_definition")

#: Resources that start tasks, and the blocks below them that say how.
_STARTERS = {
    "aws_cloudwatch_event_target": ("ecs_target",),
    "aws_ecs_service": (),
    "aws_ecs_task_set": (),
    "aws_scheduler_schedule": ("target", "ecs_parameters"),
}

_CLUSTERS = ("aws_ecs_cluster", "aws_ecs_cluster_capacity_providers")
_STRATEGIES = ("capacity_provider_strategy", "default_capacity_provider_strategy")

#: The address of a task definition, inside an expression.
_ADDRESS = r"\b(aws(?:cc)?_ecs_task_definition\.[\w-]+)"


def tasks(source: Source, sources: Sources) -> tuple[list[Task], list[InputError]]:
    """Return the task definitions of a file, in the light of its whole module."""
    document = parse(source)
    if document.error:
        remedy = "correct it; `terraform validate` says more"
        return [], [InputError(document.error, at=document.at or whole_file(source.path), remedy=remedy)]
    whole = module(source, sources)
    if whole.foreign is None:
        whole.know(returned)
    starts = whole.kept.get("starts")
    if not isinstance(starts, _Starts):
        starts = whole.kept["starts"] = _Starts(whole)
    found: list[Task] = []
    for block in whole.of(document):
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0] in TASK_DEFINITIONS:
            found += _instances(block, whole, starts)
    return [*found, *services(document, whole)], []


def _instances(block: Block, whole: Module, starts: _Starts) -> Iterator[Task]:
    """Yield what a block defines, once for every instance that is known."""
    kind, name = block.labels
    for suffix, names in whole.instances(block):
        node = _task(whole.within(names, lambda: whole.tree(block)), go=kind == TASK_DEFINITIONS[0])
        family = node.get("family") if isinstance(node, Mapping) else None
        own, groups = starts.of(f"{kind}.{name}", family.value if isinstance(family, Scalar) else None)
        path = f"{block.document.source.path}#TaskDefinition/{name}{suffix}"
        yield Task(path, f"{name}{suffix}", block.at, node, own, groups)


def _task(block: Mapping, *, go: bool) -> Node:
    """Return a task definition in the API's words; the provider of AWS has its containers as a text, which Go reads."""
    entries, keys = dict(block.entries), dict(block.keys)
    containers = entries.pop("container_definitions", None)
    if "volume" in entries:
        entries["volumes"], keys["volumes"] = entries.pop("volume"), keys.pop("volume")
    tags = entries.get("tags")
    if isinstance(tags, Mapping):
        entries["tags"] = _pairs(tags)
    node = Mapping(block.source, block.start, block.end, entries, keys)
    found = canonical(node, TASK, "terraform")
    if containers is not None and isinstance(found, Mapping):
        key = keys["container_definitions"]
        held = canonical(tree(containers), [CONTAINER], "go" if go else "terraform")
        if isinstance(held, Sequence) and not held.items:
            held = Opaque(held.source, held.start, held.end, "it has none but those that the module is given")
        found.entries["containerDefinitions"], found.keys["containerDefinitions"] = beside(key, held), key
    return found


def _pairs(tags: Mapping) -> Sequence:
    """Return a table of tags as the list that the API has."""
    items: list[Node] = []
    for name, value in tags.items():
        key = tags.keys[name]
        entries: dict[str, Node] = {"key": Scalar(key.source, key.start, key.end, name, name), "value": value}
        items.append(Mapping(key.source, key.start, key.end, entries, {"key": key, "value": key}))
    return Sequence(tags.source, tags.start, tags.end, items)


class _Start(Record):
    """What starts tasks: the addresses in it, the family that it names, its launch type, and its security groups."""

    addresses: frozenset[str]
    named: str
    start: Start | None
    groups: Items[Group]


class _Starts:
    """What in a module starts tasks: which, with what launch type, and in which security groups."""

    __slots__ = ("_found",)

    def __init__(self, whole: Module) -> None:
        """Look at every resource of the module."""
        resources = [block for block in whole.blocks if block.type == "resource" and len(block.labels) == 2]
        defaults = [one for block in resources if block.labels[0] in _CLUSTERS for one in _default(whole.tree(block))]
        groups = of_module(whole)
        self._found: list[_Start] = []
        for block in resources:
            for node in _below(whole.tree(block), _STARTERS[block.labels[0]]) if block.labels[0] in _STARTERS else ():
                starter = canonical(_named(node), STARTER, "terraform")
                fields = Fields(starter, starter, [])
                launch = launch_of(fields) or (defaults[0] if len(defaults) == 1 else None)
                text = block.document.source.text[block.start : block.end]
                family = known(fields.text("taskDefinition")) or known(fields.text("taskDefinitionArn")) or ""
                start = Start(".".join(block.labels), launch) if launch is not None else None
                self._found.append(_Start(frozenset(re.findall(_ADDRESS, text)), family, start, named(node, groups)))

    def of(self, address: str, family: object) -> tuple[tuple[Start, ...], tuple[Items[Group], ...]]:
        """Return what starts a task definition, which is named by its address or by its family."""
        mine = [
            one
            for one in self._found
            if address in one.addresses or (family and one.named.rpartition("/")[2].partition(":")[0] == family)
        ]
        return tuple(one.start for one in mine if one.start is not None), tuple(one.groups for one in mine)


def _default(cluster: Mapping) -> Iterator[Setting[str]]:
    """Yield the launch type that a cluster falls back on."""
    tree_of = canonical(_named(cluster), CLUSTER, "terraform")
    launch = providers(Fields(tree_of, tree_of, []), "defaultCapacityProviderStrategy")
    if launch is not None:
        yield launch


def _below(block: Mapping, path: tuple[str, ...]) -> Iterator[Mapping]:
    """Yield the blocks at a path within a resource."""
    found: list[Node | None] = [block]
    for step in path:
        inner = [node.get(step) for node in found if isinstance(node, Mapping)]
        found = [one for node in inner for one in (node.items if isinstance(node, Sequence) else [node])]
    yield from (node for node in found if isinstance(node, Mapping))


def _named(block: Mapping) -> Mapping:
    """Give capacity providers that are resources of the module their addresses."""
    entries = dict(block.entries)
    for name in _STRATEGIES:
        strategy = entries.get(name)
        if isinstance(strategy, Sequence):
            items = [_addressed(item) for item in strategy.items]
            entries[name] = Sequence(strategy.source, strategy.start, strategy.end, items)
    return Mapping(block.source, block.start, block.end, entries, block.keys)


def _addressed(item: Node) -> Node:
    provider = item.get("capacity_provider") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(provider, Managed):
        return item
    text = Scalar(provider.source, provider.start, provider.end, provider.address, provider.address)
    return Mapping(item.source, item.start, item.end, {**item.entries, "capacity_provider": text}, item.keys)
