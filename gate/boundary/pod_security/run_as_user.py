"""The user with the number 0 is root, whatever else is said.

Fields: `runAsUser` of the pod and of every container. Allowed: unset, anything but 0.
Since 1.23; since 1.35 pods with a user namespace of their own are exempt.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since, except_user_namespaces
from gate.boundary.pod_security.questions import contexts, forbidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, SecurityContext
    from gate.model.truth import Truth


def root(pod: Pod) -> Iterator[Truth]:
    """Find who asks for root."""
    return contexts(pod, _is_root)


def _is_root(security: SecurityContext, who: str) -> Iterator[Truth]:
    return forbidden(security.run_as_user, lambda value: value == 0, who, "runAsUser")


CHECK = Check("runAsUser", "restricted", (Since(23, root), Since(35, except_user_namespaces(root))))
