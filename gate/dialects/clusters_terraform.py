"""The clusters of a Terraform module: the providers' resources, and the modules of the registry that most people call.

Modules: terraform-google-modules/kubernetes-engine, terraform-aws-modules/eks and Azure/aks, by their inputs. What a
module of the tree is given by its callers is not followed: its own files are read with the defaults of its variables.
"""

from __future__ import annotations

import re

from gate.dialects.cluster_parts import Part, nothing
from gate.dialects.clusters import Naming, aks, aks_pool, defined, ecs_pool, eks, eks_pool, fargate, gke, gke_pool
from gate.dialects.node_machines import OfModule
from gate.dialects.terraform import module
from gate.dialects.terraform_files import parse
from gate.dialects.terraform_values import Managed
from gate.model.cluster import Cluster, NodePool
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.model.location import whole_file
from gate.model.record import replace
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gate.dialects.terraform import Module
    from gate.model.cluster import FargateProfile
    from gate.model.evidence import Setting
    from gate.model.reference import Definition
    from gate.model.source import Source, Sources
    from gate.syntax.hcl import Block
    from gate.syntax.tree import Node

    Found = Cluster | NodePool | FargateProfile

#: Resources that are clusters, and how they are read.
CLUSTERS: dict[str, Callable[[Part, Naming], Iterable[Found]]] = {
    "google_container_cluster": gke,
    "aws_eks_cluster": lambda part, naming: [eks(part, naming)],
    "azurerm_kubernetes_cluster": aks,
}

#: Resources that belong to a cluster, and the attribute that names it.
PARTS: dict[str, tuple[str, Callable[[Part, Naming], Found]]] = {
    "google_container_node_pool": ("cluster", gke_pool),
    "aws_eks_node_group": ("cluster_name", eks_pool),
    "aws_eks_fargate_profile": ("cluster_name", fargate),
    "azurerm_kubernetes_cluster_node_pool": ("kubernetes_cluster_id", aks_pool),
}

#: What puts machines of an account behind the tasks of Amazon ECS.
INSTANCES = "aws_ecs_capacity_provider"

RESOURCES = (*CLUSTERS, *PARTS, INSTANCES)

#: The submodule of a module that is called.
_SUBMODULE = r"\b(?:[^/?]{0,9}//modules/([\w-]{1,80}))?"

#: The modules of the registry, in the order of `_CALLED`.
MODULES = (
    r"(?:^|[/:])terraform-google-modules/(?:kubernetes-engine/google|terraform-google-kubernetes-engine)" + _SUBMODULE,
    r"(?:^|[/:])terraform-aws-modules/(?:eks/aws|terraform-aws-eks)" + _SUBMODULE,
    r"(?:^|[/:])Azure/(?:aks/azurerm|terraform-azurerm-aks)" + _SUBMODULE,
)

#: What Google's module takes for no version in particular.
_LATEST = "latest"


def clusters(source: Source, sources: Sources) -> tuple[list[Definition], list[InputError]]:
    """Return what a file describes of clusters, in the light of its whole module."""
    document = parse(source)
    if document.error:
        remedy = "correct it; `terraform validate` says more"
        return [], [InputError(document.error, at=document.at or whole_file(source.path), remedy=remedy)]
    whole = module(source, sources)
    found: list[Definition] = []
    for block in whole.of(document):
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0] in RESOURCES:
            found += (defined(one) for one in _resource(block, whole))
        elif block.type == "module" and len(block.labels) == 1:
            found += (defined(one) for one in _call(block, whole))
    return found, []


def _resource(block: Block, whole: Module) -> Iterator[Found]:
    """Yield what a resource makes, once for every instance that is known."""
    kind, label = block.labels
    for node, certain in _instances(block, whole):
        part = Part.of(node)
        name = _text(part.node("name")) or _text(part.node("node_group_name")) or label
        naming = Naming("", name, block.at, certain)
        if kind == INSTANCES:
            yield from _instances_of(part, naming, whole)
        elif kind in CLUSTERS:
            yield from CLUSTERS[kind](part, Naming(_key(whole, f"{kind}.{label}"), name, block.at, certain))
        else:
            named, read = PARTS[kind]
            one = replace(read(part, replace(naming, key=_owner(part.node(named), whole))), at=block.at)
            yield OfModule(whole).started(one, part) if isinstance(one, NodePool) and one.provider == "eks" else one


def _instances_of(part: Part, naming: Naming, whole: Module) -> Iterator[NodePool]:
    """Yield the machines behind a capacity provider, as far as the module makes them."""
    machines, provider = OfModule(whole), part.sub("auto_scaling_group_provider")
    group = machines.referred(provider.node("auto_scaling_group_arn"))
    if group is not None:
        yield machines.group(ecs_pool(naming), group)


def _instances(block: Block, whole: Module) -> Iterator[tuple[Mapping, bool]]:
    """Yield the instances of a block, and whether each is certainly made; what is counted as none is not."""
    found = list(whole.instances(block))
    for suffix, names in found:
        node = whole.within(names, lambda: whole.tree(block))
        certain = len(found) == 1 and (bool(suffix) or "for_each" not in node.entries)
        count = node.get("count")
        if count is not None:
            if _written(block, "count") == "0":
                continue
            # What variables say by default, a caller may say otherwise.
            certain = certain and isinstance(count, Scalar) and count.value == 1
        yield node, certain


def _written(block: Block, name: str) -> str:
    attribute = block.body.attributes[name]
    return attribute.document.text(attribute.expression).strip()


def _key(whole: Module, address: str) -> str:
    return f"{whole.folder}#{address}"


def _owner(node: Node | None, whole: Module) -> str:
    """Return the cluster that a part names: a resource of the module by its address, else by its name."""
    return _key(whole, node.address) if isinstance(node, Managed) else _text(node)


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


def _call(block: Block, whole: Module) -> Iterator[Found]:
    """Yield what a call of a module of the registry makes."""
    source = whole.source_of(block)
    for pattern, read in zip(MODULES, _CALLED, strict=True):
        match = re.search(pattern, source)
        if match is not None:
            for node, certain in _instances(block, whole):
                part = Part.of(node)
                name = _text(part.node("name")) or _text(part.node("cluster_name")) or block.labels[0]
                naming = Naming(_key(whole, f"module.{block.labels[0]}"), name, block.at, certain)
                yield from read(part, naming, match[1] or "", whole)


def _google(part: Part, naming: Naming, submodule: str, _whole: Module) -> Iterator[Found]:
    """Read a call of Google's module, whose submodules say what kind of cluster it is."""
    if submodule and "cluster" not in submodule:
        return
    at, version = part.fields.at_of("source"), part.text("kubernetes_version")
    if isinstance(version, Stated) and version.value == _LATEST:
        version = nothing(version.at)
    autopilot = Stated(True, at) if "autopilot" in submodule else Defaulted(False, at)
    channel = part.text("release_channel") if part.has("release_channel") else Defaulted("REGULAR", naming.at)
    yield Cluster(naming.key, "gke", naming.name, naming.at, naming.certain, version, channel, nothing(at), autopilot)
    node = part.node("node_pools")
    for one in node.items if isinstance(node, Sequence) and "autopilot" not in submodule else ():
        pool = Part.of(one)
        yield replace(
            gke_pool(pool, replace(naming, name=_text(pool.node("name")) or naming.name)),
            at=one.at,
            sandbox=_boxed(part, pool) if "beta" in submodule else nothing(one.at),
            image=pool.text("image_type"),
            metadata=pool.text("node_metadata") if pool.has("node_metadata") else part.text("node_metadata"),
            upgraded=pool.flag_or_none("auto_upgrade"),
        )


def _boxed(part: Part, pool: Part) -> Setting[str]:
    """Return the sandbox of a pool, which asks for it itself or with all others."""
    asked = (pool if pool.has("sandbox_enabled") else part).flag("sandbox_enabled")
    if isinstance(asked, Stated):
        return Stated("gvisor" if asked.value else "", asked.at)
    return asked if isinstance(asked, Unknown) else nothing(pool.at)


def _group(part: Part, naming: Naming, whole: Module) -> NodePool:
    """Read a group of nodes as the module for EKS takes one, with the arguments of a launch template."""
    return OfModule(whole).of(eks_pool(part, naming), part)


def _amazon(part: Part, naming: Naming, submodule: str, whole: Module) -> Iterator[Found]:
    """Read a call of the module for EKS."""
    if submodule == "fargate-profile":
        owner = _text(part.node("cluster_name"))
        yield fargate(part, replace(naming, key=owner))
    elif submodule in ("eks-managed-node-group", "self-managed-node-group"):
        yield replace(_group(part, replace(naming, key=_text(part.node("cluster_name"))), whole), at=naming.at)
    elif not submodule:
        yield eks(part, naming, "kubernetes_version")
        for name, one in part.members("fargate_profiles"):
            yield fargate(one, replace(naming, name=name, at=one.at))
        for groups in ("eks_managed_node_groups", "self_managed_node_groups"):
            for name, one in part.members(groups):
                yield _group(one, replace(naming, name=name, at=one.at), whole)


def _azure(part: Part, naming: Naming, _submodule: str, _whole: Module) -> Iterator[Found]:
    """Read a call of the module for AKS."""
    yield from aks(part, naming)
    for name, one in part.members("node_pools"):
        yield aks_pool(one, replace(naming, name=name, at=one.at))


_CALLED = (_google, _amazon, _azure)
