"""A label, an annotation or an `x-gate` key that is not taken."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Dockerfile LABEL gate.*; Kubernetes annotations boundary-gate.io/*; Compose x-gate.
# Allowed: `class`, the axes of sensitivity, `regulated`, each with a value of its vocabulary.

RULE = Rule(
    id="DCL001",
    name="refused-statement",
    title="states what only the declaration may state, or nothing at all",
    severity="medium",
    remedy="state a class or an axis there, and role, placement, platform and exceptions in .gate.yaml",
)
