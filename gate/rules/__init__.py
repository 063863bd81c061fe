"""Floor 3: one question, one module, one page.

The table of a family names its rules' modules and the facts they ask, so that a rule is only imported when its facts
give it something to say, and a family when there is a subject that it asks.
"""

from __future__ import annotations

from functools import cache

from gate.model.loading import module
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from gate.model.image import Image
    from gate.model.report import SubjectKind
    from gate.model.rule import Rule

#: The families that ask each kind of subject, and the images that a workload names.
ASKING: dict[SubjectKind | Literal["reference"], tuple[str, ...]] = {
    "workload": ("isolation", "guest"),
    "image": ("image", "age", "packages"),
    "template": ("template", "age"),
    "reference": ("age",),
}


class Entry(Record):
    """One line of a family's table: the module, what kind of subject it asks, and the facts it names.

    `has` finds in an image what the rule is about: where there is none, the rule is not even imported.
    """

    module: str
    subject: str
    facts: tuple[str, ...] = ()
    has: Callable[[Image], object] | None = None

    def load(self) -> Rule:
        """Import the rule."""
        rule: Rule = module(self.module).RULE
        return rule


@cache
def asking(kind: SubjectKind | Literal["reference"]) -> dict[str, Entry]:
    """Return the rules that ask a kind of subject, by their ids."""
    tables: list[dict[str, Entry]] = [module(f"gate.rules.{family}").RULES for family in ASKING[kind]]
    return {rule: entry for table in tables for rule, entry in table.items() if entry.subject == kind}
