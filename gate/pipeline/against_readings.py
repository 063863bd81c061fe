"""Reads the files of either side as a full run would, and only once where both sides are the same."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.reader import Reading
from gate.pipeline.against_files import below
from gate.pipeline.reading import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from gate.model.coverage import Skipped
    from gate.model.reader import Reader
    from gate.model.reference import Definition, ReferenceKind
    from gate.model.source import Source
    from gate.pipeline.against_files import Touched
    from gate.pipeline.trees import AnyFiles

    Excluded: TypeAlias = Callable[[str], Skipped | None]


class Readings:
    """What the files of one side turned out to hold, with what each reading asked for."""

    __slots__ = ("_asking", "_kept", "depends", "readers", "touched")

    def __init__(self, touched: Touched) -> None:
        """Start empty."""
        self.touched = touched
        self.depends: dict[str, frozenset[str]] = {}
        self.readers: dict[str, set[str]] = {}
        self._kept: dict[tuple[str, str], Reading] = {}
        self._asking: dict[str, list[str]] = {}

    def get(self, path: str, reader: str) -> Reading | None:
        """Return the reading of a file by a reader, if it has been made."""
        return self._kept.get((path, reader))

    def keep(self, path: str, reader: str, reading: Reading, asked: frozenset[str]) -> None:
        """Keep a reading and what it asked for."""
        self._kept[path, reader] = reading
        self.readers.setdefault(path, set()).add(reader)
        self.depends[path] = self.depends.get(path, frozenset()) | asked
        for other in asked:
            self._asking.setdefault(other, []).append(path)

    def same(self, path: str) -> bool:
        """Say whether a file that was read here comes out the same on the other side.

        A reading may rest on what an earlier one, of a file that asked for this one, has left there for it.
        """
        waiting, seen = [path], {path}
        while waiting:
            here = waiting.pop()
            if here in self.touched.paths or self.touched.any(self.depends.get(here, ())):
                return False
            further = [one for one in self._asking.get(here, ()) if one not in seen]
            seen.update(further)
            waiting += further
        return True


class Part(Ledger):
    """The ledger of a part of the files of one side."""

    __slots__ = ("_common", "_own", "_rest", "by_file", "readers")

    def __init__(
        self,
        files: AnyFiles,
        readings: tuple[Readings, Readings],
        rest: Iterable[str] = (),
        excluded: Excluded | None = None,
    ) -> None:
        """Take the readings of this side and those of the other, which count where both are the same.

        `rest` are the files outside of what is judged.
        """
        super().__init__(files, excluded)
        self.by_file: dict[str, Reading] = {}
        self.readers: dict[str, set[str]] = {}
        self._own, self._common = readings
        self._rest = rest

    def take_each(self, files: Iterable[str]) -> None:
        """Read each of the files."""
        for path in files:
            self._file(path, named=False)

    def take_as(self, path: str, known_as: str) -> None:
        """Read a file by the name of a link that leads to it, where its own says nothing."""
        self._file(path, named=False, known_as=known_as)

    def aside(self) -> Part:
        """Return a ledger of the same readings."""
        return Part(self.files, (self._own, self._common))

    def elsewhere(self, words: dict[ReferenceKind, bytes]) -> list[Definition]:
        """Search the files outside of what is judged for definitions."""
        aside = self.aside()
        for path in self._rest:
            if path.endswith((".yaml", ".yml", ".json")) and path not in self.read:
                aside.look_into(path, *words.values())
        return [one for one in aside.definitions if one.kind in words]

    def look_into(self, path: str, *words: bytes, also: tuple[str, ...] = ()) -> None:
        """Read a manifest that contains one of the words, or what `also` one of these readers takes."""
        try:
            source = self.files.open(path)
        except InputError:
            return
        if source is not None and any(word in source.data for word in words):
            self.source(source, ("kubernetes", *also), named=False)

    def source(self, source: Source, candidates: Iterable[str], *, named: bool) -> None:
        """Let the readers of a file read it anew."""
        self.by_file.pop(source.path, None)
        self.readers.pop(source.path, None)
        super().source(source, candidates, named=named)

    def _read(self, reader: Reader, source: Source) -> Reading:
        path = source.path
        reading = self._own.get(path, reader.name)
        if reading is not None:
            self.depends[path] = self._own.depends[path]
        elif (reading := self._common.get(path, reader.name)) is not None and self._common.same(path):
            self.depends[path] = self._common.depends[path]
        else:
            reading = super()._read(reader, source)
            self._own.keep(path, reader.name, reading, self.depends[path])
        self.by_file[path] = _joined(self.by_file.get(path), reading)
        self.readers.setdefault(path, set()).add(reader.name)
        return reading


def _joined(one: Reading | None, other: Reading) -> Reading:
    """Return what several readers of one file found as one reading."""
    if one is None:
        return other
    return Reading(
        (*one.subjects, *other.subjects),
        (*one.definitions, *other.definitions),
        (*one.problems, *other.problems),
        (*one.skipped, *other.skipped),
    )


def in_order(files: Iterable[str], named: Iterable[str]) -> list[str]:
    """Return the files at and below the named paths as a run takes them: those below two of them twice."""
    found = tuple(files)
    return [path for one in named for path in below(found, one)]
