"""The page of controls: what each rule is called by the benchmarks that ask the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.rules.registry import RULES, load

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """# Controls

Which items of published benchmarks each rule answers. Benchmarks renumber, so every id stands with its edition:
StackRox names its policies by an older CIS Docker numbering, one lower for several items. A control of the Pod Security
Standards stands with its profile, a technique of MITRE ATT&CK with its matrix; StackRox's edition is the day of the
sources that the names are from. A rule that is not here answers no published item that we know of.

The same ids are in `gate explain RULE` and, as tags of the rule, in SARIF.
"""


def controls() -> str:
    """Return the page."""
    return "\n".join([HEAD, "| rule | benchmark | edition | control |", "|---|---|---|---|", *_rows(), ""])


def _rows() -> Iterator[str]:
    for rule_id in sorted(RULES):
        rule = load(rule_id)
        for control in rule.controls:
            yield f"| {rule.id} {rule.name} | {control.benchmark} | {control.edition} | {control.id} |"
