# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate reads of managed clusters with the schemas of their providers.

Every key that is read has to be in the schema with its type, and every word that the gate knows has to be one of the
key's. Documents with any of the keys have to come back whole. What a schema has that may bear on isolation and is not
read has to stand here, with the reason.
"""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.freshness.clusters import EXTENDED, IMAGES, MOVING
from gate.model.cluster import Cluster, FargateProfile, NodePool
from gate.model.evidence import Stated, known
from gate.model.source import Source
from gate.readers import clusters, kubernetes
from tests.conformance.clusters.schemas import all_of
from tests.verbs import NoFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.clusters.schemas import Key


class Row(NamedTuple):
    """A key that is read: the field that it becomes, and values, of which the gate knows those in `words`."""

    path: str
    field: str
    values: tuple[object, ...]
    words: tuple[str, ...] = ()


_VERSIONS = ("1.30", "1.33")
_SUPPORT = ("STANDARD", "EXTENDED")

_GKE_POOL = (
    Row("node_config.image_type", "image", ("COS_CONTAINERD", "UBUNTU_CONTAINERD")),
    Row("node_config.workload_metadata_config.mode", "metadata", ("GKE_METADATA", "GCE_METADATA")),
)
_POOL = (
    *_GKE_POOL,
    Row("management.auto_upgrade", "upgraded", (True, False)),
    Row("version", "version", _VERSIONS),
)
_GKE = (
    Row("min_master_version", "version", _VERSIONS),
    Row("release_channel.channel", "channel", (*sorted(MOVING), EXTENDED)),
    Row("enable_autopilot", "autopilot", (True, False)),
)
_EKS = (
    Row("version", "version", _VERSIONS),
    Row("upgrade_policy.support_type", "support", _SUPPORT, _SUPPORT),
)
_NODES = (Row("version", "version", _VERSIONS), Row("ami_type", "image", ("AL2023_x86_64_STANDARD", "CUSTOM")))
_AKS_POOL = (
    Row("workload_runtime", "sandbox", ("KataVmIsolation", "OCIContainer"), ("KataVmIsolation",)),
    Row("orchestrator_version", "version", _VERSIONS),
    Row("os_sku", "image", ("AzureLinux", "Ubuntu2204")),
)

#: What is read of each kind.
ROWS: dict[str, tuple[Row, ...]] = {
    "google_container_cluster": _GKE,
    "google_container_node_pool": (*_POOL, Row("node_config.sandbox_config.type", "sandbox", ("gvisor", "GVISOR"))),
    "azurerm_kubernetes_cluster": (
        Row("kubernetes_version", "version", _VERSIONS),
        Row("automatic_upgrade_channel", "channel", ("patch", "rapid", "stable", "node-image")),
        Row("support_plan", "support", ("AKSLongTermSupport", "KubernetesOfficial"), ("AKSLongTermSupport",)),
    ),
    "azurerm_kubernetes_cluster_node_pool": _AKS_POOL,
    "aws_eks_cluster": _EKS,
    "aws_eks_node_group": _NODES,
    "aws_eks_fargate_profile": (),
    "ContainerCluster": _GKE,
    "ContainerNodePool": (*_POOL, Row("node_config.sandbox_config.sandbox_type", "sandbox", ("gvisor",), ("gvisor",))),
    "ClusterConfig": (
        Row("metadata.version", "version", _VERSIONS),
        Row("upgrade_policy.support_type", "support", _SUPPORT, _SUPPORT),
    ),
    "AWS::EKS::Cluster": _EKS,
    "AWS::EKS::Nodegroup": _NODES,
    "AWS::EKS::FargateProfile": (),
    "EC2NodeClass": (Row("ami_family", "image", ("AL2", "AL2023")),),
}

#: What a cluster of GKE says of the pool that it has in itself.
_OWN_POOL = (
    "node_config.image_type",
    "node_config.sandbox_config",
    "node_config.workload_metadata_config.mode",
    "node_version",
)

#: How machines of AWS answer for their metadata.
_OPTIONS = tuple(f"metadata_options.{name}" for name in ("http_endpoint", "http_put_response_hop_limit", "http_tokens"))

#: Keys that are read beside, whose values are names or lists.
OTHERS: dict[str, tuple[str, ...]] = {
    "google_container_cluster": (*_OWN_POOL, "remove_default_node_pool"),
    "google_container_node_pool": ("cluster",),
    "azurerm_kubernetes_cluster": ("default_node_pool.workload_runtime", "node_os_upgrade_channel"),
    "azurerm_kubernetes_cluster_node_pool": ("kubernetes_cluster_id",),
    "aws_eks_node_group": ("cluster_name",),
    "aws_eks_fargate_profile": ("cluster_name", "selector.namespace", "selector.labels"),
    "ContainerCluster": _OWN_POOL,
    "ContainerNodePool": ("cluster_ref.name", "cluster_ref.external"),
    "ClusterConfig": (
        "managed_node_groups.ami_family",
        "managed_node_groups.name",
        "node_groups.ami_family",
        "fargate_profiles.name",
        "fargate_profiles.selectors.namespace",
        "fargate_profiles.selectors.labels",
    ),
    "AWS::EKS::Cluster": ("name",),
    "AWS::EKS::Nodegroup": ("cluster_name",),
    "AWS::EKS::FargateProfile": (
        "cluster_name",
        "selectors.namespace",
        "selectors.labels.key",
        "selectors.labels.value",
    ),
    "aws_launch_template": ("image_id", *_OPTIONS),
    "EC2NodeClass": ("ami_selector_terms.alias", *_OPTIONS),
    "AWS::EC2::LaunchTemplate": tuple(f"launch_template_data.{name}" for name in ("image_id", *_OPTIONS)),
    "AWS::AutoScaling::AutoScalingGroup": (
        "launch_configuration_name",
        "launch_template.launch_template_id",
        "launch_template.launch_template_name",
    ),
    "AWS::ECS::CapacityProvider": ("auto_scaling_group_provider.auto_scaling_group_arn",),
}

#: What may bear on how well pods are isolated.
_BEARS = re.compile(
    r"sandbox|workload_runtime|isolation|workload_metadata|confidential|sole_tenant|host_group|tenancy|kata"
)

#: What of that is not read, and why.
APART = {
    r"confidential": "it hides the memory of the nodes from whoever runs them, and separates no pods",
    r"sole_tenant|host_group|placement\.tenancy": "it keeps others away: the declaration says who shares nodes",
    r"agent_sandbox|sandbox_config\.|^node_pool_": "an addon, or what is read of the pools themselves",
    r"workload_metadata_config\.node_metadata": "its name of old, which is read where the other is missing",
    r"metadata_options": "options of a launch template, which is a resource of its own",
    r"container_network|isolated": "networks",
}


def main(arguments: list[str]) -> int:
    """Compare; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "300"))
    chance, schemas = random.Random(seed), all_of()
    wrong = [line for kind, keys in schemas.items() for line in (*_missing(kind, keys), *_unread(kind, keys))]
    wrong += [line for kind, keys in schemas.items() for line in _images(kind, keys)]
    asked = sum(len(ROWS.get(kind, ())) + len(OTHERS.get(kind, ())) for kind in schemas)
    found_selectors = [line for _ in range(count) for line in _selected(chance)]
    wrong += found_selectors
    equal = 3 * count - len(found_selectors)
    for kind, rows in ROWS.items():
        for _ in range(count):
            chosen = {row: chance.choice(row.values) for row in rows if chance.random() < 0.6}
            found = list(_differing(kind, chosen))
            equal += len(rows) - len(found)
            wrong += (f"{kind} with {[(row.path, value) for row, value in chosen.items()]}: {line}" for line in found)
    print(f"seed {seed}: {len(schemas)} schemas, {asked} keys, {equal} values equal, {len(wrong)} wrong")
    for line in wrong[:40]:
        print(f"  {line}")
    return int(bool(wrong))


def _missing(kind: str, keys: dict[str, Key]) -> Iterator[str]:
    """Yield what is read and the schema does not have, or has otherwise."""
    for path in OTHERS.get(kind, ()):
        if path not in keys:
            yield f"{kind} has no {path}"
    for row in ROWS.get(kind, ()):
        key = keys.get(row.path)
        wanted = "boolean" if isinstance(row.values[0], bool) else "string"
        if key is None or key.type != wanted:
            yield f"{kind} has {row.path} as {key.type if key else 'nothing'}, not as {wanted}"
        elif key.words:
            yield from (f"{kind}: {word} is no word of {row.path}" for word in row.words if word not in key.words)


def _unread(kind: str, keys: dict[str, Key]) -> Iterator[str]:
    read = {*(row.path for row in ROWS.get(kind, ())), *OTHERS.get(kind, ())}
    for path, key in keys.items():
        known_of = path in read or any(one.startswith(f"{path}.") for one in read)
        if _BEARS.search(path) and not known_of and not any(re.search(apart, path) for apart in APART):
            yield f"{kind}: {path} ({key.type}) may bear on isolation, and is not read"


def _images(kind: str, keys: dict[str, Key]) -> Iterator[str]:
    """Yield the node images of an enumeration that the gate takes for none."""
    for path in ("ami_type", "managed_node_groups.ami_family"):
        key = keys.get(path)
        for word in sorted(key.words) if key is not None and key.is_closed else ():
            name = word.lower()
            begins = [begin for provider, begin, _, _ in IMAGES if provider == "eks"]
            if not name.startswith((*begins, "bottlerocket", "custom")):
                yield f"{kind}: of which release the image {word} is, is not known"


def _differing(kind: str, chosen: dict[Row, object]) -> Iterator[str]:
    """Yield the fields that do not come back as they were written."""
    nested: dict[str, Any] = {}
    for row, value in chosen.items():
        *above, last = row.path.split(".")
        here = nested
        for name in above:
            here = here.setdefault(name, {})
        here[last] = value
    body = _body(kind, nested)
    for row in ROWS[kind]:
        found = known(getattr(body, row.field))
        wanted = chosen.get(row, "" if isinstance(row.values[0], str) else None if row.field == "upgraded" else False)
        if str(found).lower() != str(wanted).lower():
            yield f"{row.field} is {wanted!r}, not {found!r}"


def _selected(chance: random.Random) -> Iterator[str]:
    """Yield the formats in which the selectors of a Fargate profile do not come back."""
    words = ("kube-system", "prod", "*", "a-?")
    chosen = [
        (
            chance.choice(words),
            {name: chance.choice(words) for name in chance.sample(("app", "tier", "a/b"), chance.randint(0, 2))},
        )
        for _ in range(chance.randint(1, 3))
    ]
    blocks = "".join(
        f"selector {{\n namespace = {json.dumps(namespace)}\n labels = {json.dumps(labels).replace(':', ' =')}\n}}\n"
        for namespace, labels in chosen
    )
    stacked = [
        {"Namespace": namespace, "Labels": [{"Key": key, "Value": value} for key, value in labels.items()]}
        for namespace, labels in chosen
    ]
    stack = {"Resources": {"One": {"Type": "AWS::EKS::FargateProfile", "Properties": {"Selectors": stacked}}}}
    listed = [{"namespace": namespace, "labels": labels} for namespace, labels in chosen]
    profile = {"fargateProfiles": [{"name": "one", "selectors": listed}], "metadata": {"name": "one"}}
    eksctl = {"apiVersion": "eksctl.io/v1alpha5", "kind": "ClusterConfig", **profile}
    sources = (
        (clusters.READER, Source("main.tf", f'resource "aws_eks_fargate_profile" "one" {{\n{blocks}}}\n'.encode())),
        (clusters.READER, Source("template.json", json.dumps(stack).encode())),
        (kubernetes.READER, Source("cluster.yaml", json.dumps(eksctl).encode())),
    )
    for reader, source in sources:
        body = _first(reader, source, "Fargate")
        assert isinstance(body, FargateProfile)
        found = [
            (one.value.namespace, dict(one.value.labels)) for one in body.selectors.members if isinstance(one, Stated)
        ]
        if found != chosen:
            yield f"{source.path}: selectors are {chosen}, not {found}"


def _body(kind: str, nested: dict[str, Any]) -> Cluster | NodePool | FargateProfile:
    """Return what the gate reads of one object."""
    if kind.startswith("AWS::"):
        text = json.dumps({"Resources": {"One": {"Type": kind, "Properties": _spelled(nested, _pascal)}}})
        return _first(clusters.READER, Source("template.json", text.encode()), kind)
    if kind[0].isupper():
        group = {"ClusterConfig": "eksctl.io/v1alpha5", "EC2NodeClass": "karpenter.k8s.aws/v1"}
        api = group.get(kind, "container.cnrm.cloud.google.com/v1beta1")
        own = _spelled(nested, _camel)
        whole = own if kind == "ClusterConfig" else {"spec": own}
        metadata = {"name": "one", **whole.pop("metadata", {})}
        text = json.dumps({"apiVersion": api, "kind": kind, "metadata": metadata, **whole})
        return _first(kubernetes.READER, Source("object.yaml", text.encode()), kind)
    text = f'resource "{kind}" "one" {{\n{_terraform(nested)}}}\n'
    return _first(clusters.READER, Source("main.tf", text.encode()), kind)


def _first(reader: Any, source: Source, kind: str) -> Cluster | NodePool | FargateProfile:
    assert reader.claims(source)
    wanted = NodePool if any(word in kind for word in ("ool", "odegroup", "node_group", "NodeClass")) else Cluster
    wanted = FargateProfile if "argate" in kind else wanted  # type: ignore[assignment]
    bodies = [one.body for one in reader.read(source, NoFiles()).definitions]
    return next(one for one in bodies if isinstance(one, wanted))


def _terraform(nested: dict[str, Any]) -> str:
    """Return attributes and blocks."""
    return "".join(
        f"{name} {{\n{_terraform(value)}}}\n" if isinstance(value, dict) else f"{name} = {json.dumps(value)}\n"
        for name, value in nested.items()
    )


def _spelled(nested: Any, spell: Any) -> Any:
    if not isinstance(nested, dict):
        return nested
    return {spell(name): _spelled(value, spell) for name, value in nested.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _pascal(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))
