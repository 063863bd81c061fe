"""How trees of Compose files are laid over each other, as compose-go's `override` package and its `!reset` do it.

Mappings merge key by key, lists append, a scalar of the later file wins and null says nothing. Of the entries of a list
that name the same thing (a mount's target, a device, a secret) the last one counts. What a merge takes keeps its place.
"""

from __future__ import annotations

from gate.dialects.reading import is_absent
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Table
    from typing import TypeAlias

    from gate.syntax.tree import Node

    #: Paths of what a file takes away from those before it, as a tree of names; an empty one is the end of a path.
    Cleared: TypeAlias = dict[str, "Cleared"]

#: Lists that the later file replaces instead of adding to.
REPLACED = frozenset({"command", "entrypoint", "test"})


def with_entries(node: Mapping, changes: dict[str, Node]) -> Mapping:
    """Return the mapping with other values under some of its keys."""
    return Mapping(node.source, node.start, node.end, {**node.entries, **changes}, node.keys, node.doubt)


def with_items(node: Sequence, items: list[Node]) -> Sequence:
    """Return the list with other members."""
    return Sequence(node.source, node.start, node.end, items, node.doubt)


def marked(node: Node, tags: Table[Node, str]) -> tuple[Node | None, Cleared]:
    """Take out what is tagged `!reset`; return the rest, and where that and `!override` were."""
    tag = tags.get(node, "")
    if tag in ("!reset", "!override"):
        return (None if tag == "!reset" else node), {}
    cleared: Cleared = {}
    if isinstance(node, Sequence):
        found = [marked(item, tags) for item in node.items]
        return with_items(node, [item for item, _ in found if item is not None]), {}
    if not isinstance(node, Mapping):
        return node, {}
    entries: dict[str, Node] = {}
    for name, value in node.entries.items():
        kept, below = marked(value, tags)
        if below or tags.get(value) in ("!reset", "!override"):
            cleared[name] = below
        if kept is not None:
            entries[name] = kept
    return Mapping(node.source, node.start, node.end, entries, node.keys, node.doubt), cleared


def without(node: Node, cleared: Cleared) -> Node:
    """Return an earlier tree without what a later file clears."""
    if not isinstance(node, Mapping) or not cleared.keys() & node.entries.keys():
        return node
    entries = {
        name: without(value, cleared.get(name, {}))
        for name, value in node.entries.items()
        if name not in cleared or cleared[name]
    }
    return Mapping(node.source, node.start, node.end, entries, node.keys, node.doubt)


def merged(earlier: Node, later: Node, name: str = "") -> Node:
    """Return the later node laid over the earlier one; it stands where the later one does."""
    if name in REPLACED:
        return later
    if is_absent(later):
        return earlier
    if isinstance(earlier, Mapping) and isinstance(later, Mapping):
        return _mappings(earlier, later)
    if isinstance(earlier, Sequence) and isinstance(later, Sequence):
        fresh = [item for item in later.items if not any(same(item, one) for one in earlier.items)]
        return with_items(later, [*earlier.items, *fresh])
    return later


def _mappings(earlier: Mapping, later: Mapping) -> Mapping:
    entries, keys = dict(earlier.entries), dict(earlier.keys)
    for name, node in later.entries.items():
        before = entries.get(name)
        entries[name] = node if before is None else merged(before, node, name)
        if entries[name] is not before:
            keys[name] = later.keys[name]
    return Mapping(later.source, later.start, later.end, entries, keys, later.doubt or earlier.doubt)


def same(one: Node, other: Node) -> bool:
    """Say whether two nodes have the same value; what is not known is like nothing else."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return type(one.value) is type(other.value) and one.value == other.value
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.entries.keys() == other.entries.keys() and all(
            same(value, other.entries[name]) for name, value in one.entries.items()
        )
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one.items) == len(other.items) and all(map(same, one.items, other.items))
    return False


def unique(root: Mapping) -> Mapping:
    """Return the tree with the entries of every service's lists that name the same thing reduced to the last one."""
    services = root.get("services")
    if not isinstance(services, Mapping):
        return root
    changes = {name: _unique_service(node) for name, node in services.entries.items() if isinstance(node, Mapping)}
    return with_entries(root, {"services": with_entries(services, changes)})


def _unique_service(service: Mapping) -> Node:
    changes: dict[str, Node] = {}
    for name, key_of in _KEYS.items():
        node = service.get(name)
        if isinstance(node, Sequence) and len(node.items) > 1:
            changes[name] = with_items(node, _last_of_each(node.items, key_of))
    return with_entries(service, changes) if changes else service


def _last_of_each(items: list[Node], key_of: Callable[[Node], str]) -> list[Node]:
    """Keep the last entry for a key, in the place of the first; what has no key that is known stays."""
    kept: dict[str, Node] = {}
    for index, item in enumerate(items):
        kept[key_of(item) or f"\0{index}"] = item
    return list(kept.values())


def _target(node: Node) -> str:
    return _text(node, "target")


def _grant(node: Node, folder: str) -> str:
    source = _text(node, "source")
    return _text(node, "target") or (f"{folder}/{source}" if source else "")


def _text(node: Node, name: str) -> str:
    value = node.get(name) if isinstance(node, Mapping) else None
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else ""


_KEYS: dict[str, Callable[[Node], str]] = {
    "volumes": _target,
    "devices": _target,
    "secrets": lambda node: _grant(node, "/run/secrets"),
    "configs": lambda node: _grant(node, ""),
}


def unknown(node: Node, reason: str) -> Opaque:
    """Return what stands in the place of a node that cannot be known."""
    return Opaque(node.source, node.start, node.end, reason)
