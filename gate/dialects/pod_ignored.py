"""Keys of a pod that the API server drops, so that they only look like protection.

Decoding is exact: a field in the wrong place, or in the wrong case, is no field. Fields: kubernetes/api
`core/v1/types.go`. Annotations: seccomp's have had no effect since Kubernetes 1.27 (KEP-135).
"""

from __future__ import annotations

from gate.model.evidence import Stated
from gate.model.record import replace
from gate.model.workload import IgnoredKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.dialects.reading import Fields

#: The fields of a security context that a pod and its containers share.
_SHARED = frozenset({"appArmorProfile", "runAsGroup", "runAsNonRoot", "runAsUser", "seLinuxOptions", "seccompProfile",
                     "windowsOptions"})  # fmt: skip
OF_POD_CONTEXT = _SHARED | {
    "fsGroup",
    "fsGroupChangePolicy",
    "seLinuxChangePolicy",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
}
OF_CONTAINER_CONTEXT = _SHARED | {
    "allowPrivilegeEscalation",
    "capabilities",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
}
#: The fields of a pod itself that decide how isolated it is.
OF_POD = frozenset(
    {
        "automountServiceAccountToken",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostUsers",
        "runtimeClassName",
        "securityContext",
        "shareProcessNamespace",
    }
)
OF_CONTAINER = frozenset({"securityContext"})

_PROFILE = frozenset({"type", "localhostProfile"})
_PARTS = {
    "capabilities": frozenset({"add", "drop"}),
    "seccompProfile": _PROFILE,
    "appArmorProfile": _PROFILE,
    "seLinuxOptions": frozenset({"level", "role", "type", "user"}),
    "windowsOptions": frozenset({"gmsaCredentialSpec", "gmsaCredentialSpecName", "hostProcess", "runAsUserName"}),
}

#: Every name that matters, by its lower-case spelling.
_NAMES = {name.lower(): name for name in OF_POD_CONTEXT | OF_CONTAINER_CONTEXT | OF_POD}

#: The fields of a mount; in another case they protect nothing.
_OF_MOUNT = {name.lower(): name for name in ("readOnly", "recursiveReadOnly", "subPath")}

_SECCOMP = ("seccomp.security.alpha.kubernetes.io/", "container.seccomp.security.alpha.kubernetes.io/")


def ignored(template: Fields, containers: Iterable[Fields]) -> Iterator[IgnoredKey]:
    """Yield the dropped keys of a pod template and its containers."""
    spec = template.sub("spec")
    metadata = template.sub("metadata")
    yield from misplaced(template, frozenset())
    yield from misplaced(metadata, frozenset())
    yield from _annotations(metadata.sub("annotations"))
    yield from misplaced(spec, OF_POD)
    yield from _context(spec.sub("securityContext"), OF_POD_CONTEXT, "a pod's security context")
    for container in containers:
        for one in _of_container(container):
            yield replace(one, key=f"{_name(container)}.{one.key}")


def _of_container(container: Fields) -> Iterator[IgnoredKey]:
    yield from misplaced(container, OF_CONTAINER)
    yield from _mounts(container)
    yield from _context(container.sub("securityContext"), OF_CONTAINER_CONTEXT, "a container's security context")


def _name(container: Fields) -> str:
    name = container.text("name")
    return f"containers[{name.value[:60] if isinstance(name, Stated) else '?'}]"


def _mounts(container: Fields) -> Iterator[IgnoredKey]:
    for mount in container.mappings("volumeMounts")[0]:
        for key in mount.names():
            name = _OF_MOUNT.get(key.lower(), key)
            if key != name:
                yield IgnoredKey(key, f"Kubernetes reads it only as `{name}`", mount.at_of(key))


def misplaced(fields: Fields, allowed: frozenset[str]) -> Iterator[IgnoredKey]:
    """Yield the keys of a mapping that mean something elsewhere, or in another case, and nothing here."""
    for key in fields.names():
        name = _NAMES.get(key.lower())
        if name is not None and key not in allowed:
            yield IgnoredKey(key, _belongs(key, name, allowed), fields.at_of(key))


def _belongs(key: str, name: str, allowed: frozenset[str]) -> str:
    if key != name and name in allowed:
        return f"Kubernetes reads it only as `{name}`"
    if name in OF_POD:
        return f"`{name}` is a field of the pod's `spec`" + (" or of a container" if name in OF_CONTAINER else "")
    if name in _SHARED:
        return f"`{name}` is a field of `securityContext`"
    return f"`{name}` is a field of the {'container' if name in OF_CONTAINER_CONTEXT else 'pod'}'s `securityContext`"


def _context(fields: Fields, allowed: frozenset[str], what: str) -> Iterator[IgnoredKey]:
    for key in fields.names():
        if key not in allowed:
            name = _NAMES.get(key.lower())
            consequence = f"{what} has no such field" if name is None else _belongs(key, name, allowed)
            yield IgnoredKey(f"securityContext.{key}", consequence, fields.at_of(key))
        elif key in _PARTS:
            part = fields.sub(key)
            for inner in part.names():
                if inner not in _PARTS[key]:
                    yield IgnoredKey(f"securityContext.{key}.{inner}", f"`{key}` has no such field", part.at_of(inner))


def _annotations(annotations: Fields) -> Iterator[IgnoredKey]:
    for key in annotations.names():
        if key.startswith(_SECCOMP):
            yield IgnoredKey(
                key, "since Kubernetes 1.27 only `securityContext.seccompProfile` counts", annotations.at_of(key)
            )
