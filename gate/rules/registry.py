"""Every rule by its id: the families' tables in one."""

from __future__ import annotations

from gate.rules.age import RULES as AGE
from gate.rules.declaration import RULES as DECLARATION
from gate.rules.guest import RULES as GUEST
from gate.rules.image import RULES as IMAGE
from gate.rules.isolation import RULES as ISOLATION
from gate.rules.packages import RULES as PACKAGES
from gate.rules.template import RULES as TEMPLATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.rule import Rule
    from gate.rules import Entry

RULES: dict[str, Entry] = {**ISOLATION, **GUEST, **IMAGE, **DECLARATION, **TEMPLATE, **AGE, **PACKAGES}


def load(rule_id: str) -> Rule:
    """Import one rule."""
    return RULES[rule_id].load()
