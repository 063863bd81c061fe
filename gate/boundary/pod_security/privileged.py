"""No container may be privileged, which switches most of its confinement off.

Fields: `privileged` of every container. Allowed: unset, false.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import containers, forbidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod
    from gate.model.truth import Truth


def privileged(pod: Pod) -> Iterator[Truth]:
    """Find the privileged containers."""
    return containers(pod, lambda container, who: forbidden(container.privileged, bool, who, "privileged"))


CHECK = Check("privileged", "baseline", (Since(0, privileged),))
