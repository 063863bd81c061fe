"""Points that grow with days, piecewise linear, in whole hundredths."""

from __future__ import annotations


def ramp(days: int, knees: tuple[tuple[int, int], ...]) -> int:
    """Return the points at a number of days; the first knee is where they begin, the last where they stop growing."""
    before, points = knees[0]
    if days <= before:
        return points
    for day, more in knees[1:]:
        if days <= day:
            return points + (more - points) * (days - before) // (day - before)
        before, points = day, more
    return points
