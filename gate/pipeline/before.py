"""What the files that a change touches held before it, and which of them only moved."""

from __future__ import annotations

from gate.model.subject import Workload
from gate.pipeline.reading import Ledger
from gate.readers import READERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.reader import Subject
    from gate.model.sensitivity import Statement
    from gate.pipeline.revisions import Revision

#: Share of the lines of the smaller of two files that both have, from which on one is taken for the other, moved.
SAME = 0.5

#: Pairs of files whose lines are compared before moves are no longer looked for: a change that large is a new tree.
MOST_PAIRS = 20_000


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
