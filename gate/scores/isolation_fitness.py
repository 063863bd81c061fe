"""How well the boundary fits what is required: the gap in levels, then what stands open beside it.

The weights are the product's own: a missing level costs more than anything that can be open at the level that is
required, so a workload that meets its requirement never fails on this score alone.
"""

from __future__ import annotations

from gate.boundary.facts import FACTS
from gate.boundary.pass_through import passes
from gate.model.score import Deduction, score

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.boundary.fact import Fact
    from gate.boundary.facts import Facts
    from gate.boundary.level import Boundary
    from gate.model.report import Requirement
    from gate.model.score import Score

#: The least level at which something stands between the workload and the host's kernel.
SANDBOXED = 4

#: Points in hundredths.
GAP = 3_000
WEIGHTS = {"grant": 500, "weakener": 300, "hardening": 100}
OPEN_CAP = 1_200


def isolation_fitness(boundary: Boundary, facts: Facts, required: Requirement, excepted: frozenset[str]) -> Score:
    """Score one workload; facts that an exception permits are not counted."""
    return score("isolation_fitness", (_gap(boundary, required), *_capped(_open(boundary, facts, excepted))))


def _gap(boundary: Boundary, required: Requirement) -> Deduction:
    worst = max(0, required.hi - boundary.worst)
    best = max(0, required.lo - boundary.best)
    text = f"{worst} levels below what is required" if worst else "meets the required level"
    return Deduction("F1", text, best * GAP, worst * GAP, boundary.at)


def _open(boundary: Boundary, facts: Facts, excepted: frozenset[str]) -> list[Deduction]:
    found = []
    for fact in FACTS.values():
        points = WEIGHTS.get(fact.weight, 0)
        if not points or fact.id in excepted or fact.phase != "runtime":
            continue
        truth = facts.truth(fact.id)
        readings = ((boundary.best, boundary.best_kind, False), (boundary.worst, boundary.kind, True))
        best, worst = (
            truth.holds(worst=worst, risk=fact.is_risk) is fact.is_risk and not _contained(fact, level, kind)
            for level, kind, worst in readings
        )
        if worst:
            at = truth.because[0].at if truth.because else None
            text = fact.title if fact.is_risk else f"not certain: {fact.title}"
            found.append(Deduction(f"F2.{fact.id}", text, points * best, points, at))
    return found


def _contained(fact: Fact, level: int, kind: str) -> bool:
    """Say whether a sandbox that stands makes the fact its own affair."""
    return level >= SANDBOXED and passes(fact.id, kind) == "contained"  # type: ignore[arg-type]


def _capped(deductions: list[Deduction]) -> list[Deduction]:
    """Keep the sum under the cap, in the order given."""
    kept, best, worst = [], 0, 0
    for one in deductions:
        b, w = min(one.best, OPEN_CAP - best), min(one.worst, OPEN_CAP - worst)
        best, worst = best + b, worst + w
        kept.append(Deduction(one.id, one.text, b, w, one.at))
    return kept
