"""The SELinux type must be one of those made for containers; user and role must not be chosen at all.

Fields: `seLinuxOptions.type`, `.user` and `.role` of the pod and of every container. Allowed: types empty or listed
below, user and role empty. Since 1.31 there is one type more.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import contexts, forbidden, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.boundary.pod_security.check import Question
    from gate.model.pod import Pod, SecurityContext, SELinuxOptions
    from gate.model.truth import Truth

TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})
TYPES_1_31 = TYPES | {"container_engine_t"}


def outside(types: frozenset[str]) -> Question:
    """Make the question who sets options other than an allowed type."""

    def violations(pod: Pod) -> Iterator[Truth]:
        return contexts(pod, lambda security, who: _outside(security, who, types))

    return violations


def _outside(security: SecurityContext, who: str, types: frozenset[str]) -> Iterator[Truth]:
    def bad(options: SELinuxOptions | None) -> bool:
        return options is not None and bool(options.user or options.role or options.type not in types)

    return forbidden(security.selinux, bad, who, "seLinuxOptions", _shown)


def _shown(options: SELinuxOptions | None) -> str:
    parts = {"user": options.user, "role": options.role, "type": options.type} if options else {}
    return ", ".join(f"{key} {shown(value)}" for key, value in parts.items() if value)


CHECK = Check("seLinuxOptions", "baseline", (Since(0, outside(TYPES)), Since(31, outside(TYPES_1_31))))
