"""Puts the parts of a pod together where a custom resource scatters them, each part at its own place in the file."""

from __future__ import annotations

from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.syntax.tree import Node

#: Pods that one object may describe; each is judged by itself.
MAX_PODS = 500


def assemble(place: Node, parts: dict[str, Node | None]) -> Mapping:
    """Return a mapping of the parts that there are, which stands at a place."""
    entries = {name: node for name, node in parts.items() if node is not None}
    keys = {name: Scalar(node.source, node.start, node.start, name, name) for name, node in entries.items()}
    return Mapping(place.source, place.start, place.end, entries, keys)


def joined(place: Node, *layers: Node | None) -> Mapping | Opaque:
    """Return one mapping of several, the later ones over the earlier, and inner mappings joined in the same way."""
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for layer in layers:
        if isinstance(layer, Opaque):
            return layer
        if isinstance(layer, Mapping):
            for name, node in layer.items():
                inner = entries.get(name)
                both = isinstance(inner, Mapping) and isinstance(node, Mapping)
                entries[name] = joined(node, inner, node) if both else node
                keys[name] = layer.keys[name]
    return Mapping(place.source, place.start, place.end, entries, keys)


def listed(place: Node, *lists: Node | None) -> Node:
    """Return one list of several; one that cannot be known makes the whole so."""
    items: list[Node] = []
    for one in lists:
        if isinstance(one, Opaque):
            return one
        if isinstance(one, Sequence):
            items += one.items
    return Sequence(place.source, place.start, place.end, items)


def of(node: Node | None, *names: str) -> Node | None:
    """Return what stands below these names, None when it is absent or null."""
    for name in names:
        if isinstance(node, Opaque):
            return node
        node = node.get(name) if isinstance(node, Mapping) else None
    return None if isinstance(node, Scalar) and node.value is None else node


def members(node: Node | None) -> Iterable[Node]:
    """Return the members of a list; what is none has none."""
    return node.items if isinstance(node, Sequence) else ()


def called(node: Node, otherwise: str) -> str:
    """Return the `name` of a mapping."""
    name = of(node, "name")
    return name.value if isinstance(name, Scalar) and isinstance(name.value, str) else otherwise
