"""OpenShift's constraints, and the objects that grant their use, as they are written.

Defaults: openshift/apiserver-library-go `sccdefaults`; roles and bindings: kubernetes/api `rbac/v1`.
"""

from __future__ import annotations

from gate.model.constraints import ALL, EVERYTHING, Allocation, Constraints, Grant, Permission
from gate.model.evidence import Defaulted, Stated
from gate.model.pod import SELinuxOptions
from gate.model.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeVar

    from gate.dialects.reading import Fields
    from gate.model.constraints import Allowed, Range
    from gate.model.evidence import Setting

    T = TypeVar("T")

GROUPS = frozenset({"security.openshift.io", ""})
ROLES = frozenset({"rbac.authorization.k8s.io", "authorization.openshift.io"})

_RESOURCE = "securitycontextconstraints"
_ALLOWED: dict[str, Allowed] = {
    "allowPrivilegedContainer": "privileged",
    "allowHostNetwork": "hostNetwork",
    "allowHostPID": "hostPID",
    "allowHostIPC": "hostIPC",
    "allowHostPorts": "hostPorts",
}

#: Every kind of volume that constraints may name, but for `hostPath`.
KINDS = frozenset({
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephFS", "cinder", "configMap", "csi", "downwardAPI",
    "emptyDir", "ephemeral", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs",
    "image", "iscsi", "nfs", "persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "projected",
    "quobyte", "rbd", "scaleIO", "secret", "storageOS", "vsphere",
})  # fmt: skip
_NO_LIMIT = 2**63 - 1


class _Asked:
    """Asks fields for plain values, and remembers why one of them cannot be known."""

    __slots__ = ("reason",)

    def __init__(self) -> None:
        self.reason = ""

    def value(self, setting: Setting[T], otherwise: T) -> T:
        if isinstance(setting, Stated | Defaulted):
            return setting.value
        self.reason = self.reason or getattr(setting, "reason", "it cannot be known")
        return otherwise

    def words(self, fields: Fields, name: str) -> tuple[str, ...]:
        listed = fields.strings(name)
        self.reason = self.reason or listed.open_because
        return tuple(self.value(member, "") for member in listed.members)

    def ranges(self, fields: Fields) -> tuple[Range, ...] | None:
        members, reason = fields.mappings("ranges")
        self.reason = self.reason or reason
        found = tuple(
            (self.value(one.number_or_none("min"), 0) or 0, self.value(one.number_or_none("max"), 0) or 0)
            for one in members
        )
        return found or None


def constraints(fields: Fields) -> Constraints:
    """Read a SecurityContextConstraints object; one that cannot be read as a whole says why."""
    asked = _Asked()
    user, selinux = fields.sub("runAsUser"), fields.sub("seLinuxContext")
    groups, more = fields.sub("fsGroup"), fields.sub("supplementalGroups")
    found = Constraints(
        asked.value(fields.sub("metadata").text("name"), ""),
        fields.at,
        "",
        asked.value(fields.number_or_none("priority"), 0) or 0,
        frozenset(meaning for key, meaning in _ALLOWED.items() if asked.value(fields.flag(key, default=False), False)),
        _volumes(fields, asked),
        fields.has("allowedFlexVolumes"),
        frozenset(asked.words(fields, "allowedCapabilities")),
        asked.words(fields, "defaultAddCapabilities"),
        asked.words(fields, "requiredDropCapabilities"),
        asked.value(user.text("type"), ""),
        _users(user, asked),
        asked.value(selinux.text("type"), ""),
        _selinux(selinux.sub("seLinuxOptions"), asked),
        asked.value(groups.text("type", "RunAsAny"), ""),
        asked.ranges(groups),
        asked.value(more.text("type", "RunAsAny"), ""),
        asked.ranges(more),
        asked.words(fields, "seccompProfiles"),
        asked.value(fields.flag("allowPrivilegeEscalation", default=True), True),
        asked.value(fields.flag_or_none("defaultAllowPrivilegeEscalation"), None),
        asked.value(fields.flag("readOnlyRootFilesystem", default=False), False),
        asked.value(fields.text("userNamespaceLevel"), "") == "RequirePodLevel",
        asked.words(fields, "allowedUnsafeSysctls"),
        asked.words(fields, "forbiddenSysctls"),
        asked.words(fields, "users"),
        asked.words(fields, "groups"),
    )
    strange = next((one for one in (found.user, found.selinux, found.fs_group) if one not in _TYPES), None)
    reason = asked.reason or (f"`{strange[:40]}` is no strategy" if strange is not None else "")
    return replace(found, unreadable=reason) if reason else found


_TYPES = frozenset({"MustRunAs", "MustRunAsRange", "MustRunAsNonRoot", "RunAsAny"})


def _volumes(fields: Fields, asked: _Asked) -> frozenset[str]:
    """Return the kinds of volumes, where the flag for paths of the host wins over the list."""
    host = asked.value(fields.flag("allowHostDirVolumePlugin", default=False), False)
    listed = frozenset(asked.words(fields, "volumes")) if fields.has("volumes") else frozenset({ALL})
    if host:
        return listed if ALL in listed else listed | {"hostPath"}
    return (listed - {ALL, "hostPath"}) | (KINDS if ALL in listed else frozenset())


def _users(user: Fields, asked: _Asked) -> Range | None:
    one = asked.value(user.number_or_none("uid"), None)
    if one is not None:
        return one, one
    least = asked.value(user.number_or_none("uidRangeMin"), None)
    most = asked.value(user.number_or_none("uidRangeMax"), None)
    return None if least is None and most is None else (least or 0, _NO_LIMIT if most is None else most)


def _selinux(options: Fields, asked: _Asked) -> SELinuxOptions | None:
    if not options.present:
        return None
    return SELinuxOptions(*(asked.value(options.text(name), "") for name in ("user", "role", "type")))


def grant(fields: Fields, namespace: str | None) -> Grant:
    """Read a RoleBinding or ClusterRoleBinding."""
    asked = _Asked()
    role = fields.sub("roleRef")
    members, reason = fields.mappings("subjects")
    subjects = tuple(
        (asked.value(one.text("kind"), ""), asked.value(one.text("namespace"), ""), asked.value(one.text("name"), ""))
        for one in members
    )
    name = asked.value(role.text("name"), "")
    return Grant(name, _plain(role.text("kind")), namespace, subjects, bool(asked.reason or reason), fields.at)


def permission(fields: Fields, kind: str, namespace: str) -> Permission | None:
    """Read what a role permits to use of constraints; None for one that permits nothing of the kind."""
    asked = _Asked()
    rules, reason = fields.mappings("rules")
    found: set[str] = set()
    every, any_of_them = False, False
    powers: set[str] = set()
    for rule in rules:
        words = {name: set(asked.words(rule, name)) for name in ("verbs", "resources", "resourceNames")}
        powers |= set(_powers(words["verbs"], words["resources"]))
        if words["verbs"] & {"use", "*"} and words["resources"] & {_RESOURCE, "*"}:
            any_of_them = True
            found |= words["resourceNames"]
            every |= not words["resourceNames"]
    unsure = bool(asked.reason or reason)
    if not any_of_them and not unsure and not powers:
        return None
    return Permission(kind, namespace, None if every else frozenset(found), unsure, fields.at, frozenset(powers))


#: Resources, verbs, and what these on those come to.
_POWERS = (
    ({"secrets"}, {"get", "list", "watch"}, "read secrets"),
    ({"pods/exec", "pods/attach"}, {"create", "get"}, "run commands in pods"),
    (
        {
            "pods",
            "deployments",
            "daemonsets",
            "statefulsets",
            "replicasets",
            "replicationcontrollers",
            "jobs",
            "cronjobs",
        },
        {"create", "update", "patch"},
        "start pods",
    ),
    ({"nodes/proxy"}, {"get", "create", "update", "patch"}, "reach the kubelets through nodes/proxy"),
    ({"nodes/log"}, {"get"}, "read the logs of nodes"),
    ({"roles", "clusterroles"}, {"escalate", "bind"}, "give itself more roles"),
    ({"users", "groups", "serviceaccounts"}, {"impersonate"}, "act as others"),
)


def _powers(verbs: set[str], resources: set[str]) -> Iterator[str]:
    if "*" in verbs and "*" in resources:
        yield EVERYTHING
    for those, these, power in _POWERS:
        if (resources & those or "*" in resources) and (verbs & these or "*" in verbs):
            yield power


def allocation(annotations: Fields) -> Allocation:
    """Read what a namespace was given."""
    prefix = "openshift.io/sa.scc."
    uids, groups = (_plain(annotations.text(prefix + name)) for name in ("uid-range", "supplemental-groups"))
    return Allocation(uids, groups or uids, annotations.at)


def _plain(setting: Setting[str]) -> str:
    return setting.value if isinstance(setting, Stated | Defaulted) else ""
