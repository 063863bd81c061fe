"""Demands with dates: which of them count on a day, and which are still to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.policy import Condition, DatedPolicy, DatedRule, RequirementRule, Threshold
from gate.model.record import replace
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import CLASSES, IMPACTS
from gate.policy.calendar import in_force, upcoming
from gate.policy.ceiling import UNDECLARED, canonical, stricter_of
from gate.policy.shipped import shipped_policy
from gate.requirement import requirement
from tests.policy.generated import CALENDAR, PLATFORMS, policies, sensitivities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.policy import Policy
    from gate.model.report import Requirement
    from gate.model.sensitivity import Sensitivity

SYSTEMS = st.sampled_from(("linux", "windows", ""))
DAYS = st.sampled_from(CALENDAR)
modest = settings(max_examples=30, derandomize=True, deadline=None)

STANDARD = shipped_policy()
NOTHING = replace(STANDARD, requirements=(), undeclared="warn")


def counts(one: RequirementRule | DatedRule | DatedPolicy, day: str) -> bool:
    """Ask the calendar: from the first day to the last, both included."""
    today = date.fromisoformat(day)
    begun = not one.effective_on or date.fromisoformat(one.effective_on) <= today
    return begun and not (one.until and date.fromisoformat(one.until) < today)


def parts(policy: Policy, day: str) -> Iterator[Policy]:
    """Yield the policy and those within it that count on a day."""
    yield policy
    for part in policy.dated_policies:
        if counts(part, day):
            yield from parts(part.policy, day)


def wanted(policy: Policy, day: str) -> Policy:
    """Write down what counts on a day, from what the words mean: all demands, and permissions that everybody gives."""
    open_parts = [*parts(policy, day)]
    rules = [[rule for rule in part.requirements if counts(rule, day)] for part in open_parts]
    demands = [rule for found in rules for rule in found if not rule.allows]
    permissions = []
    for rule in (rule for rule in rules[0] if rule.allows):
        alike = [
            other
            for found in rules
            for other in found
            if (other.id, other.when) == (rule.id, rule.when) and other.allows
        ]
        if len(alike) == len(open_parts):
            needs = tuple(need for other in alike for need in other.needs)
            permissions.append(replace(rule, allows=max(other.allows for other in alike), needs=needs))
    return replace(
        policy,
        requirements=(*demands, *permissions),
        undeclared=max((part.undeclared for part in open_parts), key=UNDECLARED.index),
        classes={name: max((part.classes[name] for part in open_parts), key=IMPACTS.index) for name in CLASSES},
    )


def decided(policy: Policy, sensitivity: Sensitivity, os: str, platform: str) -> tuple[object, ...]:
    found: Requirement = requirement(policy, sensitivity, os=os, platform=platform)
    return found.lo, found.hi, set(found.needs), found.allows


@modest
@given(policies(dated=True), DAYS, sensitivities(), SYSTEMS, st.sampled_from(PLATFORMS))
def test_on_every_day_a_workload_needs_what_counts_then(
    policy: Policy, day: str, sensitivity: Sensitivity, os: str, platform: str
) -> None:
    found = decided(in_force(policy, day), sensitivity, os, platform)
    assert found == decided(wanted(policy, day), sensitivity, os, platform)


@modest
@given(policies(dated=True), DAYS)
def test_on_every_day_the_strictest_of_what_counts_then_is_asked(policy: Policy, day: str) -> None:
    now, open_parts = in_force(policy, day), [*parts(policy, day)]
    required = {rule for part in open_parts for rule in part.require}
    required |= {one.rule for part in open_parts for one in part.dated_require if counts(one, day)}
    assert set(now.require) == required
    assert set(now.never_excepted) == {rule for part in open_parts for rule in part.never_excepted}
    assert now.unrendered == ("fail" if any(part.unrendered == "fail" for part in open_parts) else "warn")
    for name in CLASSES:
        assert now.longest_exception[name] == min(part.longest_exception[name] for part in open_parts)
        for dimension in DIMENSIONS:
            asked = [part.thresholds[name][dimension] for part in open_parts]
            fails = any(threshold.undecided == "fail" for threshold in asked)
            least = max(threshold.minimum for threshold in asked)
            assert now.thresholds[name][dimension] == Threshold(least, "fail" if fails else "warn")


@modest
@given(policies(dated=True), policies(dated=True), DAYS)
def test_joining_and_waiting_may_change_places(a: Policy, b: Policy, day: str) -> None:
    unnamed = {"name": "", "digest": ""}
    waited = in_force(stricter_of(a, b), day)
    assert replace(waited, **unnamed) == replace(stricter_of(in_force(a, day), in_force(b, day)), **unnamed)


@modest
@given(policies(dated=True), sensitivities(), SYSTEMS)
def test_nothing_gets_stricter_unannounced(policy: Policy, sensitivity: Sensitivity, os: str) -> None:
    """Whatever the day on which a workload needs more than the day before, every earlier day has named it."""
    announced = {day for day, _ in upcoming(policy, "2026-01-01")}
    for day in sorted({*CALENDAR, *map(next_day, CALENDAR)}):
        before, after = (in_force(policy, one) for one in (next_day(day, -1), day))
        lower, higher = (requirement(one, sensitivity, os=os, platform="kubernetes") for one in (before, after))
        tighter = higher.lo > lower.lo or higher.hi > lower.hi or (lower.allows is not None and higher.allows is None)
        if tighter or set(after.require) - set(before.require):
            assert day in announced


@modest
@given(policies(dated=True), DAYS)
def test_what_is_announced_comes_later_and_as_announced(policy: Policy, day: str) -> None:
    for begins, then in upcoming(policy, day):
        assert begins > day
        assert then == in_force(policy, begins)
        assert not then.dated


@modest
@given(policies(), DAYS)
def test_a_policy_without_dates_is_the_same_on_every_day(policy: Policy, day: str) -> None:
    assert not policy.dated
    assert in_force(policy, day) == policy
    assert upcoming(policy, day) == ()


def next_day(day: str, by: int = 1) -> str:
    return (date.fromisoformat(day) + timedelta(by)).isoformat()


def rule(level: str, *, effective_on: str = "", until: str = "", allows: str = "") -> RequirementRule:
    return RequirementRule("A", (), level, "", (), allows, "One.", "A", effective_on, until)


@pytest.mark.parametrize(
    ("day", "level"),
    [("2026-12-31", 2), ("2027-01-01", 5), ("2027-06-30", 5), ("2027-07-01", 2)],
)
def test_the_first_and_the_last_day_count(day: str, level: int) -> None:
    always = replace(rule("L2"), id="B")
    demand = rule("L5", effective_on="2027-01-01", until="2027-06-30")
    policy = canonical(replace(NOTHING, requirements=(always, demand)))
    assert needed(in_force(policy, day)) == level


def needed(policy: Policy) -> int:
    from gate.model.sensitivity import Sensitivity

    return requirement(policy, Sensitivity({}, (), "", "", True, ()), os="linux", platform="docker").lo


def test_one_requirement_on_different_days_is_two() -> None:
    soon, late = rule("L3", effective_on="2027-01-01"), rule("L5", effective_on="2027-07-01")
    joined = stricter_of(replace(NOTHING, requirements=(late,)), replace(NOTHING, requirements=(soon,)))
    days = ("2026-12-31", "2027-01-01", "2027-07-01")
    assert [needed(in_force(joined, day)) for day in days] == [0, 3, 5]
    assert [day for day, _ in upcoming(joined, "2026-12-31")] == ["2027-01-01", "2027-07-01"]
    assert [day for day, _ in upcoming(joined, "2027-01-01")] == ["2027-07-01"]


def test_a_permission_that_ends_is_announced_for_the_day_after() -> None:
    policy = canonical(replace(NOTHING, requirements=(rule("", allows="L0", until="2026-12-31"),)))
    ((day, then),) = upcoming(policy, "2026-11-23")
    assert (day, then.requirements) == ("2027-01-01", ())
    assert in_force(policy, "2026-12-31").requirements != ()
    forever = canonical(replace(NOTHING, requirements=(rule("", allows="L0", until="9999-12-31"),)))
    assert upcoming(forever, "2026-11-23") == ()


def test_a_permission_lasts_while_both_give_it() -> None:
    early = replace(NOTHING, requirements=(rule("", allows="L0", until="2026-12-31"),))
    late = replace(NOTHING, requirements=(rule("", allows="L0", effective_on="2026-12-01"),))
    joined = stricter_of(early, late)
    answers = [
        bool(in_force(joined, day).requirements) for day in ("2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01")
    ]
    assert answers == [False, True, True, False]
    never = replace(NOTHING, requirements=(rule("", allows="L0", effective_on="2027-01-01"),))
    assert stricter_of(early, never).requirements == ()


def test_a_policy_that_comes_later_comes_as_a_whole() -> None:
    strict = shipped_policy("strict")
    policy = canonical(replace(STANDARD, dated_policies=(DatedPolicy("2027-01-01", "", strict),)))
    before, after = in_force(policy, "2026-12-31"), in_force(policy, "2027-01-01")
    assert (before.undeclared, before.require) == ("warn", STANDARD.require)
    assert (after.undeclared, after.require) == ("restricted", strict.require)
    assert after.thresholds == strict.thresholds
    assert (after.name, after.digest) == ("standard", policy.digest)


def test_a_rule_that_is_required_anyway_has_no_date() -> None:
    later = replace(NOTHING, dated_require=(DatedRule("ISO004", "2027-01-01", ""),))
    assert stricter_of(later, replace(NOTHING, require=("ISO004",))).dated_require == ()
    assert upcoming(canonical(later), "2026-11-23")[0][1].require == ("ISO004", *STANDARD.require)


def test_dates_decide_and_are_part_of_the_digest() -> None:
    digests = {
        canonical(replace(NOTHING, requirements=(rule("L3", effective_on=day),))).digest for day in ("", *CALENDAR)
    }
    assert len(digests) == 1 + len(CALENDAR)


def test_conditions_do_not_lose_their_dates() -> None:
    when = (Condition("exposure", "is", ("internet",)),)
    demand = replace(rule("L3", effective_on="2027-01-01"), when=when)
    joined = stricter_of(
        replace(NOTHING, requirements=(demand,)), replace(NOTHING, requirements=(replace(demand, effective_on=""),))
    )
    assert [one.effective_on for one in joined.requirements] == ["", "2027-01-01"]
