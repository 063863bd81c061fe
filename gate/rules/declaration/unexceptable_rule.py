"""An exception from a rule that knows none."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: exceptions[].rule of .gate.yaml; `never_excepted` of the policy.
# Allowed: rules that the policy lets be excepted from, other than those about the declaration itself.

RULE = Rule(
    id="DCL012",
    name="unexceptable-rule",
    title="is excepted from, though nothing may be",
    severity="high",
    remedy="fix what the rule finds, or have the policy changed by whoever owns it",
)
