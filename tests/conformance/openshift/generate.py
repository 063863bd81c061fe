"""Makes random pods and random constraints, mostly of values that decide something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

Json = dict[str, Any]

_CAPS = ("NET_BIND_SERVICE", "KILL", "MKNOD", "SETUID", "SYS_ADMIN", "NET_ADMIN", "CHOWN")
_KINDS = ("configMap", "emptyDir", "hostPath", "nfs", "secret", "projected", "csi", "persistentVolumeClaim", "gitRepo")
_PROFILES = ({"type": "RuntimeDefault"}, {"type": "Unconfined"}, {"type": "Localhost", "localhostProfile": "a.json"})
_STRATEGIES = ("RunAsAny", "MustRunAsNonRoot", "MustRunAsRange", "MustRunAs")
_SOURCES: dict[str, Json] = {
    "hostPath": {"path": "/data"},
    "nfs": {"server": "s", "path": "/"},
    "csi": {"driver": "d"},
    "persistentVolumeClaim": {"claimName": "c"},
    "gitRepo": {"repository": "r"},
    "projected": {"sources": []},
}

#: What the namespace of every pod was given.
ANNOTATIONS = {"openshift.io/sa.scc.uid-range": "1000650000/10000", "openshift.io/sa.scc.mcs": "s0:c26,c5"}


def pod(draw: random.Random) -> Json:
    """Return one pod."""
    spec: Json = {"containers": [_container(draw, f"c{number}") for number in range(draw.choice((1, 1, 2)))]}
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if draw.random() < 0.08:
            spec[name] = draw.choice((True, False))
    if draw.random() < 0.25:
        spec["hostUsers"] = draw.choice((True, False))
    if draw.random() < 0.3:
        kinds = draw.sample(_KINDS, draw.choice((1, 1, 2)))
        spec["volumes"] = [{"name": f"v{at}", kind: _SOURCES.get(kind, {})} for at, kind in enumerate(kinds)]
    security = _shared(draw)
    if draw.random() < 0.1:
        name = draw.choice(("net.ipv4.tcp_syncookies", "net.core.somaxconn", "kernel.msgmax"))
        security["sysctls"] = [{"name": name, "value": "1"}]
    if draw.random() < 0.15:
        security["fsGroup"] = draw.choice((0, 1000, 2000, 1000650001))
    if draw.random() < 0.1:
        security["supplementalGroups"] = [draw.choice((1000, 1000650001))]
    if security:
        spec["securityContext"] = security
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"}, "spec": spec}


def _shared(draw: random.Random) -> Json:
    found: Json = {}
    if draw.random() < 0.2:
        found["runAsUser"] = draw.choice((0, 1000, 1001, 1000650000, 1000650100, 70000))
    if draw.random() < 0.15:
        found["runAsNonRoot"] = draw.choice((True, True, False))
    if draw.random() < 0.2:
        found["seccompProfile"] = draw.choice(_PROFILES)
    if draw.random() < 0.05:
        found["seLinuxOptions"] = {"type": draw.choice(("spc_t", "container_engine_t"))}
    return found


def _container(draw: random.Random, name: str) -> Json:
    security = _shared(draw)
    if draw.random() < 0.1:
        security["privileged"] = draw.choice((True, False))
    if draw.random() < 0.3:
        security["allowPrivilegeEscalation"] = draw.choice((True, False, False))
    if draw.random() < 0.3:
        add = draw.sample(_CAPS, draw.choice((0, 0, 1, 2)))
        drop = draw.choice(([], ["ALL"], ["KILL"], ["MKNOD", "SETUID"]))
        security["capabilities"] = {"add": add, "drop": drop}
    if draw.random() < 0.1:
        security["readOnlyRootFilesystem"] = draw.choice((True, False))
    found: Json = {"name": name, "image": "i"}
    if security:
        found["securityContext"] = security
    if draw.random() < 0.06:
        found["ports"] = [{"containerPort": 80, "hostPort": draw.choice((0, 80))}]
    return found


def constraints(draw: random.Random, name: str) -> Json:
    """Return one SecurityContextConstraints object."""
    found: Json = {
        "apiVersion": "security.openshift.io/v1",
        "kind": "SecurityContextConstraints",
        "metadata": {"name": name},
        "priority": draw.choice((None, None, 0, 5, 10)),
        "readOnlyRootFilesystem": draw.random() < 0.15,
        "runAsUser": _user(draw),
        "seLinuxContext": _selinux(draw),
        "fsGroup": draw.choice(({"type": "RunAsAny"}, {"type": "MustRunAs"}, {})),
        "supplementalGroups": draw.choice(
            ({"type": "RunAsAny"}, {"type": "MustRunAs", "ranges": [{"min": 1, "max": 2000}]})
        ),
        "requiredDropCapabilities": draw.choice((None, ["ALL"], ["KILL", "MKNOD"])),
        "defaultAddCapabilities": draw.choice((None, None, ["NET_ADMIN"])),
        "allowedCapabilities": draw.choice((None, ["*"], ["NET_BIND_SERVICE"], ["SYS_ADMIN", "CHOWN"])),
        "seccompProfiles": draw.choice(
            (None, ["*"], ["runtime/default"], ["*", "unconfined"], ["docker/default", "unconfined"])
        ),
    }
    for key in ("allowPrivilegedContainer", "allowHostNetwork", "allowHostPID", "allowHostIPC", "allowHostPorts",
                "allowHostDirVolumePlugin"):  # fmt: skip
        found[key] = draw.random() < 0.3
    for key in ("allowPrivilegeEscalation", "defaultAllowPrivilegeEscalation"):
        if draw.random() < 0.6:
            found[key] = draw.choice((True, False))
    if draw.random() < 0.8:
        found["volumes"] = draw.choice((["*"], [], ["configMap", "secret", "emptyDir"], ["hostPath", "nfs"], ["none"]))
    if draw.random() < 0.2:
        found["userNamespaceLevel"] = draw.choice(("RequirePodLevel", "AllowHostLevel"))
    if draw.random() < 0.3:
        found["allowedUnsafeSysctls"] = draw.choice((["*"], ["kernel.msg*"]))
    if draw.random() < 0.2:
        found["forbiddenSysctls"] = ["net.*"]
    return found


def _user(draw: random.Random) -> Json:
    kind = draw.choice(_STRATEGIES)
    if kind == "MustRunAs":
        return {"type": kind, "uid": draw.choice((0, 1000))}
    if kind == "MustRunAsRange" and draw.random() < 0.5:
        return {"type": kind, "uidRangeMin": 1000, "uidRangeMax": 2000}
    return {"type": kind}


def _selinux(draw: random.Random) -> Json:
    if draw.random() < 0.5:
        return {"type": "RunAsAny"}
    return draw.choice(({"type": "MustRunAs"}, {"type": "MustRunAs", "seLinuxOptions": {"type": "container_engine_t"}}))
