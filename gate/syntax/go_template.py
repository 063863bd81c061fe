"""Go's template language, as far as telling text from actions goes, so that lines can be followed through a rendering.

A mark at the end of a line of text, written as a YAML comment, comes out wherever the line does. What stands before a
mark in the output was therefore brought by its line, or by lines before it that could carry none: a line that ends
inside of an action, in a `define`, which may be put anywhere, or behind `-}}`, which would no longer trim it.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: What opens a block that `end` closes, and the blocks whose text another template may put anywhere.
_OPENING = frozenset({"if", "range", "with", "define", "block"})
_MOVABLE = frozenset({"define", "block"})

_QUOTES = "\"`'"
_KEYWORD = r"\{\{(?:-\s)?\s*([a-z]*)"


class Action:
    """One `{{ ... }}`: its offsets, its keyword if it has one, and whether it trims the text behind it."""

    __slots__ = ("end", "keyword", "start", "trims")

    def __init__(self, start: int, end: int, text: str) -> None:
        """Take the offsets and the whole text."""
        self.start = start
        self.end = end
        found = re.match(_KEYWORD, text)
        self.keyword = found[1] if found is not None else ""
        self.trims = bool(re.search(r"\s-\}\}\Z", text))


def actions(text: str) -> Iterator[Action]:
    """Yield the actions of a template in order; one that is not closed goes to the end."""
    here = text.find("{{")
    while here >= 0:
        end = _end(text, here)
        yield Action(here, end, text[here:end])
        here = text.find("{{", end)


def _end(text: str, start: int) -> int:
    """Return where an action ends: strings hide braces, and a comment goes on to its own end."""
    if re.match(r"\{\{(?:-\s+)?/\*", text[start : start + 8]):
        closed = text.find("*/", start)
        brace = text.find("}}", closed) if closed >= 0 else -1
        return brace + 2 if brace >= 0 else len(text)
    for found in re.compile(r"\}\}|[\"'`]").finditer(text, start + 2):
        if found[0] == "}}":
            return found.end()
        return _behind_strings(text, found.start())
    return len(text)


def _behind_strings(text: str, here: int) -> int:
    """Return where an action ends that has strings, from the first of them on."""
    while here < len(text):
        if text.startswith("}}", here):
            return here + 2
        if text[here] not in _QUOTES:
            here += 1
            continue
        quote, here = text[here], here + 1
        while here < len(text) and text[here] != quote:
            here += 2 if text[here] == "\\" and quote != "`" else 1
        here += 1
    return len(text)


def marked(text: str, mark: Callable[[int], str]) -> tuple[str, frozenset[int]]:
    """Return the template with a mark behind every line that may carry one, and the numbers of those lines, from 1."""
    pieces: list[str] = []
    lines: set[int] = set()
    written = 0
    for number, end in _free_ends(text):
        pieces += (text[written:end], mark(number))
        lines.add(number)
        written = end
    return "".join([*pieces, text[written:]]), frozenset(lines)


def _free_ends(text: str) -> Iterator[tuple[int, int]]:
    """Yield the number and the end of every line that ends in text which stays where it is."""
    here = number = 0
    blocks: list[str] = []
    trimmed = False
    for action in [*actions(text), Action(len(text), len(text), "")]:
        for end in _line_ends(text, here, action.start):
            number += 1
            line = text[text.rfind("\n", 0, end) + 1 : end]
            hidden = trimmed and not text[here:end].strip()
            if not (hidden or line.startswith("---") or _MOVABLE.intersection(blocks)):
                yield number, end - line.endswith("\r")
        number += text.count("\n", action.start, action.end)
        if action.keyword in _OPENING:
            blocks.append(action.keyword)
        elif action.keyword == "end" and blocks:
            blocks.pop()
        here, trimmed = action.end, action.trims


def _line_ends(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the ends of lines in a stretch, that of a last line without a line feed too."""
    here = text.find("\n", start, end)
    while here >= 0:
        yield here
        here = text.find("\n", here + 1, end)
    if end == len(text) and text[-1:] not in ("\n", ""):
        yield end
