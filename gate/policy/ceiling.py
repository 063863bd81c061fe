"""Two policies joined: whatever either demands is demanded, and only what both permit is permitted.

An organisation's policy is a ceiling over a repository's own in this way: the repository can add to it and cannot take
anything away. The join is commutative, associative and, on canonical policies, idempotent; loading makes canonical. It
holds on every day: what is in force of two policies joined is what is in force of each, joined.
"""

from __future__ import annotations

from gate.model.policy import DatedPolicy, DatedRule, Policy, RequirementRule, Threshold
from gate.model.record import replace
from gate.model.sensitivity import CLASSES, IMPACTS
from gate.policy.digest import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from gate.model.policy import Condition, OnUndecided
    from gate.model.score import Dimension

    Key: TypeAlias = tuple[str, tuple[Condition, ...], bool, str, str]
    Order: TypeAlias = tuple[object, ...]

#: What `undeclared` may be, from the mildest: `warn` holds a workload to the thresholds of `internal`, so counting it
#: as anything lower would not be stricter than warning.
UNDECLARED = ("warn", *CLASSES[CLASSES.index("internal") :])


def stricter_of(a: Policy, b: Policy) -> Policy:
    """Return a policy that is at least as strict as either, in everything."""
    require = _union(a.require, b.require)
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
        require,
        {name: min(a.longest_exception[name], b.longest_exception[name]) for name in CLASSES},
        _union(a.never_excepted, b.never_excepted),
        _dated_rules((*a.dated_require, *b.dated_require), require),
        _dated_policies((*a.dated_policies, *b.dated_policies)),
    )
    return replace(joined, digest=digest_of(joined))


def adding(base: Policy, own: Policy) -> Policy:
    """Return the base with what its heir demands beside it; where the heir is silent about a permission it stays."""
    said = _by_key(own.requirements)
    silent = (rule for key, rule in _by_key(base.requirements).items() if rule.allows and key not in said)
    return stricter_of(base, replace(own, requirements=(*own.requirements, *silent)))


def canonical(policy: Policy) -> Policy:
    """Return the policy with everything that has no order sorted, and its digest."""
    return stricter_of(policy, policy)


def loosens(was: Policy, will: Policy) -> bool:
    """Tell whether anything that the one demands is, on any day, missing from the other; names and words aside."""
    return _bare(stricter_of(was, will)) != _bare(canonical(will))


def _bare(policy: Policy) -> Policy:
    rules = tuple(replace(rule, text="", source="") for rule in policy.requirements)
    dated = tuple(replace(part, policy=_bare(part.policy)) for part in policy.dated_policies)
    return replace(policy, name="", digest="", requirements=rules, dated_policies=dated)


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
    """Keep every demand of either; of the permissions those that both give on the same conditions, while both do."""
    ours, theirs = _by_key(a), _by_key(b)
    joined = {key: _stricter(ours[key], theirs[key]) for key in ours.keys() & theirs.keys()}
    lone = {**ours, **theirs}
    joined |= {key: lone[key] for key in ours.keys() ^ theirs.keys() if not lone[key].allows}
    return tuple(sorted((rule for rule in joined.values() if not _never(*_days(rule))), key=_rule_order))


def _by_key(rules: Iterable[RequirementRule]) -> dict[Key, RequirementRule]:
    found: dict[Key, RequirementRule] = {}
    for written in rules:
        rule = ordered(written)
        # The days of a demand tell it from others; those of a permission are bounds, and the narrower ones count.
        permits = bool(rule.allows)
        key = (rule.id, rule.when, permits, *(("", "") if permits else _days(rule)))
        found[key] = _stricter(found.get(key, rule), rule)
    return found


def ordered(rule: RequirementRule) -> RequirementRule:
    """Sort what has no order."""
    return replace(rule, when=_sorted(rule.when), needs=_union(rule.needs))


def _stricter(a: RequirementRule, b: RequirementRule) -> RequirementRule:
    """Join two rules with one id and the same conditions."""
    level = max(a.level, b.level)
    dedicated = max(a.dedicated_level or a.level, b.dedicated_level or b.level)
    # The words are those of the rule whose level counts.
    strength = max((a.level, a.allows), (b.level, b.allows))
    telling = [rule for rule in (a, b) if (rule.level, rule.allows) == strength]
    return RequirementRule(
        a.id,
        a.when,
        level,
        dedicated if dedicated < level else "",
        _union(a.needs, b.needs),
        max(a.allows, b.allows),
        min(rule.text for rule in telling),
        min(rule.source for rule in telling),
        *_narrower(_days(a), _days(b)),
    )


def _days(dated: RequirementRule | DatedRule | DatedPolicy) -> tuple[str, str]:
    return dated.effective_on, dated.until


def _narrower(a: tuple[str, str], b: tuple[str, str]) -> tuple[str, str]:
    """Return the days that both hold."""
    return max(a[0], b[0]), min(a[1] or b[1], b[1] or a[1])


def _never(effective_on: str, until: str) -> bool:
    return bool(until) and until < effective_on


def _dated_rules(rules: Iterable[DatedRule], always: Iterable[str]) -> tuple[DatedRule, ...]:
    """Join them; a rule that is always required needs no days."""
    return tuple(sorted({rule for rule in rules if rule.rule not in always}, key=lambda one: (one.rule, *_days(one))))


def _dated_policies(parts: Iterable[DatedPolicy]) -> tuple[DatedPolicy, ...]:
    """Join those of the same days; one within another stands beside it, for the days that both hold."""
    found: dict[tuple[str, str], Policy] = {}
    for part in parts:
        for days, policy in _flat(part):
            found[days] = stricter_of(found.get(days, policy), policy)
    return tuple(DatedPolicy(*days, found[days]) for days in sorted(found))


def _flat(part: DatedPolicy) -> Iterator[tuple[tuple[str, str], Policy]]:
    if part.policy.dated_policies:
        yield _days(part), replace(part.policy, dated_policies=())
        for inner in part.policy.dated_policies:
            days = _narrower(_days(part), _days(inner))
            if not _never(*days):
                yield days, inner.policy
    else:
        yield _days(part), part.policy


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


def _rule_order(rule: RequirementRule) -> tuple[str, int, tuple[Order, ...], str, str, str]:
    """Sort R2 before R10."""
    family = rule.id.rstrip("0123456789")
    when = tuple(map(_condition_order, rule.when))
    return family, int(rule.id[len(family) :] or 0), when, rule.allows, *_days(rule)
