"""A file that a change adds where nothing is judged."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: every file of the change that the trusted commit does not hold; exclude[].paths of its .gate.yaml.
# Allowed: files that no declaration of the trusted commit excludes.

RULE = Rule(
    id="DCL013",
    name="excluded-addition",
    title="is new, and nobody judges it",
    severity="medium",
    remedy="look at it oneself, or move it to where it is judged",
)
