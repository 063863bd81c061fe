"""The kubelet must not be made to send requests to hosts of the author's choice.

Fields: `host` of `httpGet` and `tcpSocket` in every container's probes and lifecycle handlers. Allowed: unset, empty.
Since 1.34.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import containers, members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer
    from gate.model.truth import Truth


def probing(pod: Pod) -> Iterator[Truth]:
    """Find the hosts that probes and lifecycle handlers name."""
    return containers(pod, _probed)


def _probed(container: PodContainer, who: str) -> Iterator[Truth]:
    return members(container.probe_hosts, bool, who, "probe or lifecycle host")


CHECK = Check("hostProbesAndHostLifecycle", "baseline", (Since(34, probing),))
