"""Cuts a file into documents the way its consumer does, and reads each."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.syntax.tree import Scalar
from gate.syntax.yaml import Document
from gate.syntax.yaml_scalars import COMPOSE, KUBERNETES
from gate.syntax.yaml_template import is_acted_upon, is_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.model.source import Source
    from gate.syntax.yaml_scalars import Scheme
    from gate.syntax.yaml_tree import Builder

TAIL = "what follows the end of this document is ignored by Kubernetes, and not by other YAML readers"
CONTROL = "a comment in this document means something to a template engine, and nothing to YAML"
SEPARATOR = "Kubernetes allows nothing but a comment after `---`"

#: What Go counts as white space.
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def kubernetes(source: Source) -> list[Document]:
    """Read a file as kubectl does: JSON values as far as they go, then YAML cut at the lines that begin with `---`."""
    found: list[Document] = []
    start = 0
    if source.text.lstrip(SPACE).startswith("{"):
        found, start = _json(source)
    nodes = 0
    for begin, end, right in _pieces(source.text, start):
        if right:
            stretch = Stretch(source, begin, end, KUBERNETES, nodes)
            found.append(stretch.first())
            nodes = stretch.nodes
        else:
            at = source.location(begin, end)
            error = InputError(SEPARATOR, at=at, remedy="begin the document on a line of its own")
            found.append(Document(None, error, at, {}))
    return found


def compose(source: Source) -> list[Document]:
    """Read a file as compose-go does: as one stream, which ends with the first error."""
    return list(Stretch(source, 0, len(source.text), COMPOSE, 0).all())


def _json(source: Source) -> tuple[list[Document], int]:
    """Read JSON values one after the other; what follows the first may still be YAML, what follows the second not."""
    from gate.syntax.json import value_at

    found: list[Document] = []
    text = source.text
    here = 0
    while here < len(text):
        try:
            root, here = value_at(source, here)
        except InputError as error:
            if len(found) < 2:
                break
            found.append(Document(None, error, error.at, {}))
            return found, len(text)
        found.append(Document(root, None, root.at, {}))
        here += len(text) - here - len(text[here:].lstrip(" \t\r\n"))
    return found, here


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

    __slots__ = ("_base", "_builder", "_end", "_events", "_scheme", "_source", "_start", "_text", "nodes")

    _builder: Builder
    _events: Any

    def __init__(self, source: Source, start: int, end: int, scheme: Scheme, nodes: int) -> None:
        """Take the file, the bounds, the dialect and how many nodes the file has so far."""
        self._source = source
        self._start = start
        self._end = end
        self._scheme = scheme
        self._text = source.text[start:end]
        self._base = start + self._text.startswith("\ufeff")
        self.nodes = nodes

    def first(self) -> Document:
        """Return the first document, in doubt when something follows that its consumer does not look at."""
        from yaml import YAMLError

        try:
            self._begin()
            document = self._next()
            if document.root is not None and self._goes_on():
                document.root.doubt = document.root.doubt or TAIL
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

        self._events = events(self._text)
        self._events.get_event()
        templated = is_template(self._text)
        self._builder = Builder(
            self._source, self._events, self._base, self._scheme, nodes=self.nodes, templated=templated
        )

    def _next(self) -> Document:
        from yaml import StreamEndEvent

        if self._events.check_event(StreamEndEvent):
            return Document(None, None, self._source.location(self._start, self._end), {})
        self._events.get_event()
        root = self._builder.root()
        self._events.get_event()
        self.nodes = self._builder.nodes
        if isinstance(root, Scalar) and root.start == root.end:
            return Document(None, None, root.at, {})
        if is_acted_upon(self._text, self._start, root):
            root.doubt = root.doubt or CONTROL
        return Document(root, None, root.at, self._builder.tags)

    def _goes_on(self) -> bool:
        from yaml import StreamEndEvent, YAMLError

        try:
            return not self._events.check_event(StreamEndEvent)
        except YAMLError:
            return True

    def _broken(self, error: Exception) -> Document:
        from gate.syntax.yaml_events import refusal

        self.nodes = self._builder.nodes if hasattr(self, "_builder") else self.nodes
        at = self._source.location(self._start, self._end)
        return Document(None, refusal(error, self._source, self._start, self._end), at, {})
