"""A policy in words, for a person who wants to know what will be asked of them and who says so."""

from __future__ import annotations

from gate.model.policy import NEEDS
from gate.model.record import replace
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import CLASSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.policy import Condition, DatedPolicy, DatedRule, Policy, RequirementRule

_HEADINGS = ("CLASS", "IMPACT", *(dimension.upper().replace("_", " ") for dimension in DIMENSIONS), "EXCEPTIONS")

_WORDS = {
    "is": "is",
    "is-not": "is not",
    "in": "is",
    "not-in": "is not",
    "at-least": "is at least",
    "contains": "includes any of",
}


def describe(policy: Policy) -> Iterator[str]:
    """Yield the lines that show a whole policy, with what it inherits, and then what is added on which days."""
    yield f"{policy.name} (sha256 {policy.digest})"
    yield ""
    shown = [*_blocks(policy)]
    yield from _spaced(shown)
    for part in policy.dated_policies:
        from gate.policy.ceiling import stricter_of

        joined = stricter_of(replace(policy, dated_policies=()), part.policy)
        added = [block for block in _blocks(joined) if block not in shown]
        yield ""
        yield f"{days(part)}, as {part.policy.name} asks:"
        yield from ((f"    {line}".rstrip()) for line in _spaced(added))


def _blocks(policy: Policy) -> Iterator[tuple[str, ...]]:
    """Yield what belongs together: a setting, a class, a requirement."""
    required = [*policy.require, *(f"{one.rule} ({days(one)})" for one in policy.dated_require)]
    yield (f"undeclared workloads: {undeclared(policy)}",)
    yield (f"unrendered templates: {policy.unrendered}",)
    yield (f"package fixes are due by: {', '.join(policy.remediation)}",)
    yield (f"rules that block whatever the level is: {', '.join(required) or 'none'}",)
    yield (f"rules that no exception permits: {', '.join(policy.never_excepted) or 'none'}",)
    for stage, evidence in policy.evidence.items():
        yield (f"asked at {stage}: {', '.join(evidence)}",)
    yield ("",)
    for line in _classes(policy):
        yield (line,)
    yield from (("", *requirement(rule)) for rule in policy.requirements)


def requirement(rule: RequirementRule) -> tuple[str, ...]:
    """Return the lines that say what a requirement demands, when, why, and who says so."""
    needed = "Provided" if rule.allows else "Needed as well"
    return (
        f"{rule.id}: {demand(rule)}, {occasion(rule)}",
        f"    {rule.text}",
        *(f"    {needed}: {NEEDS[need]}." for need in rule.needs),
        f"    Source: {rule.source}.",
    )


def _spaced(blocks: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of blocks; what would be empty at the top is left out."""
    lines = [line for block in blocks for line in block]
    yield from lines[1:] if lines[:1] == [""] else lines


def days(dated: RequirementRule | DatedRule | DatedPolicy) -> str:
    """Say from when to when something counts."""
    if not dated.until:
        return f"from {dated.effective_on} on"
    return f"from {dated.effective_on} to {dated.until}" if dated.effective_on else f"until {dated.until}"


def undeclared(policy: Policy) -> str:
    """Say what becomes of a workload that nobody declared."""
    if policy.undeclared == "warn":
        return "need what every workload needs, and only warn, unless they are the host"
    return f"count as {policy.undeclared}"


def demand(rule: RequirementRule) -> str:
    """Say what a requirement demands, or permits."""
    dedicated = f" ({rule.dedicated_level} on a dedicated placement)" if rule.dedicated_level else ""
    return f"{rule.allows} is permitted" if rule.allows else f"at least {rule.level}{dedicated}"


def occasion(rule: RequirementRule) -> str:
    """Say when a requirement applies, and on which days."""
    when = f"when {spelled(rule.when)}" if rule.when else "always"
    return f"{when}, {days(rule)}" if rule.effective_on or rule.until else when


def spelled(conditions: Iterable[Condition]) -> str:
    """Spell out conditions that all have to hold."""
    parts = [_condition(condition) for condition in conditions]
    return " and ".join(f"({part})" if " or " in part and len(parts) > 1 else part for part in parts)


def _condition(condition: Condition) -> str:
    if condition.operator == "any-of":
        cases = (spelled(alternative) for alternative in condition.alternatives)
        return " or ".join(f"({case})" if " and " in case else case for case in cases)
    joint = ", " if condition.operator == "contains" else " or "
    return f"{condition.field} {_WORDS[condition.operator]} {joint.join(condition.values)}"


def _classes(policy: Policy) -> Iterator[str]:
    rows = [_HEADINGS, *(_row(policy, name) for name in CLASSES)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(policy: Policy, name: str) -> tuple[str, ...]:
    minima = (policy.thresholds[name][dimension] for dimension in DIMENSIONS)
    shown = (f"{minimum.minimum} (undecided: {minimum.undecided})" for minimum in minima)
    return name, policy.classes[name], *shown, f"{policy.longest_exception[name]} days"
