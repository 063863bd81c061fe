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

    @property
    def rendered(self) -> str:
        """Where it stands in what a program made of the file; empty for what stands there itself."""
        return ""


class RenderedLocation(Location):
    """The place in a template or an overlay that a line of what was rendered comes from.

    `start` and `end` are offsets into what was rendered: nothing can be edited by them. `by` names the rendering, such
    as `helm template charts/web (prod)`, and `rendered_line` counts from 1 in what it printed.
    """

    by: str
    rendered_line: int

    @property
    def rendered(self) -> str:
        """Where it stands in what was rendered."""
        return f"line {self.rendered_line} of {self.by}"


def whole_file(path: str) -> Location:
    """Return the location of a file as such, for what has no narrower place."""
    return Location(path, 1, 1, 1, 1, 0, 0)
