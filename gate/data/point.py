"""Finds a point release in its table."""

from __future__ import annotations

from functools import lru_cache

from gate.model.lifecycle import Point

#: Numbers of a release line, whose next point release replaces the one before; one where it is not said.
NUMBERS = {"alpine-linux": 2, "dotnet": 2, "ubuntu": 2}


def point(product: str, release: str) -> Point | None:
    """Return when a point release appeared; one may be written without the last of its numbers where that is 0."""
    rows = _rows(product)
    return rows.get(release) or rows.get(f"{release}.0")


def of_line(product: str, line: str) -> tuple[Point, ...]:
    """Return the point releases of a line, in the order in which they appeared."""
    found = [one for name, one in _rows(product).items() if line_of(product, name) == line]
    return tuple(sorted(found, key=lambda one: one.first))


def line_of(product: str, release: str) -> str:
    """Return the release line that a point release is of."""
    return ".".join(release.split(".")[: NUMBERS.get(product, 1)])


@lru_cache(maxsize=16)
def _rows(product: str) -> dict[str, Point]:
    from gate.data.points import POINTS

    found: dict[str, Point] = {}
    line, following = "", None
    for row in reversed(POINTS.get(product, "").splitlines()):
        name, _, written = row.partition("=")
        first, _, last = written.partition(",")
        if line != (line := line_of(product, name)):
            following = None
        found[name] = Point(int(first), int(last or first), following)
        following = int(last or first)
    return found
