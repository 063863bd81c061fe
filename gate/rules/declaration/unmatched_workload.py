"""A declared workload that speaks of nothing."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: workloads[].paths and .match of .gate.yaml.
# Allowed: selectors that match at least one subject of what was judged, where everything below the file was.

RULE = Rule(
    id="DCL006",
    name="unmatched-workload",
    title="speaks of nothing that is there",
    severity="medium",
    remedy="correct the path, kind or name, or remove the entry",
)
