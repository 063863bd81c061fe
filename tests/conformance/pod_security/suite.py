"""The generated suite: every field that Pod Security looks at, every value that matters, every kind of container.

Each case starts from a pod that is restricted at every version and changes one thing; the fields that a check judges
by the operating system, by user namespaces or by what the pod says are crossed with those.
"""

from __future__ import annotations

import json
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.pod_security.manifests import Manifest

#: One change: a dotted path below the pod, or below a container as in `main/ports`, and the value to put there;
#: `ABSENT` removes what is there.
Edit = tuple[str, Any]
ABSENT = object()

#: Where each kind of container stands in the pod.
PLACES = {
    "main": ("containers", 0),
    "init": ("initContainers", 0),
    "sidecar": ("initContainers", 1),
    "ephemeral": ("ephemeralContainers", 0),
}

CONTEXTS: dict[str, tuple[Edit, ...]] = {
    "": (),
    "linux": (("os.name", "linux"),),
    "windows": (("os.name", "windows"),),
    "user namespace": (("hostUsers", False),),
    "host users": (("hostUsers", True),),
    "windows, user namespace": (("os.name", "windows"), ("hostUsers", False)),
}

#: The kinds of objects that pods come from, and the version of their API.
KINDS = {"Pod": "v1", "Deployment": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1"}

#: The contexts in which some checks ask for less.
RELAXING = ("windows", "user namespace")

PROFILES = ("RuntimeDefault", "Localhost", "Unconfined", "", "runtimeDefault", "runtime/default")
DEFAULT_CAPABILITIES = (
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT"
).split()
OTHER_CAPABILITIES = "NET_RAW SYS_ADMIN SYS_PTRACE BPF ALL all chown CAP_CHOWN CAP_NET_BIND_SERVICE".split()

#: Fields of both a pod's and a container's security context.
SHARED: dict[str, tuple[Any, ...]] = {
    "seccompProfile": ({}, *({"type": kind} for kind in PROFILES)),
    "appArmorProfile": ({}, *({"type": kind} for kind in PROFILES)),
    "seLinuxOptions": (
        {},
        *({"type": kind} for kind in ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")),
        *({"type": kind} for kind in ("", "spc_t", "Container_t")),
        {"user": "system_u"},
        {"user": ""},
        {"role": "object_r"},
        {"role": ""},
        {"level": "s0:c1,c2"},
        {"type": "container_t", "user": "u", "role": "r"},
    ),
    "windowsOptions": ({}, {"hostProcess": True}, {"hostProcess": False}),
    "runAsNonRoot": (True, False, ABSENT),
    "runAsUser": (0, 1, 1000, 65535),
}

#: Fields of a container alone.
CONTAINER: dict[str, tuple[Any, ...]] = {
    "securityContext": (ABSENT, {}),
    "securityContext.privileged": (True, False),
    "securityContext.allowPrivilegeEscalation": (True, False, ABSENT),
    "securityContext.procMount": ("Default", "Unmasked", "", "default"),
    "securityContext.capabilities": (ABSENT, {}, {"add": ["CHOWN"]}, {"add": ["CHOWN"], "drop": ["CHOWN"]}),
    "securityContext.capabilities.drop": ([], ["all"], ["CAP_ALL"], ["CHOWN", "ALL"], ["NET_RAW", "SYS_ADMIN"]),
    "securityContext.capabilities.add": (
        [],
        ["NET_BIND_SERVICE"],
        ["CHOWN"],
        ["NET_RAW"],
        ["SYS_ADMIN"],
        ["CHOWN", "SYS_ADMIN", "NET_BIND_SERVICE"],
    ),
    "ports": (
        [],
        [{"containerPort": 80}],
        [{"containerPort": 80, "hostPort": 0}],
        [{"containerPort": 80, "hostPort": 8080}],
        [{"containerPort": 80}, {"containerPort": 81, "hostPort": 81}],
    ),
    **{
        f"{probe}.{action}": ({"port": 80}, {"port": 80, "host": ""}, {"port": 80, "host": "127.0.0.1"})
        for probe in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
        for action in ("httpGet", "tcpSocket")
    },
}

#: Fields whose judgement hangs on the operating system or on user namespaces.
CROSSED = ("seccompProfile", "runAs", "capabilities", "allowPrivilegeEscalation", "procMount")

SYSCTLS = (
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range "
    "net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time "
    "net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem "
    "net.ipv4.tcp_wmem net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_notsent_lowat net.core.somaxconn kernel.msgmax "
    "net/ipv4/tcp_rmem"
).split()

VOLUMES: dict[str, Any] = {
    "awsElasticBlockStore": {"volumeID": "v"},
    "azureDisk": {"diskName": "d", "diskURI": "u"},
    "azureFile": {"secretName": "s", "shareName": "s"},
    "cephfs": {"monitors": ["m"]},
    "cinder": {"volumeID": "v"},
    "configMap": {"name": "c"},
    "csi": {"driver": "d"},
    "downwardAPI": {},
    "emptyDir": {},
    "ephemeral": {},
    "fc": {},
    "flexVolume": {"driver": "d"},
    "flocker": {"datasetName": "d"},
    "gcePersistentDisk": {"pdName": "p"},
    "gitRepo": {"repository": "r"},
    "glusterfs": {"endpoints": "e", "path": "p"},
    "hostPath": {"path": "/"},
    "image": {"reference": "r"},
    "iscsi": {"targetPortal": "t", "iqn": "i", "lun": 0},
    "nfs": {"server": "s", "path": "/"},
    "persistentVolumeClaim": {"claimName": "c"},
    "photonPersistentDisk": {"pdID": "p"},
    "portworxVolume": {"volumeID": "v"},
    "projected": {"sources": []},
    "quobyte": {"registry": "r", "volume": "v"},
    "rbd": {"monitors": ["m"], "image": "i"},
    "scaleIO": {"gateway": "g", "system": "s", "secretRef": {}},
    "secret": {"secretName": "s"},
    "storageos": {},
    "vsphereVolume": {"volumePath": "v"},
}

ANNOTATION_VALUES = ("", "runtime/default", "docker/default", "localhost/", "localhost/p", "unconfined", "Localhost/p")
ANNOTATIONS = (
    "seccomp.security.alpha.kubernetes.io/pod",
    *(f"container.seccomp.security.alpha.kubernetes.io/{name}" for name in (*PLACES, "nobody", "")),
    *(f"container.apparmor.security.beta.kubernetes.io/{name}" for name in (*PLACES, "nobody", "")),
    "seccomp.security.alpha.kubernetes.io/",
    "example.org/profile",
)


def restricted() -> Manifest:
    """Return a pod with one container of each kind that restricted admits at every version."""
    sidecar = {**_container("sidecar"), "restartPolicy": "Always"}
    spec = {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "initContainers": [_container("init"), sidecar],
        "containers": [_container("main")],
        "ephemeralContainers": [_container("ephemeral")],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": spec}


def bare() -> Manifest:
    """Return a pod with one container of each kind and nothing said about any."""
    manifest = restricted()
    manifest["spec"].pop("securityContext")
    for kind, index in PLACES.values():
        manifest["spec"][kind][index].pop("securityContext")
    return manifest


def cases() -> Iterator[tuple[str, Manifest]]:
    """Return the named cases of the suite, always the same ones."""
    for context, edits in CONTEXTS.items():
        yield _name("restricted", context), changed(restricted(), edits)
        yield _name("bare", context), changed(bare(), edits)
    for name, edit in single_edits():
        for context, edits in CONTEXTS.items():
            if not context or (context in RELAXING and any(field in name for field in CROSSED)):
                yield _name(name, context), changed(restricted(), (*edits, edit))
    yield from _inherited()


def single_edits() -> Iterator[tuple[str, Edit]]:
    """Return every change of one field."""
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        yield from ((f"{field}={_shown(value)}", (field, value)) for value in (True, False))
    for name in SYSCTLS:
        yield f"sysctl {name}", ("securityContext.sysctls", [{"name": name, "value": "1"}])
    yield "sysctls", ("securityContext.sysctls", [{"name": name, "value": "1"} for name in SYSCTLS[:3]])
    for kind, source in VOLUMES.items():
        yield f"volume {kind}", ("volumes", [{"name": "v", kind: source}])
    yield "volume without a source", ("volumes", [{"name": "v"}])
    yield "volumes", ("volumes", [{"name": "a", "emptyDir": {}}, {"name": "b", "nfs": VOLUMES["nfs"]}])
    for key, value in product(ANNOTATIONS, ANNOTATION_VALUES):
        yield f"{key}: {value}", ("annotations", {key: value})
    for field, values in SHARED.items():
        for place, value in product(("", *PLACES), values):
            yield f"{place or 'pod'} {field}={_shown(value)}", (_path(place, f"securityContext.{field}"), value)
    for field, values in CONTAINER.items():
        for place, value in product(PLACES, values):
            yield f"{place} {field}={_shown(value)}", (_path(place, field), value)
    for name in (*DEFAULT_CAPABILITIES, *OTHER_CAPABILITIES):
        yield f"adds {name}", (_path("main", "securityContext.capabilities.add"), [name])


def _inherited() -> Iterator[tuple[str, Manifest]]:
    """Cross what the pod says with what a container says, where one stands in for the other."""
    for field in ("runAsNonRoot", "seccompProfile"):
        values = SHARED[field] if field == "runAsNonRoot" else (ABSENT, *({"type": kind} for kind in PROFILES[:3]))
        for pod, place, own in product(values, PLACES, values):
            edits = ((_path("", f"securityContext.{field}"), pod), (_path(place, f"securityContext.{field}"), own))
            for context in ("", *RELAXING):
                name = f"{field}: pod {_shown(pod)}, {place} {_shown(own)}"
                yield _name(name, context), changed(restricted(), (*CONTEXTS[context], *edits))


def combinations(seed: int, count: int) -> Iterator[tuple[str, Manifest]]:
    """Return cases that change several fields at once, in pods and in what makes pods, chosen by a seed."""
    random = Random(seed)
    edits = list(single_edits())
    for number in range(count):
        base = random.choice((restricted, restricted, bare))()
        context = random.choice(list(CONTEXTS))
        chosen = random.sample(edits, random.randint(2, 6))
        name = _name(f"{number}: {'; '.join(name for name, _ in chosen)}", context)
        pod = changed(base, (*CONTEXTS[context], *(edit for _, edit in chosen)))
        yield name, _made_by(random.choice(list(KINDS)), pod)


def _made_by(kind: str, pod: Manifest) -> Manifest:
    """Return the manifest of an object that makes such pods."""
    if kind == "Pod":
        return pod
    spec: Manifest = {"template": {"metadata": pod["metadata"], "spec": pod["spec"]}}
    if kind == "CronJob":
        spec = {"schedule": "@daily", "jobTemplate": {"spec": spec}}
    return {"apiVersion": KINDS[kind], "kind": kind, "metadata": {"name": "made"}, "spec": spec}


def changed(manifest: Manifest, edits: tuple[Edit, ...]) -> Manifest:
    """Return the manifest with the edits applied, in order."""
    manifest = json.loads(json.dumps(manifest))
    for path, value in edits:
        _change(manifest, path, value)
    return manifest


def _change(manifest: Manifest, path: str, value: Any) -> None:
    place, _, inner = path.rpartition("/")
    node = manifest["metadata"] if path == "annotations" else manifest["spec"]
    if place:
        kind, index = PLACES[place]
        node = node[kind][index]
    *parents, key = inner.split(".")
    for parent in parents:
        node = node.setdefault(parent, {})
    if value is ABSENT:
        node.pop(key, None)
    else:
        node[key] = json.loads(json.dumps(value))


def _path(place: str, field: str) -> str:
    return f"{place}/{field}" if place else field


def _container(name: str) -> Manifest:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    return {"name": name, "image": "registry.k8s.io/pause", "securityContext": security}


def _name(name: str, context: str) -> str:
    return f"{name} ({context})" if context else name


def _shown(value: Any) -> str:
    if value is ABSENT:
        return "absent"
    return str(value).lower() if isinstance(value, bool) else str(value).replace("'", "")
