"""JSON5, and the JSON that it contains, as a tree: comments, trailing commas, bare keys, single quotes.

Source: the JSON5 data interchange format 1.0.0 (spec.json5.org). A key that comes twice keeps its last value.
"""

from __future__ import annotations

import re

from gate.model.errors import InputError
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from gate.model.source import Source
    from gate.syntax.tree import Node

#: Deepest nesting and most nodes of one file.
MAX_DEPTH = 64
MAX_NODES = 50_000

_SPACE = re.compile(r"(?:[\s\ufeff]+|//[^\n\r\u2028\u2029]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*")
_NAME = re.compile(r"[A-Za-z_$\u00aa-\uffff][\w$\u200c\u200d]*")
_NUMBER = re.compile(
    r"[-+]?(?:0[xX][0-9a-fA-F]{1,16}|Infinity|NaN|(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,4})?)"
)
_PLAIN = {'"': re.compile(r'[^"\\\n\r]*'), "'": re.compile(r"[^'\\\n\r]*")}
_ESCAPES = {
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "0": "\0",
    "\n": "",
    "\u2028": "",
    "\u2029": "",
}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(source: Source) -> Node:
    """Return the one value of a file; raise InputError for what is no JSON5, or over a limit."""
    parser = _Parser(source)
    root, end = parser.value(parser.space(0), 0)
    if parser.space(end) < len(source.text):
        parser.refuse(end, "goes on behind its value")
    return root


class _Parser:
    __slots__ = ("_left", "_source", "_text")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._left = MAX_NODES

    def refuse(self, at: int, cause: str) -> NoReturn:
        """Raise an error at an offset."""
        raise InputError(f"is no JSON5: {cause}", at=self._source.location(at, at), remedy="correct the file")

    def space(self, at: int) -> int:
        """Return the offset behind blanks and comments."""
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        """Return the value that begins at an offset, and the offset behind it."""
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            self.refuse(at, f"is deeper than {MAX_DEPTH} levels, or has more than {MAX_NODES} values")
        mark = self._text[at : at + 1]
        if mark == "{":
            return self._mapping(at, depth)
        if mark == "[":
            return self._sequence(at, depth)
        if mark in _PLAIN:
            return self._string(at)
        number = _NUMBER.match(self._text, at)
        if number:
            return Scalar(self._source, at, number.end(), number[0], number[0]), number.end()
        word = _NAME.match(self._text, at)
        if word is None or word[0] not in _WORDS:
            self.refuse(at, "a value is expected here")
        return Scalar(self._source, at, word.end(), _WORDS[word[0]], word[0]), word.end()

    def _mapping(self, start: int, depth: int) -> tuple[Node, int]:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        at = self.space(start + 1)
        while self._text[at : at + 1] != "}":
            key, at = self._key(at)
            at = self.space(at)
            if self._text[at : at + 1] != ":":
                self.refuse(at, "a colon is expected here")
            entries[key.text], at = self.value(self.space(at + 1), depth + 1)
            keys[key.text] = key
            at = self._next(at, "}")
        return Mapping(self._source, start, at + 1, entries, keys), at + 1

    def _key(self, at: int) -> tuple[Scalar, int]:
        if self._text[at : at + 1] in _PLAIN:
            return self._string(at)
        name = _NAME.match(self._text, at)
        if name is None:
            self.refuse(at, "a key is expected here")
        return Scalar(self._source, at, name.end(), name[0], name[0]), name.end()

    def _sequence(self, start: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        at = self.space(start + 1)
        while self._text[at : at + 1] != "]":
            item, at = self.value(at, depth + 1)
            items.append(item)
            at = self._next(at, "]")
        return Sequence(self._source, start, at + 1, items), at + 1

    def _next(self, at: int, closing: str) -> int:
        """Return the offset of the next member, or of the end."""
        at = self.space(at)
        if self._text[at : at + 1] == ",":
            return self.space(at + 1)
        if self._text[at : at + 1] != closing:
            self.refuse(at, f"a comma or `{closing}` is expected here")
        return at

    def _string(self, start: int) -> tuple[Scalar, int]:
        quote = self._text[start]
        pieces, at = [], start + 1
        while True:
            plain = _PLAIN[quote].match(self._text, at)
            assert plain is not None
            pieces.append(plain[0])
            at = plain.end()
            if self._text[at : at + 1] == quote:
                text = "".join(pieces)
                return Scalar(self._source, start, at + 1, text, text, quoted=True), at + 1
            if self._text[at : at + 1] != "\\":
                self.refuse(start, "a string does not end on its line")
            piece, at = self._escape(at)
            pieces.append(piece)

    def _escape(self, at: int) -> tuple[str, int]:
        letter = self._text[at + 1 : at + 2]
        if letter in ("u", "x"):
            length = 4 if letter == "u" else 2
            digits = self._text[at + 2 : at + 2 + length]
            if len(digits) != length or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
                self.refuse(at, "an escape has no such digits")
            return chr(int(digits, 16)), at + 2 + length
        if not letter or letter in "123456789":
            self.refuse(at, "an escape is not known")
        if self._text[at + 1 : at + 3] == "\r\n":
            return "", at + 3
        return _ESCAPES.get(letter, letter), at + 2
