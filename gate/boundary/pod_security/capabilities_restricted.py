"""Every capability must be dropped, and only the one for low ports may be added back.

Fields: `capabilities.drop` of every container, which must contain `ALL`, and `capabilities.add`. Allowed there:
`NET_BIND_SERVICE`. Both are spelled exactly.
Since 1.22, in place of the baseline check; since 1.25 pods that run on Windows are exempt.
"""

from __future__ import annotations

from gate.boundary.capabilities import HARDENED
from gate.boundary.pod_security.check import Check, Since, except_windows
from gate.boundary.pod_security.questions import containers, members, unlisted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer
    from gate.model.truth import Truth


def keeping(pod: Pod) -> Iterator[Truth]:
    """Find the containers that do not drop everything, and what they add back."""
    return containers(pod, _kept)


def _kept(container: PodContainer, who: str) -> Iterator[Truth]:
    yield from unlisted(container.capabilities_dropped, "ALL", who, "capabilities.drop")
    yield from members(container.capabilities_added, lambda name: name not in HARDENED, who, "capabilities.add")


REPLACES = ("capabilities_baseline",)
CHECK = Check(
    "capabilities_restricted",
    "restricted",
    (Since(22, keeping, REPLACES), Since(25, except_windows(keeping), REPLACES)),
)
