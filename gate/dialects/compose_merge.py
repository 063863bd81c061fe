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
    from collections.abc import Callable, Hashable
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
        known = set(map(_identity, earlier.items))
        return with_items(later, [*earlier.items, *(item for item in later.items if _identity(item) not in known)])
    return later


def _mappings(earlier: Mapping, later: Mapping) -> Mapping:
    entries, keys = dict(earlier.entries), dict(earlier.keys)
    for name, node in later.entries.items():
        before = entries.get(name)
        entries[name] = node if before is None else merged(before, node, name)
        if entries[name] is not before:
            keys[name] = later.keys[name]
    return Mapping(later.source, later.start, later.end, entries, keys, later.doubt or earlier.doubt)


def weight(node: Node) -> int:
    """Return the number of nodes of a tree."""
    if isinstance(node, Mapping):
        return 1 + sum(map(weight, node.entries.values()))
    return 1 + sum(map(weight, node.items)) if isinstance(node, Sequence) else 1


def _identity(node: Node) -> Hashable:
    """Return what nodes of the same value have in common; what is not known is like itself, however it came here."""
    if isinstance(node, Scalar):
        return node.value.__class__, node.value
    if isinstance(node, Short) and GAP not in node.raw:
        return Short, node.raw
    if isinstance(node, Mapping) and not isinstance(node, Short):
        return Mapping, frozenset((name, _identity(value)) for name, value in node.entries.items())
    if isinstance(node, Sequence):
        return Sequence, tuple(map(_identity, node.items))
    return node.__class__, id(node.source), node.start


def settled(root: Mapping, latest: Mapping) -> Mapping:
    """Return the tree in its long form, where the latest one that was laid over it may have left short ones.

    Of the entries of a service's list that name the same thing, the last one stays.
    """
    changes: dict[str, Node] = {}
    for section in ("services", "jobs"):
        node, touched = root.get(section), latest.get(section)
        if isinstance(node, Mapping) and isinstance(touched, Mapping):
            names = node.entries.keys() & touched.entries.keys()
            containers = {name: _container(node.entries[name], unique=section == "services") for name in names}
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
