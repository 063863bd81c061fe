"""Tables for a day that has not come yet."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gate.model.lifecycle import Tables


class _Later:
    """Tables as they are, and as new as a later day."""

    __slots__ = ("_tables", "date")

    def __init__(self, tables: Tables, date: str) -> None:
        self._tables = tables
        self.date = date

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tables, name)


def later(tables: Tables, date: str) -> Tables:
    """Return tables that say of a later day what these say of theirs."""
    return _Later(tables, date)
