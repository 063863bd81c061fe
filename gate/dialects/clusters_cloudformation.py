"""The EKS clusters of a CloudFormation template, their node groups and Fargate profiles."""

from __future__ import annotations

from gate.dialects.cloudformation import Template
from gate.dialects.cloudformation_values import Resource, text_of
from gate.dialects.cluster_parts import Part, pascal
from gate.dialects.clusters import Naming, defined, eks, eks_pool, fargate
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as Table

    from gate.model.cluster import FargateProfile, NodePool
    from gate.model.reference import Definition
    from gate.syntax.tree import Node

CLUSTER = "AWS::EKS::Cluster"
PARTS: dict[str, Callable[[Part, Naming], NodePool | FargateProfile]] = {
    "AWS::EKS::FargateProfile": fargate,
    "AWS::EKS::Nodegroup": eks_pool,
}

#: Resources of one template that are read.
MAX_RESOURCES = 500


def clusters(root: Node | None, tags: Table[Node, str], path: str) -> Iterator[Definition]:
    """Yield what a template describes of clusters; nothing for what is no template."""
    if not isinstance(root, Mapping):
        return
    template = Template(root, tags)
    mine = [one for one in template.resources() if text_of(one[2].get("Type")) in (CLUSTER, *PARTS)]
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
        yield defined(eks(part, naming) if kind == CLUSTER else PARTS[kind](part, naming))


def _owner(node: Node | None, path: str) -> str:
    return f"{path}#{node.name}" if isinstance(node, Resource) else text_of(node)
