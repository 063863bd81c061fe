"""The targets of Bake files: what each builds, once variables, matrices and inheritance are settled.

Source: docker/buildx v0.38 `bake/bake.go`. Files of one run are merged in order, a target's attributes over those of
the targets that it inherits from: arguments, contexts and labels key by key, entitlements one after the other, the rest
as a whole. What `--set`, the command line and the environment change is not in sight.
"""

from __future__ import annotations

import re
from itertools import islice, product

from gate.dialects.bake_values import BakeValues
from gate.model.record import Record
from gate.syntax.hcl_scalars import as_string
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location
    from gate.syntax.hcl import Attribute, Block, Document
    from gate.syntax.tree import Node

#: Attributes that are merged key by key, and those that are lists to which more is added.
TABLES = ("args", "contexts", "labels")
_ADDED = ("entitlements",)

#: What a target of a JSON file has at least one of.
OF_TARGETS = frozenset(
    {
        *("args", "context", "contexts", "dockerfile", "dockerfile-inline", "entitlements", "inherits", "matrix"),
        *("network", "output", "platforms", "tags"),
    }
)

#: Targets of one run, and targets that one block with a matrix makes.
MAX_TARGETS = 500
MAX_MATRIX = 100

#: What a string of JSON holds beside itself: an escaped brace, a name that is filled in, or more of a template.
_FILLED = re.compile(r"(\$\$\{|%%\{)|\$\{[ \t]*([A-Za-z_][\w-]{0,80})[ \t]*\}|(\$\{|%\{)")


class Target(Record):
    """One target: `entries` are its attributes, `open_because` why it may have others or other ones."""

    name: str
    at: Location
    entries: dict[str, Node]
    open_because: str = ""

    def table(self, name: str) -> tuple[dict[str, Node], str]:
        """Return a table of the target, and why there may be more in it."""
        node = self.entries.get(name)
        if isinstance(node, Mapping):
            return {key: value for key, value in node.items() if not _is_null(value)}, self.open_because
        return {}, self.open_because or (node.reason if isinstance(node, Opaque) else "")

    def text(self, name: str, default: str = "") -> str | Opaque:
        """Return a text of the target; a value of another kind, or one that is not known, is opaque."""
        node = self.entries.get(name)
        if node is None:
            return default
        text = as_string(node)
        if text is not None:
            return text
        return node if isinstance(node, Opaque) else Opaque(node.source, node.start, node.end, "it is no text")


class Bake:
    """All targets of the files of one run."""

    __slots__ = ("_grouped", "_own", "_parents", "_values", "_variables")

    def __init__(self, files: list[Document | Mapping]) -> None:
        """Take the files in their order: parsed HCL, or the root of a JSON file."""
        self._variables: dict[str, Attribute | Node | None] = {}
        self._own: dict[str, list[Target]] = {}
        self._parents: set[str] = set()
        self._grouped: set[str] = set()
        for file in files:
            self._declare(file)
        self._values = BakeValues(self._variables, self._filled)
        for file in files:
            self._read(file)

    def _declare(self, file: Document | Mapping) -> None:
        if isinstance(file, Mapping):
            self._variables |= {name: node for name, node in file.items() if name not in _BLOCKS}
            for name, one in _members(file, "variable"):
                self._variables[name] = one.get("default")
            return
        self._variables |= file.body.attributes
        for block in file.body.of_type("variable"):
            if block.labels:
                self._variables[block.labels[0]] = block.body.attributes.get("default")

    def _read(self, file: Document | Mapping) -> None:
        if isinstance(file, Mapping):
            for name, one in _members(file, "target"):
                entries = {key: self._filled(node) for key, node in one.items()}
                self._add(name, Target(name, file_key(file, name), entries))
            for _name, one in _members(file, "group"):
                self._group(self._filled(one.get("targets") or one))
            return
        for block in file.body.of_type("target", "group"):
            if block.type == "group":
                listed = block.body.attributes.get("targets")
                self._group(self._values.value(listed) if listed is not None else None)
            elif block.labels:
                for name, target in self._made(block):
                    self._add(name, target)

    def _group(self, listed: Node | None) -> None:
        items = listed.items if isinstance(listed, Sequence) else []
        self._grouped.update(text for item in items if (text := as_string(item)) is not None)

    def _add(self, name: str, target: Target) -> None:
        if name in self._own or len(self._own) < MAX_TARGETS:
            self._own.setdefault(name, []).append(target)

    def _made(self, block: Block) -> Iterator[tuple[str, Target]]:
        """Yield what a block makes: one target, or one for each combination of its matrix."""
        attributes = block.body.attributes
        matrix = self._values.value(attributes["matrix"]) if "matrix" in attributes else None
        if matrix is None:
            yield block.labels[0], Target(block.labels[0], block.at, self._entries(block))
            return
        lists = list(matrix.items()) if isinstance(matrix, Mapping) else []
        if not lists or not all(isinstance(node, Sequence) for _, node in lists):
            reason = matrix.reason if isinstance(matrix, Opaque) else "its matrix is not known"
            yield block.labels[0], Target(block.labels[0], block.at, {}, reason)
            return
        for chosen in islice(product(*(node.items for _, node in lists if isinstance(node, Sequence))), MAX_MATRIX):
            self._values.names = dict(zip((name for name, _ in lists), chosen, strict=True))
            try:
                entries = self._entries(block)
            finally:
                self._values.names = {}
            name = as_string(entries["name"]) if "name" in entries else None
            shown = name or f"{block.labels[0]}-{'-'.join(as_string(one) or '?' for one in chosen)}"
            yield shown, Target(shown, block.at, entries)

    def _entries(self, block: Block) -> dict[str, Node]:
        return {name: self._values.value(one) for name, one in block.body.attributes.items() if name != "matrix"}

    def _filled(self, node: Node) -> Node:
        """Fill the variables into the strings of JSON; a template that has more than names is not evaluated."""
        if isinstance(node, Mapping):
            entries = {key: self._filled(value) for key, value in node.items()}
            return Mapping(node.source, node.start, node.end, entries, node.keys, node.doubt)
        if isinstance(node, Sequence):
            return Sequence(node.source, node.start, node.end, [self._filled(one) for one in node.items], node.doubt)
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not _FILLED.search(node.value):
            return node
        return self._rendered(node, node.value)

    def _rendered(self, node: Scalar, template: str) -> Node:
        parts: list[str] = []
        last = 0
        for found in _FILLED.finditer(template):
            escaped, name, other = found.groups()
            if other:
                return Opaque(node.source, node.start, node.end, "a template in JSON is not evaluated")
            text = escaped[1:] if escaped else self._named(node, name)
            if isinstance(text, Opaque):
                return text
            parts += (template[last : found.start()], text)
            last = found.end()
        text = "".join([*parts, template[last:]])
        return Scalar(node.source, node.start, node.end, text, text, True)

    def _named(self, node: Scalar, name: str) -> str | Opaque:
        """Return the text of a variable, at the place of the string that names it."""
        value = self._values.variable(name, Opaque(node.source, node.start, node.end, f"`{name}` leads too far"))
        text = as_string(value)
        if text is not None:
            return text
        reason = value.reason if isinstance(value, Opaque) else "it joins text with what is no text"
        return Opaque(node.source, node.start, node.end, reason)

    def targets(self) -> Iterator[Target]:
        """Yield every target but those that only others inherit from."""
        found = [self._resolved(name, {}) for name in self._own]
        for target in found:
            if target is not None and (target.name not in self._parents or target.name in self._grouped):
                yield target

    def _resolved(self, name: str, known: dict[str, Target | None]) -> Target | None:
        """Return a target over those that it inherits from; None for one that is being resolved, in a circle."""
        if name in known:
            return known[name]
        known[name] = None
        own = self._own[name]
        entries: dict[str, Node] = {}
        reason = next((one.open_because for one in own if one.open_because), "")
        for parent in _parents(own):
            text = as_string(parent)
            if text is None or text not in self._own:
                why = (
                    parent.reason if isinstance(parent, Opaque) else f"the target {(text or '?')[:60]} is not in sight"
                )
                reason = reason or why
                continue
            self._parents.add(text)
            other = self._resolved(text, known)
            if other is not None:
                reason = reason or other.open_because
                merge(entries, other.entries)
        for one in own:
            merge(entries, one.entries)
        contexts = entries.get("contexts")
        if isinstance(contexts, Mapping):
            named = {key: node for key, node in contexts.items() if as_string(node) != ""}
            entries["contexts"] = Mapping(contexts.source, contexts.start, contexts.end, named, contexts.keys)
        found = known[name] = Target(name, own[0].at, entries, reason)
        return found


_BLOCKS = ("function", "group", "target", "variable")


def _members(file: Mapping, kind: str) -> Iterator[tuple[str, Mapping]]:
    """Yield the blocks of a kind in a JSON file."""
    node = file.get(kind)
    for name, one in node.items() if isinstance(node, Mapping) else ():
        if isinstance(one, Mapping):
            yield name, one


def file_key(file: Mapping, name: str) -> Location:
    """Return where a JSON file begins a target."""
    targets = file.get("target")
    return targets.keys[name].at if isinstance(targets, Mapping) else file.at


def _parents(own: list[Target]) -> list[Node]:
    """Return the names that a target inherits from, by all its definitions."""
    found: list[Node] = []
    for listed in (one.entries["inherits"] for one in own if "inherits" in one.entries):
        found += listed.items if isinstance(listed, Sequence) else [] if _is_null(listed) else [listed]
    return found


def merge(into: dict[str, Node], entries: dict[str, Node]) -> None:
    """Lay the attributes of one target over those of another."""
    for name, node in entries.items():
        before = into.get(name)
        if _is_null(node) or isinstance(before, Opaque):
            continue
        if name in TABLES and isinstance(before, Mapping) and isinstance(node, Mapping):
            kept = {key: one for key, one in node.items() if not _is_null(one)}
            both = {**before.entries, **kept}
            into[name] = Mapping(node.source, node.start, node.end, both, {**before.keys, **node.keys})
        elif name in _ADDED and isinstance(before, Sequence) and isinstance(node, Sequence):
            into[name] = Sequence(node.source, node.start, node.end, [*before.items, *node.items])
        else:
            into[name] = node


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None
