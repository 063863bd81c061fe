"""What a policy requires of one subject, from what was declared about it."""

from __future__ import annotations

from gate.model.profile import IS_ALSO, OF_MACHINES
from gate.model.record import replace
from gate.model.report import Because, Requirement
from gate.model.sensitivity import AXES, CLASSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.policy import Condition, Policy, RequirementRule
    from gate.model.sensitivity import Sensitivity
    from gate.model.truth import Answer

IMPACTS = ("low", "moderate", "high")

#: Orders for `at-least`, and for taking the stricter of two.
ORDERS: dict[str, tuple[str, ...]] = {**AXES, "class": CLASSES, "impact": IMPACTS}

#: Fields that are unknown when nothing is known about them; every other axis that is silent simply does not apply.
UNKNOWN_WHEN_SILENT = frozenset({"placement", "os"})

#: Windows has no hardened container and no userspace kernel: what asks for those asks for a machine.
ON_WINDOWS = {3: 5, 4: 5}

SETTLE_PLACEMENT = "declare `placement: dedicated` or `placement: shared` for it, or under `platform`, in .gate.yaml"
SETTLE_GUEST = (
    "state the guest's operating system in the machine's definition, or declare `guests: linux` or `guests: windows` "
    "under `platform` in .gate.yaml"
)
SETTLE_OS = "state its operating system where it is deployed, as `spec.os.name` does for a pod"


def level_number(level: str) -> int:
    """Turn `L4` into 4."""
    return int(level[1:])


def requirement(policy: Policy, sensitivity: Sensitivity, *, os: str, platform: str) -> Requirement:
    """Derive the level: the highest of all rules that fire, and of those that may.

    `os` is `linux`, `windows` or empty when it is not known. A workload that nobody declared is judged by the policy's
    `undeclared`: as a class, or for the level that every workload needs. What labels say adds to what holds without.
    """
    whole = _required(policy, sensitivity, os=os, platform=platform)
    for reading in sensitivity.unlabelled:
        whole = _stricter(whole, _required(policy, reading, os=os, platform=platform))
    return whole


def _required(policy: Policy, sensitivity: Sensitivity, *, os: str, platform: str) -> Requirement:
    values = _values(policy, sensitivity, os=os, platform=platform)
    fired = [(rule, answer) for rule in policy.requirements if (answer := holds(rule.when, values)) != "no"]
    demands = [rule for rule, _ in fired if not rule.allows]
    certain = [rule for rule, answer in fired if answer == "yes" and not rule.allows]
    ladder = ON_WINDOWS if os == "windows" else {}
    lo = _highest(certain, ladder, dedicated=sensitivity.placement in ("", "dedicated"))
    hi = _highest(demands, ladder, dedicated=sensitivity.placement == "dedicated")
    allowed = [level_number(rule.allows) for rule, answer in fired if rule.allows and answer == "yes"]
    return Requirement(
        lo,
        hi,
        _highest(demands, ladder, dedicated=True) if any(rule.dedicated_level for rule in demands) else None,
        tuple(dict.fromkeys(need for rule, answer in fired if answer == "yes" for need in rule.needs)),
        tuple(_because(rule, ladder, is_certain=answer == "yes") for rule, answer in fired),
        _settle(fired, values) if lo != hi else "",
        min(allowed) if allowed else None,
    )


def _stricter(one: Requirement, other: Requirement) -> Requirement:
    """Join two answers about one workload: it needs what either demands, and only what both permit is permitted."""
    if one == other:
        return one
    lo, hi = max(one.lo, other.lo), max(one.hi, other.hi)
    dedicated = None
    if one.dedicated is not None or other.dedicated is not None:
        dedicated = max(each.hi if each.dedicated is None else each.dedicated for each in (one, other))
    permitted = one.allows is not None and other.allows is not None
    settle = dict.fromkeys(line for each in (one, other) for line in each.settle.split("; ") if line)
    return Requirement(
        lo,
        hi,
        dedicated,
        tuple(dict.fromkeys((*one.needs, *other.needs))),
        _either(one.because, other.because),
        "; ".join(settle) if lo != hi else "",
        max(one.allows or 0, other.allows or 0) if permitted else None,
    )


def _either(one: tuple[Because, ...], other: tuple[Because, ...]) -> tuple[Because, ...]:
    """Join the clauses of two answers: a demand is certain where it is in one, and a permission needs both."""
    permissions = {because for because in (*one, *other) if not because.level} - ({*one} & {*other})
    said = dict.fromkeys(because for because in (*one, *other) if because not in permissions)
    return tuple(because for because in said if because.certain or replace(because, certain=True) not in said)


def _values(policy: Policy, sensitivity: Sensitivity, *, os: str, platform: str) -> dict[str, tuple[str, ...]]:
    """Collect what every field is known to be; a field that is absent here is silent."""
    axes = dict(sensitivity.axes)
    if not sensitivity.declared and policy.undeclared in CLASSES:
        axes["class"] = policy.undeclared
    impacts = [axes[axis] for axis in ("confidentiality", "integrity", "availability") if axis in axes]
    if "class" in axes:
        by_class = policy.classes[axes["class"]]
        impacts.append(by_class)
        axes.setdefault("confidentiality", by_class)
    values: dict[str, tuple[str, ...]] = {axis: (value,) for axis, value in axes.items()}
    if impacts:
        values["impact"] = (max(impacts, key=IMPACTS.index),)
    values["regulated"] = sensitivity.regulated
    for field, value in (
        ("placement", sensitivity.placement),
        ("role", sensitivity.role),
        ("os", os),
        ("platform", platform),
    ):
        if value:
            values[field] = (value,)
    if platform in IS_ALSO:
        values["platform"] = (platform, IS_ALSO[platform])
    return values


def holds(conditions: Iterable[Condition], values: dict[str, tuple[str, ...]]) -> Answer:
    """Join conditions by "and"."""
    answers = [_holds(condition, values) for condition in conditions]
    return "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"


def _holds(condition: Condition, values: dict[str, tuple[str, ...]]) -> Answer:
    if condition.operator == "any-of":
        answers = [holds(alternative, values) for alternative in condition.alternatives]
        return "yes" if "yes" in answers else "unknown" if "unknown" in answers else "no"
    known = values.get(condition.field)
    if known is None:
        if condition.field in UNKNOWN_WHEN_SILENT:
            return "unknown"
        return "yes" if condition.operator in ("is-not", "not-in") else "no"
    return "yes" if _compares(condition, known) else "no"


def _compares(condition: Condition, known: tuple[str, ...]) -> bool:
    wanted = condition.values
    if condition.operator in ("is", "in", "contains"):
        return any(value in wanted for value in known)
    if condition.operator in ("is-not", "not-in"):
        return not any(value in wanted for value in known)
    order = ORDERS[condition.field]
    return any(order.index(value) >= order.index(wanted[0]) for value in known)


def _settle(fired: Iterable[tuple[RequirementRule, Answer]], values: dict[str, tuple[str, ...]]) -> str:
    """Name what would decide between the least and the most that may be required."""
    rules = tuple(fired)
    open_rules = [rule for rule, answer in rules if answer == "unknown"]
    lines = []
    if "placement" not in values and (
        any(rule.dedicated_level for rule, _ in rules) or any(_asks(rule.when, "placement") for rule in open_rules)
    ):
        lines.append(SETTLE_PLACEMENT)
    if "os" not in values and any(_asks(rule.when, "os") for rule in open_rules):
        is_machine = any(one in OF_MACHINES for one in values.get("platform", ()))
        lines.append(SETTLE_GUEST if is_machine else SETTLE_OS)
    return "; ".join(lines)


def _asks(conditions: Iterable[Condition], field: str) -> bool:
    return any(
        condition.field == field or any(_asks(alternative, field) for alternative in condition.alternatives)
        for condition in conditions
    )


def _because(rule: RequirementRule, ladder: dict[int, int], *, is_certain: bool) -> Because:
    level = level_number(rule.level) if rule.level else 0
    if level not in ladder:
        return Because(rule.id, rule.level, rule.text, rule.source, is_certain)
    text = f"{rule.text} On Windows there is no {rule.level}."
    return Because(rule.id, f"L{ladder[level]}", text, rule.source, is_certain)


def _highest(rules: Iterable[RequirementRule], ladder: dict[int, int], *, dedicated: bool) -> int:
    """Return the highest level asked for; on a dedicated placement some rules are content with less."""
    highest = max((level_number((dedicated and rule.dedicated_level) or rule.level) for rule in rules), default=0)
    return ladder.get(highest, highest)
