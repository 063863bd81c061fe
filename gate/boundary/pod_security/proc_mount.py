"""The masks over `/proc` must stay, for they hide files that speak for the whole kernel.

Fields: `procMount` of every container. Allowed: unset, `Default`.
Since 1.35 baseline exempts pods with a user namespace of their own, and restricted has a check of its own that
does not.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since, except_user_namespaces
from gate.boundary.pod_security.questions import containers, forbidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer
    from gate.model.truth import Truth


def unmasked(pod: Pod) -> Iterator[Truth]:
    """Find the containers that see more of `/proc` than they should."""
    return containers(pod, _unmasks)


def _unmasks(container: PodContainer, who: str) -> Iterator[Truth]:
    return forbidden(container.proc_mount, lambda value: value not in (None, "Default"), who, "procMount")


BASELINE = Check("procMount", "baseline", (Since(0, unmasked), Since(35, except_user_namespaces(unmasked))))
RESTRICTED = Check("procMount_restricted", "restricted", (Since(35, unmasked, ("procMount",)),))
