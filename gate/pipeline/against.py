"""A run against a reference: what a change made worse or better since its history left another, and nothing else.

Both sides are judged where the change may make a difference; `gate.pipeline.against_scope` says where that is, and when
it is everywhere. What failed before and is no worse fails nothing here, and is counted.
"""

from __future__ import annotations

from collections import Counter

from gate import __version__
from gate.model.coverage import Coverage
from gate.model.errors import UsageError
from gate.model.record import replace
from gate.model.report import Comparison, Report
from gate.pipeline.against_delta import Comparing
from gate.pipeline.against_pairs import pairs
from gate.pipeline.against_remarks import remarks
from gate.pipeline.against_sides import Sides
from gate.pipeline.against_words import concessions, improvements, regressions
from gate.pipeline.against_worse import worse
from gate.pipeline.moves import Moves
from gate.pipeline.suppressions import suppressions
from gate.verdict import blocks_when_undecided, gravest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.model.coverage import NotUnderstood, Suppression
    from gate.model.policy import Grant
    from gate.model.report import ExceptionLine, SubjectReport, Verdict
    from gate.model.rule import Finding
    from gate.model.source import Source
    from gate.pipeline.against_delta import Delta
    from gate.pipeline.against_pairs import Pair
    from gate.pipeline.against_worse import Worse
    from gate.pipeline.options import Options


class Against:
    """One run against a reference."""

    __slots__ = ("_comparing", "_sides")

    def __init__(self, options: Options) -> None:
        """Read both sides as far as they matter; raise UsageError for a reference that cannot be compared with."""
        if options.write_baseline:
            remedy = "write it in a run of its own: here only what changed is judged"
            raise UsageError("--against and --write-baseline do not go together", remedy=remedy)
        if "-" in options.paths:
            raise UsageError(
                "standard input has no former side", remedy="name files or folders to compare with --against"
            )
        self._sides = Sides(options)
        self._comparing = Comparing(self._sides)

    def report(self) -> Report:
        """Judge both sides, and sum up what is worse and what is better."""
        try:
            return self._report()
        finally:
            self._sides.close()

    def _report(self) -> Report:
        comparing, now = self._comparing, self._comparing.now
        delta = comparing.delta()
        moves = Moves(self._sides.touched, comparing.was.part, now.part) if comparing.has_both else None
        all_pairs = pairs(delta.was, delta.now, moves)
        found = [(pair, _new(worse(pair)) if pair.now is not None else None) for pair in all_pairs]
        gaps = tuple(_new_gaps(delta, moves.former if moves is not None else {}))
        findings = remarks(comparing)
        shown = [_shown(one.now, what, is_new=one.was is None) for one, what in found if one.now and what]
        new = tuple(subject for subject in shown if subject is not None)
        verdict = _verdict(new, findings, gaps)
        policies = now.policies()
        return Report(
            __version__,
            now.options.now,
            now.tables.line(now.options.now),
            now.stage,
            "+".join(dict.fromkeys(policy.name for policy in policies)),
            "+".join(dict.fromkeys(policy.digest for policy in policies)),
            verdict,
            self._status(new, findings, gaps),
            new,
            findings,
            tuple(self._exceptions(found)),
            self._coverage(delta, gaps),
            now.inputs(),
            now.proposed.trusted if now.proposed else None,
            now.known.line if now.known else None,
            against=self._comparison(delta, found, gaps),
        )

    def _status(
        self, subjects: tuple[SubjectReport, ...], findings: tuple[Finding, ...], gaps: tuple[NotUnderstood, ...]
    ) -> int:
        """Only a change that makes nothing fail, and leaves nothing open that must not be, is 0."""
        if any(one.verdict == "fail" for one in subjects) or any(finding.blocks for finding in findings):
            return 1
        policy_of = self._comparing.now.declarations.policy_of
        undecided = (one for one in subjects if one.verdict == "undecided")
        blocked = any(blocks_when_undecided(one.sensitivity, policy_of(one.at.path)) for one in undecided)
        return 3 if blocked or gaps else 0

    def _comparison(
        self, delta: Delta, found: list[tuple[Pair, Worse | None]], gaps: tuple[NotUnderstood, ...]
    ) -> Comparison:
        """Say in sentences what is worse and what is better, and count what is as bad as before."""
        as_before = [one.now.verdict for one, what in found if one.now and what and what.verdict != one.now.verdict]
        error = delta.unreadable
        place = f"{error.at}: " if error is not None and error.at is not None else ""
        return Comparison(
            self._sides.revision.name,
            self._sides.revision.commit,
            tuple(
                one
                for pair, what in found
                if what is not None
                for one in regressions(pair, what, self._sides.touched.paths)
            ),
            tuple(one for pair, what in found for one in improvements(pair, what)),
            len(found),
            as_before.count("fail"),
            as_before.count("undecided"),
            len(delta.gaps_now) - len(gaps),
            f"{place}{error.cause}" if error is not None else "",
            tuple(one for pair, _what in found for one in concessions(pair)),
        )

    def _exceptions(self, found: list[tuple[Pair, Worse | None]]) -> Iterator[ExceptionLine]:
        """Yield the exceptions that permit what they did not permit before, with the subjects where they do."""
        using: dict[Grant, list[str]] = {}
        for pair, what in found:
            for grant in what.grants if what is not None and pair.now is not None else ():
                using.setdefault(grant, []).append(pair.now.id)  # type: ignore[union-attr]
        for line in self._comparing.now.exceptions.lines():
            if line.grant in using:
                yield replace(line, subjects=tuple(using[line.grant]))

    def _coverage(self, delta: Delta, gaps: tuple[NotUnderstood, ...]) -> Coverage:
        """Count what was looked at after the change; of what is skipped in any case nothing is said."""
        ledger = self._comparing.now.ledger
        inputs = self._comparing.now.inputs()
        marks = tuple(_new_marks(self._comparing.was.inputs() if self._comparing.has_both else (), inputs))
        return Coverage(len(inputs), len(ledger.read), len(delta.now), (), gaps, marks)


def _new(what: Worse) -> Worse:
    """Leave out what is worse than before and known to the baseline."""
    known = {reason.rule for reason in what.reasons if reason.known}
    return replace(
        what,
        scores=tuple(one for one in what.scores if one not in known),
        reasons=tuple(one for one in what.reasons if not one.known),
        findings=tuple(one for one in what.findings if not one.known),
    )


def _shown(report: SubjectReport, what: Worse, *, is_new: bool) -> SubjectReport | None:
    """Return a report with nothing in it but what is new or worse; None where that is nothing."""
    if not what.is_any and not is_new:
        return None
    suggestions = report.suggestions if what.reasons else ()
    return replace(report, verdict=what.verdict, reasons=what.reasons, findings=what.findings, suggestions=suggestions)


def _verdict(
    subjects: tuple[SubjectReport, ...], findings: tuple[Finding, ...], gaps: tuple[NotUnderstood, ...]
) -> Verdict:
    if any(finding.blocks for finding in findings):
        return "fail"
    further: Verdict = "undecided" if gaps else "warn" if findings else "pass"
    return gravest((*(subject.verdict for subject in subjects), further))


def _new_gaps(delta: Delta, former: Mapping[str, tuple[str, ...]]) -> Iterator[NotUnderstood]:
    """Yield what was understood before, or not there; a file is known again where it went to."""
    was = Counter((gap.at.path, gap.reason) for gap in delta.gaps_was)
    for gap in delta.gaps_now:
        places = (gap.at.path, *former.get(gap.at.path, ()))
        known = next(((place, gap.reason) for place in places if was[place, gap.reason] > 0), None)
        if known is None:
            yield gap
        else:
            was[known] -= 1


def _new_marks(was: Iterable[Source], now: Iterable[Source]) -> Iterator[Suppression]:
    """Yield the marks for other tools that stand in lines which were not there before."""
    texts = {source.path: source for source in now}
    old = {source.path: source for source in was}
    lines = Counter(_line(old[one.at.path], one) for one in suppressions(old.values()))
    for one in suppressions(texts.values()):
        line = _line(texts[one.at.path], one)
        lines[line] -= 1
        if lines[line] < 0:
            yield one


def _line(source: Source, mark: Suppression) -> tuple[str, bytes]:
    """Return whose mark it is and the line that it stands in."""
    return mark.tool, source.data.split(b"\n")[mark.at.line - 1].strip()
