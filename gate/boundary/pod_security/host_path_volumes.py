"""No path of the host may be mounted.

Fields: the sources of the pod's volumes. Allowed: anything but `hostPath`.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod
    from gate.model.truth import Truth


def mounting(pod: Pod) -> Iterator[Truth]:
    """Find the volumes that are paths of the host."""
    return members(pod.volumes, lambda kind: kind == "hostPath", "the pod", "volumes")


CHECK = Check("hostPathVolumes", "baseline", (Since(0, mounting),))
