"""Two policies joined: whatever either demands is demanded, and only what both permit is permitted.

An organisation's policy is a ceiling over a repository's own in this way: the repository can add to it and cannot take
anything away. The join is commutative, associative and, on canonical policies, idempotent; loading makes canonical.
"""

from __future__ import annotations

from gate.model.policy import Policy, RequirementRule, Threshold
from gate.model.record import replace
from gate.model.sensitivity import CLASSES, IMPACTS
from gate.policy.digest import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from gate.model.policy import Condition, OnUndecided
    from gate.model.score import Dimension

    Key: TypeAlias = tuple[str, tuple[Condition, ...], bool]
    Order: TypeAlias = tuple[object, ...]

#: What `undeclared` may be, from the mildest: `warn` holds a workload to the thresholds of `internal`, so counting it
#: as anything lower would not be stricter than warning.
UNDECLARED = ("warn", *CLASSES[CLASSES.index("internal") :])


def stricter_of(a: Policy, b: Policy) -> Policy:
    """Return a policy that is at least as strict as either, in everything."""
    joined = Policy(
        "+".join(sorted({*a.name.split("+"), *b.name.split("+")})),
        "",
        max(a.undeclared, b.undeclared, key=UNDECLARED.index),
        stricter_answer(a.unrendered, b.unrendered),
        {name: max(a.classes[name], b.classes[name], key=IMPACTS.index) for name in CLASSES},
        _requirements(a.requirements, b.requirements),
        {name: _thresholds(a.thresholds[name], b.thresholds[name]) for name in CLASSES},
        {stage: _union(a.evidence[stage], b.evidence[stage]) for stage in a.evidence},
        _union(a.remediation, b.remediation),
        _union(a.require, b.require),
        {name: min(a.longest_exception[name], b.longest_exception[name]) for name in CLASSES},
    )
    return replace(joined, digest=digest_of(joined))


def canonical(policy: Policy) -> Policy:
    """Return the policy with everything that has no order sorted, and its digest."""
    return stricter_of(policy, policy)


def stricter_answer(a: OnUndecided, b: OnUndecided) -> OnUndecided:
    """Let `fail` win over `warn`."""
    return "fail" if "fail" in (a, b) else "warn"


def _thresholds(a: dict[Dimension, Threshold], b: dict[Dimension, Threshold]) -> dict[Dimension, Threshold]:
    return {
        dimension: Threshold(
            max(a[dimension].minimum, b[dimension].minimum),
            stricter_answer(a[dimension].undecided, b[dimension].undecided),
        )
        for dimension in a
    }


def _requirements(a: Iterable[RequirementRule], b: Iterable[RequirementRule]) -> tuple[RequirementRule, ...]:
    """Keep every demand of either; of the permissions those that both give on the same conditions."""
    ours, theirs = _by_key(a), _by_key(b)
    joined = {key: _stricter(ours[key], theirs[key]) for key in ours.keys() & theirs.keys()}
    lone = {**ours, **theirs}
    joined |= {key: lone[key] for key in ours.keys() ^ theirs.keys() if not lone[key].allows}
    return tuple(sorted(joined.values(), key=_rule_order))


def _by_key(rules: Iterable[RequirementRule]) -> dict[Key, RequirementRule]:
    found: dict[Key, RequirementRule] = {}
    for written in rules:
        rule = replace(written, when=_sorted(written.when), needs=_union(written.needs))
        key = (rule.id, rule.when, bool(rule.allows))
        found[key] = _stricter(found.get(key, rule), rule)
    return found


def _stricter(a: RequirementRule, b: RequirementRule) -> RequirementRule:
    """Join two rules with one id and the same conditions."""
    level = max(a.level, b.level)
    dedicated = max(a.dedicated_level or a.level, b.dedicated_level or b.level)
    return RequirementRule(
        a.id,
        a.when,
        level,
        dedicated if dedicated < level else "",
        _union(a.needs, b.needs),
        max(a.allows, b.allows),
        min(a.text, b.text),
        min(a.source, b.source),
    )


def _union(a: Iterable[str], b: Iterable[str] = ()) -> tuple[str, ...]:
    return tuple(sorted({*a, *b}))


def _sorted(when: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(sorted({_sorted_condition(condition) for condition in when}, key=_condition_order))


def _sorted_condition(condition: Condition) -> Condition:
    alternatives = {_sorted(alternative) for alternative in condition.alternatives}
    ordered = sorted(alternatives, key=lambda alternative: tuple(map(_condition_order, alternative)))
    return replace(condition, values=_union(condition.values), alternatives=tuple(ordered))


def _condition_order(condition: Condition) -> Order:
    inner = tuple(tuple(map(_condition_order, alternative)) for alternative in condition.alternatives)
    return condition.field, condition.operator, condition.values, inner


def _rule_order(rule: RequirementRule) -> tuple[str, int, tuple[Order, ...], str]:
    """Sort R2 before R10."""
    family = rule.id.rstrip("0123456789")
    return family, int(rule.id[len(family) :] or 0), tuple(map(_condition_order, rule.when)), rule.allows
