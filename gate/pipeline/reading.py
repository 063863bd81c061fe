"""Finds the files to judge and hands each to the reader that claims it."""

from __future__ import annotations

import os

from gate.model.coverage import NotUnderstood, Skipped
from gate.model.errors import InputError, UnrenderedError
from gate.model.image import Image
from gate.model.loading import module
from gate.model.location import whole_file
from gate.model.reader import Reading
from gate.model.record import Record, replace
from gate.pipeline.files import Walked
from gate.readers import IN_TERRAFORM, OF_COMMANDS, READERS, TERRAFORM, is_archive, is_bare, is_shared, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gate.model.location import Location
    from gate.model.reader import Reader, Subject
    from gate.model.reference import Definition, ReferenceKind
    from gate.model.source import Source
    from gate.pipeline.files import Files
    from gate.pipeline.trees import AnyFiles

DECLARATION = ".gate.yaml"

PASSED_OVER = "holds other people's code; name it to have it judged"

#: The files that speak for an image in a folder, in order of asking.
IMAGE_FILES = ("index.json", "manifest.json", "oci-layout", "config.json")


#: The readers of files whose names say nothing.
SCRIPTS = ["docker_run", "nspawn"]


class Named(Record):
    """A built image's file or folder that was named, below the root of `files`, and the images in it."""

    files: Files
    path: str
    source: Source
    images: tuple[Image, ...]


class Ledger:
    """What one run has seen, read and not understood, and everything the readers found."""

    __slots__ = (
        "consumed",
        "definitions",
        "depends",
        "excluded",
        "files",
        "images",
        "links",
        "not_understood",
        "read",
        "renderings",
        "seen",
        "skipped",
        "subjects",
        "unmade",
        "unrendered",
    )

    def __init__(self, files: AnyFiles, excluded: Callable[[str], Skipped | None] | None = None) -> None:
        """Start empty, over the files of one root; `excluded` says of a path why it is not judged, if it is not."""
        self.files = files
        self.excluded = excluded
        self.consumed: frozenset[str] = frozenset()
        self.renderings: dict[str, frozenset[str]] = {}
        self.unmade: dict[NotUnderstood, frozenset[str]] = {}
        self.seen = 0
        self.read: dict[str, Source] = {}
        self.depends: dict[str, frozenset[str]] = {}
        self.subjects: list[Subject] = []
        self.images: list[Named] = []
        self.definitions: list[Definition] = []
        self.skipped: list[Skipped] = []
        self.not_understood: list[NotUnderstood] = []
        self.unrendered: list[NotUnderstood] = []
        self.links: dict[str, str] = {}

    def take(self, path: str, *, named: bool) -> None:
        """Read everything at or below a path; a file that was named and that no reader knows is noted as skipped."""
        found = False
        walked = Walked()
        try:
            for file in self.files.walk(path, walked):
                found = True
                self._file(file, named=named and file == path)
        except InputError as error:
            self._problem(error)
        self.skipped += (Skipped(whole_file(folder), PASSED_OVER) for folder in walked.passed_over)
        for unread in walked.unread:
            self._problem(unread)
        if not found and named:
            self.not_understood.append(
                NotUnderstood(whole_file(path or "."), "holds no files", "name a path that does")
            )

    def image(self, path: str, files: Files) -> None:
        """Read a built image that was named: unlike others in the tree, it is what workloads of its name run."""
        self.seen += 1
        try:
            source = _image_source(files, path)
            reading = load("oci").read(source, files) if source is not None else Reading()
        except InputError as error:
            self._problem(error)
            return
        if source is not None:
            self.read[source.path] = source
        if not any(isinstance(subject, Image) for subject in reading.subjects) and not reading.problems:
            remedy = "name an OCI layout, an archive of one or of `docker save`, or a configuration"
            self.not_understood.append(NotUnderstood(whole_file(path or "."), "holds no image", remedy))
        self.keep(reading)
        if source is not None:
            found = tuple(subject for subject in reading.subjects if isinstance(subject, Image))
            self.images.append(Named(files, path, source, found))
        self.definitions += (one for one in reading.definitions if one.kind == "image")

    def refuse(self, error: InputError) -> None:
        """Note something that was named and that cannot be opened at all."""
        self.seen += 1
        self._problem(error)

    def _file(self, path: str, *, named: bool, known_as: str = "") -> None:
        self.seen += 1
        name = path.rpartition("/")[2]
        candidates = candidates_for(name)
        if candidates in ([], SCRIPTS) and known_as:
            candidates = candidates_for(known_as.rpartition("/")[2]) or candidates
        if not candidates or (candidates == SCRIPTS and is_bare(name) and not self._is_script(path)):
            if named:
                self.skipped.append(Skipped(whole_file(path), "no reader knows files of this name"))
            return
        excluded = self.excluded(path) if self.excluded is not None else None
        if excluded is not None:
            self.skipped.append(excluded)
            return
        if path in self.consumed:
            self._rendered(path)
            return
        try:
            # Where another reader may take the file, it gets all of it.
            in_pieces = candidates == ["oci"] and is_archive(name)
            source = self.files.archive(path) if in_pieces else self.files.open(path)
        except InputError as error:
            self._unopened(path, error)
            return
        if source is not None:
            self.source(source, candidates, named=named)

    def _rendered(self, path: str) -> None:
        """Count a file as read that has been rendered: what it came to is judged in its place."""
        source = self.files.open(path)
        if source is not None:
            self.read[path] = source

    def _is_script(self, path: str) -> bool:
        """Say whether a file whose name says nothing begins as scripts do; of any other only that much is read."""
        try:
            head = self.files.archive(path)
        except InputError:
            return False
        return head is not None and head.data.startswith(b"#!")

    def source(self, source: Source, candidates: Iterable[str], *, named: bool) -> None:
        """Let the first reader that claims the content read it; of a shared file or a script, every one its part."""
        problems: set[tuple[Location, str]] = set()
        claimed = ""
        self.depends.pop(source.path, None)
        for name in candidates:
            words = words_of(name, source.path)
            if words and not any(word in source.data for word in words):
                continue
            if claimed and not is_shared(source.path) and not OF_COMMANDS.issuperset((claimed, name)):
                continue
            reader = load(name)
            if reader.claims(source):
                self.read[source.path] = source
                reading = self._left(self._read(reader, source), source.path)
                news = tuple(one for one in reading.problems if (one.at, one.cause) not in problems)
                problems |= {(one.at, one.cause) for one in news}
                self.keep(replace(reading, problems=news))
                claimed = name
        # A hook names the declaration with the files that it speaks of.
        if named and not claimed and source.path.rpartition("/")[2] != DECLARATION:
            self.skipped.append(Skipped(whole_file(source.path), "no reader claims its content"))

    def _read(self, reader: Reader, source: Source) -> Reading:
        """Read a file, and note every path that was asked for on the way, absent ones too."""
        before, self.files.consulted = self.files.consulted, {}
        try:
            return reader.read(source, self.files)
        finally:
            self.depends[source.path] = self.depends.get(source.path, frozenset()) | self.files.consulted.keys()
            self.files.consulted = before | self.files.consulted

    def aside(self) -> Ledger:
        """Return a ledger for what links need and nobody asked to judge."""
        return Ledger(self.files)

    def recipe(self, path: str) -> list[Subject]:
        """Read one recipe that a link needs; nothing when it cannot be read."""
        aside = self.aside()
        try:
            source = self.files.open(path)
        except InputError:
            return []
        if source is not None:
            aside.source(source, ("dockerfile",), named=False)
        return aside.subjects

    def elsewhere(self, words: dict[ReferenceKind, bytes]) -> list[Definition]:
        """Search the rest of the tree for definitions; only files that contain the word of a kind are read."""
        aside = self.aside()
        for path in self.files.walk(""):
            known = path in self.read or path in self.consumed
            if known or not path.endswith((".yaml", ".yml", ".json", *TERRAFORM)):
                continue
            try:
                source = self.files.open(path)
            except InputError:
                continue
            wanted = IN_TERRAFORM["kubernetes"][:1] if is_shared(path) else words.values()
            if source is not None and any(word in source.data for word in wanted):
                aside.source(source, ("kubernetes",), named=False)
        return [one for one in aside.definitions if one.kind in words]

    def asked(self) -> dict[str, Source]:
        """Return the files that reading others took in, whoever claims them."""
        found = ((path, self.files.held(path)) for paths in self.depends.values() for path in paths)
        return {path: source for path, source in found if source is not None}

    def _left(self, reading: Reading, path: str) -> Reading:
        """Leave out what a file leads to and another, excluded one states, such as the services of a project."""
        elsewhere = {subject.at.path for subject in reading.subjects} - {path}
        excluded = {other: why for other in elsewhere if self.excluded is not None and (why := self.excluded(other))}
        if not excluded:
            return reading
        kept = tuple(subject for subject in reading.subjects if subject.at.path not in excluded)
        return replace(reading, subjects=kept, skipped=(*reading.skipped, *excluded.values()))

    def keep(self, reading: Reading) -> None:
        """Take in what a reader has found."""
        self.subjects += reading.subjects
        self.definitions += (one for one in reading.definitions if one.kind != "image")
        self.skipped += reading.skipped
        for problem in reading.problems:
            self._problem(problem)

    def _problem(self, error: InputError) -> None:
        gap = NotUnderstood(error.at, error.cause, error.remedy)
        (self.unrendered if isinstance(error, UnrenderedError) else self.not_understood).append(gap)

    def _unopened(self, path: str, error: InputError) -> None:
        """Let a link to a file of the same tree pass, because its target is judged; so that it is, it is kept."""
        target = self.files.target_of(path)
        if target is not None:
            self.links.setdefault(target, path)
            self.skipped.append(Skipped(whole_file(path), f"is a link to {target}, which is judged where it stands"))
        else:
            self._problem(error)

    def follow(self) -> None:
        """Read what links point at and nothing has read yet, by the name of the link where its own says nothing."""
        for target, link in sorted(self.links.items()):
            if target not in self.read:
                self._file(target, named=False, known_as=link)


def candidates_for(name: str) -> list[str]:
    """Return the readers that take files of this name."""
    return [reader for reader, matches in READERS.items() if matches(name)]


def _image_source(files: Files, path: str) -> Source | None:
    """Return the file to read a named image by, whatever it is called; None when there is none."""
    claims = load("oci").claims
    if os.path.isdir(os.path.join(files.root, path)):
        found = (files.open(f"{path}/{name}") for name in IMAGE_FILES)
        return next((source for source in found if source is not None and claims(source)), None)
    archive = files.archive(path)
    source = archive if archive is not None and claims(archive) else files.open(path)
    return source if source is not None and claims(source) else None


def load(name: str) -> Reader:
    """Import one reader."""
    reader: Reader = module(f"gate.readers.{name}").READER
    return reader
