"""The two sides of a change, each judged as a run would judge it, as far as it has to be."""

from __future__ import annotations

from contextlib import suppress

from gate.model.errors import InputError, UsageError
from gate.model.record import replace
from gate.model.reference import UNDERNEATH
from gate.pipeline.against_files import Former, Touched, is_passed_over
from gate.pipeline.against_reach import readers_of
from gate.pipeline.against_readings import Part, Readings, in_order
from gate.pipeline.declarations import Declarations
from gate.pipeline.files import Files
from gate.pipeline.named import named_source
from gate.pipeline.reading import candidates_for
from gate.pipeline.revisions import Revision
from gate.pipeline.roots import rooted
from gate.pipeline.run import Run, knowing, trusting
from gate.pipeline.tables import TableSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.coverage import NotUnderstood
    from gate.model.policy import Policy, Stage
    from gate.model.reader import Reading, Subject
    from gate.model.report import SubjectReport
    from gate.model.rule import Finding
    from gate.model.source import Source
    from gate.pipeline.before import Before
    from gate.pipeline.options import Options
    from gate.pipeline.trees import AnyFiles
    from gate.pipeline.trust import Proposed


class Sides:
    """The files of both sides, and which of them differ."""

    __slots__ = (
        "_peeked",
        "_readers",
        "candidates",
        "declared",
        "files",
        "former",
        "links",
        "now",
        "options",
        "paths",
        "readings",
        "revision",
        "tables",
        "touched",
        "trust",
        "was",
    )

    def __init__(self, options: Options) -> None:
        """Compare the working tree with where its history left that of a commit; raise UsageError where that cannot be.

        `now` and `was` are the paths on either side, `candidates` those of them that are judged where a reader claims
        them, `links` what leads to a file, by side.
        """
        self.options = options
        root, self.paths = rooted(list(options.paths))
        self.files = files = Files(root)
        self.tables = TableSource(options.data, root)
        self.revision = Revision(files, options.against, "--against", fork=True)
        self.trust = trusting(files, options)
        self.touched = Touched(files, self.revision, self.paths)
        entries = self.revision.tree.entries
        self.was = frozenset(path for path, entry in entries.items() if entry.is_regular or entry.is_link)
        self.now = (self.was - self.touched.deleted) | self.touched.added
        self.former = Former(files, self.revision, self.touched)
        self.readings = Readings(self.touched), Readings(self.touched)
        self.links = self._targets(files), self._targets(self.former)
        named = {path for path in self.now | self.was if self.within(path) and _may_be_read(path)}
        self.candidates = frozenset(named.union(*(of_side.values() for of_side in self.links)))
        self.declared = tuple(self._declarations())
        self._readers: dict[str, frozenset[str]] = {}
        self._peeked: dict[str, Part] = {}

    def within(self, path: str) -> bool:
        """Say whether a path is one of those that were named, or below one."""
        return any(
            (path == named or path.startswith(f"{named}/" if named else "")) and not is_passed_over(path, named)
            for named in self.paths
        )

    def peek(self, path: str) -> Reading | None:
        """Return what a file that the change leaves alone turns out to hold; None where no reader claims it."""
        return self.alone(path).by_file.get(path)

    def alone(self, path: str) -> Part:
        """Return the ledger of one such file."""
        if path not in self._peeked:
            now, _ = self.readings
            self._peeked[path] = part = Part(self.files, (now, now), excluded=self.declared[0].excluded)
            part.take_as(path, next(iter(self.leading_to(path)), ""))
        return self._peeked[path]

    def names_of(self, path: str) -> list[str]:
        """Return the names by which readers know a file: its own, and those of the links that lead to it."""
        return [one.rpartition("/")[2] for one in (path, *self.leading_to(path))]

    def readers_of(self, path: str) -> frozenset[str]:
        """Return the readers that may claim a file as it is now."""
        if path not in self._readers:
            self._readers[path] = readers_of(self.names_of(path), lambda: self.bytes_of(path))
        return self._readers[path]

    def leading_to(self, path: str) -> set[str]:
        """Return the links that lead to a file, on either side."""
        return {link for of_side in self.links for link, target in of_side.items() if target == path}

    def beyond(self, words: Iterable[bytes]) -> bool:
        """Say whether a file outside of the named paths, on either side, holds one of the words."""
        some = tuple(words)
        rest = (path for path in self.now | self.was if not self.within(path) and not is_passed_over(path, ""))
        return any(
            path in self.touched.paths or any(word in self.bytes_of(path) for word in some)
            for path in rest
            if path.endswith((".yaml", ".yml", ".json", ".template", ".tf", ".tofu"))
        )

    def bytes_of(self, path: str) -> bytes:
        """Return the bytes of a file of the working tree; none of what is absent or may not be read."""
        try:
            source = self.files.open(path) if path in self.now else None
        except InputError:
            return b""
        return source.data if source is not None else b""

    def close(self) -> None:
        """End what reads the commits."""
        self.revision.repository.close()
        if self.trust is not None:
            self.trust.close()

    def _declarations(self) -> Iterator[Declarations]:
        """Yield the declarations of this side, and those of the other where they can be read."""
        yield Declarations(self.trust.files if self.trust else self.files, self.options)
        with suppress(UsageError):
            yield Declarations(self.trust.files if self.trust else self.former, as_it_was(self.options, self))

    def _targets(self, files: AnyFiles) -> dict[str, str]:
        """Return what the links lead to that stand where they are judged under the names of other files."""
        links = (path for path in sorted(self.touched.links) if self.within(path) and _may_be_read(path))
        found = ((path, files.target_of(path)) for path in links)
        return {path: target for path, target in found if target is not None}


class Half(Run):
    """A run over a part of the files of one side."""

    __slots__ = ("_links", "_present", "_readings", "_sides", "_told", "proposed", "settled")

    def __init__(self, sides: Sides, *, former: bool) -> None:
        """Take a side; nothing is read yet. `settled` is the stage, where this part alone does not tell it."""
        self._sides = sides
        self._told: frozenset[str] = frozenset()
        self.settled: Stage | None = None
        self.proposed: Proposed | None = None
        self.tables = sides.tables
        self.paths = sides.paths
        self.options = as_it_was(sides.options, sides) if former else sides.options
        self.known = knowing(sides.trust.files if sides.trust else sides.files, sides.files, sides.options)
        self.trust = None if former else sides.trust
        self.files = sides.former if former else sides.files
        self._present = sides.was if former else sides.now
        self._readings = sides.readings[::-1] if former else sides.readings
        self._links = sides.links[former]

    def build(self, wanted: frozenset[str], before: Before | None = None) -> Before | None:
        """Read some of the files, with what leads to them, and link them; return how the trusted side has them."""
        sides = self._sides
        self.declarations = Declarations(sides.trust.files if sides.trust else self.files, self.options)
        rest = sorted(path for path in self._present if not sides.within(path) and not is_passed_over(path, ""))
        self.ledger = ledger = Part(self.files, self._readings, rest, self.declarations.excluded)
        leading = {link for link, target in self._links.items() if target in wanted}
        ledger.take_each(in_order((wanted | leading) & self._present, self.paths))
        ledger.follow()
        if self.trust is not None:
            before = self.trust.before(ledger, self.options, self.declarations)
        self._join(sides.files, before)
        return before

    @property
    def part(self) -> Part:
        """The ledger of what is read."""
        assert isinstance(self.ledger, Part)
        return self.ledger

    def given(self) -> list[Subject]:
        """Return the subjects that stand in no file that is read: what was given by name."""
        found = {subject.id for reading in self.part.by_file.values() for subject in reading.subjects}
        return [subject for subject in self.linked.subjects if subject.id not in found]

    @property
    def stage(self) -> Stage:
        """The stage, as a run over everything would have it."""
        return self.settled or super().stage

    def reports(self, wanted: frozenset[str]) -> dict[str, SubjectReport]:
        """Judge those of the subjects that are wanted by their ids."""
        policy_of = self.declarations.policy_of
        found = [subject for subject in self.linked.subjects if subject.id in wanted]
        judged = tuple(self._judged(subject, policy_of(subject.at.path)) for subject in found)
        if self.known is not None:
            pairs = [(subject, policy_of(subject.at.path)) for subject in found]
            judged = self.known.marked_in_part(pairs, judged, self._present.__contains__)
        return {report.id: report for report in self.announced.added(judged)}

    def policies(self) -> tuple[Policy, ...]:
        """Return the policies that judge here, the root's where there is nothing to judge."""
        return self.declarations.policies or (self.declarations.policy_of(""),)

    def propose(self) -> None:
        """Hold what the change itself declares against what is trusted."""
        if self.trust is not None:
            self.proposed = self.trust.proposed(self.linked, self.declarations, self.known, self.options)
            self.ledger.not_understood += self.proposed.gaps

    def remarks(self) -> Iterator[Finding]:
        """Yield the findings about no single subject."""
        yield from self.linked.refusals()
        yield from self.linked.unmatched(self.paths, self.proposed.still if self.proposed else None)
        yield from self._underneath()
        yield from self.exceptions.findings()
        yield from self.scans.findings() if self.scans else ()
        yield from self.proposed.findings() if self.proposed else ()

    def inputs(self) -> tuple[Source, ...]:
        """Return all files that were read."""
        return self._inputs()

    def gaps(self, reports: Iterable[SubjectReport], judged: frozenset[str]) -> tuple[NotUnderstood, ...]:
        """Return what was not understood, once the files in question are judged."""
        self._told = judged
        return self._coverage(tuple(reports), self._unrendered()).not_understood

    def _vacant(self, subjects: tuple[SubjectReport, ...], gaps: list[NotUnderstood]) -> list[NotUnderstood]:
        """Return a gap for every named folder that holds nothing to judge, where the judged files are to blame."""
        found = []
        for path in self.paths:
            start = f"{path}/" if path else ""
            if not any(one.startswith(start) for one in self._present):
                continue
            if any(one.startswith(start) for one in self._told) and not self._holds_any(path, subjects, gaps):
                others = self._others(start)
                if not any(self._holds(self._sides.alone(file)) for file in others):
                    for file in others:
                        self.ledger.skipped += self._sides.alone(file).skipped
                        self.ledger.unrendered += self._sides.alone(file).unrendered
                    found.append(self._empty(path))
        return found

    def _others(self, start: str) -> list[str]:
        """Return the files below a folder that are the same on both sides, and not judged."""
        unchanged = self._sides.candidates - self._sides.touched.paths - self._told
        return sorted(file for file in unchanged & self._present if file.startswith(start))

    def _holds(self, part: Part) -> bool:
        """Say whether a file holds something to judge, or that should be."""
        clusters = any(one.kind in UNDERNEATH for one in part.definitions)
        return bool(part.subjects or part.not_understood) or clusters or any(map(self._fails, part.unrendered))

    def _fails(self, gap: NotUnderstood) -> bool:
        return self.declarations.policy_of(gap.at.path).unrendered == "fail"


def _may_be_read(path: str) -> bool:
    return bool(candidates_for(path.rpartition("/")[2]))


def as_it_was(options: Options, sides: Sides) -> Options:
    """Return the options without the files that were not there: nobody could be judged by them."""
    if sides.trust is not None:
        return options
    from gate.policy.reference import is_file, parted

    def there(path: str) -> bool:
        try:
            named_source(sides.former, path)
        except UsageError as error:
            return error.at is not None
        return True

    return replace(
        options,
        declaration=options.declaration if options.declaration and there(options.declaration) else "",
        policy="" if is_file(parted(options.policy)[0]) and not there(parted(options.policy)[0]) else options.policy,
        vex=tuple(path for path in options.vex if there(path)),
    )
