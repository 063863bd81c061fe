"""How far the packages of an image are behind what its distribution offers."""

from __future__ import annotations

from gate.model.days import iso
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model.location import Location


class Lag(Record):
    """One package that is behind; days since 1970, None where nothing tells them.

    `least` and `most` are the days between the builds of both versions. `since` is when the newer one became available,
    and `by` a day on which it certainly was.
    """

    package: str
    installed: str
    offered: str
    least: int
    most: int | None
    since: int | None
    by: int | None
    at: Location

    @property
    def text(self) -> str:
        """Name it and what is newer."""
        since = f", there since {iso(self.since)}" if self.since is not None else ""
        return f"{self.package} {self.installed} ({self.offered}{since})"


class Lags(Record):
    """What comes of the comparison: of `compared` packages those that are `behind`, and how many may be.

    There are `total` packages; those that no index lists are not behind at best. `open` says why there may be more,
    empty where there is nothing to doubt.
    """

    total: int
    compared: int
    behind: tuple[Lag, ...]
    doubtful: int
    open: str

    @property
    def share(self) -> tuple[int, int]:
        """How many of a thousand are behind, at least and at most."""
        if not self.compared:
            return 0, 1_000
        least = 1_000 * len(self.behind) // self.total
        return least, 1_000 if self.open else 1_000 * (len(self.behind) + self.doubtful) // self.compared

    @property
    def tail(self) -> tuple[int, int | None]:
        """For how many days one in ten of all packages lags or longer, at least and at most.

        Of those that are behind alone it would fall when another falls behind.
        """
        current = [0] * (self.compared - len(self.behind) - self.doubtful)
        least = [*[0] * (self.total - len(self.behind)), *(lag.least for lag in self.behind)]
        most = [*current, *[None] * self.doubtful, *(lag.most for lag in self.behind)]
        return _place(least, 9) or 0, None if self.open else _place(most, 9)

    def days(self, tenths: int) -> tuple[int, int | None]:
        """Return how long the packages lag that are behind, of ten the one at this place, at least and at most."""
        most = _place([lag.most for lag in self.behind], tenths)
        return _place([lag.least for lag in self.behind], tenths) or 0, most

    @property
    def libyears(self) -> str:
        """The years that they lag together, at least, with one decimal."""
        whole, tenth = divmod(40 * sum(lag.least for lag in self.behind) // 1461, 10)
        return f"{whole}.{tenth}"


def _place(days: Sequence[int | None], tenths: int) -> int | None:
    """Return the one at a place when they are in order, what is not known last; nothing is no day."""
    order = sorted(days or (0,), key=lambda day: (day is None, day or 0))
    return order[(len(order) * tenths - 1) // 10]
