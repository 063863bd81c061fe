"""A change that would have itself judged more mildly."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: everything of .gate.yaml and of the policies it names, and what labels, annotations and x-gate keys state.
# Allowed: what stands in the trusted commit, or anything stricter.

RULE = Rule(
    id="DCL007",
    name="weakened-declaration",
    title="would be judged more mildly",
    severity="high",
    remedy="have the change to the declaration approved by whoever owns it, in a change of its own",
)
