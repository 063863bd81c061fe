"""An exception that speaks of more than somebody can have looked at."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: exceptions[].rule, .vulnerability, .workload and .subject of .gate.yaml.
# Allowed: names without wildcards, of at most 20 subjects.

RULE = Rule(
    id="DCL010",
    name="too-broad-exception",
    title="permits more than anybody can have looked at",
    severity="high",
    remedy="name the subjects one by one",
)
