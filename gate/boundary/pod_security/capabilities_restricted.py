"""Every capability must be dropped, and only the one for low ports may be added back.

Fields: `capabilities.drop` of every container, which must contain `ALL`, and `capabilities.add`. Allowed there:
`NET_BIND_SERVICE`. Both are spelled exactly.
Since 1.22, in place of the baseline check; since 1.25 pods that run on Windows are exempt.
"""

from __future__ import annotations

from gate.boundary.capabilities import HARDENED
from gate.boundary.pod_security.check import Check, Since, except_windows
from gate.boundary.pod_security.questions import containers, members
from gate.model.evidence import any_of
from gate.model.truth import no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer
    from gate.model.truth import Truth


def keeping(pod: Pod) -> Iterator[Truth]:
    """Find the containers that do not drop everything, and what they add back."""
    return containers(pod, _kept)


def _kept(container: PodContainer, who: str) -> Iterator[Truth]:
    at = container.capabilities_dropped.at
    dropped = any_of(container.capabilities_dropped, lambda name: (yes if name == "ALL" else no)(at, ""))
    yield (~dropped).about(f'{who} must set capabilities.drop to ["ALL"]')
    yield from members(container.capabilities_added, lambda name: name not in HARDENED, who, "capabilities.add")


REPLACES = ("capabilities_baseline",)
CHECK = Check(
    "capabilities_restricted",
    "restricted",
    (Since(22, keeping, REPLACES), Since(25, except_windows(keeping), REPLACES)),
)
