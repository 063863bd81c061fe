"""The kubelet must be told to start no process as root.

Fields: `runAsNonRoot` of the pod and of every container. Allowed: true, and unset in a container where the pod says
true. False is refused wherever it stands, overridden or not.
Since 1.35 pods with a user namespace of their own are exempt.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since, except_user_namespaces
from gate.boundary.pod_security.questions import containers, forbidden, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer
    from gate.model.truth import Truth


def root_allowed(pod: Pod) -> Iterator[Truth]:
    """Find who says that root is fine, and the containers for which nobody says that it is not."""
    yield forbidden(pod.security.run_as_non_root, lambda value: value is False, "the pod", "runAsNonRoot")
    yield from containers(pod, lambda container, who: _root_allowed(pod, container, who))


def _root_allowed(pod: Pod, container: PodContainer, who: str) -> Iterator[Truth]:
    own = container.security.run_as_non_root
    yield forbidden(own, lambda value: value is False, who, "runAsNonRoot")
    inherited = missing(pod.security.run_as_non_root, lambda value: value is True, f"{who} or the pod", DEMAND)
    yield inherited & missing(own, lambda value: value is not None, f"{who} or the pod", DEMAND)


DEMAND = "runAsNonRoot to true"
CHECK = Check("runAsNonRoot", "restricted", (Since(0, root_allowed), Since(35, except_user_namespaces(root_allowed))))
