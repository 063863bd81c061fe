"""What a report may say about a rule beside its findings."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from gate.model.rule import Rule


class Page(Record):
    """A rule with its page, as Markdown without the examples."""

    rule: Rule
    text: str


if TYPE_CHECKING:

    class Pages(Protocol):
        """Looks pages up."""

        def __call__(self, rule_id: str) -> Page:
            """Return the page of a rule that exists."""
