"""Facts about who may reach a workload over the network, and whom it may reach; none moves the level.

Sources: NSA/CISA Kubernetes Hardening Guide 1.2 (network separation), CIS Kubernetes 5.3.2, NIST SP 800-190 4.3.3.
"""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.model.evidence import holds
from gate.model.truth import inapplicable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Workload


def _open(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    """Ask for both directions, in one answer where both are open."""
    segments = workload.segments
    if segments is None:
        yield inapplicable(workload.at, "what keeps its network apart is not read")
        return
    ingress, egress = (~holds(one, bool, "") for one in (segments.ingress, segments.egress))
    nothing = "no policy in sight" if workload.pod is not None else "nothing in sight"
    if ingress.answer == egress.answer == "yes":
        yield (ingress & egress).about(f"{nothing} restricts who may reach {workload.name}, or whom it may")
        return
    yield ingress.about(f"{nothing} restricts who may reach {workload.name}").known_by("ingress")
    yield egress.about(f"{nothing} restricts whom {workload.name} may reach").known_by("egress")


FACTS = (Fact("A.unsegmented", "note", "is not kept apart on the network", workload=_open),)
