"""The watched part of a file system, as layers laid over each other make it.

A path whose folder is a link leads where the link leads, as containerd unpacks it; a folder that is written out takes
the place of a link. Whiteouts hide what the layers below brought, and never what their own layer does. Engines that go
through a layer in its order also remove what comes before the whiteout, which nobody honest writes: it is in doubt.
"""

from __future__ import annotations

from gate.model.record import Record
from gate.syntax.oci_layers import Unread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    from gate.syntax.oci_layers import Change, Layer, Watch

REMOVALS = frozenset({"whiteout", "opaque"})

#: Links that one path may lead through, as on Linux.
MAX_LINKS = 40

#: Paths of one layer that are in doubt; with more of them everything is.
MAX_DOUBTED = 1_000


class Node:
    """A file, a folder or a link; `layer` is the index of the layer that brought it."""

    __slots__ = ("children", "kind", "layer", "second", "target", "value")

    def __init__(self, kind: Literal["file", "folder", "link"], layer: int, second: int = 0) -> None:
        """Start without anything in it."""
        self.kind = kind
        self.layer = layer
        self.second = second
        self.target = ""
        self.value: object = None
        self.children: dict[str, Node] = {}


class Found(Record):
    """A file where a path leads; `value` is what it came to, and `path` where it is."""

    path: str
    value: object
    second: int
    layer: int


class FileSystem:
    """Layers in their order, the base first."""

    __slots__ = ("_doubted", "_root", "_watch")

    def __init__(self, layers: Sequence[Layer], watch: Watch) -> None:
        """Lay them over each other."""
        self._root = Node("folder", 0)
        self._watch = watch
        self._doubted: set[str] = set()
        for index, layer in enumerate(layers):
            self._lay(layer.changes, index)

    def _lay(self, changes: Sequence[Change], index: int) -> None:
        removals = [change for change in changes if change.kind in REMOVALS]
        doubted = self._in_doubt(changes) if removals else set()
        self._doubted |= doubted | {self._at(path)[1] for path in doubted}
        for change in removals:
            self._hide(change)
        for change in changes:
            if change.kind not in REMOVALS:
                self._bring(change, index)
        self._doubted |= {self._at(path)[1] for path in doubted}
        if len(self._doubted) > MAX_DOUBTED:
            self._doubted = {""}

    def _in_doubt(self, changes: Sequence[Change]) -> set[str]:
        """Return the paths of which one layer says more than one thing: what it removes after it has written it.

        So it is with links that its removals lead through, and with those below that it writes through and removes.
        """
        found: set[str] = set()
        written: set[str] = set()
        links: set[str] = set()
        through: set[str] = set()
        for change in changes:
            above = _above(change.path)
            if change.kind == "whiteout" and change.path in written:
                found.add(change.path)
            if change.kind == "opaque":
                found.update(path for path in through if path.startswith(f"{change.path}/"))
            if change.kind in REMOVALS:
                passed = above if change.kind == "opaque" else above[:-1]
                found |= links.intersection(passed)
                if written.intersection(passed) and self._at(passed[-1])[1] != passed[-1]:
                    found.add(change.path)
                continue
            written.update(above)
            if change.kind == "link":
                links.add(change.path)
            if self._at(change.path, is_followed=False)[1] != change.path:
                through.add(change.path)
            if len(through) + len(found) > MAX_DOUBTED:
                return {""}
        return found

    def file(self, path: str) -> Found | None:
        """Return what a path leads to; None where there is nothing. What was not read has the value `Unread`."""
        node, real = self._at(path)
        if any(not one or real == one or real.startswith(f"{one}/") for one in self._doubted):
            return Found(real, Unread("is written and removed by the same layer"), 0, 0)
        if node is None:
            known = self._watch.is_watched(real) or not self._leads_away(path)
            return None if known else Found(path, Unread(f"is a link to {real[:80]}, which was not read"), 0, 0)
        if node.kind == "link":
            return Found(path, Unread("is a link that leads nowhere"), node.second, node.layer)
        return Found(real, node.value, node.second, node.layer) if node.kind == "file" else None

    def files(self, folder: str) -> Iterator[Found]:
        """Yield the files of a folder, sorted by name."""
        node, real = self._at(folder)
        for name in sorted(node.children) if node is not None else ():
            found = self.file(f"{real}/{name}")
            if found is not None:
                yield found

    def folders(self, folder: str) -> Iterator[str]:
        """Yield the names of the folders of a folder, sorted; links to them are passed over."""
        node, _real = self._at(folder)
        for name in sorted(node.children) if node is not None else ():
            if node is not None and node.children[name].kind == "folder":
                yield name

    def is_elsewhere(self, path: str) -> bool:
        """Say whether a folder is a link to where nobody has looked."""
        node, real = self._at(path)
        return node is None and self._leads_away(path) and not self._watch.is_watched(real)

    def _leads_away(self, path: str) -> bool:
        """Say whether a link stands on the way."""
        node = self._root
        for name in path.split("/"):
            child = node.children.get(name)
            if child is None:
                return False
            if child.kind == "link":
                return True
            node = child
        return False

    def _hide(self, change: Change) -> None:
        folder, _, name = change.path.rpartition("/")
        if change.kind == "opaque":
            node, _real = self._at(change.path)
            if node is not None:
                node.children.clear()
            return
        node, _real = self._at(folder)
        if node is not None:
            node.children.pop(name, None)

    def _bring(self, change: Change, layer: int) -> None:
        if not change.path:
            return
        folder, _, name = change.path.rpartition("/")
        parent = self._made(folder, layer)
        if parent is None:
            if change.kind == "link":
                self._doubted.add("")  # it may lead back to what is watched
            return
        present = parent.children.get(name)
        if change.kind == "folder":
            if present is None or present.kind != "folder":
                parent.children[name] = Node("folder", layer, change.second)
            return
        node = Node("link" if change.kind == "link" else "file", layer, change.second)
        node.target, node.value = change.target, change.value
        if change.kind == "hard-link":
            self._share(node, change)
        parent.children[name] = node

    def _share(self, node: Node, change: Change) -> None:
        """Give a hard link what it is a link to, which has to be in the same file system already."""
        other, _real = self._at(change.target, is_followed=False)
        if other is not None and other.kind != "folder":
            node.kind, node.target, node.value, node.second = other.kind, other.target, other.value, other.second
        else:
            node.value, node.target = Unread("is a hard link to a file that was not read"), ""

    def _made(self, folder: str, layer: int) -> Node | None:
        """Return a folder, made where it is not there; None where its path leads out of what is watched."""
        node, real = self._at(folder)
        if node is not None:
            return node if node.kind == "folder" else None
        real = "/".join(_flat(real.split("/")))
        if real != folder and not self._watch.is_watched(real):
            return None
        node = self._root
        for name in real.split("/"):
            child = node.children.get(name)
            if child is None or child.kind != "folder":
                child = node.children[name] = Node("folder", layer)
            node = child
        return node

    def _at(self, path: str, *, is_followed: bool = True) -> tuple[Node | None, str]:
        """Return what a path leads to, and the path without links; None where nothing is known to be.

        Such a path may still go up from where nothing is known to be, and then nobody knows where it leads.
        """
        node = self._root
        for name in path.split("/"):
            child = node.children.get(name)
            if child is None or child.kind == "link":
                return self._led(path, is_followed=is_followed)
            node = child
        return node, path

    def _led(self, path: str, *, is_followed: bool) -> tuple[Node | None, str]:
        """Go where a path leads, part by part."""
        parts, walked, links = [part for part in path.split("/") if part][::-1], [self._root], 0
        names: list[str] = []
        while parts:
            name = parts.pop()
            if name == "..":
                del walked[max(1, len(walked) - 1) :], names[-1:]
                continue
            child = walked[-1].children.get(name)
            if child is not None and child.kind == "link" and (parts or is_followed):
                links += 1
                if links > MAX_LINKS:
                    return child, path
                if child.target.startswith("/"):
                    del walked[1:], names[:]
                parts += [part for part in child.target.split("/") if part not in ("", ".")][::-1]
                continue
            if child is None:
                return None, "/".join([*names, name, *parts[::-1]])
            walked.append(child)
            names.append(name)
        return walked[-1], "/".join(names)


def _above(path: str) -> list[str]:
    """Return the folders that a path is in, and itself."""
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _flat(parts: list[str]) -> Iterator[str]:
    """Yield the parts of a path without those that go up."""
    kept: list[str] = []
    for part in parts:
        if part == "..":
            del kept[-1:]
        else:
            kept.append(part)
    yield from kept
