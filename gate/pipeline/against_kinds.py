"""What links resolve, kind by kind: how it is spelled where it is defined, and which workloads it may matter to.

Every kind of definition needs a line: what has none judges everything.
"""

from __future__ import annotations

import re

from gate.linking.link import requires_constraints
from gate.linking.segments import selects
from gate.model.evidence import Stated
from gate.model.record import Record
from gate.model.segments import NetworkPolicy
from gate.model.subject import by_policies
from gate.pipeline.against_reach import holds_word, spells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from gate.model.profile import PlatformProfile
    from gate.model.reference import Definition, ReferenceKind
    from gate.model.subject import Workload

    #: A kind with a name and namespace; the last two are empty where any of the kind may be meant.
    Name: TypeAlias = tuple[ReferenceKind, str, str]


class Kind(Record):
    """One kind of definition: every file that has one holds one of the `words`.

    `is_sought` says whether workloads ask for it by its name. `concerns` says whether a definition may matter to a
    workload on a platform, `spelled` whether a file may have such a workload, by its bytes and by whether any
    declaration speaks of OpenShift.
    """

    words: tuple[bytes, ...]
    concerns: Callable[[Definition, Workload, PlatformProfile], bool]
    spelled: Callable[[Definition, bytes, bool], bool]
    is_sought: bool = False


#: What every manifest has, and the marks of text that is filled in before it is one.
OBJECT = b"apiVersion"

#: What resources of Terraform have that make objects, which spell kinds in words of their own and name by reference.
IN_TERRAFORM = b"kubernetes_"
TEMPLATES = (b"{{", b"$")

#: Metadata or labels that are no mapping, so that what they say is not known.
_STRANGE = re.compile(rb"(?:metadata|labels)[\"']?[ \t]*:(?:[ \t]*[^ \t\r\n{&*#]|[ \t]*\r?\n[ \t]*-)")

#: The service account of a pod that names none: its name is nowhere.
IMPLIED = ("service-account", "default")

#: What a file has that has a claim, be it one of a volume's or one that is made for every pod.
_CLAIMS = (b"persistentVolumeClaim", b"olumeClaimTemplate")

#: What a file of any kind has that describes a cluster.
_OF_CLUSTERS = (
    *(b"google_container_", b"aws_eks_", b"azurerm_kubernetes_cluster", b"terraform-google-modules/"),
    *(b"terraform-aws-modules/", b"Azure/", b"container.cnrm.cloud.google.com", b"eksctl.io", b"AWS::EKS::"),
)


def defined(definition: Definition) -> Name:
    """Return what a definition answers to."""
    return _name(definition.kind, definition.name, definition.namespace)


def asked(workload: Workload, profile: PlatformProfile) -> Iterator[Name]:
    """Yield what the links of a workload may ask for."""
    for one in workload.references:
        if one.kind in KINDS and KINDS[one.kind].is_sought:
            yield _name(one.kind, one.name, one.namespace)
    if _claims(workload):
        yield "persistent-volume", "", ""
    if by_policies(workload):
        yield "network-policy", "", ""
    if workload.pod is not None:
        yield from (("cluster", "", ""), ("node-pool", "", ""), ("fargate-profile", "", ""))
    if _on_openshift(workload, profile):
        yield from (("constraints", "", ""), ("grant", "", ""), ("permission", "", ""))
        yield "namespace", workload.namespace, ""


def may_define(data: bytes, name: Name) -> bool:
    """Say whether a file may define something."""
    kind, own, _ = name
    return IN_TERRAFORM in data or (
        any(spells(data, word) for word in KINDS[kind].words) and (not own or holds_word(data, own))
    )


def _name(kind: ReferenceKind, name: str, namespace: str) -> Name:
    about = KINDS.get(kind)
    if about is None or not about.is_sought:
        return kind, "", ""
    # The binder takes a claim whose namespace is not written for one of any.
    return kind, name, "" if kind == "claim" else namespace


def _is_named(definition: Definition, workload: Workload, _profile: PlatformProfile) -> bool:
    name = defined(definition)
    return any(one.kind == name[0] and _name(one.kind, one.name, one.namespace) == name for one in workload.references)


def _names(definition: Definition, data: bytes, _openshift: bool) -> bool:
    kind, name, namespace = defined(definition)
    is_named = (kind, name) == IMPLIED or holds_word(data, name)
    return is_named and (not namespace or holds_word(data, namespace))


def _claims(workload: Workload) -> bool:
    members = (one.value for one in workload.containers.members if isinstance(one, Stated))
    mounts = (mount.value for one in members for mount in one.exposure.mounts.members if isinstance(mount, Stated))
    return any(mount.claim is not None for mount in mounts)


def _on_openshift(workload: Workload, profile: PlatformProfile) -> bool:
    declared = bool(profile.openshift_version or profile.openshift_scc)
    own = workload.pod is not None and requires_constraints(workload.pod)
    return declared or own or workload.platform == "openshift"


def _is_admitted(_definition: Definition, workload: Workload, profile: PlatformProfile) -> bool:
    return _on_openshift(workload, profile)


def _may_be_admitted(_definition: Definition, data: bytes, openshift: bool) -> bool:
    return openshift or spells(data, b"openshift")


def _is_selected(definition: Definition, workload: Workload, _profile: PlatformProfile) -> bool:
    policy, segments = definition.body, workload.segments
    return (
        segments is not None
        and by_policies(workload)
        and (not isinstance(policy, NetworkPolicy) or selects(policy, workload, segments.labels) != "no")
    )


def _may_be_selected(definition: Definition, data: bytes, _openshift: bool) -> bool:
    """Look for the labels that a pod has to have; where they are filled in, or strange, any may be there."""
    policy = definition.body
    if not isinstance(policy, NetworkPolicy) or any(mark in data for mark in TEMPLATES) or _STRANGE.search(data):
        return True
    keys = [key for key, operator, _ in policy.selector if operator in ("In", "Exists")]
    values = [words for _, operator, words in policy.selector if operator == "In"]
    has_values = all(any(holds_word(data, one) for one in each) for each in values)
    return has_values and all(holds_word(data, key) for key in keys)


def _is_its_own(definition: Definition, workload: Workload, profile: PlatformProfile) -> bool:
    return workload.namespace == definition.name and _on_openshift(workload, profile)


def _may_be_its_own(definition: Definition, data: bytes, openshift: bool) -> bool:
    return holds_word(data, definition.name) and _may_be_admitted(definition, data, openshift)


def _runs(_definition: Definition, workload: Workload, _profile: PlatformProfile) -> bool:
    return workload.pod is not None


def _may_run(_definition: Definition, _data: bytes, _openshift: bool) -> bool:
    return True


_CLUSTER = Kind(_OF_CLUSTERS, _runs, _may_run)

#: Every kind of definition that is not an image.
KINDS: dict[ReferenceKind, Kind] = {
    "runtime-class": Kind((b"RuntimeClass",), _is_named, _names, is_sought=True),
    "service-account": Kind((b"ServiceAccount",), _is_named, _names, is_sought=True),
    "claim": Kind((b"PersistentVolumeClaim",), _is_named, _names, is_sought=True),
    "persistent-volume": Kind(
        (b"PersistentVolume",),
        lambda _definition, workload, _profile: _claims(workload),
        lambda _definition, data, _openshift: any(spells(data, word) for word in _CLAIMS),
    ),
    "network-policy": Kind((b"NetworkPolicy",), _is_selected, _may_be_selected),
    "constraints": Kind((b"SecurityContextConstraints",), _is_admitted, _may_be_admitted),
    "grant": Kind((b"RoleBinding",), _is_admitted, _may_be_admitted),
    "permission": Kind((b"securitycontextconstraints",), _is_admitted, _may_be_admitted),
    "namespace": Kind((b"Namespace",), _is_its_own, _may_be_its_own, is_sought=True),
    "cluster": _CLUSTER,
    "node-pool": _CLUSTER,
    "fargate-profile": _CLUSTER,
}

#: What joins every workload of a run from outside of the paths that are judged, as soon as one of them asks for it.
JOINED: tuple[ReferenceKind, ...] = ("network-policy", "cluster", "node-pool", "fargate-profile")
