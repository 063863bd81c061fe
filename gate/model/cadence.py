"""Who keeps something up to date: what builds or pulls it again, and what moves on the versions that it names."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.image_name import ImageName
    from gate.model.location import Location

    Upkeep = Literal["rebuild", "bump", "pull"]


class Keeper(Record):
    """One thing that rebuilds or bumps a subject, by the name of its tool, and the line that says so.

    `every` is how many days may pass between two runs at most, None where no file says it. `doubt` says why it is not
    certain that it keeps the subject, as a clause; it is empty where it is. A bump moves on what has a digest or a
    version; one that `pins` gives a digest to whatever has none. A pull fetches the same tag again.
    """

    tool: str
    does: Upkeep
    at: Location
    every: int | None = None
    doubt: str = ""
    pins: bool = False


class Cadence(Record):
    """Everything in the repository that keeps one thing up to date, or may; nothing where nothing is in sight.

    `name` is the image that it is based on, or that it runs, None where that is not known or there is none; `at` is
    where that stands.
    """

    name: ImageName | None
    at: Location
    keepers: tuple[Keeper, ...]
