"""The objects that decide what the names in a pod mean, and what a cluster makes of it."""

from __future__ import annotations

from gate.dialects.network_policy import GROUPS as OF_NETWORKS
from gate.dialects.network_policy import OTHERS, other, policy
from gate.dialects.openshift_constraints import GROUPS, ROLES, allocation, constraints, grant, permission
from gate.dialects.pod_security import mapped
from gate.dialects.pod_storage import claim, persistent
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.model.reference import Definition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.reference import Body, ReferenceKind

ENFORCE = "pod-security.kubernetes.io/enforce"

#: Kinds of definitions that live in a namespace.
NAMESPACED = frozenset({"service-account", "claim"})

_NODE = "node.k8s.io"

#: Every kind that is read here, by its group.
KINDS = frozenset(
    {
        (_NODE, "RuntimeClass"),
        ("", "Namespace"),
        ("", "ServiceAccount"),
        ("", "PersistentVolume"),
        ("", "PersistentVolumeClaim"),
        *((group, "NetworkPolicy") for group in OF_NETWORKS),
        *OTHERS,
        *((group, "SecurityContextConstraints") for group in GROUPS),
        *((group, kind) for group in ROLES for kind in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")),
    }
)


def defined(fields: Fields, group: str, kind: str) -> Iterator[Definition]:
    """Yield what an object of one of the kinds defines; nothing for one without a name."""
    if (group, kind) in OTHERS or kind == "NetworkPolicy":
        yield from _policy(fields, group, kind)
        return
    found = _CLUSTER.get(kind) or _OPENSHIFT[kind]
    yield from found(fields, kind)


def _kept(
    fields: Fields, kind: ReferenceKind, value: Setting[str] | None = None, body: Body | None = None
) -> Iterator[Definition]:
    metadata = fields.sub("metadata")
    name = metadata.text("name")
    known: Setting[str] = Defaulted("", fields.at) if value is None else value
    if fields.doubts:
        known = Unknown(fields.doubts[0].text, fields.doubts[0].at)
    if isinstance(name, Stated):
        namespace = _plain(metadata.text("namespace")) if kind in NAMESPACED else ""
        yield Definition(kind, name.value, fields.at, known, namespace, body)


def _policy(fields: Fields, group: str, kind: str) -> Iterator[Definition]:
    namespace = _plain(fields.sub("metadata").text("namespace"))
    if group in OF_NETWORKS:
        return _kept(fields, "network-policy", body=policy(fields, namespace))
    everywhere = kind not in ("NetworkPolicy", "CiliumNetworkPolicy")
    return _kept(fields, "network-policy", body=other(fields, kind, None if everywhere else namespace))


def _runtime_class(fields: Fields, _kind: str) -> Iterator[Definition]:
    """Read the handler, which the first version of the kind kept in its `spec`."""
    handler = fields.text("handler") if fields.has("handler") else fields.sub("spec").text("runtimeHandler")
    if isinstance(handler, Defaulted):
        handler = Unknown("it names no handler", fields.at)
    return _kept(fields, "runtime-class", handler)


def _namespace(fields: Fields, _kind: str) -> Iterator[Definition]:
    metadata = fields.sub("metadata")
    given = allocation(metadata.sub("annotations"))
    enforced = metadata.sub("labels").text(ENFORCE, "privileged")
    return _kept(fields, "namespace", enforced, given if given.groups else None)


def _service_account(fields: Fields, _kind: str) -> Iterator[Definition]:
    handed = fields.flag("automountServiceAccountToken", default=True)
    return _kept(fields, "service-account", mapped(handed, lambda value: "true" if value else "false"))


def _volume(fields: Fields, _kind: str) -> Iterator[Definition]:
    return _kept(fields, "persistent-volume", body=persistent(fields))


def _claim(fields: Fields, _kind: str) -> Iterator[Definition]:
    return _kept(fields, "claim", body=claim(fields))


def _constraints(fields: Fields, _kind: str) -> Iterator[Definition]:
    return _kept(fields, "constraints", body=constraints(fields))


def _binding(fields: Fields, kind: str) -> Iterator[Definition]:
    namespace = _plain(fields.sub("metadata").text("namespace")) if kind == "RoleBinding" else None
    return _kept(fields, "grant", body=grant(fields, namespace))


def _role(fields: Fields, kind: str) -> Iterator[Definition]:
    permitted = permission(fields, kind, _plain(fields.sub("metadata").text("namespace")))
    return _kept(fields, "permission", body=permitted) if permitted is not None else iter(())


_CLUSTER = {
    "RuntimeClass": _runtime_class,
    "Namespace": _namespace,
    "ServiceAccount": _service_account,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _claim,
}
_OPENSHIFT = {
    "SecurityContextConstraints": _constraints,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _binding,
    "Role": _role,
    "ClusterRole": _role,
}


def _plain(setting: Setting[str]) -> str:
    return setting.value if isinstance(setting, Stated | Defaulted) else ""
