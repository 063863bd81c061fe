"""A manifest that two readers would read differently."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Every node that evidence was read from: duplicate keys, words that YAML 1.1 and 1.2 type differently, merged
#   keys.
# Allowed: one reading.

RULE = Rule(
    id="ISO040",
    name="ambiguous-manifest",
    title="is written so that two readers see different things",
    severity="medium",
    remedy="write it so that every reader agrees: one key once, quoted words that could be booleans",
    facts=("A.ambiguous",),
)
