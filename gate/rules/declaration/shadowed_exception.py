"""An exception that permits what another permits already."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: exceptions[] of .gate.yaml.
# Allowed: exceptions of which none permits all that another does.

RULE = Rule(
    id="DCL011",
    name="shadowed-exception",
    title="permits nothing that another does not",
    severity="low",
    remedy="keep the one that is meant",
)
