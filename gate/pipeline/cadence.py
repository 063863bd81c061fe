"""Finds out who keeps a subject up to date: bots and scheduled pipelines, at the few places where those are written.

Only folders with fixed names are listed, and nothing is read unless a subject is sensitive enough to be asked about.
Under `--trusted-ref` what the trusted commit says counts, as far as the change leaves it in place: nobody passes by
adding a configuration, and nobody by removing one unseen.
"""

from __future__ import annotations

from gate.dialects.cadence_files import DEPENDABOT, PACKAGE, PIPELINES, RENOVATE, WORKFLOWS
from gate.dialects.image_name import parse
from gate.freshness import recipe
from gate.freshness.cadence import neglected, of_image
from gate.model.cadence import Cadence, Keeper
from gate.model.errors import InputError
from gate.model.evidence import Stated, known
from gate.model.image import Image
from gate.model.location import whole_file
from gate.model.record import replace
from gate.model.subject import Workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.dialects.cadence_argo import Listed
    from gate.dialects.cadence_cluster import Controllers, Named
    from gate.dialects.cadence_tree import Scheduled
    from gate.dialects.compose_model import Project
    from gate.model.image import ImageName
    from gate.model.lifecycle import Tables
    from gate.model.location import Location
    from gate.model.reader import Subject
    from gate.model.source import Source
    from gate.model.template import Template
    from gate.model.truth import Truth
    from gate.pipeline.options import Options
    from gate.pipeline.trees import AnyFiles


#: What a manifest holds that says something of the controllers of a cluster.
MARKS = (b"ImageUpdateAutomation", b"ImagePolicy", b"keelhq/keel", b"argocd-image-updater")

#: Workflows that are read.
MAX_WORKFLOWS = 200


class Upkeep:
    """What keeps the subjects of one run."""

    __slots__ = ("_all", "_sides", "_tables", "now")

    def __init__(
        self, files: AnyFiles, trusted: AnyFiles, read: Iterable[Source], tables: Tables, options: Options
    ) -> None:
        """Take the working tree, the trusted one, which is the same where there is none, and what the run has read."""
        self._all = options.detailed or options.verbose
        telling = tuple(source.path for source in read if any(mark in source.data for mark in MARKS))
        self._sides = [Side(one, telling) for one in dict.fromkeys((files, trusted))]
        self._tables = tables
        self.now = options.now

    @property
    def sources(self) -> dict[str, Source]:
        """The files that were read."""
        return {path: source for side in self._sides for path, source in side.sources.items()}

    def given(self, subject: Subject, own: frozenset[str]) -> Subject:
        """Return a subject with what keeps it; of the images that a workload names, its `own` are made here."""
        if isinstance(subject, Workload):
            found = (self._reference(one.value, one.at, subject) for one in _images(subject, own))
            return replace(subject, cadence=tuple(found))
        if isinstance(subject, Image):
            return self._image(subject) if subject.stages else subject
        return self._template(subject)

    def _image(self, image: Image) -> Subject:
        base = recipe.base(image)
        if base is None or (recipe.is_scratch(base) and not recipe.builders(image)):
            return image
        if recipe.is_scratch(base):
            base = recipe.builders(image)[0]
        path, name, at = image.at.path, known(base.image), base.at
        sides = [
            self._kept(image, side, Cadence(name, at, tuple(side.bumps("dockerfile", path, name))))
            for side in self._sides
        ]
        return max(sides, key=lambda one: _neglect(of_image(one, self._tables, self.now)))

    def _kept(self, image: Image, side: Side, bots: Cadence) -> Image:
        """Add what builds an image: where a bot keeps it and nobody asks for all, no pipeline is read."""
        kept = replace(image, cadence=bots)
        if not self._all and _neglect(of_image(kept, self._tables, self.now)) == 0:
            return kept
        keepers = (*side.builds("image", image.at.path), *bots.keepers)
        return replace(image, cadence=replace(bots, keepers=keepers))

    def _template(self, template: Template) -> Subject:
        path, at = template.at.path, template.at
        sides = [Cadence(None, at, tuple(side.builds("machine", path))) for side in self._sides]
        return replace(template, cadence=self._least(sides))

    def _reference(self, text: str, at: Location, workload: Workload) -> Cadence:
        name, path = parse(text), at.path
        kind = kind_of(workload)
        found = [(*side.bumps(kind, path, name), *side.cluster(kind, workload, name)) for side in self._sides]
        return self._least([Cadence(name, at, keepers) for keepers in found])

    def _least(self, sides: list[Cadence]) -> Cadence:
        return max(sides, key=lambda one: _neglect(neglected(one, "", self._tables, self.now)))


def _neglect(truth: Truth | None) -> int:
    """Order answers by how bad they are."""
    return ("no", "unknown", "yes").index(truth.answer) if truth is not None else 0


def kind_of(workload: Workload) -> str:
    """Return the kind of file that bots take a workload's for; empty where they read none such."""
    path = workload.at.path.lower()
    if not path.endswith((".yaml", ".yml")):
        return ""
    if workload.platform in ("kubernetes", "openshift"):
        return "kubernetes"
    return "compose" if "compose" in path.rpartition("/")[2] else ""


def _images(workload: Workload, own: frozenset[str]) -> Iterator[Stated[str]]:
    """Yield the images of others that a workload names, each once."""
    seen = set(own)
    for member in workload.containers.members if kind_of(workload) else ():
        image = member.value.image if isinstance(member, Stated) else None
        if isinstance(image, Stated) and image.value not in seen:
            seen.add(image.value)
            yield image


class Side:
    """The bots and pipelines of one tree."""

    __slots__ = (
        "_controllers",
        "_files",
        "_folders",
        "_named",
        "_projects",
        "_scheduled",
        "_telling",
        "_unread",
        "sources",
    )

    def __init__(self, files: AnyFiles, telling: tuple[str, ...]) -> None:
        """Look into nothing yet; `telling` are the paths at which the run met what controllers of clusters read."""
        self._controllers: tuple[Controllers, dict[str, list[Listed]]] | None = None
        self._named: dict[str, Named] = {}
        self._projects: dict[str, Project] = {}
        self._telling = telling
        self._files = files
        self._folders: dict[str, frozenset[str]] = {}
        self._scheduled: tuple[Scheduled, ...] | None = None
        self._unread: dict[str, InputError] = {}
        self.sources: dict[str, Source] = {}

    def bumps(self, kind: str, path: str, name: ImageName | None) -> Iterator[Keeper]:
        """Yield the bots that move on what a file names, or would if its name were known."""
        if not kind:
            return
        found = self._first(DEPENDABOT)
        if found is not None:
            from gate.dialects import cadence_dependabot

            yield from cadence_dependabot.keepers(found, path, kind, _unregistered(name))
        found = self._first(RENOVATE) or self._package()
        if found is not None:
            from gate.dialects import cadence_renovate

            yield from cadence_renovate.keepers(found, path, kind, _of_hub(name))
        for one, error in self._unread.items():
            if one in DEPENDABOT or one in RENOVATE:
                yield Keeper("A bot", "bump", error.at, doubt=f"{one} {error.cause}")

    def cluster(self, kind: str, workload: Workload, name: ImageName | None) -> Iterator[Keeper]:
        """Yield what a manifest itself lets move its images on: the object of this tree, and its controllers."""
        path = workload.at.path
        source = self._open(path) if name is not None else None
        if source is None or name is None:
            return
        if kind == "compose" and workload.kind == "Service":
            yield from self._watched(source, workload.name)
        elif kind == "kubernetes":
            from gate.dialects import cadence_argo, cadence_cluster

            if path not in self._named:
                self._named[path] = cadence_cluster.named(source)
            controllers, lists = self._told()
            found = self._named[path].get((workload.kind, workload.name, workload.namespace), [])
            yield from cadence_cluster.keepers(source, found, name, controllers)
            yield from cadence_argo.keepers(lists, path, name.repository)

    def _told(self) -> tuple[Controllers, dict[str, list[Listed]]]:
        """Gather what the objects of controllers say, once."""
        if self._controllers is None:
            from gate.dialects import cadence_argo, cadence_cluster

            opened = [one for path in self._telling if (one := self._open(path)) is not None]
            self._controllers = (cadence_cluster.controllers(opened), cadence_argo.listed(opened))
        return self._controllers

    def _watched(self, source: Source, service: str) -> Iterator[Keeper]:
        from gate.dialects import cadence_watchtower

        if source.path not in self._projects:
            from gate.dialects.compose_model import project

            self._projects[source.path] = project(source, self._files)
        yield from cadence_watchtower.keepers(self._projects[source.path], service)

    def builds(self, makes: str, path: str) -> Iterator[Keeper]:
        """Yield the pipelines that build a recipe or a template on a schedule, or may."""
        if self._scheduled is None:
            self._scheduled = tuple(dict.fromkeys(self._read()))
        for one in self._scheduled:
            if one.build.makes != makes:
                continue
            if one.build.path is None:
                doubt = one.keeper.doubt or "it does not say what it builds in a way that can be read"
                yield replace(one.keeper, doubt=doubt)
            elif one.build.path in (path, path.rpartition("/")[0] if makes == "machine" else path):
                yield one.keeper

    def _read(self) -> Iterator[Scheduled]:
        """Read every pipeline that has a schedule in it; one that cannot be read may build anything."""
        found = sorted(one for one in self._in(WORKFLOWS) if one.endswith((".yml", ".yaml")))
        for path in found[:MAX_WORKFLOWS]:
            source = self._open(path)
            if source is not None and b"schedule" in source.data and b"cron" in source.data:
                from gate.dialects.cadence_github import scheduled

                yield from scheduled(source, self._files)
        for path in PIPELINES:
            source = self._open(path) if path in self._in(path.rpartition("/")[0]) else None
            if source is not None:
                from gate.dialects.cadence_pipelines import READERS

                yield from READERS[path](source)
        doubts = {path: f"{path} {error.cause}" for path, error in self._unread.items()}
        if len(found) > MAX_WORKFLOWS:
            doubts[found[MAX_WORKFLOWS]] = f"more than {MAX_WORKFLOWS} workflows are not read"
        for path, doubt in doubts.items():
            if path in PIPELINES or path.startswith(WORKFLOWS):
                from gate.dialects.cadence_builds import Build
                from gate.dialects.cadence_tree import Scheduled

                keeper = Keeper("A pipeline", "rebuild", whole_file(path), doubt=doubt)
                yield from (Scheduled(Build(makes, None), keeper) for makes in ("image", "machine"))

    def _package(self) -> Source | None:
        found = self._first((PACKAGE,))
        return found if found is not None and b'"renovate"' in found.data else None

    def _first(self, names: tuple[str, ...]) -> Source | None:
        """Return the first of some files that is there."""
        for name in names:
            if name in self._in(name.rpartition("/")[0]):
                return self._open(name)
        return None

    def _in(self, folder: str) -> frozenset[str]:
        if folder not in self._folders:
            self._folders[folder] = frozenset(self._files.list(folder))
        return self._folders[folder]

    def _open(self, path: str) -> Source | None:
        try:
            source = self._files.open(path)
        except InputError as error:
            self._unread[path] = error
            return None
        if source is not None:
            self.sources[path] = source
        return source


def _of_hub(name: ImageName | None) -> str:
    """Return a repository as Renovate names it; empty for one that is not known."""
    return "" if name is None else name.repository.removeprefix("docker.io/library/").removeprefix("docker.io/")


def _unregistered(name: ImageName | None) -> str:
    """Return a repository as Dependabot names it: without its registry."""
    if name is None:
        return ""
    return (
        name.repository.removeprefix("docker.io/library/") if _is_official(name) else name.repository.partition("/")[2]
    )


def _is_official(name: ImageName) -> bool:
    return name.repository.startswith("docker.io/library/")
