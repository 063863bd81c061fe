"""Configurations of Xen's `xl`: `key = value`, where a value is a string, a number or a list of such.

Grammar: xen `tools/libs/util/libxlu_cfg_l.l` and `libxlu_cfg_y.y`. Names are in lower case, a carriage return or a sign
is an error, statements end with a line feed or `;`, a comment with a line feed, the last assignment counts, and `+=`
adds like to like. Characters by their octal or hexadecimal number are refused: what Xen 4.17 makes of them depends on
what its memory holds.
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
    r"""(?P<blank>[ \t]+|\#[^\n]*(?=\n))|(?P<end>[\n;])|(?P<name>[a-z][._0-9a-z]*)|(?P<number>[0-9][0-9a-fx]*)"""
    r"""|(?P<text>'(?:\\[abfnrtv'"\\]|[^'\\\n])*'|"(?:\\[abfnrtv'"\\]|[^"\\\n])*")|(?P<mark>\+=|[=\[\],])|(?P<odd>.\Z)"""
)
_ESCAPE = re.compile(r"\\(.)")
_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?)(0[xX][0-9A-Fa-f]{1,64}|0[0-7]{0,64}|[1-9][0-9]{0,64})")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

#: Tokens of one file, and lists inside each other; real files have a hundred, and none.
MAX_TOKENS = 20_000
MAX_DEPTH = 16

_REMEDY = "write it as xl.cfg(5) has it"


class Item(Record):
    """What counts of one key: a string, a number as it is written, or a list; where it stands, and whether by `+=`."""

    value: Value
    at: Location
    is_added: bool = False


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
            # The lexer of `xl` passes over a last character that is no token.
            if match.lastgroup not in ("blank", "odd"):
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
    return _ESCAPES.get(match[1], match[1])


def number(item: Item) -> int | None:
    """Return the number that a value is, as `strtol` has it; None for a word, a list, and whatever `+=` adds to."""
    found = _NUMBER.fullmatch(item.value) if isinstance(item.value, str) and not item.is_added else None
    if found is None:
        return None
    digits = found[2].lower()
    base = 16 if digits.startswith("0x") else 8 if digits.startswith("0") else 10
    value = int(f"{found[1]}{digits}", base)
    return value if -(1 << 63) <= value < 1 << 63 else None


def _added(before: Value, value: Value, otherwise: InputError) -> Value:
    """Return a string behind a string or a list behind a list; raise the error for one of each."""
    if isinstance(before, str) and isinstance(value, str):
        return before + value
    if isinstance(before, tuple) and isinstance(value, tuple):
        return before + value
    raise otherwise


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
        if mark == "+=" and name in found:
            value = _added(found[name].value, value, reader.refused(start))
        found[name] = Item(value, source.location(start, end[2] + len(end[1])), mark == "+=")
    return found
