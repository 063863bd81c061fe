"""Texts that Terraform puts together, as what they hold: JSON, with the place of everything in it.

`container_definitions` is a text. It is written as `jsonencode(...)`, as a heredoc with values filled in, or in a file
of its own, and what is known of it must survive what is not: the image of one container is hardly ever known. So a
text remembers what it was made of, and `tree` reads that.
"""

from __future__ import annotations

import re

from gate.dialects.terraform_functions import Unlisted
from gate.model.source import Source
from gate.syntax.hcl_text import pieces
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from tree_sitter import Node as Syntax

    from gate.syntax.hcl import Document
    from gate.syntax.tree import Node

    #: Literal text with the offset of each of its characters, or a value that is filled in.
    Part: TypeAlias = "tuple[str, list[int]] | Node"

#: What stands for a value that is not known, in the text that is parsed; none of these is a character of any script.
_OPEN, _CLOSE = "\ue000", "\ue001"

#: Characters of one text.
MAX_TEXT = 1 << 20


class Encoded(Scalar):
    """The text that `jsonencode` makes of a value which is known."""

    __slots__ = ("tree",)

    tree: Node


class Unencoded(Opaque):
    """A text of which only parts are known, as what it holds."""

    __slots__ = ("tree",)

    tree: Node


class Filled(Scalar):
    """A known text, with the parts that it is made of."""

    __slots__ = ("parts",)

    parts: list[Part]


class Unfilled(Opaque):
    """A text of which parts are not known, with all of them."""

    __slots__ = ("parts",)

    parts: list[Part]


class FileText(Scalar):
    """The text of a file."""

    __slots__ = ("file",)

    file: Source


def tree(node: Node) -> Node:
    """Return what a text holds; of what is no JSON, or no text, only its place is known."""
    if isinstance(node, Encoded | Unencoded):
        return _Lists().of(node.tree)
    if isinstance(node, Filled | Unfilled):
        return _joined(node.source, node.parts, node)
    if isinstance(node, FileText):
        from gate.syntax.json import parse

        document = parse(node.file)
        if document.root is not None:
            return document.root
        at, cause = (document.error.at, document.error.cause) if document.error else (document.at, "it is empty")
        return Opaque(node.file, at.start, at.end, cause)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return _joined(node.source, [(node.value, [node.start] * len(node.value))], node)
    return _Lists().of(node)


class _Lists:
    """Returns values with their lists as far as they are known; an unknown member stands for the others.

    Each is made once: locals that name one another put one value into many places.
    """

    __slots__ = ("_done",)

    def __init__(self) -> None:
        self._done: dict[int, Node] = {}

    def of(self, node: Node) -> Node:
        if id(node) not in self._done:
            self._done[id(node)] = self._made(node)
        return self._done[id(node)]

    def _made(self, node: Node) -> Node:
        if isinstance(node, Unlisted):
            return Sequence(node.source, node.start, node.end, [self.of(item) for item in node.members])
        if isinstance(node, Sequence):
            return Sequence(node.source, node.start, node.end, [self.of(item) for item in node.items], node.doubt)
        if isinstance(node, Mapping):
            entries = {name: self.of(value) for name, value in node.entries.items()}
            return Mapping(node.source, node.start, node.end, entries, node.keys, node.doubt)
        return node


def parts_of(document: Document, node: Syntax) -> list[tuple[str, list[int]] | Syntax]:
    """Split a heredoc into literal text, with the offset of each of its characters, and what is to be filled in."""
    if document.within is not None:
        return [piece if not isinstance(piece, str) else _placed(piece, document) for piece in pieces(document, node)]
    raw = document.source.text
    here = document.offset(document.data.find(b"\n", node.start_byte) + 1)
    end = document.region(node)[1]
    found: list[tuple[str, list[int]] | Syntax] = []
    for piece in pieces(document, node):
        if not isinstance(piece, str):
            here = document.region(piece)[1]
            found.append(piece)
            continue
        offsets: list[int] = []
        for character in piece:
            while here < end and raw[here] != character:
                here += 1
            offsets.append(here)
            here += 1
        found.append((piece, offsets))
    return found


def _placed(text: str, document: Document) -> tuple[str, list[int]]:
    """Return a text that stands inside another file, with the one place that is known of it."""
    start = document.within[0] if document.within is not None else 0
    return text, [start] * len(text)


def _joined(source: Source, parts: list[Part], whole: Node) -> Node:
    """Read the JSON that parts make together, with a mark for each that is not known."""
    text: list[str] = []
    offsets: list[int] = []
    marks: list[Node] = []
    quoted = False
    for part in parts:
        if isinstance(part, tuple):
            literal, places = part
        else:
            known = not isinstance(part, Encoded) and isinstance(part, Scalar)
            literal = part.text if isinstance(part, Scalar) and known else _mark(len(marks), quoted=quoted)
            marks += [] if known else [part]
            places = [part.start] * len(literal)
        text.append(literal)
        offsets += places
        quoted = _is_quoted(literal, quoted=quoted)
        if len(offsets) > MAX_TEXT:
            return Opaque(whole.source, whole.start, whole.end, "the text is too large to read")
    return _Remade(source, "".join(text), [*offsets, whole.end], marks, whole).root()


def _mark(number: int, *, quoted: bool) -> str:
    return f"{_OPEN}{number}{_CLOSE}" if quoted else f'"{_OPEN}{number}{_CLOSE}"'


def _is_quoted(text: str, *, quoted: bool) -> bool:
    """Say whether a JSON string is open behind a text, when one was or was not open before it."""
    marks = [found for found in re.findall(r'\\.|"', text, re.DOTALL) if found == '"']
    return quoted is (len(marks) % 2 == 0)


class _Remade:
    """A JSON text that was put together, read back to where its parts are written."""

    __slots__ = ("_marks", "_offsets", "_source", "_text", "_whole")

    def __init__(self, source: Source, text: str, offsets: list[int], marks: list[Node], whole: Node) -> None:
        """Take the file that the offsets are of, the text, the marked values, and the node that is the text."""
        self._source = source
        self._text = text
        self._offsets = offsets
        self._marks = marks
        self._whole = whole

    def root(self) -> Node:
        from gate.syntax.json import parse

        document = parse(Source(self._source.path, self._text.encode("utf-8", "surrogateescape")))
        if document.root is not None:
            return self._remade(document.root)
        cause = document.error.cause if document.error is not None else "it is empty"
        start = min(document.error.at.start, len(self._text)) if document.error is not None else 0
        place = self._offsets[start]
        return Opaque(self._source, place, max(place, min(place + 1, self._whole.end)), cause)

    def _region(self, node: Node) -> tuple[int, int]:
        start = self._offsets[node.start]
        return start, max(start, self._offsets[max(node.start, node.end - 1)] + 1)

    def _remade(self, node: Node) -> Node:
        start, end = self._region(node)
        if isinstance(node, Mapping):
            entries = {name: self._remade(value) for name, value in node.entries.items()}
            keys = {name: self._key(key) for name, key in node.keys.items()}
            if any(_OPEN in name for name in entries):
                return Opaque(self._source, start, end, "a key in it is not known")
            return Mapping(self._source, start, end, entries, keys, node.doubt)
        if isinstance(node, Sequence):
            return Sequence(self._source, start, end, [self._remade(item) for item in node.items], node.doubt)
        assert isinstance(node, Scalar)
        if isinstance(node.value, str) and _OPEN in node.value:
            return self._unknown(node.value, start, end)
        return Scalar(self._source, start, end, node.value, node.text, node.quoted, node.doubt)

    def _key(self, key: Scalar) -> Scalar:
        return Scalar(self._source, *self._region(key), key.value, key.text, key.quoted, key.doubt)

    def _unknown(self, text: str, start: int, end: int) -> Node:
        """Return the value that a mark stands for, when it is the whole text; else why the text is not known."""
        before, _, rest = text.partition(_OPEN)
        number, _, after = rest.partition(_CLOSE)
        if not (number.isascii() and number.isdigit() and int(number[:9]) < len(self._marks)):
            return Scalar(self._source, start, end, text, text, True)
        value = self._marks[int(number[:9])]
        if not before and not after and isinstance(value, Encoded | Unencoded):
            return value.tree
        reason = value.reason if isinstance(value, Opaque) else "it joins text with what is no text"
        return Opaque(self._source, start, end, reason)
