"""Kustomizations: what each is made of, as a graph of files and folders, and what of it is never rendered.

What is handed to kustomize is not the text but the tree that was looked at, written anew, so that nothing which two
readers of YAML see differently can name a file or an address that nobody has seen here.

Sources: kubernetes-sigs/kustomize `api/types/kustomization.go`, `api/internal/target/kusttarget.go`,
`api/internal/loader/fileloader.go` (what is fetched), `api/internal/git/repospec.go` (what is cloned).
"""

from __future__ import annotations

import re
from posixpath import join, normpath

from gate.dialects.pod_rendering import CUSTOMIZATIONS, KUSTOMIZE
from gate.dialects.reading import Fields, as_text
from gate.model.errors import InputError
from gate.model.record import Record
from gate.model.source import Source
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence
from gate.syntax.yaml import KUBERNETES, documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.location import Location
    from gate.syntax.tree import Node

#: Fields that start another program, or fetch what they name.
STARTING = ("helmCharts", "helmChartInflationGenerator", "helmGlobals")

#: Fields that list files or folders of other customizations, and those that list files, or text in their place.
FOLDERS = ("resources", "bases", "components", "generators", "transformers", "validators")
FILES = ("crds", "configurations", "patchesStrategicMerge")

#: Fields whose members say `path`, and those whose members say `files`, `envs` and `env`.
PATCHES = ("patches", "patchesJson6902")
PATHS = (*PATCHES, "replacements")
GENERATORS = ("configMapGenerator", "secretGenerator")

#: Those of them whose folders are built: a plugin is only configured by files that have been looked at.
BUILT = frozenset({"resources", "bases", "components"})

#: Fields whose files make or change what is deployed, and are judged by what comes of them.
DEPLOYED = frozenset({"resources", "bases", "patches", "patchesJson6902", "patchesStrategicMerge"})

#: Fields whose files are configurations of plugins, which may name addresses of their own.
PLUGINS = frozenset({"generators", "transformers", "validators"})

_FIELDS = frozenset({*STARTING, *FOLDERS, *FILES, *PATHS, *GENERATORS, *("openapi", "path", "files", "envs", "env")})
_FOLDED = frozenset(name.casefold() for name in _FIELDS)

#: What kustomize fetches or clones (and what is no path in any case).
_REMOTE = r"(?is).*://|git::|[^/@]+@[^/:]+:|(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)[/:]|.*[?]"

REMOTE = "vendor it (`kustomize localize`), or render it elsewhere and check the result"


class Part(Record):
    """A file or a folder that a customization names: its path from the root of the scan, the field, and the place."""

    path: str
    field: str
    at: Location


class Customization(Record):
    """One kustomization; `parts` are there, `problems` keep it from being rendered."""

    source: Source
    folder: str
    is_component: bool
    tree: object
    parts: tuple[Part, ...]
    folders: tuple[Part, ...]
    problems: tuple[InputError, ...]
    at: Location


def customization_in(folder: str, opened: Callable[[str], Source | None]) -> Customization | None:
    """Read the kustomization of a folder; None where there is none, or a file of that name which is another's."""
    there = [found for name in CUSTOMIZATIONS if (found := opened(join(folder, name))) is not None]
    if not there:
        return None
    source = there[0]
    read = documents(source, KUBERNETES)
    broken = next((one.error for one in read if one.error is not None), None)
    roots = [one.root for one in read if one.root is not None]
    at = source.location(0, 0)
    if broken is not None or len(roots) != 1 or not isinstance(roots[0], Mapping):
        remedy = "write one kustomization, which is a mapping"
        problem = broken or InputError("is no kustomization", at=at, remedy=remedy)
        return Customization(source, folder, False, None, (), (), (problem,), at)
    fields = Fields(roots[0], roots[0], [])
    if not _is_customization(fields):
        return None
    reading = _Reading(source, folder, fields, opened)
    if len(there) > 1:
        reading.refuse(f"has {there[1].path} beside it, and kustomize takes neither", at, "keep one of them")
    return reading.read()


def _is_customization(fields: Fields) -> bool:
    """Say whether an object is one: Flux has another of that kind."""
    group, kind = (as_text(node) if isinstance(node, Scalar) else None for node in map(fields.get, _IDENTITY))
    return kind in (None, "Kustomization", "Component") and (group is None or group.partition("/")[0] == KUSTOMIZE)


_IDENTITY = ("apiVersion", "kind")


class _Reading:
    """One kustomization on its way."""

    __slots__ = ("_fields", "_folder", "_folders", "_opened", "_parts", "_problems", "_source")

    def __init__(self, source: Source, folder: str, fields: Fields, opened: Callable[[str], Source | None]) -> None:
        self._source = source
        self._folder = folder
        self._fields = fields
        self._opened = opened
        self._parts: list[Part] = []
        self._folders: list[Part] = []
        self._problems: list[InputError] = []

    def read(self) -> Customization:
        fields = self._fields
        for name in STARTING:
            if fields.has(name):
                remedy = "render the chart by itself, and name the result among the resources"
                self.refuse(f"has `{name}`, for which kustomize starts another program", fields.at_of(name), remedy)
        for field, node in self._named():
            self._take(field, node)
        kind = fields.get("kind")
        tree: object = None
        try:
            tree = plain(fields.owner)
        except InputError as error:
            self._problems.append(error)
        component = isinstance(kind, Scalar) and kind.text == "Component"
        parts, folders, problems = tuple(self._parts), tuple(self._folders), tuple(self._problems)
        return Customization(self._source, self._folder, component, tree, parts, folders, problems, fields.at)

    def refuse(self, cause: str, at: Location, remedy: str) -> None:
        """Keep why it is not rendered."""
        self._problems.append(InputError(cause, at=at, remedy=remedy))

    def _named(self) -> Iterator[tuple[str, Node]]:
        """Yield everything that names a file or a folder, with its field."""
        fields = self._fields
        self._spelled(fields)
        for name in (*FOLDERS, *FILES):
            yield from ((name, node) for node in fields.items(name).nodes)
        for name in (*PATHS, *GENERATORS, "openapi"):
            for one in [fields.sub(name)] if name == "openapi" else fields.mappings(name)[0]:
                self._spelled(one)
                listed = (*one.items("files").nodes, *one.items("envs").nodes, one.get("env"), one.get("path"))
                yield from ((name, node) for node in listed if node is not None)

    def _spelled(self, fields: Fields) -> None:
        """Refuse keys that Go takes for others: its decoder of JSON folds the case of letters."""
        for name in fields.names():
            if name not in _FIELDS and name.casefold() in _FOLDED:
                remedy = "spell it as its documentation does"
                self.refuse(f"has the key {name[:60]}, which may be taken for another", fields.at_of(name), remedy)

    def _take(self, field: str, node: Node) -> None:
        written = as_text(node) if isinstance(node, Scalar) else None
        if written is None:
            self.refuse("names something that is no text", node.at, "name a file or a folder")
        elif field in PLUGINS and re.search(r"[\n{:]", written):
            if addresses(Source(self._source.path, written.encode("utf-8", "surrogateescape"))) is not None:
                self.refuse("configures a plugin that may name an address, which is never fetched", node.at, REMOTE)
        elif field == "patchesStrategicMerge" and "\n" in written:
            return
        else:
            self._path(field, written.partition("=")[2] or written if field in GENERATORS else written, node.at)

    def _path(self, field: str, written: str, at: Location) -> None:
        """Keep a file or a folder that is there."""
        if re.match(_REMOTE, written):
            self.refuse(f"names {written[:100]}, which is elsewhere and never fetched", at, REMOTE)
            return
        path = normpath(join(self._folder, written)).removeprefix("./")
        path = "" if path == "." else path
        if path.startswith(("../", "/")) or path == "..":
            self.refuse("names something outside of what is judged", at, "move it below the root")
        elif self._opened(path) is not None:
            self._parts.append(Part(path, field, at))
        elif field in BUILT and any(self._opened(join(path, name)) is not None for name in CUSTOMIZATIONS):
            self._folders.append(Part(path, field, at))
        else:
            remedy = "create it before the gate, or correct the path; what is elsewhere is never fetched"
            self.refuse(f"names {written[:100]}, which is not there", at, remedy)


def plain(node: Node) -> object:
    """Return a tree as plain values; raise InputError for what has none, and for what two readers take differently."""
    if node.doubt:
        raise InputError(node.doubt, at=node.at, remedy="write it so that everybody reads the same")
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [plain(value) for value in node.items]
    if isinstance(node, Opaque) or not isinstance(node, Scalar):
        raise InputError("holds something that is only known once it is rendered", at=node.at, remedy="write it out")
    if isinstance(node.value, float) and node.value - node.value != 0:
        raise InputError("holds a number that is none", at=node.at, remedy="write a number")
    return node.value


def addresses(source: Source) -> Location | None:
    """Return the first text in the configuration of a plugin that may be an address."""
    for document in documents(source, KUBERNETES):
        if document.error is not None:
            return document.error.at
        found = _address(document.root) if document.root is not None else None
        if found is not None:
            return found
    return None


def _address(node: Node) -> Location | None:
    if isinstance(node, Opaque):
        return node.at
    if isinstance(node, Scalar):
        return node.at if "://" in node.text else None
    inner = node.entries.values() if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else ()
    return next((found for one in inner if (found := _address(one)) is not None), None)
