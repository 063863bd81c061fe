"""Cuts a file into documents the way its consumer does, and reads each."""

from __future__ import annotations

import re

from gate.model.errors import InputError
from gate.syntax.document import Document
from gate.syntax.tree import Mapping, Scalar, Sequence
from gate.syntax.yaml_mapping import Shared
from gate.syntax.yaml_scalars import COMPOSE, KUBERNETES
from gate.syntax.yaml_template import control_comments, is_template, outside_strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.model.source import Source
    from gate.syntax.tree import Node
    from gate.syntax.yaml_scalars import Scheme
    from gate.syntax.yaml_tree import Builder

TAIL = "what follows the end of this document is ignored by Kubernetes, and not by other YAML readers"
CONTROL = "a comment in this document means something to a template engine, and nothing to YAML"
HIDDEN = "has characters that show something else to people than they say to a machine"
SEPARATOR = "Kubernetes allows nothing but a comment after `---`"

#: Most documents of one file.
MAX_DOCUMENTS = 10_000

#: Where libyaml skips a byte order mark and others take it for text.
_INNER_MARK = "(?<=[\n\r\x85\u2028\u2029\ufeff])\ufeff"

#: Line breaks that most editors show as none, and marks that reorder what they show.
_HIDDEN = "[\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)"

#: What Go counts as white space.
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def kubernetes(source: Source) -> list[Document]:
    """Read a file as kubectl does: JSON values as far as they go, then YAML cut at the lines that begin with `---`."""
    found: list[Document] = []
    start = 0
    shared = Shared(strict=False)
    if source.text.lstrip(SPACE).startswith("{"):
        found, start = _json(source)
    for begin, end, right in _pieces(source.text, start):
        if len(found) >= MAX_DOCUMENTS:
            found.append(_failed(source, begin, end, f"has more than {MAX_DOCUMENTS} documents", "split the file"))
            break
        if right:
            found.append(Stretch(source, begin, end, KUBERNETES, shared).first())
        else:
            found.append(_failed(source, begin, end, SEPARATOR, "begin the document on a line of its own"))
    return found


def compose(source: Source) -> list[Document]:
    """Read a file as compose-go does: as one stream, which ends with the first error."""
    found: list[Document] = []
    for document in Stretch(source, 0, len(source.text), COMPOSE, Shared(strict=True)).all():
        if len(found) >= MAX_DOCUMENTS:
            here = document.at.start
            found.append(_failed(source, here, here, f"has more than {MAX_DOCUMENTS} documents", "split the file"))
            break
        found.append(document)
    return found


def _failed(source: Source, start: int, end: int, cause: str, remedy: str) -> Document:
    at = source.location(start, end)
    return Document(None, InputError(cause, at=at, remedy=remedy), at, {})


def _json(source: Source) -> tuple[list[Document], int]:
    """Read JSON values one after the other; return them, and where to go on in YAML.

    What follows the first value may be YAML, as kubectl sees it; after the second, only JSON is.
    """
    from gate.syntax.json import Scanner

    scanner = Scanner(source)
    text = source.text
    found: list[Document] = []
    here = 0
    problem: InputError | None = None
    while problem is None and len(found) < MAX_DOCUMENTS:
        try:
            root, here = scanner.value(here)
            found.append(Document(root, None, root.at, {}))
        except InputError as error:
            problem = error
    after = _skip(text, here)
    if after == len(text) or len(found) < 2:
        line_end = text.find("\n", here, after)
        return found, after if line_end < 0 else line_end + 1
    if problem is not None:
        found.append(Document(None, problem, problem.at, {}))
        after = len(text)
    return found, after


def _skip(text: str, here: int) -> int:
    """Return where the white space at an offset ends."""
    while here < len(text) and text[here] in SPACE:
        here += 1
    return here


def _pieces(text: str, start: int) -> Iterator[tuple[int, int, bool]]:
    """Yield the bounds of the pieces of a stream, and of the separators that are none (with False)."""
    here = start
    while here < len(text):
        stop = text.find("\n", here)
        after = len(text) if stop < 0 else stop + 1
        if text.startswith("---", here):
            trailing = text[here + 3 : after].strip(SPACE)
            if trailing and trailing[0] != "#":
                yield here, after, False
                start = after
            elif here > start:
                yield start, here, True
                start = after
        here = text.find("\n---", after - 1)
        here = len(text) if here < 0 else here + 1
    if start < len(text):
        yield start, len(text), True


class Stretch:
    """A stretch of a file that is parsed as one YAML stream."""

    __slots__ = (
        "_base",
        "_builder",
        "_comments",
        "_done",
        "_end",
        "_events",
        "_hides",
        "_scheme",
        "_shared",
        "_source",
        "_start",
        "_text",
    )

    _builder: Builder
    _events: Any

    def __init__(self, source: Source, start: int, end: int, scheme: Scheme, shared: Shared) -> None:
        """Take the file, the bounds, the dialect and what the stretches of the file share."""
        self._source = source
        self._start = start
        self._end = end
        self._scheme = scheme
        self._shared = shared
        self._text = source.text[start:end]
        if scheme.version == 2 and not self._text.endswith("\n"):
            self._text += "\n"
        self._base = start + self._text.startswith("\ufeff")
        self._done = start
        self._comments = [start + place for place in control_comments(self._text)]
        plain = self._text.isascii() and "\r" not in self._text
        self._hides = not plain and re.search(_HIDDEN, self._text) is not None

    def first(self) -> Document:
        """Return the first document, in doubt when something follows that its consumer does not look at."""
        from yaml import YAMLError

        try:
            self._begin()
            document = self._next()
            root = document.root
            if root is not None and self._goes_on():
                root.doubt = root.doubt or TAIL
        except (YAMLError, UnicodeError, InputError) as error:
            return self._broken(error)
        return document

    def all(self) -> Iterator[Document]:
        """Yield the documents up to the first error."""
        from yaml import StreamEndEvent, YAMLError

        try:
            self._begin()
            while not self._events.check_event(StreamEndEvent):
                yield self._next()
        except (YAMLError, UnicodeError, InputError) as error:
            yield self._broken(error)

    def _begin(self) -> None:
        from gate.syntax.yaml_events import events
        from gate.syntax.yaml_tree import Builder

        inner = re.search(_INNER_MARK, self._text) if "\ufeff" in self._text else None
        if inner:
            at = self._source.location(self._start + inner.start(), self._start + inner.end())
            raise InputError("has a byte order mark in its middle", at=at, remedy="remove the character")
        self._events = events(self._text)
        self._events.get_event()
        templated = is_template(self._text)
        self._builder = Builder(self._source, self._events, self._base, self._scheme, self._shared, templated=templated)

    def _next(self) -> Document:
        from yaml import StreamEndEvent

        if self._events.check_event(StreamEndEvent):
            return Document(None, None, self._source.location(self._start, self._end), {})
        self._events.get_event()
        root = self._builder.root()
        self._events.get_event()
        if isinstance(root, Scalar) and root.start == root.end:
            return Document(None, None, root.at, {})
        _clamp(root, self._end)
        if self._hides:
            root.doubt = root.doubt or HIDDEN
        if self._comments and self._is_controlled(root):
            root.doubt = root.doubt or CONTROL
        return Document(root, None, root.at, self._builder.tags)

    def _is_controlled(self, root: Node) -> bool:
        """Say whether a comment of this document means something to a template engine."""
        from bisect import bisect_left

        end = self._end if self._scheme.version == 2 else root.end
        places = self._comments[bisect_left(self._comments, self._done) : bisect_left(self._comments, end)]
        self._done = end
        return bool(places) and outside_strings(root, places)

    def _goes_on(self) -> bool:
        from yaml import StreamEndEvent, YAMLError

        try:
            return not self._events.check_event(StreamEndEvent)
        except YAMLError:
            return True

    def _broken(self, error: Exception) -> Document:
        from gate.syntax.yaml_events import refusal

        at = self._source.location(self._start, self._end)
        return Document(None, refusal(error, self._source, self._start, self._end), at, {})


def _clamp(node: Node | None, end: int) -> None:
    """Take back the line feed that was added to the text, as Kubernetes does, from the nodes that it ends."""
    while node is not None and node.end > end:
        node.end = end
        inner: list[Node] = []
        if isinstance(node, Sequence):
            inner = node.items
        elif isinstance(node, Mapping):
            inner = list(node.entries.values())
        node = inner[-1] if inner else None
