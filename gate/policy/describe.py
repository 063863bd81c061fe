"""A policy in words, for a person who wants to know what will be asked of them and who says so."""

from __future__ import annotations

from gate.model.policy import NEEDS
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import CLASSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.policy import Condition, Policy, RequirementRule

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
    """Yield the lines that show a whole policy."""
    yield f"{policy.name} (sha256 {policy.digest})"
    yield ""
    yield f"undeclared workloads: {undeclared(policy)}"
    yield f"unrendered templates: {policy.unrendered}"
    yield f"package fixes are due by: {', '.join(policy.remediation)}"
    yield f"rules that block whatever the level is: {', '.join(policy.require) or 'none'}"
    for stage, evidence in policy.evidence.items():
        yield f"asked at {stage}: {', '.join(evidence)}"
    yield ""
    yield from _classes(policy)
    for rule in policy.requirements:
        yield ""
        yield f"{rule.id}: {demand(rule)}, {occasion(rule)}"
        yield f"    {rule.text}"
        for need in rule.needs:
            yield f"    {'Provided' if rule.allows else 'Needed as well'}: {NEEDS[need]}."
        yield f"    Source: {rule.source}."


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
    """Say when a requirement applies."""
    return f"when {spelled(rule.when)}" if rule.when else "always"


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
