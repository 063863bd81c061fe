"""Puts the pairs of a mapping together: keys as JSON has them, repeated keys, and the merge key."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.syntax.tree import Mapping, Scalar, Sequence
from gate.syntax.yaml_scalars import is_time, key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from gate.syntax.tree import Node

COLLECTION_KEY = "a list or a mapping cannot be a key"
MERGE = "`<<` takes a mapping or a list of mappings"

#: How many nodes aliases may add at will, how many more for each node that is written, and how many at most.
FREE_GROWTH = 20_000
GROWTH = 10
MAX_GROWTH = 250_000


class Shared:
    """What the mappings of one file share.

    `strict` is how Compose takes them: keys are strings and distinct, and what `<<` brings never overrides. Kubernetes
    takes pairs in the order of the file, whatever they are, and the last one counts. `merges` holds the merge keys,
    which are told from strings of the same spelling by how they are written; `merged` what such a key brings to a
    mapping that is not complete yet; `nodes` counts what is written, and `grown` what stands in the tree besides.
    """

    __slots__ = ("grown", "merged", "merges", "nodes", "strict")

    def __init__(self, *, strict: bool) -> None:
        """Start at nothing."""
        self.nodes = 0
        self.strict = strict
        self.grown = 0
        self.merges: set[Node] = set()
        self.merged: dict[Mapping, list[Mapping]] = {}

    def grow(self, node: Node, members: int) -> None:
        """Count nodes that will stand in the tree and do not stand in the file."""
        self.grown += members
        if self.grown > min(FREE_GROWTH + GROWTH * self.nodes, MAX_GROWTH):
            _refuse(node, "its aliases multiply beyond all measure", "write out what they stand for")


class Pairs:
    """A mapping that is being read; `key` is the key whose value comes next, None when a key comes next."""

    __slots__ = ("_shared", "key", "node")

    def __init__(self, shared: Shared, node: Mapping) -> None:
        """Start empty."""
        self.key: Scalar | None = None
        self.node = node
        self._shared = shared

    def take(self, node: Node) -> None:
        """Take a key, or the value of the key before."""
        key = self.key
        if key is None:
            self.key = self._as_key(node)
            return
        self.key = None
        name = key.value
        if name.__class__ is not str:
            name = self._name(key)
        elif self._shared.merges and key in self._shared.merges:
            self._merge(key, node)
            return
        entries = self.node.entries
        if name in entries:
            self._repeat(key, node)
        entries[name] = node
        self.node.keys[name] = key

    def _as_key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            _refuse(node, COLLECTION_KEY, "put it in quotes")
        if self._shared.strict:
            if node.source.text.startswith("?", node.start - 1):
                _refuse(node, "a `?` stands right before a key", "put a space after the `?`")
            if not node.quoted and node.text[:1].isdigit() and is_time(node.text):
                _refuse(node, f"the key `{node.text[:40]}` is not a string", "put it in quotes")
        return node

    def _name(self, key: Scalar) -> str:
        name = None if self._shared.strict else key_of(key.value, key.text)
        if name is None:
            _refuse(key, f"the key `{key.text[:40]}` is not a string", "put it in quotes")
        key.doubt = key.doubt or f"the key `{key.text[:40]}` is not a string to other YAML readers"
        return name

    def _repeat(self, key: Scalar, node: Node) -> None:
        if self._shared.strict:
            _refuse(key, f"the key `{key.text[:40]}` is given twice", "remove one of the two")
        text = f"the key `{key.text[:40]}` is given twice, and YAML readers differ in which of the two counts"
        key.doubt = node.doubt = text

    def _merge(self, key: Scalar, node: Node) -> None:
        members = node.items if isinstance(node, Sequence) else [node]
        sources = [member for member in members if isinstance(member, Mapping)]
        if len(sources) < len(members):
            _refuse(key, MERGE)
        self._shared.grow(key, sum(len(source.entries) for source in sources))
        if self._shared.strict:
            if self.node in self._shared.merged:
                _refuse(key, "`<<` is given twice", "give it a list")
            self._shared.merged[self.node] = sources
            return
        own = set(self.node.entries)
        for source in reversed(sources):
            self._override(source, own)

    def _override(self, source: Mapping, own: set[str]) -> None:
        """Let what is merged in override what stands before it in the file, as Kubernetes does."""
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


def _refuse(node: Node, cause: str, remedy: str = "") -> NoReturn:
    raise InputError(cause, at=node.at, remedy=remedy)
