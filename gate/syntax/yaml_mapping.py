"""Puts the pairs of a mapping together: keys as JSON has them, repeated keys, and the merge key."""

from __future__ import annotations

from gate.syntax.tree import Mapping, Scalar, Sequence
from gate.syntax.yaml_scalars import key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.syntax.tree import Node
    from gate.syntax.yaml_tree import Builder

COLLECTION_KEY = "a list or a mapping cannot be a key"
MERGE = "`<<` takes a mapping or a list of mappings"


class Pairs:
    """A mapping that is being read; `key` is the key whose value comes next, None when a key comes next.

    Compose takes keys that are strings and distinct, and what `<<` brings never overrides. Kubernetes takes them in the
    order of the file, whatever they are, and the last one counts.
    """

    __slots__ = ("_builder", "key", "node")

    def __init__(self, builder: Builder, node: Mapping) -> None:
        """Start empty."""
        self.key: Scalar | None = None
        self.node = node
        self._builder = builder

    def take(self, node: Node) -> None:
        """Take a key, or the value of the key before."""
        key = self.key
        if key is None:
            if not isinstance(node, Scalar):
                self._builder.refuse(node, COLLECTION_KEY, "put it in quotes")
            self.key = node
            return
        self.key = None
        name = key.value
        if name.__class__ is not str:
            name = self._name(key)
        elif self._builder.merges and key in self._builder.merges:
            self._merge(key, node)
            return
        entries = self.node.entries
        if name in entries:
            self._repeat(key, node)
        entries[name] = node
        self.node.keys[name] = key

    def _name(self, key: Scalar) -> str:
        name = None if self._builder.is_strict else key_of(key.value, key.text)
        if name is None:
            self._builder.refuse(key, f"the key `{key.text[:40]}` is not a string", "put it in quotes")
        key.doubt = key.doubt or f"the key `{key.text[:40]}` is not a string to other YAML readers"
        return name

    def _repeat(self, key: Scalar, node: Node) -> None:
        if self._builder.is_strict:
            self._builder.refuse(key, f"the key `{key.text[:40]}` is given twice", "remove one of the two")
        text = f"the key `{key.text[:40]}` is given twice, and YAML readers differ in which of the two counts"
        key.doubt = node.doubt = text

    def _merge(self, key: Scalar, node: Node) -> None:
        sources = [each for each in (node.items if isinstance(node, Sequence) else [node]) if isinstance(each, Mapping)]
        if not isinstance(node, Mapping) and (not isinstance(node, Sequence) or len(sources) < len(node.items)):
            self._builder.refuse(key, MERGE)
        self._builder.grow(key, sum(len(each.entries) for each in sources))
        if self._builder.is_strict:
            if self.node in self._builder.merged:
                self._builder.refuse(key, "`<<` is given twice", "give it a list")
            self._builder.merged[self.node] = sources
            return
        own = set(self.node.entries)
        for source in reversed(sources):
            self._override(source, own)

    def _override(self, source: Mapping, own: set[str]) -> None:
        """Let what is merged in override what stands before it in the file."""
        for name, value in source.entries.items():
            if name in own:
                self.node.doubt = f"`<<` overrides the `{name[:40]}` before it in Kubernetes, and in few other readers"
            self.node.entries[name] = value
            self.node.keys[name] = source.keys[name]


def complete(node: Mapping, sources: list[Mapping]) -> None:
    """Add what the merge key brings and the mapping does not have itself."""
    for source in sources:
        for name, value in source.entries.items():
            if name not in node.entries:
                node.entries[name] = value
                node.keys[name] = source.keys[name]
