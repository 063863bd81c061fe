"""What a fact is: a predicate about a workload, written once and named everywhere else."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Literal

    from gate.model.profile import PlatformProfile
    from gate.model.rule import Phase
    from gate.model.truth import Truth
    from gate.model.workload import Container, Workload

    #: grant: the workload has the host; weakener: less than the platform's default; hardening: a safeguard that the
    #: hardened level needs; safeguard: one that it does not; note: a risk that is reported and moves no level.
    Weight = Literal["grant", "weakener", "hardening", "safeguard", "note"]
    AskContainer = Callable[[Workload, Container], Iterable[Truth]]
    AskWorkload = Callable[[Workload, PlatformProfile], Iterable[Truth]]


class Fact(Record):
    """One fact. Exactly one of the two questions is set; each yields one truth for every place it looks at."""

    id: str
    weight: Weight
    title: str
    container: AskContainer | None = None
    workload: AskWorkload | None = None
    phase: Phase = "runtime"

    @property
    def is_risk(self) -> bool:
        """Whether a yes is bad news; for a safeguard it is good news."""
        return self.weight in ("grant", "weakener", "note")


class Answer(Record):
    """One truth about a fact; `container` is empty where the whole workload was asked."""

    container: str
    truth: Truth
