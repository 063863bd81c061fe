"""The trusted side of a run: a change is judged by what stood in the repository before it, never by its own word.

Policy, declaration, exceptions, baseline and VEX come from the commit that `--trusted-ref` names. What labels and
`x-gate` keys said there still counts, so that deleting one demands no less; and whatever has moved is held to what was
declared where it stood. What the change would do to all that, once merged, is put into words.
"""

from __future__ import annotations

from gate.model.coverage import NotUnderstood
from gate.model.errors import UsageError
from gate.model.location import whole_file
from gate.model.record import Record, replace
from gate.model.report import Trusted
from gate.model.subject import Workload
from gate.pipeline.reading import Ledger
from gate.pipeline.revisions import Revision
from gate.readers import READERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.reader import Subject
    from gate.model.report import Change
    from gate.model.rule import Finding
    from gate.model.sensitivity import Statement
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.files import Files
    from gate.pipeline.linked import Linked
    from gate.pipeline.options import Options
    from gate.pipeline.trees import Tree

#: Share of the lines of the smaller of two files that both have, from which on one is taken for the other, moved.
SAME = 0.5

#: Pairs of files whose lines are compared before moves are no longer looked for: a change that large is a new tree.
MOST_PAIRS = 20_000


class Proposed(Record):
    """What came of reading the change's own declarations.

    `still` are the names of workloads that it leaves declared, None where its declarations cannot be read; then `gaps`
    says why. `new` are the workloads that it adds and that nobody declared.
    """

    trusted: Trusted
    still: frozenset[str] | None
    gaps: tuple[NotUnderstood, ...]
    new: tuple[Subject, ...]

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for everything the change would weaken, and for every new workload that nobody declared."""
        from gate.pipeline.remarks import about

        for change in self.trusted.changes:
            if change.weakens:
                yield about("DCL007", f"this change {change.text}; that does not count here", change.at)
        for subject in self.new:
            yield about("DCL008", f"this change adds {subject.name}, which nobody declared", subject.at, subject.id)


class Trust:
    """The commit that a run trusts."""

    __slots__ = ("_before", "_revision", "_working")

    def __init__(self, files: Files, name: str) -> None:
        """Resolve the name; raise UsageError where that is not possible, since nothing else may take its place."""
        self._working = files
        self._revision = Revision(files, name, "--trusted-ref")
        self._before: Before | None = None

    @property
    def files(self) -> Tree:
        """The files of the commit."""
        return self._revision.tree

    def close(self) -> None:
        """End what reads the commit."""
        self._revision.repository.close()

    def before(self, ledger: Ledger) -> Before:
        """Return what the change has touched, as it was."""
        if self._before is None:
            self._before = Before(self._revision, ledger)
        return self._before

    def proposed(self, linked: Linked, now: Declarations, options: Options) -> Proposed:
        """Compare the change's own declarations with those that count."""
        from gate.pipeline.declarations import Declarations
        from gate.pipeline.proposals import Proposal

        assert self._before is not None
        changes: tuple[Change, ...] = ()
        gaps: tuple[NotUnderstood, ...] = ()
        still = None
        try:
            proposal = Proposal(linked, now, Declarations(self._working, replace(options, trusted_ref="")))
            changes = proposal.changes()
            still = proposal.still_declared()
        except UsageError as error:
            at = error.at or whole_file(options.declaration or options.policy or ".")
            gaps = (NotUnderstood(at, f"is proposed by this change and cannot be used: {error.cause}", error.remedy),)
        new = tuple(
            subject
            for subject in linked.subjects
            if isinstance(subject, Workload)
            and self._before.is_new(subject)
            and not linked.sensitivity(subject).declared
        )
        return Proposed(Trusted(self._revision.name, self._revision.commit, changes), still, gaps, new)


class Before:
    """What the files that a change touches held before it."""

    __slots__ = ("_subjects", "former", "ledger", "revision")

    def __init__(self, revision: Revision, ledger: Ledger) -> None:
        """Read the former side of every file that changed, and of every file whose reading asked for one that did."""
        self.revision = revision
        changes = revision.changes
        touched = {path for path, asked in ledger.depends.items() if asked & changes.paths}
        self.ledger = Ledger(revision.tree)
        for path in sorted((changes.modified | changes.deleted | touched) & revision.tree.entries.keys()):
            if _may_be_read(path):
                self.ledger.take(path, named=False)
        self._subjects: dict[str, list[Subject]] = {}
        for subject in self.ledger.subjects:
            self._subjects.setdefault(subject.at.path, []).append(subject)
        self.former = dict(self._moved(ledger))

    def of(self, subject: Subject) -> tuple[Subject, ...]:
        """Return what a subject was before the change; nothing for what was not touched or not there."""
        path = subject.at.path
        wanted = subject.id.removeprefix(path)
        return tuple(
            before
            for place in (path, *self.former.get(path, ()))
            for before in self._subjects.get(place, ())
            if before.id.removeprefix(place) == wanted
        )

    def statements(self, subject: Subject) -> tuple[Statement, ...]:
        """Return what a subject said of its own sensitivity before the change."""
        return tuple(statement for before in self.of(subject) for statement in before.statements)

    def is_new(self, subject: Subject) -> bool:
        """Say whether the change adds a subject."""
        path, changes = subject.at.path, self.revision.changes
        touched = path in changes.paths or path in self.ledger.read
        return touched and not self.of(subject) and not (path in changes.added and path in self.former)

    def _moved(self, ledger: Ledger) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Yield every added file that was read, with the deleted files that it was."""
        changes = self.revision.changes
        gone = sorted(path for path in changes.deleted if path in self.ledger.read)
        added = sorted(path for path in changes.added if path in ledger.read)
        if not gone or not added or len(gone) * len(added) > MOST_PAIRS:
            return
        names = {path: _names(self._subjects.get(path, ()), path) for path in gone}
        lines = {path: _lines(self.ledger.read[path].data) for path in gone}
        now: dict[str, list[Subject]] = {}
        for subject in ledger.subjects:
            now.setdefault(subject.at.path, []).append(subject)
        for path in added:
            own, text = _names(now.get(path, ()), path), _lines(ledger.read[path].data)
            were = tuple(old for old in gone if own & names[old] or _alike(text, lines[old]))
            if were:
                yield path, were


def _may_be_read(path: str) -> bool:
    name = path.rpartition("/")[2]
    return any(matches(name) for matches in READERS.values())


def _names(subjects: Iterable[Subject], path: str) -> set[str]:
    """Return the names under which a file's workloads are known wherever the file stands."""
    return {subject.id.removeprefix(path) for subject in subjects if isinstance(subject, Workload)}


def _lines(data: bytes) -> frozenset[bytes]:
    return frozenset(line.strip() for line in data.splitlines()) - {b""}


def _alike(one: frozenset[bytes], other: frozenset[bytes]) -> bool:
    smaller = min(len(one), len(other))
    return smaller > 0 and len(one & other) >= SAME * smaller
