"""XML as a stream of elements, without a tree of it: namespaces, comments and instructions are passed over.

A document type is refused as such, and with it every entity of its own. What the parser does not bound is bounded here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn, TypeAlias

    Start: TypeAlias = Callable[[str, dict[str, str]], None]
    End: TypeAlias = Callable[[str, str], None]

MAX_DEPTH = 32
MAX_ELEMENTS = 40_000_000

#: Characters of the text of one element that are kept.
MAX_TEXT = 64 * 1024

#: Bytes of one tag or comment: the parser holds all of it until it ends.
MAX_TOKEN = 8 << 20


class XmlError(ValueError):
    """What is no XML, or more of it than is read; the text is a clause."""


class _Elements:
    """The texts of the elements that are open, and how many there have been."""

    __slots__ = ("_count", "_end", "_start", "_texts")

    def __init__(self, start: Start, end: End) -> None:
        self._start = start
        self._end = end
        self._texts: list[str] = []
        self._count = 0

    def opens(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._texts) >= MAX_DEPTH:
            raise XmlError("is nested too deeply")
        if self._count > MAX_ELEMENTS:
            raise XmlError(f"has more than {MAX_ELEMENTS} elements")
        self._texts.append("")
        self._start(name.rpartition(" ")[2], attributes)

    def says(self, text: str) -> None:
        if len(self._texts[-1]) < MAX_TEXT:
            self._texts[-1] += text[:MAX_TEXT]

    def closes(self, name: str) -> None:
        self._end(name.rpartition(" ")[2], self._texts.pop())


def read(pieces: Iterable[bytes], start: Start, end: End) -> None:
    """Call `start` with the name and attributes of every element, and `end` with its name and text; raise XmlError."""
    from xml.parsers.expat import ExpatError, ParserCreate

    elements = _Elements(start, end)
    parser = ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = elements.opens
    parser.EndElementHandler = elements.closes
    parser.CharacterDataHandler = elements.says
    passed = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            passed += len(piece)
            if passed - max(0, parser.CurrentByteIndex) > MAX_TOKEN + len(piece):
                raise XmlError(f"has a part of more than {MAX_TOKEN} bytes")
        parser.Parse(b"", True)
    except ExpatError as error:
        raise XmlError(f"is no XML that can be read: line {error.lineno}") from None


def _refuse(*_declared: object) -> NoReturn:
    raise XmlError("declares a document type, which no index has")
