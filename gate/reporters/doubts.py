"""Doubts that one unreadable thing raises, told together: whoever settles it answers all of them at once."""

from __future__ import annotations

from gate.model.record import Record
from gate.model.truth import UNDECIDED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.location import Location
    from gate.model.rule import Finding

#: Rules of a doubt that are named; the full reports have the rest.
FEW = 3


class Doubt(Record):
    """What several rules cannot decide at one place, for one reason."""

    at: Location
    cause: str
    rules: tuple[str, ...]
    what: str = ""

    @property
    def text(self) -> str:
        """Name the rules, what they ask where it is the same, and what they cannot see through."""
        named, rest = self.rules[:FEW], len(self.rules) - FEW
        what = f" {self.what}" if self.what else ""
        return f"{', '.join(named)}{f' and {rest} more' if rest > 0 else ''}{what}{UNDECIDED}{self.cause}"


def together(findings: Iterable[Finding]) -> tuple[Finding | Doubt, ...]:
    """Return the findings in their order, what is undecided for one reason as one doubt where the first stood."""
    found: dict[tuple[Location, str], list[Finding]] = {}
    for finding in findings:
        cause = _parts(finding)[1] if finding.outcome == "undecided" else ""
        found.setdefault((finding.at, cause or f"{id(finding)}"), []).append(finding)
    return tuple(several[0] if len(several) == 1 else _doubt(several) for several in found.values())


def _doubt(findings: list[Finding]) -> Doubt:
    asked = {_parts(finding)[0] for finding in findings}
    rules = tuple(dict.fromkeys(finding.rule for finding in findings))
    return Doubt(findings[0].at, _parts(findings[0])[1], rules, asked.pop() if len(asked) == 1 else "")


def _parts(finding: Finding) -> tuple[str, str]:
    """Return what is asked, where the message says so, and why there is no answer."""
    what, stated, why = finding.message.partition(UNDECIDED)
    return (what, why) if stated else ("", what)
