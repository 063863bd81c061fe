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
from gate.pipeline.before import Before
from gate.pipeline.revisions import Revision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.coverage import Skipped
    from gate.model.reader import Subject
    from gate.model.report import Change
    from gate.model.rule import Finding
    from gate.pipeline.baseline import Known
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.files import Files
    from gate.pipeline.linked import Linked
    from gate.pipeline.options import Options
    from gate.pipeline.reading import Ledger
    from gate.pipeline.trees import Tree


#: Added files that one finding names.
SHOWN = 5


class Proposed(Record):
    """What came of reading the change's own declarations.

    `still` are the names of workloads that it leaves declared, None where its declarations cannot be read; then `gaps`
    says why. `new` are the workloads that it adds and that nobody declared, `unseen` the files that it adds where none
    is judged.
    """

    trusted: Trusted
    still: frozenset[str] | None
    gaps: tuple[NotUnderstood, ...]
    new: tuple[Subject, ...]
    unseen: tuple[Skipped, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for everything the change would weaken, and for every new workload that nobody declared."""
        from gate.pipeline.remarks import about

        for change in self.trusted.changes:
            if change.weakens:
                yield about("DCL007", f"this change {change.text}; that does not count here", change.at)
        for subject in self.new:
            yield about("DCL008", f"this change adds {subject.name}, which nobody declared", subject.at, subject.id)
        for reason in dict.fromkeys(one.reason for one in self.unseen):
            added = [one.at for one in self.unseen if one.reason == reason]
            more = f" and {len(added) - SHOWN} more" if len(added) > SHOWN else ""
            names = ", ".join(at.path for at in added[:SHOWN])
            yield about("DCL013", f"this change adds {names}{more}, and what it adds there {reason}", added[0])


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

    def before(self, ledger: Ledger, options: Options, declarations: Declarations) -> Before:
        """Return what the change has touched, as it was, rendered where the change is."""
        self._before = Before(self._revision, ledger, (options, declarations) if options.render else None)
        return self._before

    def proposed(self, linked: Linked, now: Declarations, known: Known | None, options: Options) -> Proposed:
        """Compare the change's own declarations, and its baseline, with those that count."""
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
            changes = (*changes, *(known.proposed(self._working, options) if known is not None else ()))
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
        unseen = tuple(self._before.unseen(now))
        return Proposed(Trusted(self._revision.name, self._revision.commit, changes), still, gaps, new, unseen)
