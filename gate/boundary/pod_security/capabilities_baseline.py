"""No capability may be added beyond those that a runtime grants by default, and NET_RAW not even so.

Fields: `capabilities.add` of every container, spelled exactly. Allowed: `gate.boundary.capabilities.BASELINE`.
"""

from __future__ import annotations

from gate.boundary.capabilities import BASELINE
from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import containers, members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer
    from gate.model.truth import Truth


def adding(pod: Pod) -> Iterator[Truth]:
    """Find the capabilities that are added and are not among the default ones."""
    return containers(pod, _added)


def _added(container: PodContainer, who: str) -> Iterator[Truth]:
    return members(container.capabilities_added, lambda name: name not in BASELINE, who, "capabilities.add")


CHECK = Check("capabilities_baseline", "baseline", (Since(0, adding),))
