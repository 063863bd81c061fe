"""Where what kustomize prints was written: in the file of the resource, or in the patch that says it.

kustomize writes every resource anew, so lines cannot be followed. A value stands where the file that kustomize says the
resource comes of has the same value under the same keys; else where the one patch for its kind has that; else at the
nearest key around it which the file has.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from gate.model.location import whole_file
from gate.model.record import Record
from gate.model.source import Source
from gate.syntax.tree import Mapping, Scalar, Sequence
from gate.syntax.yaml import KUBERNETES, documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from gate.model.location import Location
    from gate.syntax.tree import Node

    #: A key of a mapping, or the member of a list with its index.
    Step: TypeAlias = str | tuple[int, Node]

#: The annotation in which kustomize says where a resource comes from.
ORIGIN = "config.kubernetes.io/origin"

#: Keys that tell the members of a list apart, as strategic merges do.
_NAMES = ("name", "mountPath", "containerPort", "ip", "key", "topologyKey")


class Patch(Record):
    """One document of a patch: its root, and the place of all of it where it is written in a kustomization."""

    root: Node
    within: Location | None


class Resource:
    """One resource of the output: the number of its first line, its text, and what it is.

    kustomize writes every resource in one style, whose keys begin their lines; only what is asked for is parsed.
    """

    __slots__ = ("_root", "kind", "line", "metadata", "name", "text")

    def __init__(self, line: int, text: str) -> None:
        """Take the line and the text, with the line that divides it from the one before."""
        self.line = line
        self.text = text
        self._root: Node | None = None
        kind = re.search(r"(?m)^kind: (\S+)$", text)
        self.kind = kind[1] if kind is not None else ""
        metadata = re.search(r"(?m)^metadata:\n(?:[ -].*\n|\n)*", text)
        self.metadata = _first(metadata[0]) if metadata is not None else None
        named = self.metadata.get("metadata") if isinstance(self.metadata, Mapping) else None
        self.name = _text(named.get("name")) if isinstance(named, Mapping) else ""

    @property
    def origin(self) -> str:
        """The path that its annotation gives, relative to the customization; empty for none."""
        node = self.metadata
        for name in ("metadata", "annotations", ORIGIN):
            node = node.get(name) if isinstance(node, Mapping) else None
        said = node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""
        paths = [line.removeprefix("path: ") for line in said.split("\n") if line.startswith("path: ")]
        return paths[0].strip("'\"") if paths else ""

    @property
    def root(self) -> Node | None:
        """All of it, parsed once."""
        if self._root is None:
            self._root = _first(self.text)
        return self._root


class OverlayPlaces:
    """Finds places for the resources that come of one file."""

    __slots__ = ("_file", "_otherwise", "_patches", "_resources", "_starts")

    def __init__(
        self, resources: list[Resource], file: Source | None, patches: tuple[Patch, ...], otherwise: Location
    ) -> None:
        """Take what was rendered, the file that it comes of, if that is known, and the place of all else."""
        self._resources = resources
        self._starts = [0, *accumulate(len(one.text) for one in resources)]
        self._file = file
        self._patches = patches
        self._otherwise = otherwise

    def origin(self, at: Location) -> Location:
        """Return where something was written that stands at a place of the text."""
        index = min(max(bisect_right(self._starts, at.start) - 1, 0), len(self._resources) - 1)
        resource, start = self._resources[index], self._starts[index]
        root = resource.root
        if root is None:
            return whole_file(self._file.path) if self._file is not None else self._otherwise
        steps, node = _way(root, at.start - start, at.end - start)
        base = original(resource, self._file) if self._file is not None else None
        if base is not None:
            there, left = _follow(base, steps)
            if not left and _says(there[-1], node):
                return _place(there)
        said = set(self._patched(resource.kind, steps, node))
        if len(said) == 1:
            return said.pop()
        if base is None:
            return self._otherwise
        there, _left = _follow(base, steps)
        return _place(there) if len(there) > 1 else base.at

    def _patched(self, kind: str, steps: list[Step], node: Node) -> Iterator[Location]:
        """Yield where patches for this kind say the same."""
        for patch in self._patches:
            if isinstance(patch.root, Sequence):
                found = _operation(patch.root, steps, node)
            elif kind_of(patch.root) in ("", kind):
                there, left = _follow(patch.root, steps)
                found = _place(there) if not left and isinstance(node, Scalar) and _says(there[-1], node) else None
            else:
                found = None
            if found is not None:
                yield patch.within or found


def resources(text: str) -> list[Resource]:
    """Cut the output into its resources, without definitions of kinds: they start nothing, and are most of it."""
    lines = text.split("\n")
    starts = [0, *(index for index, line in enumerate(lines) if line == "---")]
    cut = [(start, lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    found = (Resource(start + 1, "\n".join(part) + "\n") for start, part in cut if any(part))
    return [one for one in found if one.kind != "CustomResourceDefinition"]


def patches(source: Source, within: Location | None = None) -> tuple[Patch, ...]:
    """Read the documents of a patch."""
    return tuple(Patch(one.root, within) for one in documents(source, KUBERNETES) if one.root is not None)


def original(rendered: Resource, file: Source) -> Node | None:
    """Return the document that a resource was: of its kind, and with a name that is part of the new one."""
    found = [root for root in _objects(file) if kind_of(root) == rendered.kind]
    named = [root for root in found if name_of(root) == rendered.name]
    alike = named or [root for root in found if name_of(root) and name_of(root) in rendered.name]
    return alike[0] if len(alike) == 1 else None


def _objects(file: Source) -> Iterator[Node]:
    for document in documents(file, KUBERNETES):
        if isinstance(document.root, Mapping) and kind_of(document.root).endswith("List"):
            members = document.root.get("items")
            yield from members.items if isinstance(members, Sequence) else ()
        elif document.root is not None:
            yield document.root


def kind_of(root: Node) -> str:
    """Return the kind of an object; empty where it says none."""
    return _text(root.get("kind")) if isinstance(root, Mapping) else ""


def name_of(root: Node) -> str:
    """Return the name of an object."""
    metadata = root.get("metadata") if isinstance(root, Mapping) else None
    return _text(metadata.get("name")) if isinstance(metadata, Mapping) else ""


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _first(text: str) -> Node | None:
    """Return the first document of a text."""
    source = Source("", text.encode("utf-8", "surrogateescape"))
    return next((one.root for one in documents(source, KUBERNETES) if one.root is not None), None)


def _way(root: Node, start: int, end: int) -> tuple[list[Step], Node]:
    """Return the keys down to what stands at a region, and that."""
    steps: list[Step] = []
    node = root
    while True:
        found = next((one for one in _children(node) if one[0] <= start and end <= one[1]), None)
        if found is None:
            return steps, node
        begin, _stop, step, inner = found
        steps.append(step)
        node = inner
        if begin == start and end == inner.end and not isinstance(step, tuple):
            return steps, node


def _children(node: Node) -> Iterator[tuple[int, int, Step, Node]]:
    """Yield the regions, with their keys, of what is in a node."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            key = node.keys[name]
            yield min(key.start, value.start), max(key.end, value.end), name, value
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield item.start, item.end, (index, item), item


def _follow(root: Node, steps: list[Step]) -> tuple[list[Node], list[Step]]:
    """Go the same way in another tree, as far as it has it: the nodes, keys before their values, and what is left."""
    nodes = [root]
    for index, step in enumerate(steps):
        here = nodes[-1]
        if isinstance(step, str) and isinstance(here, Mapping) and step in here.entries:
            nodes += (here.keys[step], here.entries[step])
            continue
        member = _member(here, step) if isinstance(step, tuple) and isinstance(here, Sequence) else None
        if member is None:
            return nodes, steps[index:]
        nodes.append(member)
    return nodes, []


def _member(there: Sequence, step: tuple[int, Node]) -> Node | None:
    """Return the member of a list that a member of another is: by its name, or the only one that says the same."""
    _index, item = step
    same: list[Node]
    if isinstance(item, Mapping):
        name = next((name for name in _NAMES if isinstance(item.get(name), Scalar)), "")
        called = _text(item.get(name))
        same = [one for one in there.items if isinstance(one, Mapping) and name and _text(one.get(name)) == called]
    else:
        same = [one for one in there.items if _says(one, item)]
    return same[0] if len(same) == 1 else None


def _says(there: Node, node: Node) -> bool:
    """Say whether two nodes say the same: scalars by their values, all else by what it is."""
    if isinstance(there, Scalar) and isinstance(node, Scalar):
        return there.value == node.value and type(there.value) is type(node.value)
    return type(there) is type(node)


def _place(nodes: list[Node]) -> Location:
    """Return the place of the last node, with its key where it has one."""
    last = nodes[-1]
    key = nodes[-2] if len(nodes) > 1 else last
    within = isinstance(key, Scalar) and key.source is last.source and key.start <= last.start
    return key.source.location(key.start, last.end) if within else last.at


def _operation(root: Sequence, steps: list[Step], node: Node) -> Location | None:
    """Return the one operation of a JSON patch that adds or replaces just this."""
    path = "".join(f"/{step if isinstance(step, str) else step[0]}".replace("~", "~0") for step in steps)
    found = [
        one
        for one in root.items
        if isinstance(one, Mapping)
        and _text(one.get("op")) in ("add", "replace")
        and _text(one.get("path")) == path
        and (value := one.get("value")) is not None
        and _says(value, node)
    ]
    return found[0].at if len(found) == 1 else None
