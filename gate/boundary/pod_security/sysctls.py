"""Kernel parameters must be of the safe kind: namespaced, and harmless to the pod's neighbours.

Fields: `sysctls[*].name` of the pod's security context. Allowed: the names below, more with every version listed.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.boundary.pod_security.check import Question
    from gate.model.pod import Pod
    from gate.model.truth import Truth

SAFE = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_syncookies",
    }
)
SAFE_1_27 = SAFE | {"net.ipv4.ip_local_reserved_ports"}
SAFE_1_29 = SAFE_1_27 | {
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
}
SAFE_1_32 = SAFE_1_29 | {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}
SAFE_1_37 = SAFE_1_32 | {"net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle"}


def outside(safe: frozenset[str]) -> Question:
    """Make the question which parameters are set that are not safe."""

    def violations(pod: Pod) -> Iterator[Truth]:
        return members(pod.sysctls, lambda name: name not in safe, "the pod", "sysctls")

    return violations


CHECK = Check(
    "sysctls",
    "baseline",
    (
        Since(0, outside(SAFE)),
        Since(27, outside(SAFE_1_27)),
        Since(29, outside(SAFE_1_29)),
        Since(32, outside(SAFE_1_32)),
        Since(37, outside(SAFE_1_37)),
    ),
)
