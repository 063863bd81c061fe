"""Asks a tree for typed settings: every answer has a place, and what is not what it should be is unknown.

A format's reader wraps each mapping in `Fields` and asks it by name. Absent and null are the default, as they are for
every platform that is read here; a template expression or a value of the wrong type is unknown, with the reason.
"""

from __future__ import annotations

from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.workload import Doubt
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.tree import Node

    T = TypeVar("T")


#: Places in doubt that are kept of one subject; more would tell nobody more.
MAX_DOUBTS = 50


class Fields:
    """One mapping of the input, absent or present, asked field by field.

    `doubts` collects the places that were read and that two consumers read differently. `reason` is set when the
    mapping itself cannot be known; every field of it is then unknown.
    """

    __slots__ = ("_at", "_within", "doubts", "node", "owner", "reason")

    def __init__(
        self, node: Node | None, owner: Node, doubts: list[Doubt], within: tuple[Fields, str] | None = None
    ) -> None:
        """Take the node, absent or null included, the node that it would be written in, and where it was asked for."""
        self.doubts = doubts
        self.owner = owner if node is None else node
        self.node = node if isinstance(node, Mapping) else None
        self.reason = "" if self.node is not None or is_absent(node) else _why(node, "a mapping")
        self._at: Location | None = None
        self._within = within
        self._note(node, "")

    @property
    def at(self) -> Location:
        """Where the mapping stands, or where it would be written."""
        if self._at is None:
            self._at = self.owner.at
        return self._at

    @property
    def present(self) -> bool:
        """Whether something is written, an empty mapping and an unknown one included."""
        return self.node is not None or bool(self.reason)

    def get(self, name: str) -> Node | None:
        """Return the node under a name, None when it is absent or null."""
        node = self.node.entries.get(name) if self.node is not None else None
        if self.node is not None and node is not None:
            self._note(self.node.keys[name], name)
        self._note(node, name)
        return None if is_absent(node) else node

    def has(self, name: str) -> bool:
        """Say whether something other than null is written under a name."""
        return self.get(name) is not None

    def names(self) -> tuple[str, ...]:
        """Return the names of everything that is written, in the order of the file."""
        return tuple(self.node.entries) if self.node is not None else ()

    def at_of(self, name: str) -> Location:
        """Return the place of a field with its key, or of the mapping that it would be written in."""
        node = self.get(name)
        if node is None or self.node is None:
            return self.at
        key = self.node.keys[name]
        if key.source is node.source and key.start <= node.start:
            return key.source.location(key.start, node.end)
        return node.at

    def sub(self, name: str) -> Fields:
        """Return the mapping under a name."""
        node = self.get(name)
        inner = Fields(node, self.owner, self.doubts, (self, name))
        if node is None:
            inner._at = self._at
        if self.reason:
            inner.reason = self.reason
        return inner

    def setting(self, name: str, default: T, wanted: str, convert: Callable[[Scalar], T | None]) -> Setting[T]:
        """Return the value of a scalar; `convert` answers None for what is not `wanted`, which is then unknown."""
        if self.reason:
            return Unknown(self.reason, self.at)
        node = self.get(name)
        if node is None:
            return Defaulted(default, self.at)
        value = convert(node) if isinstance(node, Scalar) else None
        if value is None:
            return Unknown(_why(node, wanted), self.at_of(name))
        return Stated(value, self.at_of(name))

    def flag(self, name: str, *, default: bool) -> Setting[bool]:
        """Return a boolean."""
        return self.setting(name, default, "true or false", as_bool)

    def flag_or_none(self, name: str) -> Setting[bool | None]:
        """Return a boolean, or None where nothing is written."""
        return self.setting(name, None, "true or false", as_bool)

    def text(self, name: str, default: str = "") -> Setting[str]:
        """Return a string."""
        return self.setting(name, default, "a string", as_text)

    def text_or_none(self, name: str) -> Setting[str | None]:
        """Return a string, or None where nothing is written."""
        return self.setting(name, None, "a string", as_text)

    def number_or_none(self, name: str) -> Setting[int | None]:
        """Return a whole number, or None where nothing is written."""
        return self.setting(name, None, "a whole number", as_int)

    def items(self, name: str) -> Members:
        """Return the members of a list."""
        if self.reason:
            return Members((), self.at, self.reason)
        node = self.get(name)
        if node is None:
            return Members((), self.at, "")
        if isinstance(node, Sequence):
            for member in node.items:
                if member.doubt:
                    self._note(member, _named(name, node.items, member))
            return Members(tuple(node.items), self.at_of(name), "")
        return Members((), self.at_of(name), _why(node, "a list"))

    def mappings(self, name: str) -> tuple[list[Fields], str]:
        """Return the members of a list of mappings, and why there may be others (empty when there are none)."""
        members = self.items(name)
        return [Fields(node, node, self.doubts, (self, name)) for node in members.nodes], members.reason

    def entries(self, name: str) -> Iterator[tuple[Scalar, Node]]:
        """Yield the keys and values of the mapping under a name."""
        inner = self.sub(name)
        for key in inner.names():
            value = inner.node.entries[key] if inner.node is not None else None
            if inner.node is not None and value is not None:
                inner.get(key)
                yield inner.node.keys[key], value

    def strings(self, name: str) -> Items[str]:
        """Return a list of strings."""
        return self.items(name).strings()

    def _note(self, node: Node | None, name: str) -> None:
        """Keep a doubt, once for a key and its value, and for whoever asks in another way."""
        if node is None or not node.doubt or len(self.doubts) >= MAX_DOUBTS:
            return
        doubt = Doubt(node.doubt, node.at, self._path(name))
        if not any(one.text == doubt.text and (one.at == doubt.at or one.path == doubt.path) for one in self.doubts):
            self.doubts.append(doubt)

    def _path(self, name: str) -> str:
        """Return the keys that lead to a field, with the names of the members of lists, from where this was begun."""
        parts, here = [name], self
        while here._within is not None:
            outer, key = here._within
            listed = outer.node.entries.get(key) if outer.node is not None else None
            if isinstance(listed, Sequence) and here.node is not None:
                key = _named(key, listed.items, here.node)
            parts.append(key)
            here = outer
        return ".".join(reversed(parts))


def _named(name: str, members: Iterable[Node], member: Node) -> str:
    """Name a member of a list by its `name`, else by its place."""
    called = member.entries.get("name") if isinstance(member, Mapping) else None
    if isinstance(called, Scalar):
        return f"{name}[{called.text}]"
    return f"{name}[{next((index for index, one in enumerate(members) if one is member), '')}]"


class Members:
    """The nodes of a list, and why there may be others; the reason is empty when there are none."""

    __slots__ = ("at", "nodes", "reason")

    def __init__(self, nodes: tuple[Node, ...], at: Location, reason: str) -> None:
        """Take the nodes, the place of the list and the reason."""
        self.nodes = nodes
        self.at = at
        self.reason = reason

    def convert(self, wanted: str, convert: Callable[[Scalar], T | None]) -> Items[T]:
        """Return the scalars of the list as values; one of the wrong type is unknown."""
        return Items(
            tuple(_member(node, wanted, convert) for node in self.nodes), self.at, not self.reason, self.reason
        )

    def strings(self) -> Items[str]:
        """Return the strings of the list."""
        return self.convert("a string", as_text)


def _member(node: Node, wanted: str, convert: Callable[[Scalar], T | None]) -> Setting[T]:
    value = convert(node) if isinstance(node, Scalar) else None
    return Unknown(_why(node, wanted), node.at) if value is None else Stated(value, node.at)


def is_absent(node: Node | None) -> bool:
    """Say whether nothing is written: no node, or null."""
    return node is None or (isinstance(node, Scalar) and node.value is None)


def as_bool(node: Scalar) -> bool | None:
    """Take a boolean; a string that only spells one is not."""
    return node.value if isinstance(node.value, bool) else None


def as_text(node: Scalar) -> str | None:
    """Take a string; a number or a boolean is not."""
    return node.value if isinstance(node.value, str) else None


def as_spelling(node: Scalar) -> str | None:
    """Take any scalar as it is spelled, where the platform turns numbers and booleans into strings."""
    return None if node.value is None else node.value if isinstance(node.value, str) else node.text


def as_int(node: Scalar) -> int | None:
    """Take a whole number; a float with nothing behind the point counts, as it does in JSON."""
    value = node.value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _why(node: Node | None, wanted: str) -> str:
    return node.reason if isinstance(node, Opaque) else f"{_shown(node)} stands where {wanted} should"


def _shown(node: Node | None) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    value = node.value if isinstance(node, Scalar) else None
    return {bool: "a boolean", str: "a string", int: "a number", float: "a number"}.get(type(value), "nothing")
