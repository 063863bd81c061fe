"""The catalogue of facts, and asking all of them about one workload.

The catalogue and its classes are the product's own reading of the Pod Security Standards, the CIS Docker and Kubernetes
benchmarks, moby's and containerd's sources and the published escapes; each rule's page cites what its fact rests on.
"""

from __future__ import annotations

from gate.boundary import (
    facts_confinement,
    facts_delegation,
    facts_exposure,
    facts_hygiene,
    facts_machine,
    facts_namespaces,
    facts_platform,
    facts_privilege,
    facts_sandbox,
    facts_segments,
    facts_windows,
)
from gate.boundary.fact import Answer
from gate.model.evidence import Defaulted, Stated, holds
from gate.model.truth import either, every, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gate.boundary.fact import Fact
    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Container, Workload

FACTS: dict[str, Fact] = {
    fact.id: fact
    for module in (
        facts_privilege,
        facts_namespaces,
        facts_confinement,
        facts_exposure,
        facts_hygiene,
        facts_sandbox,
        facts_delegation,
        facts_segments,
        facts_windows,
        facts_platform,
        facts_machine,
    )
    for fact in module.FACTS
}


class Facts:
    """All answers about one workload, asked once and shared by the level, the rules and the scores."""

    __slots__ = ("_truths", "answers", "workload")

    def __init__(self, workload: Workload, profile: PlatformProfile) -> None:
        """Ask every fact."""
        self.workload = workload
        self._truths: dict[str, Truth] = {}
        self.answers: dict[str, tuple[Answer, ...]] = {
            fact.id: tuple(_ask(fact, workload, profile)) for fact in FACTS.values()
        }

    def without(self, permitted: Collection[tuple[str, Answer]]) -> Facts:
        """Return the same answers but for those that an exception permits, as if nothing had been asked there."""
        left = object.__new__(Facts)
        left.workload = self.workload
        left._truths = {}
        left.answers = {
            fact: tuple(answer for answer in answers if (fact, answer) not in permitted)
            for fact, answers in self.answers.items()
        }
        return left

    def truth(self, fact_id: str) -> Truth:
        """Join the answers: a risk holds where any container has it, a safeguard where every container does."""
        truth = self._truths.get(fact_id)
        if truth is None:
            join = either if FACTS[fact_id].is_risk else every
            truth = self._truths[fact_id] = join(answer.truth for answer in self.answers[fact_id])
        return truth


def _ask(fact: Fact, workload: Workload, profile: PlatformProfile) -> Iterator[Answer]:
    """Ask one fact; a container that cannot be known, or that may be there unseen, answers unknown."""
    if fact.workload is not None:
        for truth in fact.workload(workload, profile):
            yield Answer("", truth)
    if fact.container is None:
        return
    for member in workload.containers.members:
        if isinstance(member, Stated | Defaulted):
            for truth in fact.container(workload, member.value):
                yield Answer(member.value.name, truth)
        else:
            yield Answer("", holds(member, _never, "is a container"))
    if not workload.containers.complete:
        yield Answer("", unknown(workload.containers.at, workload.containers.open_because))


def _never(_container: Container) -> bool:
    return False
