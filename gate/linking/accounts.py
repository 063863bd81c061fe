"""What the service account of a pod may do, as far as the bindings in sight say it.

What the roles that every cluster has permit is known; a role that is not in sight may permit anything.
"""

from __future__ import annotations

from gate.model.constraints import EVERYTHING, Grant, Permission
from gate.model.evidence import Items, Stated, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from gate.model.evidence import Setting
    from gate.model.reference import Definition
    from gate.model.subject import Workload

    Usable = Literal["yes", "maybe", "no"]

#: Roles for users that every cluster has (Kubernetes, "Using RBAC authorization").
_EDITS = frozenset({"read secrets", "run commands in pods", "start pods"})
BUILT_IN = {
    "cluster-admin": frozenset({EVERYTHING}),
    "admin": _EDITS | {"give itself more roles"},
    "edit": _EDITS,
    "view": frozenset[str](),
}


def powers(workload: Workload, definitions: Iterable[Definition]) -> Items[str]:
    """Return what the bindings in sight let the pod's service account do; others may be elsewhere."""
    given = workload.credentials.powers
    account = next((one for one in workload.references if one.kind == "service-account"), None)
    if account is None or given.complete:
        return given
    gathered = tuple(definitions)
    permitted = [
        (one.name, one.body) for one in gathered if one.kind == "permission" and isinstance(one.body, Permission)
    ]
    found: list[Setting[str]] = []
    for one in gathered:
        if one.kind == "grant" and isinstance(one.body, Grant):
            whose = is_subject(one.body, account.name, workload.namespace)
            if whose != "no":
                found += _of(one.body, permitted, certain=whose == "yes")
    return Items((*given.members, *found), given.at, given.complete, given.open_because)


def _of(grant: Grant, permitted: list[tuple[str, Permission]], *, certain: bool) -> Iterator[Setting[str]]:
    """Yield what a binding gives."""
    roles = [one for name, one in permitted if name == grant.role and one.kind == grant.role_kind]
    if not certain:
        yield Unknown(f"whether the role {grant.role[:80]} is bound to its service account is not known", grant.at)
        return
    if any(one.open for one in roles) or (not roles and grant.role not in BUILT_IN):
        yield Unknown(f"what the role {grant.role[:80]} permits is not in sight", grant.at)
    named = BUILT_IN.get(grant.role, frozenset()) if not roles else frozenset[str]()
    for power in sorted(named.union(*(one.powers for one in roles))):
        yield Stated(power, grant.at)


def is_subject(grant: Grant, account: str, namespace: str) -> Usable:
    """Say whether a binding speaks of a service account, in the namespace that it holds in."""
    where = grant.namespace
    here: Usable = "yes" if where is None or where == namespace else "maybe" if not where or not namespace else "no"
    if here == "no":
        return "no"
    answers: list[Usable] = ["maybe"] if grant.open else []
    for kind, its, name in grant.subjects:
        if kind == "ServiceAccount" and name == account:
            answers.append("yes" if its == namespace else "maybe" if not its or not namespace else "no")
        elif kind == "Group" and name in ("system:authenticated", "system:serviceaccounts"):
            answers.append("yes")
        elif kind == "Group" and name.startswith("system:serviceaccounts:"):
            whose = name.removeprefix("system:serviceaccounts:")
            answers.append("yes" if whose == namespace else "maybe" if not namespace else "no")
        elif kind == "User" and name == f"system:serviceaccount:{namespace}:{account}":
            answers.append("yes")
    if "yes" in answers:
        return here
    return "maybe" if "maybe" in answers else "no"
