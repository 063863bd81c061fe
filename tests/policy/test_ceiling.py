"""Two policies joined are one that neither can complain about."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.policy import Condition, RequirementRule
from gate.model.record import replace
from gate.model.sensitivity import CLASSES, IMPACTS, Sensitivity
from gate.policy.calendar import in_force
from gate.policy.ceiling import UNDECLARED, canonical, loosens, stricter_of
from gate.policy.shipped import shipped_policy
from gate.requirement import requirement
from tests.policy.generated import CALENDAR, PLATFORMS, policies, sensitivities

if TYPE_CHECKING:
    from gate.model.policy import Policy

DATED = policies() | policies(dated=True)
DAYS = st.sampled_from(CALENDAR)
SYSTEMS = st.sampled_from(("linux", "windows", ""))
modest = settings(max_examples=30, derandomize=True, deadline=None)


@modest
@given(DATED, DATED)
def test_the_order_of_two_does_not_matter(a: Policy, b: Policy) -> None:
    assert stricter_of(a, b) == stricter_of(b, a)


@modest
@given(DATED, DATED, DATED)
def test_the_order_of_three_does_not_matter(a: Policy, b: Policy, c: Policy) -> None:
    assert stricter_of(stricter_of(a, b), c) == stricter_of(a, stricter_of(b, c))


@modest
@given(DATED, DATED)
def test_joining_again_changes_nothing(a: Policy, b: Policy) -> None:
    joined = stricter_of(a, b)
    assert stricter_of(a, a) == a
    assert stricter_of(joined, a) == joined
    assert canonical(joined) == joined


@modest
@given(DATED, DATED, sensitivities(), SYSTEMS, st.sampled_from(PLATFORMS), DAYS)
def test_no_workload_needs_less(
    a: Policy, b: Policy, sensitivity: Sensitivity, os: str, platform: str, day: str
) -> None:
    joined = in_force(stricter_of(a, b), day)
    after = requirement(joined, sensitivity, os=os, platform=platform)
    for policy in (in_force(a, day), in_force(b, day)):
        before = requirement(policy, sensitivity, os=os, platform=platform)
        assert after.lo >= before.lo
        assert after.hi >= before.hi
        assert after.allows is None or (before.allows is not None and after.allows >= before.allows)
        demands = replace(policy, requirements=tuple(rule for rule in policy.requirements if not rule.allows))
        assert set(after.needs) >= set(requirement(demands, sensitivity, os=os, platform=platform).needs)


@modest
@given(DATED, DATED, DAYS)
def test_nothing_else_gets_looser(a: Policy, b: Policy, day: str) -> None:
    joined = in_force(stricter_of(a, b), day)
    for policy in (in_force(a, day), in_force(b, day)):
        assert UNDECLARED.index(joined.undeclared) >= UNDECLARED.index(policy.undeclared)
        assert policy.unrendered == "warn" or joined.unrendered == "fail"
        assert set(joined.require) >= set(policy.require)
        assert set(joined.never_excepted) >= set(policy.never_excepted)
        assert set(joined.remediation) >= set(policy.remediation)
        for stage, evidence in policy.evidence.items():
            assert set(joined.evidence[stage]) >= set(evidence)
        for name in CLASSES:
            assert IMPACTS.index(joined.classes[name]) >= IMPACTS.index(policy.classes[name])
            assert joined.longest_exception[name] <= policy.longest_exception[name]
            for dimension, before in policy.thresholds[name].items():
                after = joined.thresholds[name][dimension]
                assert after.minimum >= before.minimum
                assert before.undecided == "warn" or after.undecided == "fail"


@modest
@given(DATED, DATED)
def test_what_adds_to_another_loosens_nothing_and_the_rest_is_told(a: Policy, b: Policy) -> None:
    joined = stricter_of(a, b)
    assert not loosens(a, joined)
    assert not loosens(a, replace(a, name="another"))
    assert loosens(joined, a) is (_decides(joined) != _decides(a))


def _decides(policy: Policy) -> Policy:
    """Leave out the words that no verdict rests on."""
    rules = tuple(replace(rule, text="", source="") for rule in policy.requirements)
    dated = tuple(replace(part, policy=_decides(part.policy)) for part in policy.dated_policies)
    return replace(policy, name="", digest="", requirements=rules, dated_policies=dated)


def test_a_milder_pack_loosens_and_a_stricter_one_does_not() -> None:
    standard, strict = shipped_policy("standard"), shipped_policy("strict")
    assert loosens(strict, standard)
    assert not loosens(standard, strict)


@pytest.mark.parametrize("one", ["standard", "strict"])
def test_strict_is_nowhere_looser_than_standard(one: str) -> None:
    standard, strict = shipped_policy("standard"), shipped_policy("strict")
    joined = stricter_of(standard, strict)
    unnamed = {"name": "", "digest": "", "requirements": ()}
    assert replace(joined, **unnamed) == replace(strict, **unnamed)
    policy = shipped_policy(one)
    assert stricter_of(policy, policy) == policy
    levels = {rule.id: (rule.level, rule.dedicated_level, rule.allows, rule.when) for rule in joined.requirements}
    assert levels == {
        rule.id: (rule.level, rule.dedicated_level, rule.allows, rule.when) for rule in strict.requirements
    }


def test_a_permission_needs_both() -> None:
    agent = (Condition("role", "is", ("node-agent",)),)
    permitted = RequirementRule("A", agent, "", "", ("waiver",), "L0", "One.", "A")
    bounded = replace(permitted, needs=("pinned",), allows="L1")
    base = replace(shipped_policy(), requirements=())
    permitting, stricter = replace(base, requirements=(permitted,)), replace(base, requirements=(bounded,))
    assert stricter_of(permitting, base).requirements == ()
    (joined,) = stricter_of(permitting, stricter).requirements
    assert (joined.allows, joined.needs) == ("L1", ("pinned", "waiver"))


def test_a_demand_needs_one() -> None:
    demand = RequirementRule("A", (), "L5", "L3", (), "", "One.", "A")
    base = replace(shipped_policy(), requirements=())
    (joined,) = stricter_of(base, replace(base, requirements=(demand,))).requirements
    assert (joined.level, joined.dedicated_level) == ("L5", "L3")
    harder = replace(demand, dedicated_level="")
    (joined,) = stricter_of(replace(base, requirements=(harder,)), replace(base, requirements=(demand,))).requirements
    assert (joined.level, joined.dedicated_level) == ("L5", "")


@pytest.mark.parametrize("placement", ["dedicated", "shared"])
def test_the_higher_of_two_levels_counts_on_either_placement(placement: str) -> None:
    """Every pair of a level with a dedicated alternative, under one id."""
    base = replace(shipped_policy(), requirements=())
    nobody = Sensitivity({}, (), placement, "", True, ())
    pairs = [("L2", ""), ("L3", ""), ("L3", "L2"), ("L5", ""), ("L5", "L2"), ("L5", "L3"), ("L6", "L2"), ("L6", "L4")]
    rules = [RequirementRule("A", (), level, dedicated, (), "", "One.", "A") for level, dedicated in pairs]
    for a, b in product(rules, rules):
        both = [replace(base, requirements=(rule,)) for rule in (a, b)]
        needed = [requirement(policy, nobody, os="linux", platform="docker").lo for policy in both]
        assert requirement(stricter_of(*both), nobody, os="linux", platform="docker").lo == max(needed)


def test_counting_the_undeclared_is_stricter_than_warning_about_them() -> None:
    """`warn` holds them to `internal`, so no class below it may be named."""
    assert UNDECLARED == ("warn", "internal", "confidential", "restricted")
    warns = shipped_policy()
    assert stricter_of(warns, replace(warns, undeclared="internal")).undeclared == "internal"
