"""How trees of Compose files are laid over each other, as compose-go's `override` package and its `!reset` do it.

Mappings merge key by key, lists append, a scalar of the later file wins and null says nothing. Of the entries of a list
that name the same thing (a mount's target, a device, a secret) the last one counts. What a merge takes keeps its place.
"""

from __future__ import annotations

from gate.dialects.compose_scalars import cleaned
from gate.dialects.interpolation import GAP
from gate.dialects.reading import is_absent
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Table
    from typing import TypeAlias

    from gate.syntax.tree import Node

    #: What an entry of a list is told from the others by; None where that is not known.
    KeyOf: TypeAlias = Callable[[Node], str | None]

    #: Paths of what a file takes away from those before it, as a tree of names; an empty one is the end of a path.
    Cleared: TypeAlias = dict[str, "Cleared"]

#: Lists that the later file replaces instead of adding to.
REPLACED = frozenset({"command", "entrypoint", "test"})


class Short(Mapping):
    """An entry of a list that is written in its short form; `raw` is how.

    Compose looks for duplicates before it turns an entry into its long form and after, and the two do not agree.
    """

    __slots__ = ("raw",)

    def __init__(self, node: Node, raw: str, entries: dict[str, Node], keys: dict[str, Scalar]) -> None:
        """Take the node that it is written as, its text and the long form."""
        super().__init__(node.source, node.start, node.end, entries, keys, node.doubt)
        self.raw = raw


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
    """Say whether two nodes have the same value; what is not known is like itself, however it came here."""
    if one.source is other.source and one.start == other.start and isinstance(one, Opaque | Short):
        return type(one) is type(other)
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return type(one.value) is type(other.value) and one.value == other.value
    if isinstance(one, Short) or isinstance(other, Short):
        return isinstance(one, Short) and isinstance(other, Short) and one.raw == other.raw and GAP not in one.raw
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.entries.keys() == other.entries.keys() and all(
            same(value, other.entries[name]) for name, value in one.entries.items()
        )
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one.items) == len(other.items) and all(map(same, one.items, other.items))
    return False


def settled(root: Mapping) -> Mapping:
    """Return the tree in its long form; of the entries of a service's list that name the same thing, the last stays."""
    changes: dict[str, Node] = {}
    for section in ("services", "jobs"):
        node = root.get(section)
        if isinstance(node, Mapping):
            containers = {name: _container(one, unique=section == "services") for name, one in node.entries.items()}
            changes[section] = with_entries(node, containers)
    return with_entries(root, changes)


def _container(container: Node, *, unique: bool) -> Node:
    if not isinstance(container, Mapping):
        return container
    changes: dict[str, Node] = {}
    for name, key_of in _KEYS.items():
        node = container.get(name)
        if isinstance(node, Sequence) and node.items:
            items = _last_of_each(node.items, key_of) if unique else node.items
            items = [_long(item) for item in items]
            changes[name] = with_items(node, _last_of_each(items, key_of) if unique else items)
    hooks = container.get("pre_start")
    if isinstance(hooks, Sequence):
        changes["pre_start"] = with_items(hooks, [_container(hook, unique=False) for hook in hooks.items])
    return with_entries(container, changes) if changes else container


def _last_of_each(items: list[Node], key_of: KeyOf) -> list[Node]:
    """Keep the last entry for a key, in the place of the first; what has no key that is known stays."""
    kept: dict[str | int, Node] = {}
    for index, item in enumerate(items):
        key = key_of(item)
        kept[index if key is None else key] = item
    return list(kept.values())


def _long(node: Node) -> Node:
    """Return an entry in its long form, for a volume with the path that its target comes to."""
    if not isinstance(node, Short):
        return node
    target = node.get("target")
    if not isinstance(target, Scalar) or "permissions" in node.entries:
        return with_entries(node, {})
    path = cleaned(target.text)
    return with_entries(node, {"target": Scalar(target.source, target.start, target.end, path, path)})


def _target(node: Node) -> str | None:
    return _text(node, "target")


def _device(node: Node) -> str | None:
    """Return the device's name in the container; Compose does not see through an empty one in the short form."""
    parts = node.raw.split(":") if isinstance(node, Short) else []
    return "" if len(parts) > 1 and not parts[1] else _text(node, "target")


def _grant(node: Node, folder: str) -> str | None:
    source = _text(node, "source")
    return _text(node, "target") or (f"{folder}/{source}" if source else None)


def _text(node: Node, name: str) -> str | None:
    value = node.get(name) if isinstance(node, Mapping) else None
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else None


_KEYS: dict[str, KeyOf] = {
    "volumes": _target,
    "devices": _device,
    "secrets": lambda node: _grant(node, "/run/secrets"),
    "configs": lambda node: _grant(node, ""),
}


def unknown(node: Node, reason: str) -> Opaque:
    """Return what stands in the place of a node that cannot be known."""
    return Opaque(node.source, node.start, node.end, reason)
