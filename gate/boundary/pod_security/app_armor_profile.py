"""The runtime's AppArmor profile may be replaced by a profile of the host, and must not be switched off.

Fields: `appArmorProfile.type` of the pod and of every container. Allowed: unset, `RuntimeDefault`, `Localhost`.
Annotations: `container.apparmor.security.beta.kubernetes.io/*`, whether or not there is a container of that name.
Allowed: empty, `runtime/default`, `localhost/*`.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import annotated, contexts, forbidden
from gate.model.truth import no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, SecurityContext
    from gate.model.truth import Truth

TYPES = (None, "RuntimeDefault", "Localhost")
PREFIX = "container.apparmor.security.beta.kubernetes.io/"


def unconfined(pod: Pod) -> Iterator[Truth]:
    """Find the fields and annotations that name another kind of profile."""
    yield from contexts(pod, _field)
    yield from annotated(pod, lambda key: (yes if key.startswith(PREFIX) else no)(pod.annotations.at, ""), _allowed)


def _field(security: SecurityContext, who: str) -> Iterator[Truth]:
    return forbidden(security.apparmor_type, lambda value: value not in TYPES, who, "appArmorProfile.type")


def _allowed(profile: str) -> bool:
    return profile in ("", "runtime/default") or profile.startswith("localhost/")


CHECK = Check("appArmorProfile", "baseline", (Since(0, unconfined),))
