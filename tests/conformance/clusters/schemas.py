"""What the providers' schemas have: every key by its path, in Terraform's spelling, with its type and its words."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.conformance.ecs.oracle import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE = Path(__file__).resolve().parents[3] / ".cache" / "corpora"

_UPJET = "crossplane-contrib/provider-upjet-{}:package/crds/{}.upbound.io_{}.yaml"
_CONNECTOR = (
    "GoogleCloudPlatform/k8s-config-connector:config/crds/resources/"
    "apiextensions.k8s.io_v1_customresourcedefinition_container{}.container.cnrm.cloud.google.com.yaml"
)

#: Where the schema of each kind stands.
FILES = {
    "google_container_cluster": _UPJET.format("gcp", "container.gcp", "clusters"),
    "google_container_node_pool": _UPJET.format("gcp", "container.gcp", "nodepools"),
    "azurerm_kubernetes_cluster": _UPJET.format("azure", "containerservice.azure", "kubernetesclusters"),
    "azurerm_kubernetes_cluster_node_pool": _UPJET.format(
        "azure", "containerservice.azure", "kubernetesclusternodepools"
    ),
    "aws_eks_cluster": _UPJET.format("aws", "eks.aws", "clusters"),
    "aws_eks_node_group": _UPJET.format("aws", "eks.aws", "nodegroups"),
    "aws_eks_fargate_profile": _UPJET.format("aws", "eks.aws", "fargateprofiles"),
    "ContainerCluster": _CONNECTOR.format("clusters"),
    "ContainerNodePool": _CONNECTOR.format("nodepools"),
    "ClusterConfig": "eksctl-io/eksctl:pkg/apis/eksctl.io/v1alpha5/assets/schema.json",
    "AWS::EKS::Cluster": "",
    "AWS::EKS::Nodegroup": "",
    "AWS::EKS::FargateProfile": "",
    "aws_launch_template": _UPJET.format("aws", "ec2.aws", "launchtemplates"),
    "EC2NodeClass": "aws/karpenter-provider-aws:pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml",
    "AWS::AutoScaling::AutoScalingGroup": "",
    "AWS::EC2::LaunchTemplate": "",
    "AWS::ECS::CapacityProvider": "",
}

#: How deep a schema is followed.
_DEPTH = 8

_ASK = """
import json, sys
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as manager
json.dump({kind: manager.get_resource_schema("us-east-1", kind).schema for kind in sys.argv[1:]}, sys.stdout)
"""


class Key(NamedTuple):
    """A key of a schema: the words are those of its enumeration, else those that its description names."""

    type: str
    words: frozenset[str]
    is_closed: bool


def all_of() -> dict[str, dict[str, Key]]:
    """Return the keys of every kind."""
    kinds = [kind for kind, file in FILES.items() if not file]
    done = subprocess.run([environment(), "-c", _ASK, *kinds], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"cfn-lint failed: {done.stderr[-2000:]}")
    found = {kind: dict(_keys(schema, schema, "")) for kind, schema in json.loads(done.stdout).items()}
    for kind, file in FILES.items():
        if file:
            found[kind] = dict(_of_file(file))
    return found


def _of_file(file: str) -> Iterator[tuple[str, Key]]:
    name, _, path = file.partition(":")
    folder = CACHE / name.replace("/", "+")
    if not folder.is_dir():
        address = f"https://github.com/{name}"
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", address, str(folder)], check=True)
    text = (folder / path).read_text("utf-8")
    if path.endswith(".json"):
        whole = json.loads(text)
        yield from _keys(whole, whole["definitions"]["ClusterConfig"], "")
        return
    version = yaml.safe_load(text)["spec"]["versions"][-1]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    yield from _keys(spec, spec["properties"].get("forProvider", spec), "")


def _keys(whole: Any, node: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Key]]:
    """Yield every key below a node; a list counts as what is in it."""
    node = _resolved(whole, node)
    node = _resolved(whole, node["items"]) if node.get("type") == "array" and "items" in node else node
    for name, inner in (node.get("properties") or {}).items() if depth < _DEPTH else ():
        here = f"{path}.{_snake(name)}".lstrip(".")
        found = _resolved(whole, inner)
        words = found.get("enum") or re.findall(r"\w+", found.get("description", ""))
        kind = "object" if "properties" in found else found.get("type", "")
        yield here, Key(str(kind), frozenset(map(str, words)), "enum" in found)
        yield from _keys(whole, found, here, depth + 1)


def _resolved(whole: Any, node: Any) -> Any:
    while "$ref" in node:
        node = whole["definitions"][node["$ref"].rpartition("/")[2]]
    return node


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
