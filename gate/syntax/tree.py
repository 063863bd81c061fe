"""The tree that YAML, JSON and evaluated HCL are read into.

Thousands of nodes are built for every file and most are never looked at, so a node holds two offsets and works its
location out when it is asked.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import ItemsView

    from gate.model.location import Location
    from gate.model.source import Source


class Node:
    """One node of a document.

    `doubt` says why two well-known consumers of the format would read this node differently; it is empty for nearly
    every node. The value is always the one that the consumer the document was parsed for would see.
    """

    __slots__ = ("doubt", "end", "source", "start")

    source: Source
    start: int
    end: int
    doubt: str

    @property
    def at(self) -> Location:
        """Where the node is written."""
        return self.source.location(self.start, self.end)


class Scalar(Node):
    """A string, number, boolean or null; `text` is its spelling without quotes and escapes."""

    __slots__ = ("quoted", "text", "value")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        value: str | int | float | bool | None,
        text: str,
        quoted: bool = False,
        doubt: str = "",
    ) -> None:
        """Take the place, the typed value, the spelling, and whether it was written in quotes."""
        self.source = source
        self.start = start
        self.end = end
        self.value = value
        self.text = text
        self.quoted = quoted
        self.doubt = doubt


class Mapping(Node):
    """Keys and values, in the order of the file; `keys` holds the node of each key."""

    __slots__ = ("entries", "keys")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        entries: dict[str, Node],
        keys: dict[str, Scalar],
        doubt: str = "",
    ) -> None:
        """Take the place and the entries, keyed by the string that the consumer makes of each key."""
        self.source = source
        self.start = start
        self.end = end
        self.entries = entries
        self.keys = keys
        self.doubt = doubt

    def get(self, name: str) -> Node | None:
        """Return the value under this key, or None when the key is absent."""
        return self.entries.get(name)

    def items(self) -> ItemsView[str, Node]:
        """Return the keys and values."""
        return self.entries.items()


class Sequence(Node):
    """A list of nodes."""

    __slots__ = ("items",)

    def __init__(self, source: Source, start: int, end: int, items: list[Node], doubt: str = "") -> None:
        """Take the place and the members."""
        self.source = source
        self.start = start
        self.end = end
        self.items = items
        self.doubt = doubt


class Opaque(Node):
    """Something is written here, and what it comes to cannot be known without running something."""

    __slots__ = ("reason",)

    def __init__(self, source: Source, start: int, end: int, reason: str) -> None:
        """Take the place and the reason, as the end of the sentence "cannot be decided: ..."."""
        self.source = source
        self.start = start
        self.end = end
        self.reason = reason
        self.doubt = ""
