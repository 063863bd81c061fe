"""No container may run as a process of a Windows host.

Fields: `windowsOptions.hostProcess` of the pod and of every container. Allowed: unset, false.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import contexts, forbidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, SecurityContext
    from gate.model.truth import Truth


def host_processes(pod: Pod) -> Iterator[Truth]:
    """Find who asks for processes of the host."""
    return contexts(pod, _is_host_process)


def _is_host_process(security: SecurityContext, who: str) -> Iterator[Truth]:
    return forbidden(security.host_process, bool, who, "windowsOptions.hostProcess")


CHECK = Check("windowsHostProcess", "baseline", (Since(0, host_processes),))
