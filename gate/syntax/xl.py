"""Configurations of Xen's `xl`: `key = value`, where a value is a string, a number or a list of such.

Grammar: xen `tools/libs/util/libxlu_cfg_l.l` and `libxlu_cfg_y.y`. Names are in lower case, a carriage return or a sign
is an error, statements end with a line feed or `;`, the last assignment counts, and `+=` adds to the one before.
"""

from __future__ import annotations

import re

from gate.model.errors import InputError
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from gate.model.location import Location
    from gate.model.source import Source

    Value: TypeAlias = "str | tuple[Value, ...]"

_TOKEN = re.compile(
    r"""(?P<blank>[ \t]+|\#[^\n]*)|(?P<end>[\n;])|(?P<name>[a-z][._0-9a-z]*)|(?P<number>[0-9][0-9a-fx]*)"""
    r"""|(?P<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(?P<mark>\+=|[=\[\],])"""
)
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

#: Tokens of one file, and lists inside each other; real files have a hundred, and none.
MAX_TOKENS = 20_000
MAX_DEPTH = 16

_REMEDY = "write it as xl.cfg(5) has it"


class Item(Record):
    """What counts of one key: a string, a number as it is written, or a list; and where it stands."""

    value: Value
    at: Location


class _Reader:
    """The tokens of one file, taken one after the other."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.here = 0
        self.tokens: list[tuple[str, str, int]] = []
        while self.here < len(source.text):
            match = _TOKEN.match(source.text, self.here)
            if match is None or len(self.tokens) > MAX_TOKENS:
                raise self.refused(self.here)
            if match.lastgroup != "blank":
                self.tokens.append((match.lastgroup or "", match[0], self.here))
            self.here = match.end()
        self.tokens.append(("end", "\n", self.here))
        self.next = 0

    def refused(self, offset: int) -> InputError:
        return InputError("is no statement of xl", at=self.source.location(offset, offset + 1), remedy=_REMEDY)

    def take(self, *kinds: str) -> tuple[str, str, int]:
        """Return the next token; raise InputError where it is none of these kinds or marks."""
        token = self.tokens[min(self.next, len(self.tokens) - 1)]
        if token[0] not in kinds and token[1] not in kinds:
            raise self.refused(token[2])
        self.next += 1
        return token

    def peek(self) -> str:
        return self.tokens[min(self.next, len(self.tokens) - 1)][1]

    def value(self, depth: int = 0) -> Value:
        kind, text, at = self.take("text", "number", "[")
        if kind == "number":
            return text
        if kind == "text":
            return _ESCAPE.sub(_unescaped, text[1:-1])
        if depth >= MAX_DEPTH:
            raise self.refused(at)
        found: list[Value] = []
        self._lines()
        while self.peek() != "]":
            found.append(self.value(depth + 1))
            self._lines()
            if self.peek() != "]":
                self.take(",")
                self._lines()
        self.take("]")
        return tuple(found)

    def _lines(self) -> None:
        while self.peek() == "\n" and self.next < len(self.tokens) - 1:
            self.next += 1


def _unescaped(match: re.Match[str]) -> str:
    what = match[1]
    return chr(int(what, 8) & 0xFF) if what[0] in "01234567" else _ESCAPES.get(what, what)


def parse(source: Source) -> dict[str, Item]:
    """Return what counts of every key; raise InputError for what `xl` refuses."""
    reader = _Reader(source)
    found: dict[str, Item] = {}
    while reader.next < len(reader.tokens):
        if reader.tokens[reader.next][0] == "end":
            reader.next += 1
            continue
        _, name, start = reader.take("name")
        _, mark, _ = reader.take("=", "+=")
        value = reader.value()
        end = reader.tokens[reader.next - 1]
        reader.take("end")
        before = found.get(name)
        if mark == "+=" and before is not None:
            value = (
                before.value + value
                if isinstance(before.value, str) and isinstance(value, str)
                else (
                    *(before.value if isinstance(before.value, tuple) else (before.value,)),
                    *(value if isinstance(value, tuple) else (value,)),
                )
            )
        found[name] = Item(value, source.location(start, end[2] + len(end[1])))
    return found
