"""What reports say of the tables that ages and ends of support rest on."""

from __future__ import annotations

from gate.reporters.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.report import TablesLine

#: Digits of a digest that tell tables apart at a glance; the JSON report has all of them.
SHOWN = 12


def summed(line: TablesLine) -> str:
    """Say of when the tables are, and which they are."""
    origin = f" from {visible(line.origin)}" if line.origin else ""
    digests = ", ".join(f"{name} {digest[:SHOWN]}" for name, digest in line.digests)
    return f"tables{origin} of {line.date} ({digests})"


def noted(line: TablesLine) -> str:
    """Say what has to be known of them; nothing where that is nothing."""
    return f"the tables of {line.date} {' and '.join(line.notes)}" if line.notes else ""
