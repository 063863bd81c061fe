"""XML with positions: elements, attributes and text, read by expat and refused where it could do harm.

A DOCTYPE is refused whole, and with it every entity: libvirt's, VirtualBox's and OVF's documents have none. Names are
without their namespaces' prefixes; `space` keeps the namespace.
"""

from __future__ import annotations

from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.model.location import Location
    from gate.model.source import Source

#: Elements inside each other, and elements and attributes of one document; real ones have a tenth of these.
MAX_DEPTH = 64
MAX_NODES = 20_000

_WELL_FORMED = "write well-formed XML without a DOCTYPE"


class Element:
    """One element: its name, attributes, children, and the text directly inside of it."""

    __slots__ = ("attributes", "children", "end", "name", "source", "space", "start", "text")

    def __init__(self, source: Source, name: str, attributes: dict[str, str], start: int) -> None:
        """Take the qualified name as expat gives it, the namespace and the name separated by a blank."""
        self.source = source
        self.space, _, self.name = name.rpartition(" ")
        self.attributes = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self.children: list[Element] = []
        self.text = ""
        self.start = start
        self.end = start

    @property
    def at(self) -> Location:
        """Where the element is written."""
        return self.source.location(self.start, self.end)

    def all(self, *path: str) -> Iterator[Element]:
        """Yield every element that the names lead to."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> Element | None:
        """Return the first element that the names lead to."""
        return next(self.all(*path), None)

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, default)


class _Builder:
    """Takes expat's events and builds the elements."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Element | None = None
        self._open: list[Element] = []
        self._nodes = 0
        self._data = source.text.encode("utf-8", "surrogateescape")
        self._byte = self._char = 0
        self.parser = self._parser()

    def _parser(self) -> Any:
        from xml.parsers.expat import ParserCreate

        parser = ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        return parser

    def offset(self) -> int:
        """Return the offset in characters of the event; events come in order."""
        here = self.parser.CurrentByteIndex
        if here > self._byte:
            self._char += len(self._data[self._byte : here].decode("utf-8", "surrogateescape"))
            self._byte = here
        return self._char

    def build(self) -> Element:
        from xml.parsers.expat import ExpatError

        try:
            self.parser.Parse(self._data, True)
        except ExpatError as error:
            at = self.source.location(*(2 * (min(self.offset(), len(self.source.text)),)))
            raise InputError(f"is not XML: {error}".partition(": line")[0], at=at, remedy=_WELL_FORMED) from None
        if self.root is None:
            raise InputError("is not XML", at=self.source.location(0, 0), remedy=_WELL_FORMED)
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        start = self.offset()
        self._nodes += 1 + len(attributes)
        if len(self._open) >= MAX_DEPTH or self._nodes > MAX_NODES:
            raise self._refused("is nested too deeply, or has too many elements")
        element = Element(self.source, name, attributes, start)
        # A place is for pointing at: it is the start tag, up to the first `>`, wherever that stands.
        element.end = self.source.text.find(">", start) + 1 or start
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].text += text

    def _doctype(self, *_: object) -> None:
        raise self._refused("has a DOCTYPE, which may define entities")

    def _refused(self, cause: str) -> InputError:
        offset = self.offset()
        return InputError(cause, at=self.source.location(offset, offset), remedy=_WELL_FORMED)


def parse(source: Source) -> Element:
    """Return the root element; raise InputError for what is no XML, or is over a limit."""
    return _Builder(source).build()
