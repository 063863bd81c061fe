"""A key that looks like protection and is dropped by the platform."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Kubernetes fields of one security context in the other, and keys that no version knows; what
#   `docker stack deploy` drops.
# Allowed: fields where the API has them.

RULE = Rule(
    id="ISO039",
    name="ignored-protection",
    title="has a key that the platform drops, so it protects nothing",
    severity="medium",
    remedy="move the key to where the platform reads it",
    facts=("A.ignored_key",),
)
