"""The long form of everything that Compose also takes in a short one, as compose-go's `transform` package makes it.

What follows then reads one form only, and merging two files does not depend on which form each of them chose. Paths
become relative to the root of the scan, each from the folder that Compose resolves it in.
"""

from __future__ import annotations

from gate.dialects.compose_merge import Short, unknown, with_entries, with_items
from gate.dialects.docker_options import short_volume
from gate.dialects.interpolation import GAP
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from gate.dialects.docker_options import ShortVolume
    from gate.dialects.interpolation import Environment
    from gate.syntax.tree import Node

    Convert: TypeAlias = Callable[[Node], Node]

#: Keys under which containers are described.
SECTIONS = ("services", "jobs")

#: Build contexts that are fetched, beside those with `://` in them.
REMOTE = ("github.com/", "git@", "service:")


class Unsettled(Opaque):
    """A string that hangs on a variable; `text` has a gap where it does."""

    __slots__ = ("text",)

    def __init__(self, node: Node, reason: str, text: str) -> None:
        """Take the node that it is made of, the reason and the text."""
        super().__init__(node.source, node.start, node.end, reason)
        self.text = text


class Anchored(Scalar):
    """A path that is relative to the root of the scan, or one that is the same from everywhere."""

    __slots__ = ()


def interpolated(root: Node, environment: Environment) -> Node:
    """Return the tree with the variables in its values replaced; what is written once and aliased stays one node."""
    seen: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        known = seen.get(id(node))
        if known is None:
            known = seen[id(node)] = rebuilt(node)
        return known

    def rebuilt(node: Node) -> Node:
        if isinstance(node, Mapping):
            entries = {key: visit(value) for key, value in node.entries.items()}
            return Mapping(node.source, node.start, node.end, entries, node.keys, node.doubt)
        if isinstance(node, Sequence):
            return with_items(node, [visit(item) for item in node.items])
        if isinstance(node, Scalar) and isinstance(node.value, str) and "$" in node.value:
            text, reason = environment.interpolate(node.value)
            return Unsettled(node, reason, text) if reason else _like(node, text)
        return node

    return visit(root)


def canonical(root: Mapping) -> Mapping:
    """Return the tree of one file in its long form."""
    changes: dict[str, Node] = {}
    for section in SECTIONS:
        changes |= _each(root, section, _container)
    return with_entries(root, changes | _each(root, "networks", _network))


def _each(root: Mapping, section: str, convert: Convert) -> dict[str, Node]:
    node = root.get(section)
    if not isinstance(node, Mapping):
        return {}
    return {section: with_entries(node, {name: convert(value) for name, value in node.entries.items()})}


def _container(node: Node) -> Node:
    if not isinstance(node, Mapping):
        return node
    changes = {name: convert(node.entries[name]) for name, convert in _LONG.items() if name in node.entries}
    return with_entries(node, changes) if changes else node


def _like(node: Node, text: str) -> Scalar:
    return Scalar(node.source, node.start, node.end, text, text, False, node.doubt)


def _made(node: Node, entries: dict[str, Node]) -> Mapping:
    """Return a mapping that stands where the node does, with all its keys."""
    keys = {name: _like(node, name) for name in entries}
    return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)


def _entry(node: Node, raw: str, entries: dict[str, Node]) -> Short:
    """Return an entry of a list in its long form, with the short one that it was written in."""
    return Short(node, raw, entries, {name: _like(node, name) for name in entries})


def _written(node: Node) -> str | None:
    """Return the text of a string, with its gaps; None for what is no string."""
    if isinstance(node, Unsettled):
        return node.text
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _part(node: Node, text: str) -> Node:
    """Return a part of a string; one with a gap is as unknown as the whole."""
    return unknown(node, node.reason) if isinstance(node, Unsettled) and GAP in text else _like(node, text)


def _members(convert: Convert) -> Convert:
    def long(node: Node) -> Node:
        return with_items(node, [convert(item) for item in node.items]) if isinstance(node, Sequence) else node

    return long


def _volume(node: Node) -> Node:
    text = _written(node)
    if text is None:
        return node
    volume = short_volume(text)
    if volume is None or (GAP in text and not volume.source):
        return node if isinstance(node, Unsettled) else unknown(node, "it is not a volume")
    entries = {"target": _part(node, volume.target)}
    if volume.source.startswith(GAP):
        entries["type"] = entries["source"] = _part(node, volume.source)
    else:
        entries["type"] = _like(node, volume.kind)
        entries |= {"source": _part(node, volume.source)} if volume.source else {}
    if GAP in volume.options:
        entries["read_only"] = entries["bind"] = _part(node, volume.options)
        return _entry(node, text, entries)
    if volume.read_only:
        entries["read_only"] = _true(node)
    return _entry(node, text, entries | _kind_options(node, volume))


def _kind_options(node: Node, volume: ShortVolume) -> dict[str, Node]:
    """Return what a short form says of a bind or volume, down to what it implies: by that, entries are equal or not."""
    flags = volume.options.split(",")
    bind: dict[str, Node] = {"propagation": _like(node, volume.propagation)} if volume.propagation else {}
    label = next((flag for flag in reversed(flags) if flag in ("z", "Z")), "")
    bind |= {"selinux": _like(node, label)} if label else {}
    named: dict[str, Node] = {"nocopy": _true(node)} if "nocopy" in flags else {}
    if volume.kind == "bind":
        bind["create_host_path"] = _true(node)
    found: dict[str, Node] = {"bind": _made(node, bind)} if bind else {}
    return found | ({"volume": _made(node, named)} if named or volume.kind == "volume" else {})


def _true(node: Node) -> Scalar:
    return Scalar(node.source, node.start, node.end, True, "true")


def _device(node: Node) -> Node:
    text = _written(node)
    if text is None:
        return node
    parts = text.split(":")
    if len(parts) > 3 or (len(parts) == 1 and GAP in text):
        return node if isinstance(node, Unsettled) else unknown(node, "it is not a device")
    source, target, permissions = [*parts, *("", "rwm")[len(parts) - 1 :]]
    texts = {"source": source, "target": target or source, "permissions": permissions}
    return _entry(node, text, {name: _part(node, part) for name, part in texts.items()})


def _grant(node: Node) -> Node:
    text = _written(node)
    return node if text is None else _entry(node, text, {"source": node})


def _build(node: Node) -> Node:
    return node if _written(node) is None else _made(node, {"context": node})


def _extends(node: Node) -> Node:
    return _made(node, {"service": node}) if isinstance(node, Scalar) and _written(node) is not None else node


def _gpus(node: Node) -> Node:
    text = _written(node)
    if text is None:
        return node
    count = _made(node, {"count": _like(node, "all")})
    return Sequence(node.source, node.start, node.end, [count])


def _names(node: Node) -> Node:
    """Make a mapping of a list of names, or of `name=value`; a name with a gap leads to what is not known."""
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for index, item in enumerate(node.items):
        text = _written(item)
        name, _, value = (f"{GAP}{index}", "", "") if text is None else text.partition("=")
        entries[name] = item if text is None else _part(item, text) if GAP in name else _like(item, value)
        keys[name] = _like(item, name)
    return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)


def _network(node: Node) -> Node:
    """Take the name out of the old form of `external`, which implies that it is."""
    external = node.get("external") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(external, Mapping):
        return node
    entries = {**node.entries, "external": _true(external)}
    keys = dict(node.keys)
    if "name" in external.entries and "name" not in entries:
        entries["name"], keys["name"] = external.entries["name"], external.keys["name"]
    return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)


_LONG: dict[str, Convert] = {
    "volumes": _members(_volume),
    "devices": _members(_device),
    "secrets": _members(_grant),
    "configs": _members(_grant),
    "networks": _names,
    "sysctls": _names,
    "annotations": _names,
    "gpus": _gpus,
    "build": _build,
    "extends": _extends,
    "pre_start": _members(_container),
}
