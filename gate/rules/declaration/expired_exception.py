"""An exception whose time is over."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: exceptions[].expires of .gate.yaml.
# Allowed: today or later.

RULE = Rule(
    id="DCL002",
    name="expired-exception",
    title="permits nothing any more",
    severity="medium",
    remedy="fix what it permits, or renew it with a reason",
)
