"""Findings that are about the declaration or its exceptions, made from their rules."""

from __future__ import annotations

from gate.model.rule import Finding
from gate.rules.registry import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location


def about(rule_id: str, message: str, at: Location, subject: str = "") -> Finding:
    """Return a failed finding of a rule that the pipeline itself asks."""
    rule = load(rule_id)
    return Finding(rule.id, rule.name, "failed", rule.severity, message, at, rule.remedy, subject)
