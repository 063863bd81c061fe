"""Builds the tree of each document from the event stream of libyaml, within bounds.

The events carry no recursion, so the depth of the input costs nothing but an entry on a stack here; `compose` and
`load` of the same library recurse in C and can be made to crash the process.
"""

from __future__ import annotations

from yaml import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from gate.model.errors import InputError
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence
from gate.syntax.yaml_scalars import CONTESTED, STANDARD, WORDS, WORDS_OF_VERSION_2, doubt, key_of, resolve, tagged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from gate.model.source import Source
    from gate.syntax.tree import Node

#: Deepest nesting, most nodes of one file, and how many nodes aliases may add for each that is written.
MAX_DEPTH = 200
MAX_NODES = 250_000
MAX_GROWTH = 10
FREE_GROWTH = 1_000


class Builder:
    """Builds nodes from events; one for each stretch of a file that is parsed on its own."""

    __slots__ = ("_anchors", "_base", "_events", "_grown", "_merges", "_sizes", "_stack", "_templated", "_words", "compose",
                 "nodes", "source", "tags")  # fmt: skip

    def __init__(self, source: Source, events: Any, base: int, *, compose: bool, nodes: int, templated: bool) -> None:
        """Take the file, the event source, the offset its indexes count from, the dialect and the nodes so far."""
        self.source = source
        self.compose = compose
        self.nodes = nodes
        self.tags: dict[Node, str] = {}
        self._events = events
        self._base = base
        self._templated = templated
        self._words = WORDS if compose else WORDS_OF_VERSION_2
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[str, int] = {}
        self._grown = 0
        self._merges: set[Node] = set()
        self._stack: list[Frame] = []

    def root(self) -> Node:
        """Build one document, whose start has been read, up to the end of its root."""
        self.tags = {}
        self._anchors = {}
        self._sizes = {}
        stack = self._stack = []
        next_event = self._events.get_event
        while True:
            event = next_event()
            kind = event.__class__
            self.nodes += 1
            if kind is ScalarEvent:
                node = self._scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._open(event, kind is MappingStartEvent)
                continue
            elif kind is AliasEvent:
                node = self._alias(event)
            else:
                node = self._close(event)
            if not stack:
                return node
            stack[-1].take(node)

    def refuse(self, start: int, end: int, cause: str, remedy: str = "") -> NoReturn:
        """Raise the error for this place of the file."""
        raise InputError(cause, at=self.source.location(start, end), remedy=remedy)

    def _scalar(self, event: Any) -> Node:
        text = event.value
        start = event.start_mark.index + self._base
        end = event.end_mark.index + self._base
        tag = event.tag
        unsure = ""
        if tag is not None:
            value, unsure = self._tagged(text, tag, start, end)
        elif event.implicit[0]:
            value = resolve(text, self._words)
            if value is not text or text in CONTESTED or ":" in text:
                unsure = doubt(text, value, self._words)
        else:
            value = text
        node: Node
        if self._templated and isinstance(value, str) and is_template(value):
            node = Opaque(self.source, start, end, "is a template expression")
        else:
            node = Scalar(self.source, start, end, value, text, event.style in ("'", '"'), unsure)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
            self._sizes[event.anchor] = 1
        if tag is not None and not tag.startswith(STANDARD):
            self.tags[node] = tag
        if text == "<<" and (tag == STANDARD + "merge" or (tag is None and event.implicit[0])):
            self._merges.add(node)
        return node

    def _tagged(self, text: str, tag: str, start: int, end: int) -> tuple[str | int | float | bool | None, str]:
        try:
            value = tagged(text, tag, self._words)
        except ValueError as error:
            self.refuse(start, end, f"is refused by its consumer: {error}", "remove the tag")
        own = not tag.startswith(STANDARD)
        return value, f"the tag `{tag[:40]}` means something else to other YAML readers" if own else ""

    def _open(self, event: Any, mapping: bool) -> None:
        start = event.start_mark.index + self._base
        end = event.end_mark.index + self._base
        stack = self._stack
        if stack and stack[-1].wants_key:
            self.refuse(start, end, "a list or a mapping cannot be a key", "put the key in quotes")
        if len(stack) >= MAX_DEPTH:
            self.refuse(start, end, f"is nested deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            self.refuse(start, end, f"has more than {MAX_NODES} nodes", "split the file")
        node: Node
        if mapping:
            node = Mapping(self.source, start, end, {}, {})
            frame: Frame = MappingFrame(self, node, event.anchor)
        else:
            node = Sequence(self.source, start, end, [])
            frame = SequenceFrame(self, node, event.anchor)
        stack.append(frame)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
            self._sizes.pop(event.anchor, None)
        if event.tag is not None and not event.tag.startswith(STANDARD):
            self.tags[node] = event.tag

    def _close(self, event: Any) -> Node:
        self.nodes -= 1
        frame = self._stack.pop()
        node = frame.node
        node.end = event.end_mark.index + self._base
        frame.finish()
        if frame.anchor is not None and self._anchors[frame.anchor] is node:
            self._sizes[frame.anchor] = self.nodes + self._grown - frame.before
        return node

    def _alias(self, event: Any) -> Node:
        start = event.start_mark.index + self._base
        end = event.end_mark.index + self._base
        name = event.anchor
        node = self._anchors.get(name)
        if node is None:
            self.refuse(start, end, f"the alias `*{name[:40]}` has no anchor before it")
        if name not in self._sizes:
            self.refuse(start, end, f"the anchor `&{name[:40]}` contains itself")
        self.grow(self._sizes[name], start, end)
        if node in self._merges:
            node = Scalar(self.source, node.start, node.end, "<<", "<<")
        return node

    def grow(self, nodes: int, start: int, end: int) -> None:
        """Count nodes that stand in the tree and not in the file."""
        self._grown += nodes
        if self._grown > FREE_GROWTH + MAX_GROWTH * self.nodes:
            self.refuse(start, end, "aliases blow the document up", "write it out, or in smaller pieces")

    def is_merge(self, node: Node) -> bool:
        """Say whether a key is the merge key and not the string of the same spelling."""
        return node in self._merges

    @property
    def size(self) -> int:
        """The nodes so far, those that aliases stand for included."""
        return self.nodes + self._grown


class Frame:
    """A list or mapping that is being read."""

    __slots__ = ("anchor", "before", "builder", "wants_key")

    node: Node

    def __init__(self, builder: Builder, anchor: str | None) -> None:
        """Remember whom to ask and how many nodes there were before."""
        self.builder = builder
        self.anchor = anchor
        self.before = builder.size - 1
        self.wants_key = False

    def take(self, node: Node) -> None:
        """Take the next member."""
        raise NotImplementedError

    def finish(self) -> None:
        """Do what can only be done when all members are there."""


class SequenceFrame(Frame):
    """A list that is being read."""

    __slots__ = ("node", "take")

    def __init__(self, builder: Builder, node: Sequence, anchor: str | None) -> None:
        """Let members go straight into the list."""
        super().__init__(builder, anchor)
        self.node = node
        self.take = node.items.append  # type: ignore[method-assign]


class MappingFrame(Frame):
    """A mapping that is being read: keys and values in turn."""

    __slots__ = ("key", "merged", "node")

    def __init__(self, builder: Builder, node: Mapping, anchor: str | None) -> None:
        """Start by waiting for a key."""
        super().__init__(builder, anchor)
        self.node: Mapping = node
        self.key: Scalar | None = None
        self.merged: list[Mapping] = []
        self.wants_key = True

    def take(self, node: Node) -> None:
        """Take a key, or the value of the key before."""
        if self.wants_key:
            self.wants_key = False
            self.key = self._as_key(node)
            return
        self.wants_key = True
        key = self.key
        assert key is not None
        if key.value.__class__ is str:
            name: str = key.value  # type: ignore[assignment]
            if name == "<<" and self.builder.is_merge(key):
                self._merge(key, node)
                return
        else:
            name = self._name(key)
        if name in self.node.entries:
            self._repeat(name, key, node)
        self.node.entries[name] = node
        self.node.keys[name] = key

    def _as_key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            what = "a template expression" if isinstance(node, Opaque) else "a list or a mapping"
            self.builder.refuse(node.start, node.end, f"{what} cannot be a key")
        return node

    def _name(self, key: Scalar) -> str:
        name = key_of(key.value)
        if name is None:
            self.builder.refuse(key.start, key.end, f"`{key.text[:40]}` cannot be a key", "put it in quotes")
        key.doubt = key.doubt or f"the key `{key.text[:40]}` is not a string to other YAML readers"
        return name

    def _repeat(self, name: str, key: Scalar, node: Node) -> None:
        """Let the last of two equal keys win, as Kubernetes does, or refuse them, as Compose does."""
        if self.builder.compose:
            self.builder.refuse(key.start, key.end, f"the key `{name[:40]}` is given twice", "remove one of them")
        key.doubt = node.doubt = f"the key `{name[:40]}` is given twice, and YAML readers differ in which one counts"

    def _merge(self, key: Scalar, node: Node) -> None:
        """Merge at once, so that what stands before `<<` is overridden and what follows overrides, as go-yaml 2 does."""
        sources = node.items if isinstance(node, Sequence) else [node]
        for source in sources:
            if not isinstance(source, Mapping):
                self.builder.refuse(key.start, key.end, "`<<` takes a mapping or a list of mappings")
            self.builder.grow(len(source.entries), key.start, key.end)
        if self.builder.compose:
            self.merged += sources  # type: ignore[arg-type]
            return
        own = set(self.node.entries)
        for source in reversed(sources):
            for name, value in source.entries.items():  # type: ignore[attr-defined]
                if name in own:
                    text = f"`<<` overrides `{name[:40]}` in Kubernetes, and does not in other YAML readers"
                    key.doubt = self.node.doubt = text
                self.node.entries[name] = value
                self.node.keys[name] = source.keys[name]  # type: ignore[attr-defined]

    def finish(self) -> None:
        """Add what `<<` brings and the mapping does not say itself."""
        for source in self.merged:
            for name, value in source.entries.items():
                if name not in self.node.entries:
                    self.node.entries[name] = value
                    self.node.keys[name] = source.keys[name]


def is_template(text: str) -> bool:
    """Say whether a string has an expression of Go's or Jinja's template language, which `${{ }}` is not."""
    at = text.find("{{")
    while at >= 0:
        if at == 0 or text[at - 1] != "$":
            return True
        at = text.find("{{", at + 1)
    return "{%" in text
