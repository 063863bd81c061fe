"""Clusters as objects of Kubernetes' own shape: Config Connector's for GKE, eksctl's and Karpenter's for EKS.

Sources: the reference of Config Connector (`ContainerCluster`, `ContainerNodePool`), the schema of eksctl, the custom
resources of Karpenter's provider for AWS (`EC2NodeClass`, `AWSNodeTemplate` before it).
"""

from __future__ import annotations

from gate.dialects.cluster_parts import Part, camel, nothing
from gate.dialects.clusters import Naming, defined, eks_pool, fargate, gke, gke_pool
from gate.dialects.node_machines import reached
from gate.model.cluster import Cluster, NodePool
from gate.model.evidence import Defaulted, Stated
from gate.model.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.reading import Fields
    from gate.model.reference import Definition


def clusters(fields: Fields, kind: str) -> Iterator[Definition]:
    """Yield what an object of one of the kinds describes."""
    part = Part(fields, camel)
    metadata, spec = part.sub("metadata"), part.sub("spec")
    name = _text(metadata, "name") or "unnamed"
    if kind == "ContainerCluster":
        for one in gke(spec, Naming(name, name, fields.at)):
            yield defined(one)
    elif kind == "ContainerNodePool":
        named = spec.sub("cluster_ref")
        owner = _text(named, "name") or _text(named, "external").rpartition("/")[2]
        yield defined(replace(gke_pool(spec, Naming(owner, name, fields.at)), at=fields.at))
    elif kind in ("EC2NodeClass", "AWSNodeTemplate"):
        yield defined(_karpenter(spec, Naming("", name, fields.at)))
    else:
        yield from _eksctl(part, metadata, name)


def _karpenter(spec: Part, naming: Naming) -> NodePool:
    """Read the class of nodes that Karpenter starts, which no object says the cluster of."""
    terms = [one.text("alias") for one in spec.blocks("ami_selector_terms") if one.has("alias")]
    options = spec.sub("metadata_options")
    return replace(
        eks_pool(spec, naming),
        image=next((one for one in terms if not isinstance(one, Defaulted)), spec.text("ami_family")),
        metadata=reached(options) if options.present else nothing(naming.at),
    )


def _eksctl(part: Part, metadata: Part, name: str) -> Iterator[Definition]:
    """Read a cluster with everything in it."""
    at = part.at
    policy, silent = part.sub("upgrade_policy"), Defaulted("", at)
    support = policy.text("support_type") if policy.present else silent
    version = metadata.text("version")
    yield defined(Cluster(name, "eks", name, at, True, version, silent, support, Defaulted(False, at)))
    for groups in ("managed_node_groups", "node_groups"):
        for one in part.blocks(groups):
            yield defined(eks_pool(one, Naming(name, _text(one, "name") or name, one.at)))
    for one in part.blocks("fargate_profiles"):
        yield defined(fargate(one, Naming(name, _text(one, "name") or name, one.at)))


def _text(part: Part, name: str) -> str:
    setting = part.text(name)
    return setting.value if isinstance(setting, Stated) else ""
