"""Managed Kubernetes clusters, and machines of ECS: those of GKE, EKS and AKS in Terraform, of AWS in CloudFormation.

They start nothing by themselves, so that they are no subjects: they decide what the names in pods mean, and rules about
what lies underneath ask them. A file is recognised by the types of its resources and by the modules that it calls.
"""

from __future__ import annotations

import re

from gate.dialects.resource_claims import is_terraform, mentions
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.errors import InputError
    from gate.model.reference import Definition
    from gate.model.source import Source, Sources
    from gate.syntax.document import Document

_RESOURCES = (
    rb"google_container_(?:cluster|node_pool)|aws_eks_(?:cluster|node_group|fargate_profile)|"
    rb"aws_ecs_capacity_provider|"
    rb"azurerm_kubernetes_cluster(?:_node_pool)?"
)
_MODULES = (
    rb"terraform-google-modules/(?:kubernetes-engine/google|terraform-google-kubernetes-engine)|"
    rb"terraform-aws-modules/(?:eks/aws|terraform-aws-eks)|Azure/(?:aks/azurerm|terraform-azurerm-aks)"
)

_CLOUDFORMATION = (b"AWS::EKS::", b"AWS::ECS::CapacityProvider")
_TYPE = rb"Type[\"']?[ \t]*:[ \t]*[\"']?AWS::(?:EKS::(?:Cluster|Nodegroup|FargateProfile)|ECS::CapacityProvider)\b"
_TASKS = b"AWS::ECS::TaskDefinition"


def claims(source: Source) -> bool:
    """Claim what describes clusters: its part of Terraform, and a template that no tasks are in."""
    if is_terraform(source.path):
        return mentions(source, _RESOURCES, _MODULES)
    if _TASKS in source.data or not any(word in source.data for word in _CLOUDFORMATION):
        return False
    if re.search(_TYPE, source.data) is None:
        return False
    return any(document.error is None and _is_template(document) for document in _documents(source))


def _documents(source: Source) -> list[Document]:
    if source.path.lower().endswith(".json") or source.text.lstrip().startswith("{"):
        from gate.syntax.json import parse

        return [parse(source)]
    from gate.syntax.yaml import documents

    return documents(source)


def _is_template(document: Document) -> bool:
    from gate.dialects.clusters_cloudformation import clusters

    return any(True for _ in clusters(document.root, document.tags, document.at.path))


def read(source: Source, sources: Sources) -> Reading:
    """Read every cluster of the file, and what belongs to one."""
    found: list[Definition] = []
    problems: list[InputError] = []
    if is_terraform(source.path):
        from gate.dialects.clusters_terraform import clusters as terraform

        found, problems = terraform(source, sources)
    else:
        from gate.dialects.clusters_cloudformation import clusters

        for document in _documents(source):
            found += clusters(document.root, document.tags, source.path)
    return Reading(definitions=tuple(found), problems=tuple(problems))


READER = Reader("clusters", (), claims, read)
