"""The kubelet must be told to start no process as root.

Fields: `runAsNonRoot` of the pod and of every container. Allowed: true, and unset in a container where the pod says
true. False is refused wherever it stands, overridden or not.
Since 1.35 pods with a user namespace of their own are exempt.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since, except_user_namespaces
from gate.boundary.pod_security.questions import containers, contexts, forbidden, uninherited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer, SecurityContext
    from gate.model.truth import Truth


def root_allowed(pod: Pod) -> Iterator[Truth]:
    """Find who says that root is fine, and the containers for which nobody says that it is not."""
    yield from contexts(pod, _allows)
    yield from containers(pod, lambda container, who: _unset(pod, container, who))


def _allows(security: SecurityContext, who: str) -> Iterator[Truth]:
    return forbidden(security.run_as_non_root, lambda value: value is False, who, "runAsNonRoot")


def _unset(pod: Pod, container: PodContainer, who: str) -> Iterator[Truth]:
    inherited, own = pod.security.run_as_non_root, container.security.run_as_non_root
    return uninherited(inherited, own, lambda value: value is True, who, "runAsNonRoot to true")


CHECK = Check("runAsNonRoot", "restricted", (Since(0, root_allowed), Since(35, except_user_namespaces(root_allowed))))
