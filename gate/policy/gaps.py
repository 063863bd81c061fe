"""Requirements that stop short: what they ask for is asked of less demanding values and not of more demanding ones.

A policy that asks for a hypervisor around untrusted code and forgets about hostile code would be satisfied by calling
the code worse than it is.
"""

from __future__ import annotations

from gate.model.sensitivity import AXES, PLACEMENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from gate.model.policy import Condition, RequirementRule

    Conditions: TypeAlias = tuple[Condition, ...]

#: Fields with an order, from the least to the most demanding.
ORDERS: dict[str, tuple[str, ...]] = {**AXES, "placement": PLACEMENTS}


def gaps(rule: RequirementRule, rules: Iterable[RequirementRule]) -> Iterator[tuple[str, str]]:
    """Yield the fields and values for which no rule asks as much as this one does for a less demanding value."""
    strong = [_cases(other) for other in rules if _as_strict(other, rule)]
    found: dict[tuple[str, str], None] = {}
    for case in _cases(rule):
        for condition in case:
            for value in _above(condition):
                worse = tuple(_stating(condition, value) if one is condition else one for one in case)
                if not any(_implied(other, worse) for cases in strong for other in cases):
                    found[condition.field, value] = None
    yield from found


def _as_strict(other: RequirementRule, rule: RequirementRule) -> bool:
    dedicated = (other.dedicated_level or other.level) >= (rule.dedicated_level or rule.level)
    return other.level >= rule.level and dedicated


def _cases(rule: RequirementRule) -> list[Conditions]:
    """Write the conditions out as cases of which one must hold, each of conditions that all must."""
    common = tuple(condition for condition in rule.when if condition.operator != "any-of")
    cases = [common]
    for condition in rule.when:
        if condition.operator == "any-of":
            cases = [(*case, *alternative) for case in cases for alternative in condition.alternatives]
    return cases


def _above(condition: Condition) -> Iterator[str]:
    """Yield the values that are more demanding than one which the condition accepts, and that it does not accept."""
    order = ORDERS.get(condition.field, ())
    reached = False
    for value in order:
        accepted = _accepts(condition, value)
        reached |= accepted
        if reached and not accepted:
            yield value


def _accepts(condition: Condition, value: str) -> bool:
    if condition.operator == "at-least":
        order = ORDERS[condition.field]
        return order.index(value) >= order.index(condition.values[0])
    return (value in condition.values) is (condition.operator in ("is", "in"))


def _stating(condition: Condition, value: str) -> Condition:
    return type(condition)(condition.field, "is", (value,))


def _implied(conditions: Conditions, by: Conditions) -> bool:
    """Tell whether these conditions hold wherever the others do."""
    return all(any(_follows(condition, other) for other in by) for condition in conditions)


def _follows(condition: Condition, other: Condition) -> bool:
    if condition == other:
        return True
    if (
        condition.field != other.field
        or condition.field not in ORDERS
        or other.operator not in ("is", "in", "at-least")
    ):
        return False
    return all(_accepts(condition, value) for value in ORDERS[other.field] if _accepts(other, value))
