"""What was looked at, what was not, and why: a report always carries this."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location


class Skipped(Record):
    """Something that was seen and not judged, and why that is no reason to fail.

    `coming` is the day from which it is one, where there will be.
    """

    at: Location
    reason: str
    coming: str = ""


class NotUnderstood(Record):
    """Something that should have been judged and could not be; with what to do about it (exit status 3)."""

    at: Location
    reason: str
    remedy: str


class Suppression(Record):
    """A mark by which another tool is told to look away; it changes nothing here, and what it says is not kept."""

    tool: str
    at: Location


class Coverage(Record):
    """The ledger: files seen, files read (claimed by a reader), subjects judged."""

    seen: int
    read: int
    judged: int
    skipped: tuple[Skipped, ...]
    not_understood: tuple[NotUnderstood, ...]
    suppressions: tuple[Suppression, ...] = ()
