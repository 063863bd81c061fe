"""Every rule by its id: the families' tables in one."""

from __future__ import annotations

from gate.rules.isolation import RULES as ISOLATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.rules import Entry

RULES: dict[str, Entry] = {**ISOLATION}
