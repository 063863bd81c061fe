"""What the files that a change touches held before it, and which of them only moved."""

from __future__ import annotations

from gate.model.coverage import NotUnderstood
from gate.model.errors import InputError
from gate.pipeline.moves import Moves
from gate.pipeline.reading import Ledger
from gate.readers import READERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.coverage import Skipped
    from gate.model.reader import Subject
    from gate.model.sensitivity import Statement
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.options import Options
    from gate.pipeline.revisions import Revision


#: What labels and annotations begin with that state a sensitivity.
STATES = b"boundary-gate.io/"


class Before:
    """What the files that a change touches held before it."""

    __slots__ = ("_subjects", "former", "ledger", "revision")

    def __init__(
        self, revision: Revision, ledger: Ledger, rendered: tuple[Options, Declarations] | None = None
    ) -> None:
        """Read the former side of every file that changed, and of every file whose reading asked for one that did.

        Where the change is rendered, so is that: what cannot be is a gap of the run, as it may have said something.
        """
        self.revision = revision
        changes = revision.changes
        touched = {path for path, asked in ledger.depends.items() if asked & changes.places}
        self.ledger = Ledger(revision.tree)
        there = sorted((changes.modified | changes.deleted | touched) & revision.tree.entries.keys())
        if rendered is not None:
            from gate.pipeline.rendering import render

            render(self.ledger, *rendered, there)
            ledger.not_understood += _lost(self.ledger, revision)
        for path in there:
            if _may_be_read(path):
                self.ledger.take(path, named=False)
        self._subjects: dict[str, list[Subject]] = {}
        for subject in self.ledger.subjects:
            self._subjects.setdefault(subject.at.path, []).append(subject)
        self.former = Moves(changes, self.ledger, ledger).former

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

    def unseen(self, declarations: Declarations) -> Iterator[Skipped]:
        """Yield the files that the change adds and that a declaration keeps from being judged."""
        for path in sorted(self.revision.changes.added):
            excluded = declarations.excluded(path) if _may_be_read(path) else None
            if excluded is not None:
                yield excluded


def _lost(ledger: Ledger, revision: Revision) -> Iterator[NotUnderstood]:
    """Yield a gap for what cannot be rendered as it was, where labels or annotations could have spoken there."""
    for gap, asked in ledger.unmade.items():
        if any(_speaks(revision, path) for path in sorted(asked)):
            yield NotUnderstood(gap.at, f"{gap.reason}, as it was in {revision.name}", gap.remedy)


def _speaks(revision: Revision, path: str) -> bool:
    try:
        source = revision.tree.open(path)
    except InputError:
        return True
    return source is not None and STATES in source.data


def _may_be_read(path: str) -> bool:
    name = path.rpartition("/")[2]
    return any(matches(name) for matches in READERS.values())
