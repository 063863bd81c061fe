"""The Compose model: the files that make one project, interpolated and merged into one tree.

Follows the Compose specification (`13-merge.md`, `05-services.md` on `extends`, `12-interpolation.md`): mappings merge
key by key, lists append, a scalar of the later file wins. What a merge takes from another file keeps its place there.
"""

from __future__ import annotations

from gate.dialects.interpolation import Unresolved, environment_file, interpolate
from gate.model.errors import InputError
from gate.model.record import Record
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence
from gate.syntax.yaml import COMPOSE, documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping as Table
    from typing import TypeAlias

    from gate.model.source import Source, Sources
    from gate.syntax.tree import Node

    #: Nodes that were written with a tag of Compose's own.
    Marks: TypeAlias = dict[Node, str]

#: Files that `extends` may chain through before the chain is given up.
MAX_CHAIN = 16

#: Lists that the later file replaces instead of adding to.
REPLACED = frozenset({"command", "entrypoint", "test"})

#: Files that `docker compose up` merges without being told.
_NAMES = (
    ("compose.yaml", "compose.override.yaml"),
    ("compose.yml", "compose.override.yml"),
    ("docker-compose.yml", "docker-compose.override.yml"),
    ("docker-compose.yaml", "docker-compose.override.yaml"),
)


class Project(Record):
    """One project: its merged tree, the file it is named after, what could not be read, and the nodes with a tag."""

    root: Mapping | None
    path: str
    problems: tuple[InputError, ...]
    marks: Marks


def base_of(path: str) -> str:
    """Return the file that an override file is merged into by `docker compose up`; its own path for any other."""
    folder, slash, name = path.rpartition("/")
    return next((f"{folder}{slash}{base}" for base, override in _NAMES if name == override), path)


def override_of(path: str) -> str:
    """Return the file that is merged into this one by `docker compose up`; empty when there can be none."""
    folder, slash, name = path.rpartition("/")
    return next((f"{folder}{slash}{override}" for base, override in _NAMES if name == base), "")


def project(source: Source, sources: Sources) -> Project:
    """Read the project that a file belongs to."""
    base = base_of(source.path)
    first = source if base == source.path else sources.open(base) or source
    later = sources.open(override_of(first.path)) if override_of(first.path) else None
    problems: list[InputError] = []
    marks: Marks = {}
    variables = _variables(first.path, sources)
    merged: Mapping | None = None
    for one in (first, later):
        root = _root(one, variables, problems, marks) if one is not None else None
        merged = root if merged is None else merge(merged, root, marks) if root is not None else merged
    return Project(merged, first.path, tuple(problems), marks)


def _variables(path: str, sources: Sources) -> dict[str, str]:
    folder, slash, _ = path.rpartition("/")
    try:
        found = sources.open(f"{folder}{slash}.env")
    except InputError:
        return {}
    return environment_file(found.text) if found is not None else {}


def _root(source: Source, variables: dict[str, str], problems: list[InputError], marks: Marks) -> Mapping | None:
    """Read one file; documents of one file merge, as compose-go does."""
    merged: Mapping | None = None
    for document in documents(source, COMPOSE):
        if document.error is not None:
            problems.append(document.error)
        elif isinstance(document.root, Mapping):
            root = interpolated(document.root, variables, document.tags, marks)
            if isinstance(root, Mapping):
                merged = root if merged is None else merge(merged, root, marks)
        elif document.root is not None:
            remedy = "start it with `services:`"
            problems.append(InputError("a Compose file must be a mapping", at=document.at, remedy=remedy))
    return merged


def interpolated(node: Node, variables: dict[str, str], tags: Table[Node, str], marks: Marks) -> Node:
    """Return the tree with the variables in its values replaced; a value that hangs on an unset one is opaque.

    Nodes with a tag are entered into `marks`.
    """
    seen: dict[int, Node] = {}

    def visit(node: Node) -> Node:
        known = seen.get(id(node))
        if known is None:
            known = seen[id(node)] = _rebuilt(node)
            if node in tags:
                marks[known] = tags[node]
        return known

    def _rebuilt(node: Node) -> Node:
        if isinstance(node, Mapping):
            entries = {key: visit(value) for key, value in node.entries.items()}
            return Mapping(node.source, node.start, node.end, entries, node.keys, node.doubt)
        if isinstance(node, Sequence):
            return Sequence(node.source, node.start, node.end, [visit(item) for item in node.items], node.doubt)
        if isinstance(node, Scalar) and isinstance(node.value, str) and "$" in node.value:
            return _scalar(node, node.value, variables)
        return node

    return visit(node)


def _scalar(node: Scalar, text: str, variables: dict[str, str]) -> Node:
    try:
        value = interpolate(text, variables)
    except Unresolved as error:
        return Opaque(node.source, node.start, node.end, str(error))
    return Scalar(node.source, node.start, node.end, value, value, node.quoted, node.doubt)


def merge(earlier: Mapping, later: Mapping, marks: Marks) -> Mapping:
    """Return the later mapping laid over the earlier one; it stands where the later one does.

    A node that is marked `!override` replaces what was there, one that is marked `!reset` removes it.
    """
    entries, keys = dict(earlier.entries), dict(earlier.keys)
    for name, node in later.entries.items():
        before, mark = entries.get(name), marks.get(node, "")
        keys[name] = later.keys[name]
        if mark == "!reset":
            entries.pop(name, None)
        elif mark == "!override":
            entries[name] = node
        elif isinstance(before, Mapping) and isinstance(node, Mapping):
            entries[name] = merge(before, node, marks)
        elif isinstance(before, Sequence) and isinstance(node, Sequence) and name not in REPLACED:
            entries[name] = Sequence(node.source, node.start, node.end, [*before.items, *node.items], node.doubt)
        else:
            entries[name] = node
    return Mapping(later.source, later.start, later.end, entries, keys, later.doubt or earlier.doubt)


class Extender:
    """Resolves `extends`; what cannot be resolved leaves the service open, with the reason."""

    __slots__ = ("_marks", "_trees", "path", "sources")

    def __init__(self, found: Project, root: Mapping, sources: Sources) -> None:
        """Take the project with its tree, and where other files are read from."""
        self.path = found.path
        self.sources = sources
        self._marks = dict(found.marks)
        self._trees: dict[str, Mapping | None] = {found.path: root}

    def resolve(self, service: Mapping) -> tuple[Mapping, str]:
        """Return the service with everything it extends merged below it, and why that may not be all."""
        path = self.path
        for _ in range(MAX_CHAIN):
            extends = service.entries.get("extends")
            if extends is None:
                return service, ""
            found = self._base(extends, path)
            if isinstance(found, str):
                return service, found
            base, path = found
            own = {name: node for name, node in service.entries.items() if name != "extends"}
            rest = Mapping(service.source, service.start, service.end, own, service.keys, service.doubt)
            service = merge(base, rest, self._marks)
        return service, "what it extends goes on without end"

    def _base(self, extends: Node, path: str) -> tuple[Mapping, str] | str:
        """Find the service that is extended and the file it is in; a string says why it cannot be found."""
        name: Node | None = extends
        if isinstance(extends, Mapping):
            name = extends.get("service")
            file = extends.get("file")
            if file is not None:
                if not isinstance(file, Scalar) or not isinstance(file.value, str):
                    return "the file it extends cannot be known"
                path = joined(path.rpartition("/")[0], file.value)
        if not isinstance(name, Scalar) or not isinstance(name.value, str):
            return "the service it extends cannot be known"
        services = self._tree(path)
        base = services.get(name.value) if services is not None else None
        if not isinstance(base, Mapping):
            return f"the service {name.value} it extends is not in sight in {path}"
        return base, path

    def _tree(self, path: str) -> Mapping | None:
        if path not in self._trees:
            self._trees[path] = self._opened(path)
        root = self._trees[path]
        services = root.get("services") if root is not None else None
        return services if isinstance(services, Mapping) else None

    def _opened(self, path: str) -> Mapping | None:
        try:
            source = self.sources.open(path)
        except InputError:
            return None
        return _root(source, _variables(path, self.sources), [], self._marks) if source is not None else None


def joined(folder: str, path: str) -> str:
    """Join a path to the folder of the file that names it; one that leaves the root keeps its leading `..`."""
    if path.startswith("/"):
        return path
    parts: list[str] = []
    for part in [*folder.split("/"), *path.split("/")]:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
