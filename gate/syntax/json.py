"""JSON with positions, exact to the letter of RFC 8259.

Strings are decoded by the scanner of the standard library; the rest is a loop over a stack, so that depth costs
nothing. `NaN` and numbers that no double can hold are refused, because consumers differ in what they make of them.
"""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]

from gate.model.errors import InputError
from gate.syntax.document import UTF8, UTF16, Document
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from gate.model.source import Source
    from gate.syntax.tree import Node

#: Deepest nesting and most nodes of one file.
MAX_DEPTH = 200
MAX_NODES = 250_000

_KEY = "json"
_SPACE = re.compile(r"[ \t\n\r]*").match
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?").match
_WORD = re.compile(r"true|false|null").match
_CLOSES = {"{": "}", "[": "]"}
_WORDS = {"true": True, "false": False, "null": None}


def parse(source: Source) -> Document:
    """Return the one value of a file; a byte order mark is refused, as Go refuses it."""
    kept = source.trees.get(_KEY)
    if kept is None:
        kept = source.trees[_KEY] = _parse(source)
    return kept  # type: ignore[return-value]


def _parse(source: Source) -> Document:
    try:
        root = _whole(source)
    except InputError as error:
        return Document(None, error, source.location(0, len(source.text)), {})
    return Document(root, None, root.at, {})


def _whole(source: Source) -> Node:
    text = source.text
    scanner = Scanner(source)
    if source.data.startswith(UTF16):
        scanner.refuse(0, "is not UTF-8 but UTF-16", UTF8)
    if text.startswith("\ufeff"):
        scanner.refuse(0, "begins with a byte order mark", UTF8)
    root, end = scanner.value(0)
    end = _SPACE(text, end).end()  # type: ignore[union-attr]
    if end < len(text):
        scanner.refuse(end, "is not JSON: something follows the end of the value")
    return root


class Scanner:
    """Reads the values of one file; `nodes` counts what has been built."""

    __slots__ = ("nodes", "source", "text")

    def __init__(self, source: Source) -> None:
        """Take the file."""
        self.source = source
        self.text = source.text
        self.nodes = 0

    def refuse(self, at: int, cause: str, remedy: str = "") -> NoReturn:
        """Raise the error for this place."""
        place = self.source.location(at, min(at + 1, len(self.text)))
        raise InputError(cause, at=place, remedy=remedy)

    def value(self, here: int) -> tuple[Node, int]:
        """Read the value that begins at or after an offset; return it and the offset after it."""
        stack: list[Node] = []
        key: Scalar | None = None
        root: Node | None = None
        while True:
            here = _SPACE(self.text, here).end()  # type: ignore[union-attr]
            node, here, opened = self._begin(here, len(stack))
            if root is None:
                root = node
            else:
                self._put(stack[-1], key, node)
            if opened:
                stack.append(node)
            else:
                here = self._close(stack, here)
                if not stack:
                    return root, here
            key, here = self._key(here) if isinstance(stack[-1], Mapping) else (None, here)

    def _begin(self, here: int, depth: int) -> tuple[Node, int, bool]:
        """Read a scalar, an empty list or mapping, or what opens one; say whether it is still open."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(here, f"has more than {MAX_NODES} nodes", "split the file")
        text = self.text
        opening = text[here : here + 1]
        if opening not in _CLOSES:
            scalar, here = self._scalar(here)
            return scalar, here, False
        if depth >= MAX_DEPTH:
            self.refuse(here, f"is nested deeper than {MAX_DEPTH} levels")
        after = _SPACE(text, here + 1).end()  # type: ignore[union-attr]
        closed = text.startswith(_CLOSES[opening], after)
        after += closed
        if opening == "{":
            return Mapping(self.source, here, after, {}, {}), after, not closed
        return Sequence(self.source, here, after, []), after, not closed

    def _close(self, stack: list[Node], here: int) -> int:
        """Step over what ends lists and mappings, and over the comma when one goes on; none is left after the value."""
        while stack:
            here = _SPACE(self.text, here).end() + 1  # type: ignore[union-attr]
            following = self.text[here - 1 : here]
            if following == ",":
                return here
            if following != ("}" if isinstance(stack[-1], Mapping) else "]"):
                self.refuse(here - 1, "is not JSON: a comma or a closing bracket is missing")
            stack.pop().end = here
        return here

    def _put(self, into: Node, key: Scalar | None, node: Node) -> None:
        if key is None:
            into.items.append(node)  # type: ignore[attr-defined]
            return
        assert isinstance(into, Mapping)
        name = key.text
        if name in into.entries:
            text = f"the key `{name[:40]}` is given twice, and JSON readers differ in which one counts"
            key.doubt = node.doubt = text
        into.entries[name] = node
        into.keys[name] = key

    def _key(self, here: int) -> tuple[Scalar, int]:
        text = self.text
        here = _SPACE(text, here).end()  # type: ignore[union-attr]
        if text[here : here + 1] != '"':
            self.refuse(here, "is not JSON: a key in double quotes is missing")
        key, after = self._string(here)
        after = _SPACE(text, after).end()  # type: ignore[union-attr]
        if text[after : after + 1] != ":":
            self.refuse(after, "is not JSON: a colon is missing")
        return key, after + 1

    def _string(self, here: int) -> tuple[Scalar, int]:
        try:
            value, end = scanstring(self.text, here + 1, True)
        except JSONDecodeError as error:
            self.refuse(error.pos, f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]}")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            value = self._mended(value, here, end)
        return Scalar(self.source, here, end, value, value, True), end

    def _mended(self, value: str, here: int, end: int) -> str:
        """Replace halves of surrogate pairs, as all readers do that know Unicode only; refuse bytes that are none."""
        for at in range(here, end):
            if "\ud800" <= self.text[at] <= "\udfff":
                self.refuse(at, "is not UTF-8", UTF8)
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _scalar(self, here: int) -> tuple[Scalar, int]:
        text = self.text
        if text[here : here + 1] == '"':
            return self._string(here)
        found = _NUMBER(text, here)
        if found:
            return self._number(found.group(), here, whole=found.group(1) is None and found.group(2) is None)
        found = _WORD(text, here)
        if not found:
            self.refuse(here, "is not JSON: a value is missing")
        word = found.group()
        return Scalar(self.source, here, found.end(), _WORDS[word], word), found.end()

    def _number(self, spelled: str, here: int, *, whole: bool) -> tuple[Scalar, int]:
        end = here + len(spelled)
        value: int | float = float(spelled)
        if value - value != 0:
            self.refuse(here, "has a number that is too large for any reader")
        if whole:
            value = int(spelled)
        return Scalar(self.source, here, end, value, spelled), end
