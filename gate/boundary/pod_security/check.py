"""What a Pod Security check is.

Every check is a value: an id, a level and the versions at which its question changed. A question yields a
truth for every place that violates the standard, "yes", or may do so, "unknown"; what is in order it passes over.
"""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.record import Record
from gate.model.truth import either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Literal, TypeAlias

    from gate.model.pod import Pod
    from gate.model.truth import Truth

    Level = Literal["privileged", "baseline", "restricted"]
    Question: TypeAlias = Callable[[Pod], Iterable[Truth]]


class Since(Record):
    """A check as it stands from minor version `minor` on, and the baseline checks that it replaces in restricted."""

    minor: int
    violations: Question
    replaces: tuple[str, ...] = ()


class Check(Record):
    """One check of the standards; `versions` are in ascending order, and before the first there is no such check."""

    id: str
    level: Level
    versions: tuple[Since, ...]

    def at(self, minor: int) -> Since | None:
        """Return the check as it stands at a version, or None where it does not exist yet."""
        return next((version for version in reversed(self.versions) if version.minor <= minor), None)

    def violated(self, pod: Pod, minor: int) -> Truth:
        """Say whether the pod violates the check at a version, with every place that it does so."""
        since = self.at(minor)
        return either(since.violations(pod) if since else ())


def except_windows(question: Question) -> Question:
    """Exempt the pods that say they run on Windows, whose kernel has no such setting."""
    return _except(
        question,
        lambda pod: holds(pod.os, lambda name: name == "windows", "").about("whether the pod runs on Windows"),
    )


def except_user_namespaces(question: Question) -> Question:
    """Exempt the pods that have a user namespace of their own: their root is not the host's."""
    return _except(
        question,
        lambda pod: holds(pod.host_users, lambda value: value is False, "").about("whether hostUsers is false"),
    )


def _except(question: Question, exempted: Callable[[Pod], Truth]) -> Question:
    def violations(pod: Pod) -> Iterator[Truth]:
        exemption = exempted(pod)
        if exemption.answer == "no":
            yield from question(pod)
        elif exemption.answer == "unknown":
            yield from (truth & exemption for truth in question(pod))

    return violations
