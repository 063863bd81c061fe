"""An exception that is not taken because something is wrong with it."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: exceptions[] of .gate.yaml.
# Allowed: entries of the shape of `gate schema declaration`, for rules that exist.

RULE = Rule(
    id="DCL009",
    name="malformed-exception",
    title="is not taken, because something is wrong with it",
    severity="high",
    remedy="correct the entry, or let `gate except` write it",
)
