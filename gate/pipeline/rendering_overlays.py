"""Renders customizations: those that no other one uses, which are what is deployed, with everything that they use."""

from __future__ import annotations

import os
from json import dumps
from posixpath import join, normpath

from gate.dialects.kustomization import (
    DEPLOYED,
    FILES,
    PATCHES,
    PLUGINS,
    addresses,
    customization_in,
)
from gate.dialects.overlay_lines import OverlayPlaces, kind_of, name_of, patches, resources
from gate.dialects.pod_rendering import CUSTOMIZATIONS, is_chart_template
from gate.model.errors import InputError
from gate.model.record import Record
from gate.model.source import Source
from gate.pipeline.rendering_files import Bundle, Outcome
from gate.syntax.rendered import Rendered
from gate.syntax.tree import Mapping, Scalar, Sequence
from gate.syntax.yaml import KUBERNETES, documents
from gate.tools.kustomize import found
from gate.tools.rendering import RenderError, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.dialects.kustomization import Customization
    from gate.dialects.overlay_lines import Patch, Resource
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.trees import AnyFiles
    from gate.syntax.tree import Node
    from gate.tools.kustomize import Kustomize

TREE = "tree"


class Closure(Record):
    """A customization with all that it uses, and the files of all of them that are judged by what comes of them."""

    top: Customization
    used: tuple[Customization, ...]
    deployed: frozenset[str]

    @property
    def files(self) -> frozenset[str]:
        """The paths of all files."""
        parts = (part.path for one in self.used for part in one.parts)
        return frozenset((*parts, *(one.source.path for one in self.used)))


class Overlays:
    """The customizations of one tree."""

    __slots__ = ("_count", "_declarations", "_files", "_folder", "_found", "_kustomize")

    def __init__(self, files: AnyFiles, declarations: Declarations, folder: str) -> None:
        """Read every customization of the tree; `folder` is private."""
        self._files = files
        self._declarations = declarations
        self._folder = folder
        self._kustomize: Kustomize | RenderError | None = None
        self._count = 0
        self._found: dict[str, Customization] = {}
        for path in files.walk(""):
            below, _, name = path.rpartition("/")
            source = self._opened(path) if name in CUSTOMIZATIONS and below not in self._found else None
            if source is not None and not is_chart_template(source, files):
                one = customization_in(below, self._opened)
                if one is not None:
                    self._found[below] = one

    def _opened(self, path: str) -> Source | None:
        """Open a file, through a link within the tree; None for what is none, or may not be read."""
        try:
            return self._files.open(self._files.target_of(path) or path)
        except InputError:
            return None

    def outcomes(self, paths: Iterable[str]) -> Iterator[Outcome]:
        """Render what no other customization uses and what has something at or below the paths."""
        used = {part.path for one in self._found.values() for part in one.folders if part.path != one.folder}
        tops = [one for folder, one in sorted(self._found.items()) if folder not in used and not one.is_component]
        named = tuple(paths)
        reached: set[str] = set()
        for closure in map(self._closure, tops):
            reached |= {one.folder for one in closure.used}
            if _is_named(closure, named):
                yield self._outcome(closure)
        for folder, one in sorted(self._found.items()):
            if folder not in reached and not one.is_component and _is_below(one.source.path, named):
                cause = "is not rendered: it belongs to customizations that use each other in a circle"
                yield Outcome(gaps=(InputError(cause, at=one.at, remedy="let one of them stand by itself"),))

    def _closure(self, top: Customization) -> Closure:
        used = {top.folder: top}
        waiting = [top]
        while waiting:
            for part in waiting.pop().folders:
                inner = self._found.get(part.path)
                if inner is not None and part.path not in used:
                    used[part.path] = inner
                    waiting.append(inner)
        parts = (part for one in used.values() for part in one.parts if part.field in DEPLOYED)
        sources = (one.source.path for one in used.values())
        return Closure(top, tuple(used.values()), frozenset((*(part.path for part in parts), *sources)))

    def _outcome(self, closure: Closure) -> Outcome:
        top = closure.top
        excluded = self._declarations.excluded(top.source.path)
        if excluded is not None:
            return Outcome(skipped=(excluded,))
        try:
            problems = (problem for one in closure.used for problem in one.problems)
            problem = next(problems, None) or self._harmful(closure)
            if problem is not None:
                raise problem
            return self._rendered(closure)
        except InputError as error:
            named = "" if error.at.path == top.source.path else f" by {top.source.path}"
            cause = f"is not rendered{named}: {error.cause}"
            return Outcome(asked=closure.files, gaps=(InputError(cause, at=error.at, remedy=error.remedy),))

    def _harmful(self, closure: Closure) -> InputError | None:
        """Refuse a plugin's configuration that may name an address."""
        for one in closure.used:
            for part in one.parts:
                source = self._opened(part.path) if part.field in PLUGINS else None
                at = addresses(source) if source is not None else None
                if at is not None:
                    return InputError(
                        "may name an address, and nothing is fetched", at=at, remedy="vendor what is there"
                    )
        return None

    def _rendered(self, closure: Closure) -> Outcome:
        top = closure.top
        bundle = Bundle()
        for one in closure.used:
            bundle.add(one.source.path, _anew(one.tree))
            for part in one.parts:
                source = self._opened(part.path)
                if source is not None and part.path not in bundle.files:
                    bundle.add(part.path, source.data)
        files = {path: source.data for path, source in bundle.files.items()}
        try:
            printed = resources(self._built(top, files))
        except RenderError as error:
            raise InputError(f"kustomize {error.cause}", at=top.at, remedy=error.remedy) from None
        origins = self._origins(closure, files, printed)
        made = tuple(self._sources(closure, printed, origins))
        lost = self._lost(closure, printed, origins)
        return Outcome(made, closure.deployed - lost, closure.files)

    def _built(self, top: Customization, files: dict[str, bytes]) -> str:
        if self._kustomize is None:
            try:
                self._kustomize = found(self._files.root, os.path.join(self._folder, "kustomize"))
            except RenderError as error:
                self._kustomize = error
        if isinstance(self._kustomize, RenderError):
            raise self._kustomize
        self._count += 1
        folder = os.path.join(self._folder, f"overlay-{self._count}")
        write(os.path.join(folder, "work"), ((f"{TREE}/{path}", data) for path, data in files.items()))
        return self._kustomize.build(join(TREE, top.folder), folder)

    def _origins(self, closure: Closure, files: dict[str, bytes], printed: list[Resource]) -> list[str]:
        """Return the file that each resource comes of, as a second run tells; empty where nobody may believe it."""
        top, nowhere = closure.top, [""] * len(printed)
        tree = top.tree if isinstance(top.tree, dict) else {}
        asking = {**files, top.source.path: _anew({**tree, "buildMetadata": ["originAnnotations"]})}
        try:
            told = resources(self._built(top, asking))
        except RenderError:
            return nowhere
        if [(one.kind, one.name) for one in told] != [(one.kind, one.name) for one in printed]:
            return nowhere
        said = [normpath(join(top.folder, one.origin)) if one.origin else "" for one in told]
        # What a resource says of itself, or a patch of it, is no word of kustomize's.
        return [
            path if path in closure.deployed and not one.origin else "" for path, one in zip(said, printed, strict=True)
        ]

    def _sources(self, closure: Closure, printed: list[Resource], origins: list[str]) -> Iterator[tuple[Rendered, str]]:
        """Put together what each file came to."""
        top = closure.top
        patched = tuple(self._patches(closure))
        found: dict[str, list[Resource]] = {}
        for one, path in zip(printed, origins, strict=True):
            found.setdefault(path or top.source.path, []).append(one)
        for path, parts in found.items():
            text = "".join(one.text for one in parts)
            lines = [one.line + index for one in parts for index in range(one.text.count("\n"))]
            file = self._opened(path) if path != top.source.path else None
            places = OverlayPlaces(parts, file, patched, top.at)
            by = f"kustomize build {top.folder or '.'}"
            variant = "" if path.rpartition("/")[0] == top.folder else top.folder or "."
            yield Rendered(path, text.encode("utf-8", "surrogateescape"), by, lines, places), variant

    def _patches(self, closure: Closure) -> Iterator[Patch]:
        """Yield every document of the patches, those in a kustomization too."""
        for one in closure.used:
            for part in one.parts:
                source = self._opened(part.path) if part.field in (*PATCHES, "patchesStrategicMerge") else None
                if source is not None:
                    yield from patches(source)
            for node in _inline(one.source):
                yield from patches(Source(one.source.path, node.text.encode("utf-8", "surrogateescape")), node.at)

    def _lost(self, closure: Closure, printed: list[Resource], origins: list[str]) -> frozenset[str]:
        """Return the files with an object that nothing of what was rendered comes of: they are judged as they stand."""
        there: dict[str, list[tuple[str, str]]] = {}
        for one, path in zip(printed, origins, strict=True):
            there.setdefault(path, []).append((one.kind, one.name))
        lost = set()
        for part in (part for one in closure.used for part in one.parts if part.field in ("resources", "bases")):
            source = self._opened(part.path)
            for root in (document.root for document in documents(source, KUBERNETES)) if source is not None else ():
                for node in _objects(root) if root is not None else ():
                    if not _is_among(kind_of(node), name_of(node), there.get(part.path, [])):
                        lost.add(part.path)
        return frozenset(lost)


def _objects(root: Node) -> tuple[Node, ...]:
    """Return the objects of a list, which kustomize takes apart, else the one that is there."""
    if not isinstance(root, Mapping) or not kind_of(root).endswith("List"):
        return (root,)
    listed = root.get("items")
    return tuple(listed.items) if isinstance(listed, Sequence) else ()


def _is_among(kind: str, name: str, rendered: list[tuple[str, str]]) -> bool:
    return kind == "CustomResourceDefinition" or any(kind == other and name in called for other, called in rendered)


def _anew(tree: object) -> bytes:
    return dumps(tree, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogateescape")


def _inline(source: Source) -> Iterator[Scalar]:
    """Yield the patches that are written out in a kustomization."""
    for document in documents(source, KUBERNETES):
        root = document.root
        for name in (*PATCHES, *FILES):
            listed = root.get(name) if isinstance(root, Mapping) else None
            for one in listed.items if isinstance(listed, Sequence) else ():
                node = one.get("patch") if isinstance(one, Mapping) else one
                if isinstance(node, Scalar) and "\n" in node.text:
                    yield node


def _is_named(closure: Closure, paths: tuple[str, ...]) -> bool:
    return any(_is_below(path, paths) for path in closure.files)


def _is_below(path: str, paths: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/" if one else "") for one in paths)
