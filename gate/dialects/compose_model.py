"""The Compose model: the files that make one project, interpolated and merged into one tree.

Follows compose-go's `loader`: of each file in turn, what it includes is taken in, what its services extend is laid
below them, and the whole is laid over the files before it. What comes from another file keeps its place there.
"""

from __future__ import annotations

from gate.dialects.compose_canonical import SECTIONS, canonical, interpolated
from gate.dialects.compose_environment import variables
from gate.dialects.compose_extends import Services, texts
from gate.dialects.compose_files import project_files
from gate.dialects.compose_merge import marked, merged, settled, weight, with_entries, without
from gate.dialects.compose_paths import anchored, joined
from gate.dialects.interpolation import Environment
from gate.model.errors import InputError
from gate.model.record import Record
from gate.syntax.tree import Mapping, Sequence
from gate.syntax.yaml import COMPOSE, documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.compose_merge import Cleared
    from gate.dialects.interpolation import Text
    from gate.model.location import Location
    from gate.model.source import Source, Sources
    from gate.syntax.tree import Node

#: Nodes that `extends` may copy from one service to others before the rest is given up.
MAX_COPIED = 200_000

#: Files that one project may be made of, with their bytes, and documents that one of them may hold.
MAX_FILES = 200
MAX_BYTES = 16 * 1024 * 1024
MAX_DOCUMENTS = 100

#: What an include brings into the project that names it.
RESOURCES = (*SECTIONS, "volumes", "networks", "secrets", "configs")


class Project(Record):
    """One project: its merged tree, the file it is named after, what could not be read, and where services come from.

    `homes` maps the name of a service or job to the file that declares it, which may be an included one.
    """

    root: Mapping | None
    path: str
    problems: tuple[InputError, ...]
    homes: dict[str, str]


def project(source: Source, sources: Sources) -> Project:
    """Read the project that a file belongs to, with everything that it includes."""
    loader = Loader(sources)
    here = _folder(source.path)
    environment = loader.environment([joined(here, ".env")], Environment({}))
    files = project_files(source, sources, environment)
    folder = _folder(files[0].path)
    if folder != here:
        environment = loader.environment([joined(folder, ".env")], environment)
    load = loader.load(files, folder, environment, ())
    return Project(load.root, files[0].path, tuple(loader.problems), load.homes)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


class Loader:
    """Opens the files of one project, and keeps what went wrong with them."""

    __slots__ = ("_bytes", "_copies", "_files", "_weights", "problems", "sources")

    def __init__(self, sources: Sources) -> None:
        """Take where files are read from."""
        self.sources = sources
        self.problems: list[InputError] = []
        self._files = MAX_FILES
        self._bytes = MAX_BYTES
        self._copies = MAX_COPIED
        self._weights: dict[Node, int] = {}

    def load(self, files: list[Source], folder: str, environment: Environment, trail: tuple[str, ...]) -> Load:
        """Load files that are merged in turn; `trail` are the files that led to them."""
        load = Load(self, files[0].path, folder, environment, trail)
        for file in files:
            load.add(file)
        if load.root is not None:
            load.root = anchored(load.root, folder)
        return load

    def open(self, path: str, at: Location, wanted: str) -> Source | None:
        """Open a file that another one names; what is not there is a problem."""
        try:
            found = self.opened(path)
        except InputError as error:
            self.problems.append(error)
            return None
        if found is None:
            is_much = min(self._files, self._bytes) < 0
            cause = f"{wanted} {path} is {'more than one project is read of' if is_much else 'not in sight'}"
            remedy = "check the parts of the project by themselves" if is_much else "add it, or check its folder"
            self.problems.append(InputError(cause, at=at, remedy=remedy))
        return found

    def opened(self, path: str) -> Source | None:
        """Open a file; None when it is absent, or more than one project may be made of."""
        self._files -= 1
        source = self.sources.open(path) if self._files >= 0 else None
        self._bytes -= len(source.data) if source is not None else 0
        return source if self._bytes >= 0 else None

    def may_copy(self, node: Node) -> bool:
        """Say whether a service may be copied once more, into one that extends it."""
        if node not in self._weights:
            self._weights[node] = weight(node)
        self._copies -= self._weights[node]
        return self._copies >= 0

    def environment(self, paths: list[str], outer: Environment) -> Environment:
        """Read the variables of environment files that may be absent; those of `outer` win."""
        values: dict[str, Text] = {}
        unread = outer.unread
        for path in paths:
            try:
                source = self.sources.open(path)
            except InputError as error:
                unread = f"its environment file {path} {error.cause}"
                continue
            if source is not None:
                found, problem = variables(source, {**values, **outer.values})
                values |= found
                self.problems += [problem] if problem is not None else []
        return Environment({**values, **outer.values}, unread)


class Load:
    """The files of one project, or of one include, on their way to becoming one tree."""

    __slots__ = ("_bases", "_environment", "_folder", "_loader", "_path", "_trail", "homes", "root")

    def __init__(
        self, loader: Loader, path: str, folder: str, environment: Environment, trail: tuple[str, ...]
    ) -> None:
        """Take the first file, the folder that paths are relative to, the variables, and the files that led here."""
        self.root: Mapping | None = None
        self.homes: dict[str, str] = {}
        self._loader = loader
        self._folder = folder
        self._environment = environment
        self._path = path
        self._trail = (*trail, path)
        self._bases: dict[str, Services | None] = {}

    def add(self, source: Source) -> None:
        """Lay a file over what is there; its documents count as files of their own."""
        for read, cleared in self._documents(source):
            for section in SECTIONS:
                self.homes |= dict.fromkeys(_members(read, section), self._path)
            root = self._included(read, cleared)
            for section in SECTIONS:
                node = root.get(section)
                if isinstance(node, Mapping):
                    services = Services(self, node, source.path, self._folder, cleared)
                    root = with_entries(root, {section: with_entries(node, services.all())})
            self.root = _laid(self.root, cleared, root)

    def _documents(self, source: Source) -> Iterator[tuple[Mapping, Cleared]]:
        """Yield the documents of a file in their long form, and what each clears of those before it."""
        found = documents(source, COMPOSE)
        if len(found) > MAX_DOCUMENTS:
            at, remedy = found[MAX_DOCUMENTS].at, "split the file"
            error = InputError(f"has more than {MAX_DOCUMENTS} documents", at=at, remedy=remedy)
            self._loader.problems.append(error)
        for document in found[:MAX_DOCUMENTS]:
            if document.error is not None:
                self._loader.problems.append(document.error)
            elif document.root is not None:
                root, cleared = marked(document.root, document.tags) if document.tags else (document.root, {})
                root = interpolated(root, self._environment) if root is not None else None
                if isinstance(root, Mapping):
                    yield canonical(root), cleared
                else:
                    remedy = "start it with `services:`"
                    error = InputError("a Compose file must be a mapping", at=document.at, remedy=remedy)
                    self._loader.problems.append(error)

    def _included(self, root: Mapping, cleared: Cleared) -> Mapping:
        """Lay a file over everything that it includes."""
        node = root.get("include")
        if node is None:
            return root
        for one in node.items if isinstance(node, Sequence) else [node]:
            load = self._include(one)
            if load is not None and load.root is not None:
                root = _imported(load.root, root, cleared)
                self.homes = {**load.homes, **self.homes}
        return root

    def _include(self, node: Node) -> Load | None:
        """Load one include, in the form of a path or in the long one."""
        options = node if isinstance(node, Mapping) else None
        paths = texts(options.get("path") if options is not None else node)
        if not paths:
            remedy = "write the path out, or give the variable a default"
            self._problem("the file it includes cannot be known", node, remedy)
            return None
        paths = [joined(self._folder, path) for path in paths]
        if paths[0] in self._trail:
            self._problem(f"its includes lead back to {paths[0]}", node, "break the circle")
            return None
        opened = [self._loader.open(path, node.at, "the file it includes,") for path in paths]
        files = [file for file in opened if file is not None]
        if len(files) < len(paths):
            return None
        folder = _folder(paths[0])
        if options is not None and (named := texts(options.get("project_directory"))):
            folder = joined(self._folder, named[0])
        return self._loader.load(files, folder, self._variables(options, folder), self._trail)

    def _variables(self, options: Mapping | None, folder: str) -> Environment:
        """Read the variables of an include: of the files it names, else of its own folder; those outside win."""
        named = options.get("env_file") if options is not None else None
        paths = [joined(self._folder, path) for path in texts(named) if path != "/dev/null"]
        if named is None:
            paths = [joined(folder, ".env")]
        return self._loader.environment(paths, self._environment)

    def _problem(self, cause: str, node: Node, remedy: str) -> None:
        self._loader.problems.append(InputError(cause, at=node.at, remedy=remedy))

    def may_copy(self, node: Node) -> bool:
        """Say whether a service may be copied once more."""
        return self._loader.may_copy(node)

    def base(self, path: str, at: Location) -> Services | None:
        """Return the services of a file that is extended; None when it has none, or is not in sight: a problem."""
        if path not in self._bases:
            self._bases[path] = self._opened_base(path, at)
        return self._bases[path]

    def _opened_base(self, path: str, at: Location) -> Services | None:
        source = self._loader.open(path, at, "the file it extends,")
        if source is None:
            return None
        folder = _folder(path)
        root: Mapping | None = None
        cleared: Cleared = {}
        for read, cleared in self._documents(source):
            root = _laid(root, cleared, read)
        services = anchored(root, folder, is_base=True).get("services") if root is not None else None
        return Services(self, services, path, folder, cleared) if isinstance(services, Mapping) else None


def _laid(earlier: Mapping | None, cleared: Cleared, later: Mapping) -> Mapping:
    node = later if earlier is None else merged(without(earlier, cleared), later)
    return settled(node, later) if isinstance(node, Mapping) else later


def _imported(included: Mapping, root: Mapping, cleared: Cleared) -> Mapping:
    """Lay the resources of a file over those of the same name that it includes, and take in the others."""
    brought = {name: node for name, node in included.entries.items() if name in RESOURCES}
    below = Mapping(root.source, root.start, root.end, brought, included.keys, included.doubt)
    laid = merged(without(below, cleared), root)
    return laid if isinstance(laid, Mapping) else root


def _members(root: Mapping, section: str) -> tuple[str, ...]:
    node = root.get(section)
    return tuple(node.entries) if isinstance(node, Mapping) else ()
