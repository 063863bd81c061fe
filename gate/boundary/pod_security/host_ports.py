"""No port of the host may be taken.

Fields: `ports[*].hostPort` of every container. Allowed: unset, 0.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import containers, members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer
    from gate.model.truth import Truth


def taking(pod: Pod) -> Iterator[Truth]:
    """Find the ports of the host that containers take."""
    return containers(pod, _taken)


def _taken(container: PodContainer, who: str) -> Iterator[Truth]:
    return members(container.host_ports, lambda port: port != 0, who, "hostPort")


CHECK = Check("hostPorts", "baseline", (Since(0, taking),))
