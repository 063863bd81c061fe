"""Objects of Kubernetes that a Terraform module makes, in the API's own words and each where it is written.

The provider hashicorp/kubernetes has a resource for each kind, with blocks in snake_case: what the API has once is a
list of one block, and lists are blocks of a name in the singular. `kubernetes_manifest` takes an object as it is. What
the provider fills in where nothing is written, it sends: a token for every pod, and the namespace `default`.
Sources: the schemas of terraform-provider-kubernetes (3.0), `schema_pod_spec.go`, `schema_container.go` and others.
"""

from __future__ import annotations

import re

from gate.dialects.reading import as_spelling
from gate.dialects.terraform import module
from gate.dialects.terraform_files import parse
from gate.dialects.terraform_values import Managed
from gate.model.coverage import Skipped
from gate.model.errors import InputError, UnrenderedError
from gate.model.location import whole_file
from gate.model.record import Record
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.terraform import Module
    from gate.model.source import Source, Sources
    from gate.syntax.hcl import Block
    from gate.syntax.tree import Node

#: Kinds by the names of their resources, without `kubernetes_` and a version at the end.
KINDS = {
    "cluster_role": ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    "cluster_role_binding": ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    "cron_job": ("batch/v1", "CronJob"),
    "daemon_set": ("apps/v1", "DaemonSet"),
    "daemonset": ("apps/v1", "DaemonSet"),
    "default_service_account": ("v1", "ServiceAccount"),
    "deployment": ("apps/v1", "Deployment"),
    "job": ("batch/v1", "Job"),
    "namespace": ("v1", "Namespace"),
    "network_policy": ("networking.k8s.io/v1", "NetworkPolicy"),
    "persistent_volume": ("v1", "PersistentVolume"),
    "persistent_volume_claim": ("v1", "PersistentVolumeClaim"),
    "pod": ("v1", "Pod"),
    "replication_controller": ("v1", "ReplicationController"),
    "role": ("rbac.authorization.k8s.io/v1", "Role"),
    "role_binding": ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    "runtime_class": ("node.k8s.io/v1", "RuntimeClass"),
    "service_account": ("v1", "ServiceAccount"),
    "stateful_set": ("apps/v1", "StatefulSet"),
}
MANIFEST = "kubernetes_manifest"

#: Resources that start what is not read, and why it is not judged.
UNJUDGED = {
    "docker_service": "a service of the Docker provider is not judged: the gate reads stacks of Docker Swarm",
    "helm_release": "what a Helm chart makes is only seen in the output of helm template",
    "kubectl_manifest": "a manifest that kubectl applies is only judged in a file of its own",
}

_VERSION = r"_v\d\w{0,8}$"
_WITHOUT_NAMESPACE = frozenset({"ClusterRole", "ClusterRoleBinding", "Namespace", "PersistentVolume", "RuntimeClass"})

#: Blocks that are members of a list, and what the list is called.
LISTS = {
    "container": "containers",
    "egress": "egress",
    "env": "env",
    "env_from": "envFrom",
    "from": "from",
    "host_aliases": "hostAliases",
    "http_header": "httpHeaders",
    "image_pull_secret": "imagePullSecrets",
    "image_pull_secrets": "imagePullSecrets",
    "ingress": "ingress",
    "init_container": "initContainers",
    "items": "items",
    "match_expressions": "matchExpressions",
    "match_fields": "matchFields",
    "node_selector_term": "nodeSelectorTerms",
    "port": "ports",
    "ports": "ports",
    "preferred_during_scheduling_ignored_during_execution": "preferredDuringSchedulingIgnoredDuringExecution",
    "readiness_gate": "readinessGates",
    "rule": "rules",
    "sources": "sources",
    "subject": "subjects",
    "sysctl": "sysctls",
    "to": "to",
    "toleration": "tolerations",
    "topology_spread_constraint": "topologySpreadConstraints",
    "volume": "volumes",
    "volume_claim_template": "volumeClaimTemplates",
    "volume_device": "volumeDevices",
    "volume_mount": "volumeMounts",
}

#: Names that camel case alone does not make.
SPELLED = {
    "cluster_ip": "clusterIP",
    "downward_api": "downwardAPI",
    "external_ips": "externalIPs",
    "host_ip": "hostIP",
    "host_ipc": "hostIPC",
    "host_pid": "hostPID",
    "non_resource_urls": "nonResourceURLs",
    "pod_ip": "podIP",
    "storage_policy_id": "storagePolicyID",
    "volume_id": "volumeID",
}

#: Tables whose keys are anybody's.
TABLES = frozenset(
    ("annotations", "labels", "limits", "match_labels", "node_selector", "options", "requests", "volume_attributes")
)

#: Texts of the provider that are numbers of the API, and settings that are true or false.
NUMBERS = frozenset(("container_port", "fs_group", "host_port", "run_as_group", "run_as_user"))
FLAGS = frozenset(
    {
        "allow_privilege_escalation",
        "automount_service_account_token",
        "host_ipc",
        "host_network",
        "host_pid",
        "host_process",
        "privileged",
        "read_only",
        "read_only_root_filesystem",
        "run_as_non_root",
        "share_process_namespace",
    }
)

#: Arguments that name an object of another resource.
NAMING = frozenset(("claim_name", "name", "namespace", "runtime_class_name", "service_account_name"))

#: Arguments of a resource that are not the object's.
_OF_TERRAFORM = frozenset(
    ("count", "depends_on", "for_each", "lifecycle", "provider", "timeouts", "wait_for_completion", "wait_for_rollout")
)


class Made(Record):
    """What a file makes: objects in the API's words, what is named only, and what is wrong with it."""

    objects: tuple[Node, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[InputError, ...]


def made(source: Source, sources: Sources) -> Made:
    """Return what a file makes, in the light of its whole module."""
    document = parse(source)
    if document.error:
        remedy = "correct it; `terraform validate` says more"
        error = InputError(document.error, at=document.at or whole_file(source.path), remedy=remedy)
        return Made((), (), (error,))
    whole = module(source, sources)
    objects: list[Node] = []
    skipped: list[Skipped] = []
    for block in whole.of(document):
        if block.type != "resource" or len(block.labels) != 2:
            continue
        if block.labels[0] in UNJUDGED:
            skipped.append(Skipped(block.at, UNJUDGED[block.labels[0]]))
        elif kind_of(block) is not None or block.labels[0] == MANIFEST:
            objects += _objects(block, whole)
    found = [one for one in objects if isinstance(one, Mapping)]
    problems = [_unknown(one) for one in objects if isinstance(one, Opaque)]
    return Made(tuple(found), tuple(skipped), tuple(problems))


def _unknown(node: Opaque) -> InputError:
    cause = f"makes an object of Kubernetes that is not known here: {node.reason}"
    return UnrenderedError(cause, at=node.at, remedy="check what `kubectl get -o yaml` shows of it, or write it out")


def kind_of(block: Block) -> tuple[str, str] | None:
    """Return the version and kind of what a resource makes; None for what is not read."""
    name = block.labels[0].removeprefix("kubernetes_")
    return KINDS.get(re.sub(_VERSION, "", name)) if name != block.labels[0] else None


def _objects(block: Block, whole: Module) -> Iterator[Node]:
    for suffix, names in whole.instances(block):
        tree = whole.within(names, lambda: whole.tree(block))
        identity = kind_of(block)
        if identity is None:
            yield tree.get("manifest") or Opaque(tree.source, tree.start, tree.end, "it has no `manifest`")
        elif (count := tree.get("count")) is None or not isinstance(count, Scalar) or count.value != 0:
            yield _Object(whole, block, identity).made(tree, suffix)


class _Object:
    """One resource on its way to becoming an object."""

    __slots__ = ("_block", "_done", "_identity", "_whole")

    def __init__(self, whole: Module, block: Block, identity: tuple[str, str]) -> None:
        self._whole = whole
        self._block = block
        self._identity = identity
        #: Values by their name and themselves: one may stand in many places, as locals in locals do.
        self._done: dict[tuple[str, int], Node] = {}

    def made(self, tree: Mapping, suffix: str) -> Mapping:
        """Return the object; one whose name is not known has that of its resource."""
        own = {name: value for name, value in tree.items() if name not in _OF_TERRAFORM}
        found = self._mapping(Mapping(tree.source, tree.start, tree.end, own, tree.keys))
        source, start, end = self._block.document.source, self._block.start, self._block.header_end
        version, kind = (Scalar(source, start, end, text, text, True) for text in self._identity)
        found.entries |= {"apiVersion": version, "kind": kind}
        found.keys |= {"apiVersion": version, "kind": kind}
        self._name(found, Scalar(source, start, end, f"{self._block.labels[1]}{suffix}", self._block.labels[1]))
        return found

    def _name(self, found: Mapping, label: Scalar) -> None:
        metadata = found.get("metadata")
        if not isinstance(metadata, Mapping):
            metadata = Mapping(label.source, label.start, label.end, {}, {})
            found.entries["metadata"], found.keys["metadata"] = metadata, label
        if not isinstance(metadata.get("name"), Scalar):
            metadata.entries["name"], metadata.keys["name"] = label, label
        kind = self._identity[1]
        if "namespace" not in metadata.entries and kind not in _WITHOUT_NAMESPACE:
            _default(metadata, "namespace", "default")
        if kind == "ServiceAccount" and "automountServiceAccountToken" not in found.entries:
            _default(found, "automountServiceAccountToken", value=True)

    def _mapping(self, node: Mapping) -> Mapping:
        found = Mapping(node.source, node.start, node.end, {}, {}, node.doubt)
        for name, value in node.items():
            if isinstance(value, Scalar) and value.value is None:
                continue
            key = LISTS.get(name) or SPELLED.get(name) or _camel(name)
            made = self._value(name, value)
            if name == "persistent_volume_source" and isinstance(made, Mapping):
                found.entries |= made.entries
                found.keys |= made.keys
            else:
                found.entries[key], found.keys[key] = made, node.keys[name]
        if "container" in node.entries and "automountServiceAccountToken" not in found.entries:
            _default(found, "automountServiceAccountToken", value=True)
        return found

    def _value(self, name: str, node: Node) -> Node:
        key = name, id(node)
        if key not in self._done:
            self._done[key] = self._made_of(name, node)
        return self._done[key]

    def _made_of(self, name: str, node: Node) -> Node:
        if name in TABLES:
            return node
        if isinstance(node, Mapping):
            return self._filled(name, self._mapping(node))
        if isinstance(node, Sequence):
            return self._sequence(name, node)
        if isinstance(node, Managed) and name in NAMING:
            return self._referred(node)
        return _converted(name, node) if isinstance(node, Scalar) else node

    def _sequence(self, name: str, node: Sequence) -> Node:
        items = [self._filled(name, self._mapping(one)) if isinstance(one, Mapping) else one for one in node.items]
        if name not in LISTS and len(items) == 1 and isinstance(items[0], Mapping):
            return items[0]
        return Sequence(node.source, node.start, node.end, items, node.doubt)

    def _filled(self, name: str, node: Mapping) -> Mapping:
        """Fill in what the provider sends where a block is short: a seccomp profile without a type, an old template."""
        if name == "template" and "containers" in node.entries:
            # Before version 2 a replication controller had its pod without a `spec`.
            spec = {key: one for key, one in node.items() if key != "metadata"}
            kept = {key: one for key, one in node.items() if key == "metadata"}
            inner = Mapping(node.source, node.start, node.end, spec, node.keys)
            where = next(iter(node.keys.values()))
            return Mapping(node.source, node.start, node.end, {**kept, "spec": inner}, {**node.keys, "spec": where})
        if name == "seccomp_profile" and "type" not in node.entries:
            _default(node, "type", "Unconfined")
        return node

    def _referred(self, node: Managed) -> Node:
        """Return the name of the object that another resource of the module makes."""
        block = next((one for one in self._whole.blocks if ".".join(one.labels) == node.address), None)
        if block is None or block.type != "resource" or kind_of(block) is None:
            return node
        metadata = self._whole.tree(block).get("metadata")
        inner = metadata.items[0] if isinstance(metadata, Sequence) and metadata.items else metadata
        named = inner.get("name") if isinstance(inner, Mapping) else None
        if not isinstance(named, Scalar) or not isinstance(named.value, str):
            return node
        return Scalar(node.source, node.start, node.end, named.value, named.text, True)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _default(node: Mapping, name: str, value: str | bool) -> None:
    """Put in what the provider fills in, at the object that does not say it."""
    text = value if isinstance(value, str) else str(value).lower()
    where = Scalar(node.source, node.start, node.start, value, text, isinstance(value, str))
    node.entries[name], node.keys[name] = where, where


def _converted(name: str, node: Scalar) -> Node:
    """Convert a scalar as the provider does."""
    value = node.value
    if name in FLAGS and isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower(), value)
    elif name in NUMBERS and isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value, re.ASCII):
        value = int(value)
    elif name not in FLAGS | NUMBERS and name in NAMING and not isinstance(value, str):
        value = as_spelling(node)
    if value is node.value:
        return node
    return Scalar(node.source, node.start, node.end, value, node.text, node.quoted, node.doubt)
