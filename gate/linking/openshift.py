"""What OpenShift makes of a pod: which constraints admit it, and what they fill in where it says nothing.

The constraints that its service account may use are tried in their order, and the first that admits it is it
(openshift/apiserver-library-go `sccadmission/admission.go`). What several may be, or nothing shows, stays unknown.
"""

from __future__ import annotations

from gate.linking.accounts import is_subject
from gate.linking.admitted import admitted, undecided
from gate.linking.constraints import admits, order
from gate.model.constraints import REQUIRED_SCC, Allocation, Constraints, Grant, Permission
from gate.model.evidence import Stated
from gate.model.record import replace
from gate.model.workload import RefusedKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.profile import PlatformProfile
    from gate.model.reference import Definition, Reference
    from gate.model.workload import Workload

    Usable = Literal["yes", "maybe", "no"]

_ROLE = "system:openshift:scc:"


class OpenShift:
    """The constraints in sight, and who may use them."""

    __slots__ = ("_constraints", "_grants", "_namespaces", "_permissions", "_profile")

    def __init__(self, definitions: Iterable[Definition], profile: PlatformProfile) -> None:
        """Gather them; constraints of a shipped name replace the shipped ones."""
        from gate.data.constraints import SHIPPED

        self._profile = profile
        self._grants: list[Grant] = []
        self._permissions: list[tuple[str, Permission]] = []
        self._namespaces: dict[str, list[Allocation]] = {}
        found: dict[str, list[Constraints]] = {}
        for one in definitions:
            if isinstance(one.body, Constraints):
                found.setdefault(one.name, []).append(one.body)
            elif isinstance(one.body, Grant):
                self._grants.append(one.body)
            elif isinstance(one.body, Permission):
                self._permissions.append((one.name, one.body))
            elif isinstance(one.body, Allocation):
                self._namespaces.setdefault(one.name, []).append(one.body)
        own = {name: _one_of(several) for name, several in found.items()}
        self._constraints = {**SHIPPED, **own}

    def link(self, workload: Workload) -> Workload:
        """Return the pod as it is once admitted."""
        pin = _pinned(workload)
        if isinstance(pin, Stated):
            return self._under(workload, pin.value, pin.at, "")
        if pin is not None:
            return undecided(workload, "which constraints it requires cannot be known", pin.at)
        if self._profile.openshift_scc:
            return self._under(workload, self._profile.openshift_scc, workload.at, "declared for the platform, ")
        return self._tried(workload)

    def _under(self, workload: Workload, name: str, at: Location, said: str) -> Workload:
        """Apply the constraints of a name."""
        one = self._constraints.get(name)
        if one is None:
            return undecided(workload, f"{said}there are no constraints {name[:80]} in sight", at)
        truth = admits(one, workload, self._given(workload))
        if truth.answer == "no":
            return _refused(workload, f"the constraints {name} do not admit it", at)
        if one.unreadable:
            return undecided(workload, f"what the constraints {name[:80]} say is not certain: {one.unreadable}", at)
        return admitted(workload, [one], self._given(workload))

    def _tried(self, workload: Workload) -> Workload:
        """Try what its service account may use; what only may be used leaves open what is tried after it."""
        possible: list[Constraints] = []
        for one in sorted(self._constraints.values(), key=order):
            usable = self._usable(one, workload)
            truth = admits(one, workload, self._given(workload)) if usable != "no" else None
            if truth is None or truth.answer == "no":
                continue
            possible.append(one)
            if usable == "yes" and truth.answer == "yes":
                break
        if not possible:
            return _refused(workload, "no constraints that its service account may use admit it", workload.at)
        doubt = next((one for one in possible if one.unreadable), None)
        if doubt is not None:
            reason = f"what the constraints {doubt.name} say is not certain: {doubt.unreadable}"
            return undecided(workload, reason, doubt.at or workload.at)
        return admitted(workload, possible, self._given(workload))

    def _given(self, workload: Workload) -> Allocation | None:
        found = self._namespaces.get(workload.namespace, []) if workload.namespace else []
        return found[0] if len({(one.uids, one.groups) for one in found}) == 1 else None

    def _usable(self, one: Constraints, workload: Workload) -> Usable:
        """Say whether the pod's service account, or whoever creates a pod that no controller does, may use them."""
        account = next((each for each in workload.references if each.kind == "service-account"), None)
        answers: list[Usable] = [self._by_default(one.name), *self._granted(one, account, workload.namespace)]
        if account is None or workload.kind == "Pod":
            answers.append("maybe")
        return "yes" if "yes" in answers else "maybe" if "maybe" in answers else "no"

    def _by_default(self, name: str) -> Usable:
        """Say whether every authenticated user may use them; clusters of before 4.11 keep what they had."""
        from gate.data.constraints import RESTRICTED_V2_SINCE, RESTRICTED_V3_SINCE

        version = _release(self._profile.openshift_version)
        since = {"restricted-v2": RESTRICTED_V2_SINCE, "restricted-v3": RESTRICTED_V3_SINCE}.get(name)
        if since is not None:
            return "maybe" if version is None else "yes" if version >= since else "no"
        if name != "restricted":
            return "no"
        return "yes" if version is None or version < RESTRICTED_V2_SINCE else "maybe"

    def _granted(self, one: Constraints, account: Reference | None, namespace: str) -> Iterator[Usable]:
        if account is None:
            return
        names = {f"system:serviceaccount:{namespace}:{account.name}"}
        groups = {"system:authenticated", "system:serviceaccounts", f"system:serviceaccounts:{namespace}"}
        if names & set(one.users) or groups & set(one.groups):
            yield "yes"
        if not namespace and any(user.endswith(f":{account.name}") for user in one.users):
            yield "maybe"
        for grant in self._grants:
            role = self._permits(grant, one.name)
            subject = is_subject(grant, account.name, namespace)
            if role != "no" and subject != "no":
                yield "yes" if role == subject == "yes" else "maybe"

    def _permits(self, grant: Grant, name: str) -> Usable:
        """Say whether the role of a binding permits the constraints."""
        if grant.role in (f"{_ROLE}{name}", "cluster-admin"):
            return "yes"
        answers: list[Usable] = ["no"]
        for role, permission in self._permissions:
            if role != grant.role or permission.kind != grant.role_kind:
                continue
            if permission.names is None or name in permission.names:
                answers.append("yes")
            elif permission.open:
                answers.append("maybe")
        return "yes" if "yes" in answers else "maybe" if "maybe" in answers else "no"


def _release(version: str) -> tuple[int, int] | None:
    """Return major and minor version; None for what has no two numbers."""
    import re

    found = re.match(r"v?(\d{1,4})\.(\d{1,4})", version)
    return (int(found[1]), int(found[2])) if found is not None else None


def _one_of(several: list[Constraints]) -> Constraints:
    """Return the one object of a name; what several of them say is not certain."""
    first = several[0]
    if all(replace(one, at=first.at) == first for one in several[1:]):
        return first
    return replace(first, unreadable=f"there are several of them named {first.name}")


def _pinned(workload: Workload) -> Setting[str] | None:
    """Return the constraints that the pod's author requires; None where there are none."""
    for member in workload.pod.annotations.members if workload.pod is not None else ():
        if isinstance(member, Stated) and member.value.key == REQUIRED_SCC:
            value = member.value.value
            return replace(value, at=member.at) if isinstance(value, Stated) else value
    return None


def applies(workload: Workload, profile: PlatformProfile) -> bool:
    """Say whether a workload runs on OpenShift, as the declaration, its kind or its annotation has it."""
    if workload.pod is None or profile.gke_mode:
        return False
    declared = bool(profile.openshift_version or profile.openshift_scc)
    return declared or workload.platform == "openshift" or _pinned(workload) is not None


def _refused(workload: Workload, reason: str, at: Location) -> Workload:
    """Say that nothing starts as it stands; what the pod says of itself is judged as it is written."""
    return replace(workload, refused=(*workload.refused, RefusedKey("securityContext", reason, at)))
