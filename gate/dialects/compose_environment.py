"""The environment files that Compose takes variables from, as compose-go's `dotenv` package reads them.

Lines of `NAME=value` or `NAME: value`, with `export` before them or not. Values in quotes may span lines; all but those
in single quotes are interpolated.
"""

from __future__ import annotations

import re

from gate.dialects.interpolation import Environment
from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.interpolation import Text
    from gate.model.source import Source

#: White space within a line, and what else Go counts as white space.
_BLANKS = "\t\v\f\r \x85\xa0"
_SPACE = _BLANKS + "\n\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))

_ESCAPE = re.compile(r'\\(?:([abcfnrtv$"\\])|0(\d{0,3}))', re.ASCII)
_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "c": "\\c",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "$": "$$",
    '"': '"',
    "\\": "\\",
}


def variables(source: Source, outer: dict[str, Text]) -> tuple[dict[str, Text], InputError | None]:
    """Return the variables that a file sets, and why they may be not all; those of `outer` come before its own."""
    parser = _Parser(source, outer)
    try:
        parser.read()
    except InputError as error:
        return parser.found, error
    return parser.found, None


class _Parser:
    """One pass over one file."""

    __slots__ = ("_at", "_known", "_outer", "_source", "_text", "found")

    def __init__(self, source: Source, outer: dict[str, Text]) -> None:
        self.found: dict[str, Text] = {}
        self._outer = outer
        self._known = Environment(dict(outer))
        self._source = source
        self._text = source.text
        self._at = 1 if source.text.startswith("\ufeff") else 0

    def read(self) -> None:
        """Read all statements."""
        while self._start():
            begin = self._at
            name, is_bare = self._name()
            if " " in name:
                raise self._error(begin, "has a variable name with a space in it")
            if is_bare:
                if name in self._known.values:
                    self.found[name] = self._known.values[name]
                continue
            value = self.found[name] = self._value()
            if name not in self._outer:
                self._known.values[name] = value

    def _start(self) -> bool:
        """Go to the next statement; False when there is none."""
        text = self._text
        while self._at < len(text):
            if text[self._at] == "#":
                line_end = text.find("\n", self._at)
                self._at = len(text) if line_end < 0 else line_end
            elif text[self._at] in _SPACE:
                self._at += 1
            else:
                return True
        return False

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in _BLANKS:
            self._at += 1

    def _name(self) -> tuple[str, bool]:
        """Read a name with its separator; return it, and whether it stands on a line of its own, without a value."""
        text = self._text
        if text.startswith("export", self._at) and text[self._at + 6 : self._at + 7] in ("\t", "\n", "\f", "\r", " "):
            self._at += 6
            self._skip_blanks()
            if self._at == len(text):
                raise self._error(self._at, "has no name behind `export`")
        begin = here = self._at
        while here < len(text) and text[here] not in "=:\n":
            char = text[here]
            if char not in _BLANKS and char not in "_.-[]" and not char.isalpha() and not char.isnumeric():
                raise self._error(begin, f"has {char!r} in the name of a variable")
            here += 1
        if here == len(text):
            return "", False
        self._at = here + 1
        self._skip_blanks()
        return text[begin:here].rstrip(_SPACE), text[here] == "\n"

    def _value(self) -> Text:
        text = self._text
        quote = text[self._at : self._at + 1]
        if quote in ("'", '"'):
            return self._quoted(quote)
        line_end = text.find("\n", self._at)
        end = len(text) if line_end < 0 else line_end
        value = text[self._at : end].partition(" #")[0].rstrip(_SPACE)
        self._at = min(end + 1, len(text))
        return self._known.interpolate(value)

    def _quoted(self, quote: str) -> Text:
        """Read up to the closing quote; a backslash keeps its meaning only before that quote."""
        text = self._text
        pieces: list[str] = []
        here = self._at + 1
        while here < len(text) and text[here] != quote:
            if text[here] == "\\" and here + 1 < len(text):
                escaped = text[here + 1]
                pieces.append(escaped if escaped == quote else "\\" + escaped)
                here += 2
            else:
                pieces.append(text[here])
                here += 1
        if here >= len(text):
            raise self._error(self._at, "has a quote that is not closed")
        self._at = here + 1
        value = "".join(pieces)
        return (value, "") if quote == "'" else self._known.interpolate(_ESCAPE.sub(_unescaped, value))

    def _error(self, begin: int, cause: str) -> InputError:
        line_end = self._text.find("\n", begin)
        at = self._source.location(begin, len(self._text) if line_end < 0 else line_end)
        return InputError(cause, at=at, remedy="correct the line, because Compose refuses the whole file")


def _unescaped(found: re.Match[str]) -> str:
    """Return what an escape stands for; one that Go does not know stays as it is, an octal one without its zero."""
    if found[1]:
        return _ESCAPES[found[1]]
    digits: str = found[2]
    is_octal = len(digits) == 3 and not set(digits) & set("89") and int(digits, 8) < 256
    return chr(int(digits, 8)) if is_octal else "\\" + digits
