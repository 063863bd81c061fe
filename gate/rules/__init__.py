"""Floor 3: one question, one module, one page.

The table of a family names its rules' modules and the facts they ask, so that a rule is only imported when its facts
give it something to say.
"""

from __future__ import annotations

from gate.model.record import Record


class Entry(Record):
    """One line of a family's table: the module, what kind of subject it asks, and the facts it names."""

    module: str
    subject: str
    facts: tuple[str, ...] = ()
