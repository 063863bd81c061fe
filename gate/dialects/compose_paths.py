"""Makes the paths of a Compose file relative to the root of the scan, as compose-go's `paths` package does to a folder.

Which folder that is depends on how a file came in: the project's, that of the file that is extended, or the one that an
include names. What was resolved once stays.
"""

from __future__ import annotations

from gate.dialects.compose_canonical import REMOTE, SECTIONS, Anchored
from gate.dialects.compose_merge import with_entries, with_items
from gate.dialects.compose_scalars import cleaned
from gate.dialects.docker_options import is_absolute
from gate.dialects.reading import is_absent
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.syntax.tree import Node


def joined(folder: str, path: str) -> str:
    """Join a path to the folder of the file that names it; one that leaves the root keeps its leading `..`."""
    if path.startswith("/"):
        return path
    if folder.startswith("/"):
        return cleaned(f"{folder}/{path}")
    parts: list[str] = []
    for part in [*folder.split("/"), *path.split("/")]:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def resolved(node: Node, folder: str) -> Node:
    """Return a path from the root; what is absolute, in somebody's home or not known stays as it is."""
    if isinstance(node, Anchored) or not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value:
        return node
    path = node.value if is_absolute(node.value) else joined(folder, node.value) or "."
    return Anchored(node.source, node.start, node.end, path, path, node.quoted, node.doubt)


def anchored(root: Mapping, folder: str, *, is_base: bool = False) -> Mapping:
    """Return the tree with its paths resolved; a file that is only extended says nothing of where builds are."""
    changes: dict[str, Node] = {}
    for section in SECTIONS:
        changes |= _each(root, section, lambda node: _container(node, folder, is_base=is_base))
    for section in ("secrets", "configs"):
        changes |= _each(root, section, lambda node: _changed(node, "file", lambda one: resolved(one, folder)))
    changes |= _each(root, "volumes", lambda node: _named_volume(node, folder))
    return with_entries(root, changes)


def _each(root: Mapping, section: str, convert: Callable[[Node], Node]) -> dict[str, Node]:
    node = root.get(section)
    if not isinstance(node, Mapping):
        return {}
    return {section: with_entries(node, {name: convert(value) for name, value in node.entries.items()})}


def _changed(node: Node, name: str, convert: Callable[[Node], Node]) -> Node:
    value = node.get(name) if isinstance(node, Mapping) else None
    return with_entries(node, {name: convert(value)}) if isinstance(node, Mapping) and value is not None else node


def _container(node: Node, folder: str, *, is_base: bool) -> Node:
    def mounts(volumes: Node) -> Node:
        if not isinstance(volumes, Sequence):
            return volumes
        return with_items(volumes, [_mount(one, folder) for one in volumes.items])

    def hooks(node: Node) -> Node:
        if not isinstance(node, Sequence):
            return node
        return with_items(node, [_changed(one, "volumes", mounts) for one in node.items])

    node = _changed(node, "volumes", mounts)
    node = _changed(node, "pre_start", hooks)
    node = _changed(node, "build", lambda build: _build(build, folder, is_base=is_base))
    if not is_base:
        return node
    return _changed(node, "extends", lambda extends: _changed(extends, "file", lambda one: resolved(one, folder)))


def _mount(node: Node, folder: str) -> Node:
    is_bind = isinstance(node, Mapping) and _text(node, "type") == "bind"
    return _changed(node, "source", lambda source: resolved(source, folder)) if is_bind else node


def _build(node: Node, folder: str, *, is_base: bool) -> Node:
    if not isinstance(node, Mapping):
        return node
    context = node.get("context")
    if is_absent(context) and not is_base:
        here = Anchored(node.source, node.start, node.end, folder or ".", folder or ".")
        entries, keys = {**node.entries, "context": here}, {**node.keys, "context": here}
        return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)
    return _changed(node, "context", lambda one: one if is_remote(_text(node, "context")) else resolved(one, folder))


def is_remote(context: str) -> bool:
    """Say whether a build context is fetched from elsewhere."""
    return "://" in context or context.startswith(REMOTE)


def _named_volume(node: Node, folder: str) -> Node:
    options = node.get("driver_opts") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or _text(node, "driver") != "local" or _text(options, "o") != "bind":
        return node
    return _changed(node, "driver_opts", lambda one: _changed(one, "device", lambda path: resolved(path, folder)))


def _text(node: Node | None, name: str) -> str:
    value = node.get(name) if isinstance(node, Mapping) else None
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else ""
