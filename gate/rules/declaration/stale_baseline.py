"""A baseline that knows what is there no more."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: entries[] of the baseline.
# Allowed: entries of what was found again as often; of files that the run was not asked for; of another stage.

RULE = Rule(
    id="DCL020",
    name="stale-baseline",
    title="knows what is there no more",
    severity="low",
    remedy="write it anew: `gate check --baseline FILE --write-baseline`",
)
