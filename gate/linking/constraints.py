"""Whether constraints of OpenShift admit a pod, and in which order they are tried.

Both as openshift/apiserver-library-go does it (`pkg/securitycontextconstraints`: `sccmatching/provider.go`, the
strategies beside it, `util/sort`). What a namespace was given and nothing shows is unknown, except that OpenShift 4
gives out ids from one range and no others.
"""

from __future__ import annotations

from gate.dialects.pod_security import first_set
from gate.model.constraints import ALL
from gate.model.evidence import Defaulted, Stated, Unknown, any_of, holds, known
from gate.model.truth import either, no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.model.constraints import Allocation, Constraints, Range
    from gate.model.evidence import Setting
    from gate.model.pod import Pod, PodContainer, SELinuxOptions
    from gate.model.truth import Truth
    from gate.model.workload import Workload

#: The ids that OpenShift 4 gives to namespaces (`uidAllocatorRange`).
GIVEN = (1_000_000_000, 1_999_999_999)

#: Sysctls that no constraints need to allow.
SAFE = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    }
)

#: Kinds of volumes that constraints call otherwise.
_CALLED = {"cephfs": "cephFS", "vsphereVolume": "vsphere", "storageos": "storageOS"}

SECCOMP = {"RuntimeDefault": "runtime/default", "Unconfined": "unconfined"}
_DEFAULTS = frozenset({"runtime/default", "docker/default"})
_ANNOTATED = "seccomp.security.alpha.kubernetes.io/pod"

_STRATEGIES = {"RunAsAny": 40_000, "MustRunAsNonRoot": 30_000, "MustRunAsRange": 20_000, "MustRunAs": 10_000}
_TRIVIAL = frozenset({"secret", "configMap", "emptyDir", "downwardAPI", "projected", "none"})


def order(one: Constraints) -> tuple[int, int, str]:
    """Return the key to sort by: priority first, then the more restrictive, then the name."""
    return -one.priority, _points(one), one.name


def _points(one: Constraints) -> int:
    """Weigh what constraints permit."""
    points = 1_600_000 * ("privileged" in one.allowed) + 400_000 * ("hostNetwork" in one.allowed)
    points += 800_000 * ("hostPorts" in one.allowed)
    if one.volumes & {"hostPath", ALL}:
        points += 200_000
    elif one.volumes - _TRIVIAL:
        points += 100_000
    return points + _of_capabilities(one) + _STRATEGIES.get(one.selinux, 0) + _STRATEGIES.get(one.user, 0)


def _of_capabilities(one: Constraints) -> int:
    points = 5000 + 300 * len(one.capabilities_added)
    wide = any(name.upper() in (ALL, "ALL") for name in one.capabilities_allowed)
    points += 4000 if wide else 10 * len(one.capabilities_allowed)
    bare = any(name.upper() == "ALL" for name in one.capabilities_dropped)
    points -= 3000 if bare else 50 * len(one.capabilities_dropped)
    return min(max(points, 0), 9999)


def admits(one: Constraints, workload: Workload, given: Allocation | None) -> Truth:
    """Say whether the constraints admit the pod, once they have filled in what it leaves out."""
    if one.unreadable:
        return unknown(one.at or workload.at, f"what the constraints {one.name} say is not known: {one.unreadable}")
    pod = workload.pod
    if pod is None:
        return unknown(workload.at, "it is no pod")
    refused = [*_of_pod(one, pod, given), *_of_read_only(one, workload)]
    for member in pod.containers.members:
        if isinstance(member, Stated):
            refused += _of_container(one, member.value, pod, given)
    if not pod.containers.complete:
        refused.append(unknown(pod.containers.at, pod.containers.open_because))
    return ~either(refused) if refused else yes(workload.at, "it asks for nothing")


def _of_read_only(one: Constraints, workload: Workload) -> Iterator[Truth]:
    for member in workload.containers.members if one.read_only_root else ():
        if isinstance(member, Stated):
            asked = member.value.resources.read_only_root
            yield (
                holds(asked, lambda value: not value, "a writable root")
                if isinstance(asked, Stated)
                else no(workload.at, "it may be read-only")
            )


def _of_pod(one: Constraints, pod: Pod, given: Allocation | None) -> Iterator[Truth]:
    for name, setting in (("hostNetwork", pod.host_network), ("hostPID", pod.host_pid), ("hostIPC", pod.host_ipc)):
        if name not in one.allowed:
            yield holds(setting, bool, f"asks for {name}")
    if one.user_namespace:
        yield holds(pod.host_users, lambda shared: shared is not False, "asks for no user namespace of its own")
    if ALL not in one.volumes:
        yield any_of(pod.volumes, lambda kind: _volume(one, kind, pod))
    yield any_of(pod.sysctls, lambda name: (yes if _forbids(one, name) else no)(pod.sysctls.at, f"sets {name}"))
    yield from _groups(one, pod, given)
    yield _selinux(one, pod.security.selinux)
    yield _profile(one, _pods_profile(one, pod), pod)


def _volume(one: Constraints, kind: str, pod: Pod) -> Truth:
    kind = _CALLED.get(kind, kind)
    if kind == "projected" and kind not in one.volumes and "secret" in one.volumes:
        return unknown(pod.volumes.at, "whether it projects more than a token")
    if kind == "flexVolume" and one.flex_drivers and kind in one.volumes:
        return unknown(pod.volumes.at, "whether its driver is one of those that are allowed")
    return (no if kind in one.volumes else yes)(pod.volumes.at, f"has a volume of the kind {kind}")


def _forbids(one: Constraints, name: str) -> bool:
    if any(_fits(name, pattern) for pattern in one.sysctls_forbidden):
        return True
    return name not in SAFE and not any(_fits(name, pattern) for pattern in one.sysctls_allowed)


def _fits(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith(ALL) else name == pattern


def _groups(one: Constraints, pod: Pod, given: Allocation | None) -> Iterator[Truth]:
    text = given.groups if given is not None else ""
    if one.fs_group == "MustRunAs":
        first = (_written(text) or ())[:1]
        own = one.fs_groups or tuple((least, least) for least, _ in first) or None
        yield _outside(pod.fs_group, own, "", "its group for files")
    if one.groups_type == "MustRunAs":
        for member in pod.supplemental_groups.members:
            yield _outside(member, one.groups_from, text, "one of its groups")


def _outside(setting: Setting[Any], ranges: tuple[Range, ...] | None, text: str, what: str) -> Truth:
    """Say whether a number lies outside of the ranges, those of the namespace where there are none."""
    number = known(setting)
    if not isinstance(number, int):
        return holds(setting, lambda _: False, f"{what} is not written")
    exact = ranges or _written(text)
    if exact is not None:
        inside = any(least <= number <= most for least, most in exact)
        return (no if inside else yes)(setting.at, f"{what} is {number}")
    if GIVEN[0] <= number <= GIVEN[1]:
        return unknown(setting.at, f"{what} has to be one of those that its namespace was given")
    return yes(setting.at, f"{what} is {number}, and no namespace is given that")


def _written(text: str) -> tuple[Range, ...] | None:
    """Read `1000/10`, `1000-1009` and lists of such."""
    found = []
    for part in text.split(",") if text else ():
        first, slash, count = part.strip().partition("/")
        if slash and first.isdigit() and count.isdigit():
            found.append((int(first), int(first) + int(count) - 1))
        else:
            first, dash, last = part.strip().partition("-")
            if not (dash and first.isdigit() and last.isdigit()):
                return None
            found.append((int(first), int(last)))
    return tuple(found) or None


def given_uids(text: str) -> Range | None:
    """Return the first range that a namespace was given, as its annotation writes it."""
    written = _written(text)
    return written[0] if written else None


def _selinux(one: Constraints, setting: Setting[SELinuxOptions | None]) -> Truth:
    """Ask for other options than the constraints'; the level has to be the namespace's, and is not looked at."""
    if one.selinux != "MustRunAs":
        return no(setting.at, "any SELinux options are allowed")
    wanted = one.selinux_options
    parts = ("", "", "") if wanted is None else (wanted.user, wanted.role, wanted.type)
    other = holds(
        setting,
        lambda options: options is not None and (options.user, options.role, options.type) != parts,
        "asks for other SELinux options",
    )
    same = holds(setting, lambda options: options is not None, "asks for SELinux options")
    return other | (same & unknown(setting.at, "its SELinux level has to be the one of its namespace"))


def _pods_profile(one: Constraints, pod: Pod) -> Setting[str | None]:
    """Return the pod's profile in the words of constraints, what they fill in included; None for none at all."""
    for member in pod.annotations.members:
        if isinstance(member, Stated) and member.value.key == _ANNOTATED:
            return member.value.value  # type: ignore[return-value]
    kind = pod.security.seccomp_type
    if isinstance(kind, Stated):
        return _spelled(kind)
    if isinstance(kind, Unknown):
        return kind
    return Defaulted(profile_given(one), pod.at)


def profile_given(one: Constraints) -> str | None:
    """Return the profile that constraints fill in: the first that is one."""
    return next((name for name in one.seccomp if name != ALL), None)


def _spelled(kind: Stated[str | None]) -> Setting[str | None]:
    spelled = SECCOMP.get(kind.value or "", "localhost/" if kind.value == "Localhost" else None)
    return Stated(spelled, kind.at)


def _profile(one: Constraints, setting: Setting[str | None], pod: Pod) -> Truth:
    """Say whether a profile is refused."""
    if ALL in one.seccomp:
        return no(pod.at, "any profile is allowed")
    local = any(name.startswith("localhost/") for name in one.seccomp)
    if local and known(setting) == "localhost/":
        return unknown(setting.at, "whether its profile is one of those that are allowed")
    return holds(setting, lambda name: _refuses(one, name), "asks for another seccomp profile")


def _refuses(one: Constraints, name: str | None) -> bool:
    if not one.seccomp:
        return bool(name)
    return name not in one.seccomp and not (name in _DEFAULTS and bool(_DEFAULTS & set(one.seccomp)))


def _of_container(one: Constraints, container: PodContainer, pod: Pod, given: Allocation | None) -> Iterator[Truth]:
    if "privileged" not in one.allowed:
        yield holds(container.privileged, bool, "is privileged")
    if not one.escalation:
        asked = container.allow_privilege_escalation
        filled = first_set(asked, Defaulted(escalation_given(one, container), asked.at))
        yield holds(filled, bool, "asks to gain privileges")
    if ALL not in one.capabilities_allowed:
        free = one.capabilities_allowed | set(one.capabilities_added)
        yield any_of(
            container.capabilities_added,
            lambda name: (no if name in free else yes)(container.at, f"adds {name}"),
        )
    if "hostPorts" not in one.allowed:
        yield any_of(container.host_ports, lambda port: (yes if port else no)(container.at, "has a port of the node"))
    yield from _user(one, container, pod, given)
    own, outer = container.security, pod.security
    yield _selinux(one, first_set(own.selinux, outer.selinux))
    if isinstance(own.seccomp_type, Stated):
        yield _profile(one, _spelled(own.seccomp_type), pod)


def _user(one: Constraints, container: PodContainer, pod: Pod, given: Allocation | None) -> Iterator[Truth]:
    """Ask for another user than the constraints permit."""
    own, outer = container.security, pod.security
    uid = first_set(own.run_as_user, outer.run_as_user)
    if one.user in ("MustRunAs", "MustRunAsRange"):
        ranges = (one.users_from,) if one.users_from is not None else None
        yield _outside(uid, ranges, given.uids if given is not None else "", "its user")
    elif one.user == "MustRunAsNonRoot":
        yield holds(uid, lambda number: number == 0, "asks for root")
        asked = first_set(own.run_as_non_root, outer.run_as_non_root)
        yield holds(asked, lambda value: value is False, "asks to be permitted root")


def escalation_given(one: Constraints, container: PodContainer) -> bool | None:
    """Return what constraints fill in about gaining privileges; None where they leave it to the container."""
    loose = any(known(name) == "CAP_SYS_ADMIN" for name in container.capabilities_added.members)
    loose = loose or "CAP_SYS_ADMIN" in one.capabilities_added or getattr(container.privileged, "value", False)
    if one.escalation_default is not None and not loose:
        return one.escalation_default
    return None if one.escalation else False


def users_given(one: Constraints, given: Allocation | None) -> int | None:
    """Return the user that constraints fill in; the first of the namespace's is the first that may be given."""
    if one.user not in ("MustRunAs", "MustRunAsRange"):
        return None
    own = one.users_from or given_uids(given.uids if given is not None else "")
    return own[0] if own is not None else GIVEN[0]
