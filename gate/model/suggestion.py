"""A change that would satisfy a requirement."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location


class Edit(Record):
    """Replace one region of a file; an empty region inserts."""

    at: Location
    text: str


class Suggestion(Record):
    """One way to meet the requirement on this platform.

    `snippet` is what to write, as text; `edits` are the same as changes to files once they have been proven, and empty
    until then. `safe` is for changes that cannot break the workload. Costs and preconditions carry their sources.
    """

    title: str
    reaches: str
    safe: bool
    snippet: str
    at: Location
    preconditions: tuple[str, ...]
    costs: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
