"""The host's network, processes and IPC must not be shared.

Fields: `hostNetwork`, `hostPID`, `hostIPC` of the pod. Allowed: unset, false.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import forbidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod
    from gate.model.truth import Truth


def sharing(pod: Pod) -> Iterator[Truth]:
    """Find the namespaces of the host that the pod shares."""
    for setting, field in ((pod.host_network, "hostNetwork"), (pod.host_pid, "hostPID"), (pod.host_ipc, "hostIPC")):
        yield from forbidden(setting, bool, "the pod", field)


CHECK = Check("hostNamespaces", "baseline", (Since(0, sharing),))
