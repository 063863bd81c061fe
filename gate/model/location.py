"""Where something stands in the input."""

from __future__ import annotations

from gate.model.record import Record


class Location(Record):
    """A region of one file, exact enough to be shown and to be edited.

    Lines and columns count from 1, columns in characters; the end is exclusive. `start` and `end` are offsets in
    characters into the text of the `Source` (which is decoded without loss, so they can always be turned into bytes).
    `path` is relative to the root of the scan, with forward slashes.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int

    def __str__(self) -> str:
        """Show as `path:line`, the form editors and terminals make clickable."""
        return f"{self.path}:{self.line}"


def whole_file(path: str) -> Location:
    """Return the location of a file as such, for what has no narrower place."""
    return Location(path, 1, 1, 1, 1, 0, 0)
