"""An exception that has not begun."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: exceptions[].created of .gate.yaml.
# Allowed: today or earlier.

RULE = Rule(
    id="DCL003",
    name="future-exception",
    title="permits nothing yet",
    severity="medium",
    remedy="correct the day it was created",
)
