"""Floor 3: one question, one module, one page.

The table of a family names its rules' modules and the facts they ask, so that a rule is only imported when its facts
give it something to say, and a family when there is a subject that it asks.
"""

from __future__ import annotations

from gate.model.loading import module
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.report import SubjectKind
    from gate.model.rule import Rule

#: The families that ask each kind of subject.
ASKING: dict[SubjectKind, tuple[str, ...]] = {
    "workload": ("isolation",),
    "image": ("age", "packages"),
    "template": ("template", "age"),
}


class Entry(Record):
    """One line of a family's table: the module, what kind of subject it asks, and the facts it names.

    `part` is what an image must have for the rule to have anything to ask: the field of a build step or of a stage, or
    its history; empty for a rule that always has.
    """

    module: str
    subject: str
    facts: tuple[str, ...] = ()
    part: str = ""

    def load(self) -> Rule:
        """Import the rule."""
        rule: Rule = module(self.module).RULE
        return rule


def asking(kind: SubjectKind) -> dict[str, Entry]:
    """Return the rules that ask a kind of subject, by their ids."""
    tables: list[dict[str, Entry]] = [module(f"gate.rules.{family}").RULES for family in ASKING[kind]]
    return {rule: entry for table in tables for rule, entry in table.items() if entry.subject == kind}
