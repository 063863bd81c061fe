"""The EKS clusters of a CloudFormation template, their node groups and Fargate profiles."""

from __future__ import annotations

from gate.dialects.cloudformation import Template
from gate.dialects.cloudformation_values import Resource, text_of
from gate.dialects.cluster_parts import Part, pascal
from gate.dialects.clusters import Naming, defined, ecs_pool, eks, eks_pool, fargate
from gate.dialects.node_machines import OfTemplate
from gate.model.cluster import NodePool
from gate.model.record import replace
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as Table

    from gate.model.cluster import FargateProfile
    from gate.model.reference import Definition
    from gate.syntax.tree import Node

CLUSTER = "AWS::EKS::Cluster"
PARTS: dict[str, Callable[[Part, Naming], NodePool | FargateProfile]] = {
    "AWS::EKS::FargateProfile": fargate,
    "AWS::EKS::Nodegroup": eks_pool,
}

#: What puts machines of an account behind the tasks of Amazon ECS.
INSTANCES = "AWS::ECS::CapacityProvider"

#: Resources of one template that are read.
MAX_RESOURCES = 500


def clusters(root: Node | None, tags: Table[Node, str], path: str) -> Iterator[Definition]:
    """Yield what a template describes of clusters; nothing for what is no template."""
    if not isinstance(root, Mapping):
        return
    template = Template(root, tags)
    mine = [one for one in template.resources() if text_of(one[2].get("Type")) in (CLUSTER, INSTANCES, *PARTS)]
    for logical, key, resource in mine[:MAX_RESOURCES]:
        properties = resource.get("Properties")
        node = template.value(properties) if properties is not None else resource
        part, kind = Part.of(node, pascal), text_of(resource.get("Type"))
        condition = resource.get("Condition")
        holds = template.condition(text_of(condition)) if condition is not None else True
        if holds is False:
            continue
        at, owner = key.source.location(key.start, resource.end), part.node("cluster_name")
        name = text_of(part.node("name")) or logical
        of = f"{path}#{logical}" if kind == CLUSTER else _owner(owner, path)
        naming = Naming(of, name, at, holds is True)
        if kind == CLUSTER:
            yield defined(eks(part, naming))
        elif kind in PARTS:
            one = PARTS[kind](part, naming)
            yield defined(OfTemplate(template).started(one, part) if isinstance(one, NodePool) else one)
        else:
            yield from (defined(one) for one in _instances(part, naming, template))


def _instances(part: Part, naming: Naming, template: Template) -> Iterator[NodePool]:
    """Yield the machines behind a capacity provider of Amazon ECS, as far as the template makes them."""
    machines, provider = OfTemplate(template), part.sub("auto_scaling_group_provider")
    group = machines.referred(provider.node("auto_scaling_group_arn"))
    if group is not None:
        yield machines.group(ecs_pool(replace(naming, key="")), group)


def _owner(node: Node | None, path: str) -> str:
    return f"{path}#{node.name}" if isinstance(node, Resource) else text_of(node)
