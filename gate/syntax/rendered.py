"""What a program made of templates, read as the files that it was made of: every place is one of theirs.

A reader is given one `Rendered` for every template, and asks it for text and places as it asks any file.
"""

from __future__ import annotations

from gate.model.location import RenderedLocation
from gate.model.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from gate.model.location import Location

    class Places(Protocol):
        """Finds where something rendered was written."""

        def origin(self, at: Location) -> Location:
            """Return the place in a file that a place in the rendered text comes from."""
else:
    Protocol = object


class Rendered(Source):
    """What one file came to; `lines` tells of each of its lines where it stands in all that was printed."""

    __slots__ = ("_lines", "_places", "by")

    def __init__(self, path: str, data: bytes, by: str, lines: Sequence[int], places: Places) -> None:
        """Take the path of the file that it came of, the text, and what made it."""
        super().__init__(path, data)
        self.by = by
        self._lines = lines
        self._places = places

    def location(self, start: int, end: int) -> Location:
        """Return the place in the file that a region of the text comes from."""
        here = super().location(start, end)
        at = self._places.origin(here)
        line = self._lines[min(here.line, len(self._lines)) - 1] if self._lines else here.line
        return RenderedLocation(
            at.path, at.line, at.column, at.end_line, at.end_column, start, end, by=self.by, rendered_line=line
        )


class Fixed:
    """One place for everything."""

    __slots__ = ("_at",)

    def __init__(self, at: Location) -> None:
        """Take the place."""
        self._at = at

    def origin(self, _at: Location) -> Location:
        """Return it."""
        return self._at
