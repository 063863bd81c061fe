"""A statement that excuses nothing that is there."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: statements of the VEX documents that are named on the command line.
# Allowed: statements that excuse nothing by their status; those that a reported vulnerability of their product has.

RULE = Rule(
    id="PKG012",
    name="unused-vex-statement",
    title="excuses a vulnerability that is not there",
    severity="low",
    remedy="correct the product, or remove the statement",
)
