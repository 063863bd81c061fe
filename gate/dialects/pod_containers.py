"""What each container of a pod ends up with, once the container's and the pod's security context are merged.

Precedence: kubernetes `pkg/securitycontext/util.go`. Profiles and SELinux options replace each other as a whole, the
options for Windows field by field.
"""

from __future__ import annotations

from gate.dialects.pod_devices import devices, gpus
from gate.dialects.pod_security import first_set, is_unset, mapped, or_else
from gate.dialects.pod_volumes import mounts
from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.record import Record
from gate.model.workload import (
    SECCOMP_DEFAULT,
    Confinement,
    Container,
    Exposure,
    Privilege,
    Profile,
    Resources,
    SELinux,
    User,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.dialects.pod_volumes import Volume
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.pod import Pod, PodContainer, SELinuxOptions
    from gate.model.workload import ProfileKind

_SECCOMP: dict[str, ProfileKind] = {
    "RuntimeDefault": "runtime-default",
    "Localhost": "custom",
    "Unconfined": "unconfined",
}

#: The annotation that named a container's AppArmor profile before there was a field for it.
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"

_CGROUP_WRITABLE = "io.kubernetes.cri-o.cgroup2-mount-hierarchy-rw"
_NO_LINUX = "Windows has no such filter"

#: Accounts of Windows that are its administrators (Microsoft, "Secure Windows containers").
_ADMINISTRATORS = frozenset({"containeradministrator", "nt authority\\system", "system", "administrator"})


class Surroundings(Record):
    """What of a pod its containers are read against; `annotations` are those of the pod, by name.

    `sysctls` are those that are set, those within the values of others included.
    """

    pod: Pod
    spec: Fields
    security: Fields
    volumes: dict[str, Volume]
    volumes_open: str
    annotations: dict[str, Setting[str]]
    windows: bool
    sysctls: Items[str]


def container(fields: Fields, written: PodContainer, around: Surroundings) -> Container:
    """Read one container; `written` is what stands in its own fields."""
    security = fields.sub("securityContext")
    limits = fields.sub("resources").sub("limits")
    return Container(
        written.name or "the container",
        written.role,
        written.at,
        fields.text("image"),
        "cri",
        _privilege(security, written, around),
        _confinement(security, written, around),
        _exposure(fields, limits, written, around),
        _resources(security, limits, around),
    )


def _privilege(security: Fields, written: PodContainer, around: Surroundings) -> Privilege:
    inner, outer = written.security, around.pod.security
    return Privilege(
        or_else(written.privileged, False),
        _capabilities(written.capabilities_added, _added),
        _capabilities(written.capabilities_dropped, _dropped),
        mapped(written.allow_privilege_escalation, lambda allowed: allowed is False),
        _user(security, written, around),
        or_else(first_set(inner.run_as_non_root, outer.run_as_non_root), False),
        or_else(first_set(inner.host_process, outer.host_process), False),
    )


def _capabilities(items: Items[str], convert: Callable[[str, Location], Setting[str]]) -> Items[str]:
    members = tuple(
        convert(member.value, member.at) if isinstance(member, Stated) else member for member in items.members
    )
    return Items(members, items.at, items.complete, items.open_because)


def _added(name: str, at: Location) -> Setting[str]:
    """Take the prefix off: what an engine that does not know it would refuse to start is no protection."""
    return Stated(name.upper().removeprefix("CAP_"), at)


def _dropped(name: str, at: Location) -> Setting[str]:
    """Doubt a name with the prefix: CRI-O takes it, containerd puts another in front and then drops nothing."""
    if name.upper().startswith("CAP_"):
        return Unknown(f"not every runtime drops `{name[:40]}`, which is written with a prefix", at)
    return Stated(name.upper(), at)


def _user(inner: Fields, written: PodContainer, around: Surroundings) -> Setting[User]:
    """Return the user: the container's, the pod's, else whatever the image says."""
    if around.windows:
        name = first_set(
            inner.sub("windowsOptions").text_or_none("runAsUserName"),
            around.security.sub("windowsOptions").text_or_none("runAsUserName"),
        )
        return Deferred("image.user", name.at) if is_unset(name) else mapped(name, lambda text: _account(text or ""))
    uid = first_set(written.security.run_as_user, around.pod.security.run_as_user)
    if is_unset(uid):
        return Deferred("image.user", uid.at)
    return mapped(uid, lambda number: User(str(number), number))


def _account(text: str) -> User:
    """Read an account of Windows; its administrators count as root."""
    return User(text, 0 if text.strip().lower() in _ADMINISTRATORS else None)


def _confinement(inner: Fields, written: PodContainer, around: Surroundings) -> Confinement:
    if around.windows:
        return Confinement.inapplicable(_NO_LINUX, written.at)
    return Confinement(
        _seccomp(inner, written.security.seccomp_type, around),
        _apparmor(inner, written, around),
        _selinux(first_set(written.security.selinux, around.pod.security.selinux)),
        or_else(written.proc_mount, "Default"),
        _cgroup(written, around),
    )


def _seccomp(inner: Fields, kind: Setting[str | None], around: Surroundings) -> Setting[Profile]:
    outer = around.pod.security.seccomp_type
    if not is_unset(kind):
        return _profile(inner.sub("seccompProfile"), kind)
    if not is_unset(outer):
        return _profile(around.security.sub("seccompProfile"), outer)
    return Deferred(SECCOMP_DEFAULT, inner.at)


def _apparmor(inner: Fields, written: PodContainer, around: Surroundings) -> Setting[Profile]:
    """Read the fields, else the annotation, which clusters before 1.30 read and later ones copy into the field."""
    kind, outer = written.security.apparmor_type, around.pod.security.apparmor_type
    if not is_unset(kind):
        return _profile(inner.sub("appArmorProfile"), kind)
    if not is_unset(outer):
        return _profile(around.security.sub("appArmorProfile"), outer)
    annotation = around.annotations.get(APPARMOR + written.name)
    if annotation is not None:
        return mapped(annotation, _annotated)
    return Defaulted(Profile("runtime-default"), inner.at)


def _annotated(value: str) -> Profile:
    if value == "unconfined":
        return Profile("unconfined")
    local = value.startswith("localhost/")
    return Profile("custom", value.removeprefix("localhost/")) if local else Profile("runtime-default")


def _profile(fields: Fields, kind: Setting[str | None]) -> Setting[Profile]:
    """Return a profile; a type that the API does not have is unknown, because the API server refuses it."""
    if not isinstance(kind, Stated | Defaulted):
        return kind
    meaning = _SECCOMP.get(kind.value or "")
    if meaning is None:
        return Unknown(f"`{(kind.value or '')[:60]}` is no type of profile", kind.at)
    if meaning != "custom":
        return Stated(Profile(meaning), kind.at)
    return mapped(fields.text("localhostProfile"), lambda path: Profile(meaning, path))


def _selinux(options: Setting[SELinuxOptions | None]) -> Setting[SELinux]:
    return mapped(
        options, lambda value: SELinux("", "", "") if value is None else SELinux(value.user, value.role, value.type)
    )


def _cgroup(written: PodContainer, around: Surroundings) -> Setting[bool]:
    """Read CRI-O's annotation, which is the one way in which a pod can ask for this."""
    asked = around.annotations.get(_CGROUP_WRITABLE)
    if asked is None:
        return Inapplicable("a pod has no such field", written.at)
    return mapped(asked, lambda value: value == "true")


def _exposure(fields: Fields, limits: Fields, written: PodContainer, around: Surroundings) -> Exposure:
    nothing: Items[str] = Items((), written.at)
    return Exposure(
        mounts(fields, around.volumes, around.volumes_open),
        devices(limits, around.annotations),
        nothing,
        gpus(limits, fields.sub("resources")),
        written.host_ports,
        written.probe_hosts,
        around.sysctls,
        nothing,
    )


def _resources(security: Fields, limits: Fields, around: Surroundings) -> Resources:
    """Read the limits: the container's, else those of the whole pod."""
    if not limits.has("memory") and not limits.reason:
        limits = around.spec.sub("resources").sub("limits")
    return Resources(
        security.flag("readOnlyRootFilesystem", default=False),
        limits.setting("memory", "", "an amount", as_spelling),
        Inapplicable("only the kubelet limits the processes of a pod", security.at),
    )
