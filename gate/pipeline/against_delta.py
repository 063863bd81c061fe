"""What two sides of a change come to where they may differ: the reports of both on the same subjects."""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.model.record import Record
from gate.model.subject import Workload
from gate.pipeline.against_scope import Scope
from gate.pipeline.against_sides import Half
from gate.pipeline.trees import UnfetchedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.coverage import NotUnderstood
    from gate.model.report import SubjectReport
    from gate.pipeline.against_sides import Sides


class Delta(Record):
    """The part of two full reports in which they may differ; what neither holds is the same in both.

    `was` and `now` are the subjects' reports by id, `gaps_*` what was not understood. `unreadable` says why the former
    side cannot be judged at all: then nothing of it is here, and everything of the other side is.
    """

    was: dict[str, SubjectReport]
    now: dict[str, SubjectReport]
    gaps_was: tuple[NotUnderstood, ...]
    gaps_now: tuple[NotUnderstood, ...]
    unreadable: UsageError | None


class Comparing:
    """The two sides as far as they were read, and which part of them is judged."""

    __slots__ = ("now", "scope", "sides", "unreadable", "was")

    def __init__(self, sides: Sides) -> None:
        """Read both sides until nothing is missing that their reports depend on."""
        self.sides = sides
        self.scope = Scope(sides)
        self.now, self.was = Half(sides, former=False), Half(sides, former=True)
        self.unreadable: UsageError | None = None
        self._read()
        while self.has_both and self.scope.grow(self.was, self.now):
            self._read()
        if self.has_both:
            self._settle()

    @property
    def has_both(self) -> bool:
        """Whether both sides can be judged."""
        return self.unreadable is None

    def delta(self) -> Delta:
        """Judge what may differ."""
        sides = (self.was, self.now) if self.has_both else (self.now,)
        ids = self.scope.ids(*sides)
        now = self.now.reports(ids)
        self.now.policies()  # one that is wrong stops the run, though nothing may be judged by it
        self.now.propose()
        judged = frozenset(self.scope.judged)
        gaps = self.now.gaps(now.values(), judged)
        if self.has_both:
            try:
                was = self.was.reports(ids)
                return Delta(was, now, self.was.gaps(was.values(), judged), gaps, None)
            except UnfetchedError:
                raise
            except UsageError as error:
                self._alone(error)
                return self.delta()
        return Delta({}, now, (), gaps, self.unreadable)

    def _read(self) -> None:
        """Read both sides; one that was wrong before the change leaves the other alone."""
        wanted = self.scope.wanted
        before = self.now.build(wanted)
        if self.has_both:
            try:
                self.was.build(wanted, before)
            except UnfetchedError:
                raise
            except UsageError as error:
                self._alone(error)

    def _alone(self, error: UsageError) -> None:
        """Judge all of the one side that can be judged."""
        self.unreadable = error
        self.scope.everything()
        self._read()

    def _settle(self) -> None:
        """Find the stage that a run over everything would be of, where the files tell it; it may differ."""
        options = self.sides.options
        if options.stage is not None or not (options.images or options.reports) or self.scope.is_everything:
            return
        having = [any(isinstance(one, Workload) for one in half.linked.subjects) for half in (self.was, self.now)]
        if all(having) or self._has_workload():
            self.was.settled = self.now.settled = "deploy"
        elif any(having):
            self.scope.everything()
            self._read()

    def _has_workload(self) -> bool:
        """Say whether a file that is the same on both sides has a workload."""
        unchanged = sorted(self.sides.candidates - self.sides.touched.paths)
        readings = (self.sides.peek(path) for path in unchanged)
        return any(isinstance(one, Workload) for reading in readings if reading for one in reading.subjects)
