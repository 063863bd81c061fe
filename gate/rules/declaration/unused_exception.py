"""An exception that nothing needs."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: exceptions[] of .gate.yaml.
# Allowed: a rule that finds something at the workload it names.

RULE = Rule(
    id="DCL005",
    name="unused-exception",
    title="permits something that is not there",
    severity="low",
    remedy="remove it",
)
