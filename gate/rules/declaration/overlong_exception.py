"""An exception that is longer than the policy allows."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: exceptions[].created and .expires of .gate.yaml; `exceptions` of the policy, by class.
# Allowed: at most the policy's number of days between the two.

RULE = Rule(
    id="DCL004",
    name="overlong-exception",
    title="is not taken, because it is longer than the policy allows",
    severity="medium",
    remedy="end it sooner",
)
