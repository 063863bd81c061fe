"""A pod after admission: what constraints of OpenShift fill in where it says nothing.

Fields: openshift/apiserver-library-go `sccmatching/provider.go`, `CreatePodSecurityContext` and
`CreateContainerSecurityContext`.
"""

from __future__ import annotations

from gate.linking.constraints import escalation_given, profile_given, users_given
from gate.model.evidence import Defaulted, Deferred, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.workload import SECCOMP_DEFAULT, Profile, SELinux, User

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeVar

    from gate.model.constraints import Allocation, Constraints
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.pod import Pod, PodContainer
    from gate.model.record import Record
    from gate.model.workload import Confinement, Container, Privilege, Workload

    T = TypeVar("T")
    R = TypeVar("R", bound=Record)


def admitted(workload: Workload, possible: Sequence[Constraints], given: Allocation | None) -> Workload:
    """Return the workload under its constraints; where several are possible, what they agree on."""
    names = " or ".join(one.name for one in possible[:5])
    found = [_containers(workload, one, given) for one in possible]
    first = found[0]
    for other in found[1:]:
        first = tuple(_common(one, two, names) for one, two in zip(first, other, strict=True))
    return _with(workload, first)


def undecided(workload: Workload, reason: str, at: Location) -> Workload:
    """Return the workload with everything unknown that constraints might fill in."""
    members = tuple(
        replace(one, value=_doubted(one.value, reason, at)) if isinstance(one, Stated) else one
        for one in workload.containers.members
    )
    return _with(workload, members)


def _with(workload: Workload, members: tuple[Setting[Container], ...]) -> Workload:
    return replace(workload, containers=replace(workload.containers, members=members))


def _containers(workload: Workload, one: Constraints, given: Allocation | None) -> tuple[Setting[Container], ...]:
    pod = workload.pod
    if pod is None:
        return workload.containers.members
    return tuple(
        replace(member, value=_container(member.value, written.value, pod, one, given))
        if isinstance(member, Stated) and isinstance(written, Stated)
        else member
        for member, written in zip(workload.containers.members, pod.containers.members, strict=True)
    )


def _container(
    container: Container, written: PodContainer, pod: Pod, one: Constraints, given: Allocation | None
) -> Container:
    resources = container.resources
    if one.read_only_root and isinstance(resources.read_only_root, Defaulted):
        resources = replace(resources, read_only_root=_filled(True, one, resources.read_only_root.at))
    return replace(
        container,
        privilege=_privilege(container.privilege, written, one, given),
        confinement=_confinement(container.confinement, one),
        resources=resources,
    )


def _privilege(privilege: Privilege, written: PodContainer, one: Constraints, given: Allocation | None) -> Privilege:
    user, non_root = privilege.user, privilege.run_as_non_root
    uid = users_given(one, given)
    if isinstance(user, Deferred) and uid is not None:
        user = _filled(User(str(uid), uid), one, user.at)
    named = getattr(getattr(user, "value", None), "uid", None)
    if isinstance(non_root, Defaulted) and (
        (named or 0) > 0 or (named is None and one.user == "MustRunAsNonRoot" and isinstance(user, Deferred))
    ):
        non_root = _filled(True, one, non_root.at)
    taken = {member.value for member in privilege.capabilities_dropped.members if isinstance(member, Stated)}
    return replace(
        privilege,
        user=user,
        run_as_non_root=non_root,
        no_new_privileges=_no_new_privileges(privilege, written, one),
        capabilities_dropped=_more(privilege.capabilities_dropped, one.capabilities_dropped, one),
        capabilities_added=_more(
            privilege.capabilities_added, [name for name in one.capabilities_added if name not in taken], one
        ),
    )


def _no_new_privileges(privilege: Privilege, written: PodContainer, one: Constraints) -> Setting[bool]:
    """Fill in whether privileges may be gained: the default of the constraints, else what they insist on."""
    asked = written.allow_privilege_escalation
    filled = escalation_given(one, written) if isinstance(asked, Defaulted) else None
    return privilege.no_new_privileges if filled is None else _filled(not filled, one, asked.at)


def _confinement(confinement: Confinement, one: Constraints) -> Confinement:
    seccomp, selinux = confinement.seccomp, confinement.selinux
    profile = profile_given(one)
    if isinstance(seccomp, Deferred) and profile is not None:
        seccomp = _filled(_profile(profile), one, seccomp.at)
    options = one.selinux_options if one.selinux == "MustRunAs" else None
    if isinstance(selinux, Defaulted) and options is not None:
        selinux = _filled(SELinux(options.user, options.role, options.type), one, selinux.at)
    return replace(confinement, seccomp=seccomp, selinux=selinux)


def _profile(name: str) -> Profile:
    if name.startswith("localhost/"):
        return Profile("custom", name.removeprefix("localhost/"))
    return Profile("unconfined" if name == "unconfined" else "runtime-default")


def _filled(value: T, one: Constraints, at: Location) -> Setting[T]:
    """Return what constraints fill in, at their own place where they have one."""
    return Defaulted(value, at) if one.at is None else Stated(value, one.at, (at,))


def _more(items: Items[str], names: Sequence[str], one: Constraints) -> Items[str]:
    already = {getattr(member, "value", None) for member in items.members}
    filled = tuple(
        _filled(name.upper().removeprefix("CAP_"), one, items.at) for name in names if name.upper() not in already
    )
    return replace(items, members=(*items.members, *filled))


def _common(one: Setting[Container], two: Setting[Container], names: str) -> Setting[Container]:
    if not isinstance(one, Stated) or not isinstance(two, Stated):
        return one
    reason = f"{names} may admit it; `platform: openshift: scc:` of .gate.yaml, or its `version`, can say which"
    a, b = one.value, two.value
    container = replace(
        a,
        privilege=_agreed(a.privilege, b.privilege, reason),
        confinement=_agreed(a.confinement, b.confinement, reason),
        resources=_agreed(a.resources, b.resources, reason),
    )
    return replace(one, value=container)


def _agreed(one: R, two: R, reason: str) -> R:
    """Keep what two readings of a facet agree on; the rest is unknown."""
    changes: dict[str, object] = {}
    for field in one._fields:
        a, b = getattr(one, field), getattr(two, field)
        if a == b or getattr(a, "value", a) == getattr(b, "value", b):
            continue
        if isinstance(a, Items):
            kept = tuple(member for member in a.members if member in b.members)
            changes[field] = Items(kept, a.at, complete=False, open_because=reason)
        else:
            changes[field] = Unknown(reason, a.at, _candidates(a, b))
    return replace(one, **changes) if changes else one


def _candidates(*settings: Setting[Any]) -> tuple[Any, ...]:
    """Return all that a setting can be under one or the other; nothing where that is not known.

    Where constraints fill in no filter, the pod is as one on any cluster that asks for none.
    """
    values: list[Any] = []
    for setting in settings:
        if isinstance(setting, Stated | Defaulted):
            values.append(setting.value)
        elif isinstance(setting, Unknown) and setting.candidates:
            values += setting.candidates
        elif isinstance(setting, Deferred) and setting.to == SECCOMP_DEFAULT:
            values.append(Profile("unconfirmed"))
        else:
            return ()
    return tuple(dict.fromkeys(values))


def _doubted(container: Container, reason: str, at: Location) -> Container:
    privilege, confinement = container.privilege, container.confinement
    doubt = Unknown(reason, at)
    if isinstance(privilege.user, Deferred):
        privilege = replace(privilege, user=doubt)
    if isinstance(privilege.no_new_privileges, Defaulted):
        privilege = replace(privilege, no_new_privileges=doubt)
    for field in ("capabilities_added", "capabilities_dropped"):
        items = getattr(privilege, field)
        privilege = replace(privilege, **{field: replace(items, complete=False, open_because=reason)})
    if isinstance(confinement.seccomp, Deferred):
        confinement = replace(confinement, seccomp=doubt)
    return replace(container, privilege=privilege, confinement=confinement)
