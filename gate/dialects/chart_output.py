"""What `helm template` prints: a section for every document, headed by the template that it comes of, and its lines.

Helm cuts what templates make at the lines that begin with `---`, so no text of theirs can be such a heading. Which line
of a template brought which line of the output is found out with marks (`gate.syntax.go_template`): what is rendered
with them has to be, but for them, what is rendered without, line by line.
"""

from __future__ import annotations

import re

from gate.model.location import whole_file
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from gate.model.location import Location
    from gate.model.source import Source

    #: The first and the last line of a template that something may come from; None where that is not known.
    Span: TypeAlias = tuple[int, int] | None

HEADING = "# Source: "


class Section(Record):
    """One document: the path of its template as Helm calls it, the number of its first line, and its lines."""

    name: str
    first: int
    lines: tuple[str, ...]


def sections(text: str) -> list[Section]:
    """Cut the output; what stands before the first heading, which is nothing, has an empty name."""
    lines = text.split("\n")
    starts = [
        index for index in range(len(lines) - 1) if lines[index] == "---" and lines[index + 1].startswith(HEADING)
    ]
    found = [Section("", 1, tuple(lines[: starts[0] if starts else len(lines)]))]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        found.append(Section(lines[start + 1].removeprefix(HEADING), start + 1, tuple(lines[start:end])))
    return [one for one in found if one.name or any(line.strip() for line in one.lines)]


class Marks:
    """Marks of one rendering; `token` is a word that nothing in the chart can hold, as it is made of all of it."""

    __slots__ = ("_numbers", "_pattern", "_token", "lines")

    def __init__(self, token: str) -> None:
        """Start with no template."""
        self._token = token
        self._numbers: dict[str, int] = {}
        self._pattern = re.compile(rf" ?#{token}:([0-9]+):([0-9]+)")
        self.lines: dict[str, frozenset[int]] = {}

    def marked(self, name: str, text: str) -> str:
        """Return a template with its marks."""
        from gate.syntax.go_template import marked

        number = self._numbers.setdefault(name, len(self._numbers))
        text, self.lines[name] = marked(text, lambda line: f" #{self._token}:{number}:{line}")
        return text

    def spans(self, plain: list[Section], marked: list[Section]) -> list[list[Span]]:
        """Return, for every section of the plain rendering, where each of its lines comes from."""
        bare = [(one, self._bare(one)) for one in marked]
        kept = [(one, lines) for one, lines in bare if any(line.strip() for line in lines[2:])]
        if [one.name for one in plain] != [one.name for one, _ in kept]:
            return [[None] * len(one.lines) for one in plain]
        return [self._spans(one, section, lines) for one, (section, lines) in zip(plain, kept, strict=True)]

    def _bare(self, section: Section) -> list[str]:
        return [self._pattern.sub("", line) for line in section.lines]

    def _spans(self, plain: Section, marked: Section, bare: list[str]) -> list[Span]:
        """Align two sections, which may differ in what is blank before and behind them."""
        (start, end), (low, high) = _filled(list(plain.lines)), _filled(bare)
        spans: list[Span] = [None] * len(plain.lines)
        if end - start == high - low:
            origins = self._origins(marked)
            for index in range(end - start):
                if plain.lines[start + index] == bare[low + index]:
                    spans[start + index] = origins[low + index]
        return spans

    def _origins(self, section: Section) -> list[Span]:
        """Say of each line of a marked section which lines of its template come before the next mark."""
        own, free = self._numbers.get(section.name), self.lines.get(section.name, frozenset())
        origins: list[Span] = []
        before = 0
        marks = [
            (index, int(found[1]), int(found[2]))
            for index, line in enumerate(section.lines)
            for found in self._pattern.finditer(line)
        ]
        here = 0
        for index in range(len(section.lines)):
            while here < len(marks) and marks[here][0] < index:
                before = marks[here][2] if marks[here][1] == own else 0
                here += 1
            if here == len(marks) or marks[here][1] != own:
                origins.append(None)
                continue
            low = high = marks[here][2]
            while low > 1 and low - 1 not in free and low - 1 != before:
                low -= 1
            origins.append((low, high))
        return origins


def _filled(lines: list[str]) -> tuple[int, int]:
    """Return where the lines below the heading begin and end that are not blank."""
    start, end = 2, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


class TemplatePlaces:
    """The lines of one template by the lines of what it came to."""

    __slots__ = ("_lines", "_spans", "_starts", "_template", "_texts")

    def __init__(self, template: Source, sections: Iterable[Section], spans: Iterable[Sequence[Span]]) -> None:
        """Take the template, and its sections with the spans of their lines."""
        self._template = template
        self._texts = template.text.split("\n")
        self._starts = [0]
        for text in self._texts:
            self._starts.append(self._starts[-1] + len(text) + 1)
        self._lines = [line for section in sections for line in section.lines]
        self._spans = [span for of_section in spans for span in of_section]

    def origin(self, at: Location) -> Location:
        """Return the line that brought the one where a place begins, else the nearest one around it that is known."""
        index = min(at.line, len(self._spans)) - 1
        indent = _indent(self._lines[index]) if index >= 0 else 0
        while index >= 0:
            span, line = self._spans[index], self._lines[index]
            if span is not None and (index == at.line - 1 or (line.strip() and _indent(line) < indent)):
                return self._region(*self._narrowed(span, line))
            if line.strip() and _indent(line) < indent:
                indent = _indent(line)
            index -= 1
        return whole_file(self._template.path)

    def _narrowed(self, span: tuple[int, int], line: str) -> tuple[int, int]:
        """Of several lines take the one that says the same, if just one does."""
        same = [number for number in range(span[0], span[1] + 1) if self._texts[number - 1].strip() == line.strip()]
        return (same[0], same[0]) if len(same) == 1 else span

    def _region(self, first: int, last: int) -> Location:
        text = self._texts[last - 1].rstrip()
        start = self._starts[first - 1] + _indent(self._texts[first - 1])
        return self._template.location(start, max(start, self._starts[last - 1] + len(text)))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def alike(template: Source, section: Section) -> list[Span]:
    """Say where lines come from that a template holds just once, word by word: for want of marks."""
    texts = [line.strip() for line in template.text.split("\n")]
    numbers = {text: number for number, text in enumerate(texts, 1) if text and texts.count(text) == 1}
    found = (numbers.get(line.strip()) for line in section.lines)
    return [(number, number) if number is not None else None for number in found]
