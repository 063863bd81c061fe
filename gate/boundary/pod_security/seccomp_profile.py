"""Seccomp must not be switched off, and restricted wants a profile named.

Until 1.18, annotations `seccomp.security.alpha.kubernetes.io/pod` and `container.seccomp.security.alpha.
kubernetes.io/NAME` for the containers there are. Allowed: unset, `runtime/default`, `docker/default`, `localhost/*`.
Since 1.19, fields `seccompProfile.type` of the pod and of every container. Allowed: `RuntimeDefault`, `Localhost`;
unset in baseline, and in restricted unset in a container where the pod has an allowed type. Restricted then has a
check of its own in place of the baseline one; since 1.25 it exempts pods that run on Windows.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since, except_windows
from gate.boundary.pod_security.questions import annotated, containers, contexts, forbidden, uninherited
from gate.model.evidence import any_of
from gate.model.truth import no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod, PodContainer, SecurityContext
    from gate.model.truth import Truth

TYPES = ("RuntimeDefault", "Localhost")
POD_KEY = "seccomp.security.alpha.kubernetes.io/pod"
CONTAINER_KEY = "container.seccomp.security.alpha.kubernetes.io/"


def wrongly_annotated(pod: Pod) -> Iterator[Truth]:
    """Find the annotations that name another profile."""
    return annotated(pod, lambda key: _counts(pod, key), _allowed)


def _counts(pod: Pod, key: str) -> Truth:
    """Say whether an annotation is about the pod or about a container that it has."""
    if key == POD_KEY:
        return yes(pod.annotations.at, "")
    if not key.startswith(CONTAINER_KEY):
        return no(pod.annotations.at, "")
    return any_of(pod.containers, lambda container: _is_called(container, key.removeprefix(CONTAINER_KEY)))


def _is_called(container: PodContainer, name: str) -> Truth:
    """Compare names; every container has one, so where none is given it could not be read."""
    if not container.name:
        return unknown(container.at, "the name of a container is not known")
    return (yes if container.name == name else no)(container.at, "")


def _allowed(profile: str) -> bool:
    return profile in ("runtime/default", "docker/default") or profile.startswith("localhost/")


def unconfined(pod: Pod) -> Iterator[Truth]:
    """Find the fields that name another kind of profile."""
    return contexts(pod, _other)


def _other(security: SecurityContext, who: str) -> Iterator[Truth]:
    return forbidden(security.seccomp_type, lambda value: value not in (None, *TYPES), who, "seccompProfile.type")


def unconfined_or_unset(pod: Pod) -> Iterator[Truth]:
    """Find the fields that name another kind of profile, and the containers for which nobody names one."""
    yield from unconfined(pod)
    yield from containers(pod, lambda container, who: _unset(pod, container, who))


def _unset(pod: Pod, container: PodContainer, who: str) -> Iterator[Truth]:
    inherited, own = pod.security.seccomp_type, container.security.seccomp_type
    return uninherited(inherited, own, lambda value: value in TYPES, who, DEMAND)


DEMAND = 'seccompProfile.type to "RuntimeDefault" or "Localhost"'
BASELINE = Check("seccompProfile_baseline", "baseline", (Since(0, wrongly_annotated), Since(19, unconfined)))
REPLACES = (BASELINE.id,)
RESTRICTED = Check(
    "seccompProfile_restricted",
    "restricted",
    (Since(19, unconfined_or_unset, REPLACES), Since(25, except_windows(unconfined_or_unset), REPLACES)),
)
