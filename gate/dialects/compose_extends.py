"""What the services of a Compose file extend: one another, or services of further files.

What cannot be found stays under `extends`, with the reason, so that the service counts as one that may hold more.
"""

from __future__ import annotations

from gate.dialects.compose_merge import merged, unknown, with_entries, without
from gate.dialects.compose_paths import resolved
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from gate.dialects.compose_merge import Cleared
    from gate.model.location import Location
    from gate.syntax.tree import Node

    class Bases(Protocol):
        """Opens the files that are extended."""

        def base(self, path: str, at: Location) -> Services | None:
            """Return the services of a file that is named at a place; None when it is not in sight or has none."""

        def may_copy(self, node: Node) -> bool:
            """Say whether a service may be copied once more."""


#: Services that one may extend, each through the one before, until the rest is given up.
MAX_CHAIN = 50


class Services:
    """The services of one file; `folder` is where its paths start, `cleared` what it takes from what it extends."""

    __slots__ = ("_bases", "_cleared", "_entries", "_folder", "_lengths", "_path")

    def __init__(self, bases: Bases, node: Mapping, path: str, folder: str, cleared: Cleared) -> None:
        """Take what opens other files, the services, the file they are in, the folder and what is cleared."""
        self._bases = bases
        self._entries = dict(node.entries)
        self._path = path
        self._folder = folder
        self._cleared = cleared
        #: How many services each of them extends, one through the other.
        self._lengths: dict[str, int] = {}

    def all(self) -> dict[str, Node]:
        """Return all of them with everything that they extend laid below them."""
        for name in list(self._entries):
            self.one(name, 0)
        return self._entries

    def one(self, name: str, depth: int) -> tuple[Node | None, int]:
        """Return one of them, and how many it extends; what cannot be found stays as `extends`, with the reason."""
        service = self._entries.get(name)
        extends = service.get("extends") if isinstance(service, Mapping) else None
        if isinstance(service, Mapping) and extends is not None and not isinstance(extends, Opaque):
            found, length = self._base(extends, depth)
            if isinstance(found, str):
                self._entries[name] = with_entries(service, {"extends": unknown(extends, found)})
            else:
                own = {key: node for key, node in service.entries.items() if key != "extends"}
                rest = Mapping(service.source, service.start, service.end, own, service.keys, service.doubt)
                below = self._cleared.get("services", {}).get(name, {})
                self._entries[name] = merged(without(found, below), rest)
                self._lengths[name] = length
        return self._entries.get(name), self._lengths.get(name, 0)

    def _base(self, extends: Node, depth: int) -> tuple[Node | str, int]:
        """Find what is extended, and how far it reaches; a string says why it cannot be found."""
        if depth >= MAX_CHAIN:
            return "what it extends goes on without end", 0
        name = texts(extends.get("service")) if isinstance(extends, Mapping) else []
        if not name:
            return "the service it extends cannot be known", 0
        file = extends.get("file") if isinstance(extends, Mapping) else None
        services: Services | None = self
        path = self._path
        if file is not None:
            file = resolved(file, self._folder)
            if not isinstance(file, Scalar) or not isinstance(file.value, str):
                return "the file it extends cannot be known", 0
            path = file.value
            services = self._bases.base(path, extends.at)
        found, length = services.one(name[0], depth + 1) if services is not None else (None, 0)
        if found is None:
            return f"the service {name[0]} it extends is not in sight in {path}", 0
        if length + 1 >= MAX_CHAIN or not self._bases.may_copy(found):
            return "what it extends goes on beyond all measure", 0
        return found, length + 1


def texts(node: Node | None) -> list[str]:
    """Return the strings of a string or of a list; nothing when one of them is not known."""
    nodes = node.items if isinstance(node, Sequence) else [node]
    found = [one.value for one in nodes if isinstance(one, Scalar) and isinstance(one.value, str)]
    return found if len(found) == len(nodes) else []
