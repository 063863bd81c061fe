"""The security context constraints that OpenShift ships.

Source: openshift/cluster-kube-apiserver-operator `bindata/bootkube/scc-manifests`, commit
c813e820bb94cf2af88a6343c8554624c334c04c (2026-08-21). Which of them every user may use: the ClusterRoleBindings beside
them, and the release notes of 4.11 and 4.20 for since when.
"""

from __future__ import annotations

from gate.model.constraints import ALL, Constraints
from gate.model.pod import SELinuxOptions

#: Since when every authenticated user may use them; clusters upgraded from before 4.11 keep `restricted` for all.
RESTRICTED_V2_SINCE = (4, 11)
RESTRICTED_V3_SINCE = (4, 20)

_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_HOST = _VOLUMES | {"hostPath"}
_LEGACY_DROP = ("KILL", "MKNOD", "SETUID", "SETGID")
_BIND = frozenset({"NET_BIND_SERVICE"})
_FILTER = ("runtime/default",)

_SHIPPED = (
    Constraints(
        "anyuid", priority=10, volumes=_VOLUMES, capabilities_dropped=("MKNOD",), user="RunAsAny",
        groups=("system:cluster-admins",),
    ),
    Constraints(
        "hostaccess", allowed=frozenset({"hostNetwork", "hostPID", "hostIPC", "hostPorts"}), volumes=_HOST,
        capabilities_dropped=_LEGACY_DROP, fs_group="MustRunAs",
    ),
    Constraints(
        "hostmount-anyuid", volumes=_HOST | {"nfs"}, capabilities_dropped=("MKNOD",), user="RunAsAny",
        users=("system:serviceaccount:openshift-infra:pv-recycler-controller",),
    ),
    Constraints(
        "hostmount-anyuid-v2", volumes=_HOST | {"nfs"}, capabilities_dropped=("MKNOD",), user="RunAsAny",
        selinux="RunAsAny",
    ),
    Constraints(
        "hostnetwork", allowed=frozenset({"hostNetwork", "hostPorts"}), volumes=_VOLUMES,
        capabilities_dropped=_LEGACY_DROP, fs_group="MustRunAs", groups_type="MustRunAs",
    ),
    Constraints(
        "hostnetwork-v2", allowed=frozenset({"hostNetwork", "hostPorts"}), volumes=_VOLUMES, capabilities_allowed=_BIND,
        capabilities_dropped=("ALL",), fs_group="MustRunAs", groups_type="MustRunAs", seccomp=_FILTER, escalation=False,
    ),
    Constraints(
        "nested-container", volumes=_VOLUMES, capabilities_allowed=frozenset({"SETUID", "SETGID"}),
        users_from=(0, 65534), selinux_options=SELinuxOptions("", "", "container_engine_t"), fs_group="MustRunAs",
        fs_groups=((0, 65534),), groups_type="MustRunAs", groups_from=((0, 65534),), seccomp=(ALL,),
        user_namespace=True,
    ),
    Constraints("nonroot", volumes=_VOLUMES, capabilities_dropped=_LEGACY_DROP, user="MustRunAsNonRoot"),
    Constraints(
        "nonroot-v2", volumes=_VOLUMES, capabilities_allowed=_BIND, capabilities_dropped=("ALL",),
        user="MustRunAsNonRoot", seccomp=_FILTER, escalation=False,
    ),
    Constraints(
        "privileged", allowed=frozenset({"privileged", "hostNetwork", "hostPID", "hostIPC", "hostPorts"}),
        volumes=frozenset({ALL}), capabilities_allowed=frozenset({ALL}), user="RunAsAny", selinux="RunAsAny",
        seccomp=(ALL,), sysctls_allowed=(ALL,), users=(
            "system:admin", "system:serviceaccount:openshift-infra:build-controller",
        ), groups=("system:cluster-admins", "system:nodes", "system:masters"),
    ),
    Constraints("restricted", volumes=_VOLUMES, capabilities_dropped=_LEGACY_DROP, fs_group="MustRunAs"),
    Constraints(
        "restricted-v2", volumes=_VOLUMES, capabilities_allowed=_BIND, capabilities_dropped=("ALL",),
        fs_group="MustRunAs", seccomp=_FILTER, escalation=False,
    ),
    Constraints(
        "restricted-v3", volumes=_VOLUMES, capabilities_allowed=_BIND, capabilities_dropped=("ALL",),
        users_from=(1000, 65534), fs_group="MustRunAs", fs_groups=((1000, 65534),), groups_type="MustRunAs",
        groups_from=((1000, 65534),), seccomp=_FILTER, escalation=False, user_namespace=True,
    ),
)  # fmt: skip

SHIPPED: dict[str, Constraints] = {one.name: one for one in _SHIPPED}
