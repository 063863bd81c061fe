"""Policies and sensitivities for property tests."""

from __future__ import annotations

from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from gate.model.policy import (
    EVIDENCE,
    LEVELS,
    NEEDS,
    REMEDIATION_PROFILES,
    Condition,
    DatedPolicy,
    DatedRule,
    Policy,
    RequirementRule,
    Threshold,
)
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import AXES, CLASSES, IMPACTS, PLACEMENTS, REGIMES, ROLES, Sensitivity
from gate.policy.ceiling import UNDECLARED, canonical
from gate.policy.conditions import FIELDS, LISTED, ONE_OF, OPERATORS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.policy import OnUndecided, Operator, Stage

ANSWERS: tuple[OnUndecided, ...] = ("warn", "fail")
STAGES: tuple[Stage, ...] = ("commit", "build", "deploy")
PLATFORMS = ("kubernetes", "compose")

#: Days next to each other and across the end of a year, so that every boundary has something on either side.
CALENDAR = ("2026-11-22", "2026-11-23", "2026-11-24", "2026-12-31", "2027-01-01", "2027-01-02")

REQUIRED = ("ISO001", "ISO004", "AGE001")

#: How many dated policies a dated policy holds: mostly none, so that they end.
INNER = st.sampled_from((0, 0, 0, 1))

INTERNET = (Condition("exposure", "is", ("internet",)),)
IMPACTS_OF_CLASSES = [
    dict(zip(CLASSES, impacts, strict=True)) for impacts in combinations_with_replacement(IMPACTS, len(CLASSES))
]
DAYS_OF_CLASSES = [dict(zip(CLASSES, days, strict=True)) for days in product((30, 90), repeat=len(CLASSES))]
MINIMA = [
    (Threshold(age, answer), Threshold(age, "warn"), Threshold(isolation, answer))
    for age, isolation, answer in product((0, 75), (0, 60, 100), ANSWERS)
]


def some(words: Iterable[str], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw a set of words as a tuple."""
    return st.lists(st.sampled_from(tuple(words)), unique=True, min_size=least, max_size=3).map(tuple)


@st.composite
def conditions(draw: st.DrawFn, *, nested: bool = True) -> tuple[Condition, ...]:
    """Draw conditions that a pack could state: one for a field, and perhaps alternatives."""
    found = [_condition(draw, field) for field in draw(some(FIELDS, 0 if nested else 1))]
    if nested and draw(st.booleans()):
        alternatives = draw(st.lists(conditions(nested=False), min_size=1, max_size=2))
        found.append(Condition("", "any-of", (), tuple(alternatives)))
    return tuple(found)


def _condition(draw: st.DrawFn, field: str) -> Condition:
    operator: Operator = draw(st.sampled_from(OPERATORS.get(field, ONE_OF)))
    words = WORDS.get(field, PLATFORMS)
    values = draw(some(words, 1)) if operator in LISTED else (draw(st.sampled_from(words)),)
    return Condition(field, operator, values)


@st.composite
def terms(draw: st.DrawFn, *, least: int = 0) -> tuple[str, str]:
    """Draw the first and the last day of something, either of them empty where there is no bound."""
    days = sorted(draw(st.lists(st.sampled_from(CALENDAR), min_size=least, max_size=2)))
    if len(days) == 1:
        days = [*days, ""] if draw(st.booleans()) else ["", *days]
    return (days[0], days[1]) if days else ("", "")


@st.composite
def rules(draw: st.DrawFn, name: str, *, dated: bool = False) -> RequirementRule:
    """Draw a requirement."""
    term = draw(terms()) if dated else ("", "")
    # Half of all rules share their conditions with others, so that two policies often speak of the same thing.
    when, needs = draw(st.sampled_from(((), INTERNET)) | conditions()), draw(some(NEEDS))
    words = draw(st.sampled_from(("One.", "Two."))), draw(st.sampled_from(("A", "B")))
    if draw(st.booleans()) and draw(st.booleans()):
        return RequirementRule(name, when, "", "", needs, draw(st.sampled_from(LEVELS)), *words, *term)
    level = draw(st.sampled_from(LEVELS))
    dedicated = draw(st.sampled_from(("", *LEVELS[: LEVELS.index(level) + 1])))
    return RequirementRule(name, when, level, dedicated, needs, "", *words, *term)


@st.composite
def policies(draw: st.DrawFn, *, dated: bool = False) -> Policy:
    """Draw a policy as a pack would be loaded; with dates on request, also on policies within it."""
    ids = draw(some(("R1", "R2", "R10", "X"), 1))
    return canonical(
        Policy(
            draw(st.sampled_from(("ours", "theirs", "standard"))),
            "",
            draw(st.sampled_from(UNDECLARED)),
            draw(st.sampled_from(ANSWERS)),
            draw(st.sampled_from(IMPACTS_OF_CLASSES)),
            tuple(draw(rules(name, dated=dated)) for name in ids),
            {name: dict(zip(DIMENSIONS, draw(st.sampled_from(MINIMA)), strict=True)) for name in CLASSES},
            dict.fromkeys(STAGES, draw(some(EVIDENCE, 1))),
            draw(some(REMEDIATION_PROFILES, 1)),
            draw(some(REQUIRED)),
            draw(st.sampled_from(DAYS_OF_CLASSES)),
            draw(some(("ISO048", "ISO004"))),
            tuple(DatedRule(rule, *draw(terms(least=1))) for rule in draw(some(REQUIRED)) if dated),
            tuple(DatedPolicy(*draw(terms(least=1)), draw(policies(dated=True))) for _ in range(draw(INNER) * dated)),
        )
    )


@st.composite
def sensitivities(draw: st.DrawFn) -> Sensitivity:
    """Draw what may have been said about a workload; nothing at all once in a while."""
    placement = draw(st.sampled_from(("", *PLACEMENTS)))
    if draw(st.integers(0, 4)) == 0:
        return Sensitivity({}, (), placement, "", False, ())
    orders = {"class": CLASSES, **AXES}
    stated = draw(st.lists(st.sampled_from(tuple(orders)), unique=True, max_size=6))
    axes = {axis: draw(st.sampled_from(orders[axis])) for axis in stated}
    return Sensitivity(axes, draw(some(REGIMES)), placement, draw(st.sampled_from(("", *ROLES))), True, ())
