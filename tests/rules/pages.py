"""Turns the examples of a rule's page into inputs with expectations.

A fence names its file after the language. A finding is expected on the line that carries its marker, a comment such as
`# failed: ISO004`; where a format has no comments, the fence's own line carries it as `failed: ISO004@3`. Markers are
taken out before anything is judged. The fences below one heading are one folder. A fence that says `before` is a file
as it stands in the trusted commit; the change is made of the others, and what they do not name stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

OUTCOMES = ("failed", "undecided", "excepted")

_FENCE = re.compile(r"^```(?P<language>\S+) (?P<file>\S+)(?P<markers>.*)$")
_MARKER = re.compile(
    r"\s*(?:#|//|<!--)\s*(?P<outcome>failed|undecided|excepted): "
    r"(?P<rules>[A-Z]{2,4}\d{3}(?:, [A-Z]{2,4}\d{3})*)(?:\s*-->)?\s*$"
)
_ON_FENCE = re.compile(r"(?P<outcome>failed|undecided|excepted): (?P<rule>[A-Z]{2,4}\d{3})@(?P<line>\d+)")


class Expected(NamedTuple):
    """A finding that a page promises."""

    outcome: str
    rule: str
    path: str
    line: int


class Example(NamedTuple):
    """The folder below one heading."""

    page: Path
    heading: str
    files: dict[str, str]
    before: dict[str, str]
    expected: frozenset[Expected]

    def __str__(self) -> str:
        """Name the example in the test runner's output."""
        return f"{self.page.stem}: {self.heading}"


def examples(page: Path) -> list[Example]:
    """Return the examples of a page, in its order."""
    found: list[Example] = []
    heading = ""
    files: dict[str, str] = {}
    before: dict[str, str] = {}
    expected: set[Expected] = set()
    lines = iter([*page.read_text(encoding="utf-8").split("\n"), "## "])
    for line in lines:
        if line.startswith("## "):
            if files:
                found.append(Example(page, heading, {**before, **files}, before, frozenset(expected)))
            heading, files, before, expected = line[3:], {}, {}, set()
        elif fence := _FENCE.match(line):
            name = fence["file"]
            folder = before if fence["markers"].split()[:1] == ["before"] else files
            assert name not in folder, f"{page}: {name} stands twice below {heading!r}"
            body, marked = _body(name, lines)
            folder[name] = body
            expected |= marked | {
                Expected(one["outcome"], one["rule"], name, int(one["line"]))
                for one in _ON_FENCE.finditer(fence["markers"])
            }
    return found


def _body(name: str, lines: Iterator[str]) -> tuple[str, set[Expected]]:
    body: list[str] = []
    marked: set[Expected] = set()
    for line in lines:
        if line.startswith("```"):
            break
        marker = _MARKER.search(line)
        if marker:
            rules = marker["rules"].split(", ")
            marked |= {Expected(marker["outcome"], rule, name, len(body) + 1) for rule in rules}
        body.append(line[: marker.start()] if marker else line)
    return "".join(f"{line}\n" for line in body), marked
