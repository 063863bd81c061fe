"""Builds the tree of each document from the event stream of libyaml, within bounds.

The events carry no recursion, so depth costs nothing but an entry on a stack here; `compose` and `load` of the same
library recurse in C and can be made to crash the process.
"""

from __future__ import annotations

from yaml import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from gate.model.errors import InputError
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence
from gate.syntax.yaml_mapping import COLLECTION_KEY, Pairs, complete
from gate.syntax.yaml_scalars import MERGE, STANDARD
from gate.syntax.yaml_template import is_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.tree import Node
    from gate.syntax.yaml_mapping import Shared
    from gate.syntax.yaml_scalars import Resolved, Scheme, Value

    Take: TypeAlias = Callable[[Node], None]
    #: A list or mapping that is being read: the node, what takes its members, its pairs when it is a mapping, its
    #: anchor, the nodes before it, and whether it stands in brackets.
    Frame: TypeAlias = tuple[Mapping | Sequence, Take, Pairs | None, str | None, int, bool]

#: What ends the name of an anchor for all parsers; the end of the file does, too.
ENDS_NAME = " \t\n\r,:[]{}"

QUOTE = "put it in quotes"
QUOTES = ('"', "'")

#: Deepest nesting, and most nodes of one file.
MAX_DEPTH = 200
MAX_NODES = 250_000


class Builder:
    """Builds the documents of one stretch of a file that is parsed on its own."""

    __slots__ = (
        "_anchors",
        "_base",
        "_events",
        "_known",
        "_open",
        "_scheme",
        "_shared",
        "_sizes",
        "_source",
        "_templated",
        "tags",
    )

    def __init__(
        self, source: Source, events: Any, base: int, scheme: Scheme, shared: Shared, *, templated: bool
    ) -> None:
        """Take the file, its events, the offset these count from, how scalars resolve, and what the file shares."""
        self.tags: dict[Node, str] = {}
        self._source = source
        self._events = events
        self._base = base
        self._scheme = scheme
        self._known = scheme.known.get
        self._shared = shared
        self._templated = templated
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[str, int] = {}
        self._open: list[Frame] = []

    def root(self) -> Node:
        """Build one document, whose start has been read, up to the end of its root."""
        self.tags = {}
        if not self._shared.strict:
            self._anchors.clear()
        nodes = self._shared.nodes
        take: Take | None = None
        try:
            while True:
                event = self._events.get_event()
                kind = event.__class__
                nodes += 1
                if nodes > MAX_NODES:
                    raise InputError(f"has more than {MAX_NODES} nodes", at=self._place(event), remedy="split the file")
                if kind is ScalarEvent:
                    node = self._scalar(event)
                else:
                    self._shared.nodes = nodes
                    if kind is MappingStartEvent or kind is SequenceStartEvent:
                        take = self._start(event, mapping=kind is MappingStartEvent)
                        continue
                    if kind is AliasEvent:
                        node = self._alias(event)
                    else:
                        nodes -= 1
                        node = self._end(event)
                        take = self._open[-1][1] if self._open else None
                if take is None:
                    return node
                take(node)
        finally:
            self._shared.nodes = nodes

    def _scalar(self, event: Any) -> Node:
        tag = event.tag
        text = event.value
        start = event.start_mark.index + self._base
        end = event.end_mark.index + self._base
        found = self._known(text)
        if found is not None and event.implicit[0] and tag is None and event.anchor is None:
            return Scalar(self._source, start, end, found.value, found.text, False, found.doubt)
        value: Value = text
        doubt = ""
        if tag is not None or event.implicit[0]:
            found = self._resolved(event)
            if "?" in text and not event.style and self._open and self._open[-1][5]:
                self._question(event)
            value, text, doubt = found.value, found.text, found.doubt
        node: Node = Scalar(self._source, start, end, value, text, event.style in QUOTES, doubt)
        if self._templated and value.__class__ is str and is_template(text):
            node = self._template(node)
        if event.anchor is not None:
            self._anchor(event, node)
            self._sizes[event.anchor] = 1
        if tag is not None and not tag.startswith(STANDARD):
            self.tags[node] = tag
        if (text == "<<" or tag == MERGE) and self._scheme.merges(text, tag, plain=not event.style):
            self._shared.merges.add(node)
        return node

    def _question(self, event: Any) -> None:
        """Refuse a `?` that ends a plain scalar in brackets for go-yaml: any, or in version 4 before a space."""
        text = self._source.text[event.start_mark.index + self._base : event.end_mark.index + self._base + 1]
        if self._scheme.version == 2 or any(part[:1].isspace() for part in text.split("?")[1:]):
            raise InputError("a `?` inside brackets is no part of a string", at=self._place(event), remedy=QUOTE)

    def _template(self, node: Node) -> Node:
        """Make a value opaque; leave a key as it is written, which is what its consumer would see, and doubt it."""
        pairs = self._open[-1][2] if self._open else None
        if pairs is None or pairs.key is not None:
            return Opaque(self._source, node.start, node.end, "is a template expression")
        node.doubt = pairs.node.doubt = "a key in this mapping is a template expression"
        return node

    def _anchor(self, event: Any, node: Node) -> None:
        self._anchors[event.anchor] = node
        self._sizes.pop(event.anchor, None)
        if self._shared.strict:
            self._bounded(event, "&")

    def _bounded(self, event: Any, sign: str) -> None:
        """Refuse what libyaml takes for the end of a name, and version 4 of go-yaml for more of it."""
        text = self._source.text
        start = event.start_mark.index + self._base
        after = text.find(sign + event.anchor, start) + len(event.anchor) + 1
        if text[after : after + 1] not in ENDS_NAME:
            raise InputError(f"`{sign}{event.anchor[:40]}` is not followed by a space", at=self._place(event))

    def _resolved(self, event: Any) -> Resolved:
        try:
            if event.tag is None:
                return self._scheme.resolve(event.value)
            return self._scheme.tagged(event.value, event.tag, plain=not event.style)
        except ValueError as error:
            raise InputError(str(error), at=self._place(event), remedy="write it in quotes, without a tag") from error

    def _start(self, event: Any, *, mapping: bool) -> Take:
        opened = self._open
        pairs = opened[-1][2] if opened else None
        if pairs is not None and pairs.key is None:
            raise InputError(COLLECTION_KEY, at=self._place(event), remedy=QUOTE)
        if len(opened) >= MAX_DEPTH:
            raise InputError(f"is nested deeper than {MAX_DEPTH} levels", at=self._place(event))
        start = event.start_mark.index + self._base
        node: Mapping | Sequence
        if mapping:
            node = Mapping(self._source, start, start, {}, {})
            pairs = Pairs(self._shared, node)
            take: Take = pairs.take
        else:
            node = Sequence(self._source, start, start, [])
            pairs = None
            take = node.items.append
        anchor = event.anchor
        opened.append((node, take, pairs, anchor, self._shared.nodes - 1 + self._shared.grown, event.flow_style))
        if anchor is not None:
            self._anchor(event, node)
        if event.tag is not None and not event.tag.startswith(STANDARD):
            self.tags[node] = event.tag
        return take

    def _end(self, event: Any) -> Node:
        node, _, pairs, anchor, before, _ = self._open.pop()
        node.end = event.end_mark.index + self._base
        if pairs is not None and pairs.node in self._shared.merged:
            complete(pairs.node, self._shared.merged.pop(pairs.node))
        if anchor is not None and self._anchors[anchor] is node:
            self._sizes[anchor] = self._shared.nodes - 1 + self._shared.grown - before
        return node

    def _alias(self, event: Any) -> Node:
        name = event.anchor
        node = self._anchors.get(name)
        if node is None:
            raise InputError(f"the alias `*{name[:40]}` has no anchor before it", at=self._place(event))
        if name not in self._sizes:
            raise InputError(f"the anchor `&{name[:40]}` contains itself", at=self._place(event))
        if self._shared.strict:
            self._bounded(event, "*")
        self._shared.grow(node, self._sizes[name])
        if node in self._shared.merges:
            node = Scalar(self._source, node.start, node.end, "<<", "<<")
        return node

    def _place(self, event: Any) -> Location:
        return self._source.location(event.start_mark.index + self._base, event.end_mark.index + self._base)
