"""Cuts a file into documents the way its consumer does, and reads each."""

from __future__ import annotations

from gate.model.errors import InputError, UnrenderedError
from gate.syntax.tree import Scalar
from gate.syntax.yaml import UTF8, Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.model.source import Source
    from gate.syntax.tree import Node
    from gate.syntax.yaml_tree import Builder

RENDER = "render it (helm template, kustomize build) and check the result"
TAIL = "what follows the end of this document is ignored by Kubernetes and read by other YAML readers"


def kubernetes(source: Source) -> list[Document]:
    """Read a file as kubectl does: cut it at lines that begin with `---`, then read each piece on its own."""
    found: list[Document] = []
    nodes = 0
    for start, end, wrong in _pieces(source.text):
        if wrong:
            at = source.location(start, end)
            remedy = "put the text on a line of its own"
            found.append(Document(None, InputError(wrong, at=at, remedy=remedy), at, {}))
            continue
        stretch = Stretch(source, start, end, compose=False, nodes=nodes)
        found.append(stretch.first())
        nodes = stretch.nodes
    return found


def compose(source: Source) -> list[Document]:
    """Read a file as compose-go does: as one stream, which ends with the first error."""
    return list(Stretch(source, 0, len(source.text), compose=True, nodes=0).all())


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the pieces of a stream, and what is wrong with a separator."""
    start = here = 0
    while here < len(text):
        line_end = text.find("\n", here)
        after = len(text) if line_end < 0 else line_end + 1
        if text.startswith("---", here):
            rest = text[here + 3 : after].strip()
            if rest and rest[0] != "#":
                yield here, after, "Kubernetes allows nothing but a comment after `---`"
                start = after
            elif here > start:
                yield start, here, ""
                start = after
        here = text.find("\n---", after - 1)
        here = len(text) if here < 0 else here + 1
    if start < len(text):
        yield start, len(text), ""


class Stretch:
    """A stretch of a file that is parsed as one YAML stream."""

    __slots__ = ("_base", "_builder", "_compose", "_end", "_source", "_start", "_text", "nodes")

    def __init__(self, source: Source, start: int, end: int, *, compose: bool, nodes: int) -> None:
        """Take the file, the bounds, the dialect and how many nodes the file has so far."""
        self._source = source
        self._start = start
        self._end = end
        self._compose = compose
        self._text = source.text[start:end]
        self._base = start
        self._builder: Builder | None = None
        self.nodes = nodes

    def first(self) -> Document:
        """Return the first document, in doubt when something follows that its consumer does not look at."""
        from yaml import YAMLError

        try:
            events = self._events()
            root = self._next(events)
            if root is not None and self._goes_on(events):
                root.doubt = TAIL
        except (YAMLError, UnicodeError, InputError) as error:
            return self._broken(error)
        return self._document(root)

    def all(self) -> Iterator[Document]:
        """Yield the documents up to the first error."""
        from yaml import StreamEndEvent, YAMLError

        try:
            events = self._events()
            while not events.check_event(StreamEndEvent):
                yield self._document(self._next(events))
                events.get_event()
        except (YAMLError, UnicodeError, InputError) as error:
            yield self._broken(error)

    def _events(self) -> Any:
        from yaml.cyaml import CParser

        from gate.syntax.yaml_tree import Builder

        events = CParser(self._text)
        events.get_event()
        self._base += self._text.startswith("\ufeff")
        templated = "{{" in self._text or "{%" in self._text
        self._builder = Builder(
            self._source, events, self._base, compose=self._compose, nodes=self.nodes, templated=templated
        )
        return events

    def _next(self, events: Any) -> Node | None:
        from yaml import StreamEndEvent

        assert self._builder is not None
        if events.check_event(StreamEndEvent):
            return None
        events.get_event()
        root = self._builder.root()
        self.nodes = self._builder.nodes
        empty = isinstance(root, Scalar) and root.start == root.end
        return None if empty else root

    def _goes_on(self, events: Any) -> bool:
        from yaml import StreamEndEvent, YAMLError

        events.get_event()
        try:
            return not events.check_event(StreamEndEvent)
        except YAMLError:
            return True

    def _document(self, root: Node | None) -> Document:
        at = root.at if root is not None else self._source.location(self._start, self._end)
        return Document(root, None, at, self._builder.tags if self._builder else {})

    def _broken(self, error: Exception) -> Document:
        found = error if isinstance(error, InputError) else self._refused(error)
        if "{{" in self._text or "{%" in self._text:
            found = UnrenderedError("is a template that nobody has rendered", at=found.at, remedy=RENDER)
        return Document(None, found, self._source.location(self._start, self._end), {})

    def _refused(self, error: Any) -> InputError:
        if isinstance(error, UnicodeEncodeError):
            at = self._source.location(self._start + error.start, self._start + error.start + 1)
            return InputError("is not UTF-8", at=at, remedy=UTF8)
        mark = getattr(error, "problem_mark", None)
        if mark is not None:
            here = min(mark.index + self._base, self._end)
            cause = f"is not YAML: {error.problem}"
        else:
            here = self._start + self._characters(getattr(error, "position", 0))
            cause = f"is not YAML: {getattr(error, 'reason', error)}"
        return InputError(cause, at=self._source.location(here, min(here + 1, self._end)))

    def _characters(self, octets: int) -> int:
        return len(self._text.encode()[:octets].decode("utf-8", "ignore"))
