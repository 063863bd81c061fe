"""A workload that a change adds and that nobody declared."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: every workload of the change that the trusted commit does not hold.
# Allowed: workloads that the trusted declaration speaks of, or that state their sensitivity themselves.

RULE = Rule(
    id="DCL008",
    name="new-undeclared-workload",
    title="is new and undeclared",
    severity="medium",
    remedy="declare its sensitivity in .gate.yaml",
)
