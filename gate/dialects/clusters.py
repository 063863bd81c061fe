"""Clusters, node pools and Fargate profiles of GKE, EKS and AKS, from their parts.

Names: the providers google and google-beta, aws and azurerm of Terraform, whose names the APIs share; spellings that
older versions of a provider have are asked for as well. What a provider decides where nothing is written is said here.
"""

from __future__ import annotations

from gate.dialects.cluster_parts import lowered, nothing, selectors
from gate.model.cluster import Cluster, FargateProfile, NodePool
from gate.model.evidence import Defaulted, Stated
from gate.model.record import Record, replace
from gate.model.reference import Definition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.cluster_parts import Part
    from gate.model.cluster import Provider
    from gate.model.evidence import Setting
    from gate.model.location import Location


class Naming(Record):
    """What a format says of the object that a part describes: the key is its cluster's."""

    key: str
    name: str
    at: Location
    certain: bool = True


def defined(one: Cluster | NodePool | FargateProfile) -> Definition:
    """Return what linking looks up."""
    kind = {Cluster: "cluster", NodePool: "node-pool", FargateProfile: "fargate-profile"}[type(one)]
    return Definition(kind, one.name, one.at, nothing(one.at), body=one)  # type: ignore[arg-type]


def gke(part: Part, naming: Naming) -> Iterator[Cluster | NodePool]:
    """Read a GKE cluster, with the pools that are written in it."""
    channel = part.sub("release_channel")
    yield Cluster(
        naming.key,
        "gke",
        naming.name,
        naming.at,
        naming.certain,
        part.text("min_master_version"),
        channel.text("channel") if channel.present else nothing(naming.at),
        nothing(naming.at),
        part.flag("enable_autopilot"),
    )
    for pool in part.blocks("node_pool"):
        yield gke_pool(pool, naming)
    config = part.sub("node_config")
    if config.present and getattr(part.flag("remove_default_node_pool"), "value", None) is not True:
        version = part.text("node_version")
        yield _gke_pool(config, replace(naming, at=config.at), version, Defaulted(None, config.at))


def gke_pool(part: Part, naming: Naming) -> NodePool:
    """Read a node pool of GKE; its naming's key is that of its cluster."""
    management = part.sub("management")
    upgraded: Setting[bool | None] = Defaulted(None, naming.at)
    if management.present:
        upgraded = management.flag_or_none("auto_upgrade")
    return _gke_pool(part.sub("node_config"), replace(naming, at=part.at), part.text("version"), upgraded)


def _gke_pool(config: Part, naming: Naming, version: Setting[str], upgraded: Setting[bool | None]) -> NodePool:
    box, metadata = config.sub("sandbox_config"), config.sub("workload_metadata_config")
    return NodePool(
        naming.key,
        "gke",
        naming.name,
        naming.at,
        naming.certain,
        lowered(box.text("sandbox_type", "type")) if box.present else nothing(naming.at),
        version,
        config.text("image_type"),
        metadata.text("mode", "node_metadata") if metadata.present else nothing(naming.at),
        upgraded,
    )


def eks(part: Part, naming: Naming, version: str = "version") -> Cluster:
    """Read an EKS cluster."""
    policy = part.sub("upgrade_policy")
    support = policy.text("support_type") if policy.present else nothing(naming.at)
    return _cluster("eks", naming, part.text(version, "cluster_version"), nothing(naming.at), support)


def eks_pool(part: Part, naming: Naming) -> NodePool:
    """Read a managed node group of EKS, which never moves on by itself."""
    return NodePool(
        naming.key,
        "eks",
        naming.name,
        naming.at,
        naming.certain,
        nothing(naming.at),
        part.text("version"),
        part.text("ami_type", "ami_family"),
        nothing(naming.at),
        Defaulted(None, naming.at),
    )


def ecs_pool(naming: Naming) -> NodePool:
    """Return the machines behind a capacity provider of Amazon ECS, of which it says nothing itself."""
    silent = nothing(naming.at)
    renewed: Setting[bool | None] = Defaulted(None, naming.at)
    return NodePool("", "ecs", naming.name, naming.at, naming.certain, silent, silent, silent, silent, renewed)


def fargate(part: Part, naming: Naming) -> FargateProfile:
    """Read a Fargate profile, whose selectors are blocks in Terraform and a list elsewhere."""
    blocks = [*part.blocks("selector"), *part.blocks("selectors")]
    return FargateProfile(naming.key, naming.name, naming.at, naming.certain, selectors(blocks, naming.at))


def aks(part: Part, naming: Naming) -> Iterator[Cluster | NodePool]:
    """Read an AKS cluster, with the pool that every one has."""
    channel = part.text("automatic_upgrade_channel", "automatic_channel_upgrade")
    yield _cluster("aks", naming, part.text("kubernetes_version"), channel, part.text("support_plan"))
    pool = part.sub("default_node_pool")
    if pool.present:
        upgraded = part.text("node_os_upgrade_channel", "node_os_channel_upgrade")
        yield aks_pool(pool, replace(naming, at=pool.at), upgraded)


def aks_pool(part: Part, naming: Naming, upgraded: Setting[str] | None = None) -> NodePool:
    """Read a node pool of AKS, whose images the cluster's channel renews."""
    renewed: Setting[bool | None] = Defaulted(None, naming.at)
    if isinstance(upgraded, Stated):
        renewed = Stated(upgraded.value.lower() != "none", upgraded.at)
    return NodePool(
        naming.key,
        "aks",
        naming.name,
        naming.at,
        naming.certain,
        part.text("workload_runtime"),
        part.text("orchestrator_version"),
        part.text("os_sku"),
        nothing(naming.at),
        renewed,
    )


def _cluster(
    provider: Provider, naming: Naming, version: Setting[str], channel: Setting[str], support: Setting[str]
) -> Cluster:
    autopilot = Defaulted(False, naming.at)
    return Cluster(naming.key, provider, naming.name, naming.at, naming.certain, version, channel, support, autopilot)
