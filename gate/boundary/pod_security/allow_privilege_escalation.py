"""Set-user-ID programs and file capabilities must not give a process more than its parent has.

Fields: `allowPrivilegeEscalation` of every container. Allowed: false.
Since 1.8, when the field came; since 1.25 pods that run on Windows are exempt.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since, except_windows
from gate.boundary.pod_security.questions import containers, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer
    from gate.model.truth import Truth


def escalating(pod: Pod) -> Iterator[Truth]:
    """Find the containers that do not forbid it."""
    return containers(pod, _escalates)


def _escalates(container: PodContainer, who: str) -> Iterator[Truth]:
    setting = container.allow_privilege_escalation
    return missing(setting, lambda value: value is False, who, "allowPrivilegeEscalation to false")


CHECK = Check(
    "allowPrivilegeEscalation",
    "restricted",
    (Since(8, escalating), Since(25, except_windows(escalating))),
)
