"""Facts about what the kernel filters for a container."""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.model.evidence import Defaulted, Stated, holds, known
from gate.model.truth import inapplicable, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Container, SELinux, Workload

#: Platforms whose containers Docker's engine starts, or may.
OF_DOCKER = ("docker", "swarm", "ecs", "mesos")

#: The SELinux types that Pod Security baseline allows; anything else is somebody's own domain, or none at all.
SELINUX_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})


def _seccomp_off(_workload: Workload, container: Container) -> Iterator[Truth]:
    yield holds(container.confinement.seccomp, lambda profile: profile.kind == "unconfined", "").about(
        f"{container.name} runs without a seccomp filter"
    )


def _seccomp_on(workload: Workload, container: Container) -> Iterator[Truth]:
    """A privileged container has no filter but one that is asked for (moby `daemon/pkg/oci`)."""
    if known(workload.os) == "windows":
        yield inapplicable(container.at, "Windows filters no system calls")
        return
    seccomp = container.confinement.seccomp
    filtered = holds(seccomp, lambda profile: profile.kind in ("runtime-default", "custom"), "")
    if isinstance(seccomp, Defaulted):
        filtered &= ~holds(container.privilege.privileged, bool, "is privileged")
    yield filtered.about(f"{container.name} runs under a seccomp filter")


def _seccomp_unconfirmed(_workload: Workload, container: Container) -> Iterator[Truth]:
    """No profile is asked for, and nobody declared what the platform does then."""
    yield holds(container.confinement.seccomp, lambda profile: profile.kind == "unconfirmed", "").about(
        f"{container.name} asks for no seccomp filter, and whether the platform applies one is not declared"
    )


def _localhost_without_file(_workload: Workload, container: Container) -> Iterator[Truth]:
    """A Localhost profile with an empty path ran unconfined before the fix of CVE-2023-2431."""
    seccomp = container.confinement.seccomp
    if isinstance(seccomp, Stated):
        yield holds(seccomp, lambda profile: profile.kind == "custom" and not profile.name, "").about(
            f"{container.name} names a local seccomp profile without a file"
        )


def _is_weak(options: SELinux) -> bool:
    return options.disabled or options.type not in SELINUX_TYPES or bool(options.user or options.role)


def _mac_off(_workload: Workload, container: Container) -> Iterator[Truth]:
    yield holds(container.confinement.apparmor, lambda profile: profile.kind == "unconfined", "").about(
        f"{container.name} runs without AppArmor"
    )
    options = known(container.confinement.selinux)
    said = [options.user, options.role, options.type] if options is not None and not options.disabled else []
    domain = f": {':'.join(part or '*' for part in said)}" if any(said) else ""
    yield holds(container.confinement.selinux, _is_weak, "").about(
        f"{container.name} leaves the SELinux domain for containers{domain}"
    )


def _proc_unmasked(_workload: Workload, container: Container) -> Iterator[Truth]:
    yield holds(container.confinement.proc_mount, lambda value: value.lower() != "default", "").about(
        f"{container.name} sees /proc without the usual masks"
    )


def _cgroup_writable(_workload: Workload, container: Container) -> Iterator[Truth]:
    yield holds(container.confinement.cgroup_writable, bool, "").about(f"{container.name} may write its cgroup")


def _ignored(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    """Keys that the platform drops without an error."""
    for key in workload.ignored:
        yield yes(key.at, f"`{key.key}` is ignored here: {key.consequence}")


def _refused(workload: Workload, profile: PlatformProfile) -> Iterator[Truth]:
    """Keys that the platform refuses beside the others."""
    for key in workload.refused:
        yield yes(key.at, f"`{key.key}` is refused here: {key.reason}")
    user = workload.namespaces.user
    if profile.docker_userns_remap and workload.platform in OF_DOCKER and isinstance(user, Defaulted):
        yield from _refused_by_remapping(workload)


def _refused_by_remapping(workload: Workload) -> Iterator[Truth]:
    """What an engine that remaps users starts only outside of the namespace that it makes (moby `daemon_unix.go`)."""
    reason = "is refused here: the engine remaps users, and this does not opt out of it"
    for setting, what in (
        (workload.namespaces.network, "the host's network namespace"),
        (workload.namespaces.pid, "the host's process namespace"),
    ):
        yield holds(setting, lambda value: value == "host", "").about(f"{what} {reason}")
    for member in workload.containers.members:
        if isinstance(member, Stated):
            privileged = member.value.privilege.privileged
            yield holds(privileged, bool, "").about(f"{member.value.name} is privileged, which {reason}")


def _doubtful(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    """Places where two consumers of the format would not read the same."""
    for doubt in workload.doubts:
        yield yes(doubt.at, doubt.text).known_by(f"{doubt.path}: {doubt.text}" if doubt.path else "")
    if not workload.doubts:
        yield no(workload.at, "reads the same everywhere")


FACTS = (
    Fact("W.seccomp_off", "weakener", "runs without a seccomp filter", container=_seccomp_off),
    Fact("W.mac_off", "weakener", "runs without AppArmor or SELinux confinement", container=_mac_off),
    Fact("W.proc_unmasked", "weakener", "sees /proc unmasked", container=_proc_unmasked),
    Fact("W.cgroup_writable", "weakener", "may write its cgroup", container=_cgroup_writable),
    Fact("H.seccomp_explicit", "hardening", "runs under a seccomp filter", container=_seccomp_on),
    Fact("A.seccomp_unconfirmed", "note", "seccomp filter not confirmed", container=_seccomp_unconfirmed),
    Fact("A.seccomp_without_file", "note", "names no seccomp file", container=_localhost_without_file),
    Fact("A.ignored_key", "note", "relies on a key the platform ignores", workload=_ignored),
    Fact("A.refused_key", "note", "asks for what the platform refuses", workload=_refused),
    Fact("A.ambiguous", "note", "is written so that consumers read it differently", workload=_doubtful),
)
