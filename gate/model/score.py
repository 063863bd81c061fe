"""Scores: intervals with their arithmetic shown."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.clock import Clock
    from gate.model.lag import Lags
    from gate.model.location import Location

    Dimension = Literal["image_age", "package_freshness", "isolation_fitness"]

DIMENSIONS: tuple[Dimension, ...] = ("image_age", "package_freshness", "isolation_fitness")


class Deduction(Record):
    """Points taken off, at the best and at the worst reading of the input, in hundredths of a point."""

    id: str
    text: str
    best: int
    worst: int
    at: Location | None


class Projection(Record):
    """When a score that only gets older falls below its threshold, as ISO days.

    `first` is the first day on which it may be below, and `last` the first on which it certainly is; empty where that
    is more than ten years away.
    """

    first: str
    last: str


class Score(Record):
    """A dimension's score: whole points from 0 to 100, an interval wherever an input is uncertain.

    `days` is the interval of the age behind the score, worst bound None when nothing bounds it; `clocks` are those of
    a built image, with their evidence, and `lag` is what its packages were compared with, None where they were not.
    """

    dimension: Dimension
    lo: int
    hi: int
    deductions: tuple[Deduction, ...]
    days: tuple[int, int | None] | None = None
    clocks: tuple[Clock, ...] = ()
    lag: Lags | None = None


def score(
    dimension: Dimension,
    deductions: tuple[Deduction, ...],
    days: tuple[int, int | None] | None = None,
    clocks: tuple[Clock, ...] = (),
) -> Score:
    """Take the deductions off 100, rounding half to even once at the end."""
    lo, hi = _left(d.worst for d in deductions), _left(d.best for d in deductions)
    return Score(dimension, lo, hi, deductions, days, clocks)


if TYPE_CHECKING:
    from collections.abc import Iterable


def _left(taken: Iterable[int]) -> int:
    hundredths = max(0, 10_000 - sum(taken))
    whole, rest = divmod(hundredths, 100)
    return whole + (rest > 50 or (rest == 50 and whole % 2 == 1))
