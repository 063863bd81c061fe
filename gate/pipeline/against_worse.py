"""What is worse about a subject than it was: its level, what is required, its verdict, findings, scores, exceptions."""

from __future__ import annotations

from gate.model.fingerprint import fingerprint
from gate.model.record import Record, replace
from gate.model.score import DIMENSIONS
from gate.verdict import ORDER, gravest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias, TypeVar

    from gate.model.policy import Grant
    from gate.model.report import Reason, ScoreLine, SubjectReport, Verdict
    from gate.model.rule import Finding
    from gate.model.score import Dimension
    from gate.pipeline.against_pairs import Pair

    T = TypeVar("T")

    #: How grave something is, to be compared with another that says the same.
    Gravity: TypeAlias = tuple[int, ...]

OUTCOMES = {"undecided": 1, "failed": 2}


class Worse(Record):
    """What is worse or new about one subject; everything of one that was not there before.

    `verdict` is what counts of its verdict: what is new of it. `level` says that the boundary's level fell at one of
    its readings, `required` that more is required than before and not met, `scores` which fell below their threshold
    or further below it. `grants` are the exceptions that permit what they did not permit before.
    """

    verdict: Verdict
    level: bool
    required: bool
    scores: tuple[Dimension, ...]
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]
    grants: tuple[Grant, ...]

    @property
    def is_any(self) -> bool:
        """Whether anything is."""
        return bool(self.is_told or self.findings)

    @property
    def is_told(self) -> bool:
        """Whether more is worse than findings that change no verdict."""
        return bool(self.level or self.required or self.scores or self.reasons or self.grants)


def worse(pair: Pair) -> Worse:
    """Compare a subject that is there with what it was."""
    was, now = pair.was, pair.now
    assert now is not None
    if was is None:
        listed = tuple(one for one in now.findings if one.outcome in OUTCOMES)
        return Worse(now.verdict, False, False, (), now.reasons, listed, _grants(now))
    level, required = fell(was, now), _rose(was, now)
    scores = tuple(one for one in DIMENSIONS if _scored_less(was.scores.get(one), now.scores.get(one)))
    findings = _unmatched(
        [(fingerprint(one, was.at.path), _of_finding(one)) for one in was.findings if one.outcome in OUTCOMES],
        [(fingerprint(one, now.at.path), _of_finding(one), one) for one in now.findings if one.outcome in OUTCOMES],
    )
    reasons = _reasons(was, now, level or required, scores)
    became = ORDER.index(now.verdict) > ORDER.index(was.verdict)
    if became and not reasons:
        reasons = now.reasons
    before = {(grant.rule, grant.vulnerability, grant.fingerprint) for grant in _grants(was)}
    grants = tuple(one for one in _grants(now) if (one.rule, one.vulnerability, one.fingerprint) not in before)
    found = Worse(now.verdict, level, required, scores, reasons, findings, grants)
    return found if became else replace(found, verdict=_counted(now.verdict, found))


def fell(was: SubjectReport, now: SubjectReport) -> bool:
    """Say whether the level is lower than before, at the worst or at the best reading."""
    if was.boundary is None or now.boundary is None:
        return False
    return now.boundary.worst < was.boundary.worst or now.boundary.best < was.boundary.best


def _rose(was: SubjectReport, now: SubjectReport) -> bool:
    """Say whether a higher level is required than before, and is not certainly there."""
    if now.boundary is None or now.boundary.worst >= now.required.hi:
        return False
    return now.required.lo > was.required.lo or now.required.hi > was.required.hi


def _scored_less(was: ScoreLine | None, now: ScoreLine | None) -> bool:
    """Say whether a score that counts is below its threshold and was not, or was less so."""
    if now is None or not now.asked or now.threshold is None:
        return False
    minimum = now.threshold.minimum
    if now.score is not None and now.score.lo >= minimum:
        return False
    if was is None or not was.asked or was.threshold is None:
        return True
    if was.score is None or now.score is None:
        return was.score is not None
    if was.score.lo >= was.threshold.minimum:
        return True
    certain = now.score.hi < minimum <= was.score.hi
    return certain or (now.score.lo, now.score.hi) < (was.score.lo, was.score.hi)


def is_level(reason: Reason, report: SubjectReport) -> bool:
    """Say whether a clause is the one that compares the level with what is required."""
    return reason.veto and reason.text.startswith(f"{report.name} has L")


def _reasons(was: SubjectReport, now: SubjectReport, lower: bool, scores: tuple[Dimension, ...]) -> tuple[Reason, ...]:
    """Return the clauses that were not there, or less grave; those about the level and scores where these are worse."""
    before = [(_key(one, was), (ORDER.index(one.verdict),)) for one in was.reasons]
    after = [
        (_key(one, now), (ORDER.index(one.verdict),), one)
        for one in now.reasons
        if not (lower and is_level(one, now)) and one.rule not in scores
    ]
    certain = {id(one) for one in now.reasons if (lower and is_level(one, now)) or one.rule in scores}
    left = {id(one) for one in _unmatched(before, after)}
    return tuple(one for one in now.reasons if id(one) in left or id(one) in certain)


def _key(reason: Reason, report: SubjectReport) -> str:
    """Return by what a clause is known: what it is about, where its words tell of a level or a score."""
    if is_level(reason, report):
        return "level"
    if reason.rule in DIMENSIONS:
        return reason.rule
    for finding in report.findings:
        if finding.rule == reason.rule and finding.at == reason.at and reason.text.endswith(finding.message):
            return fingerprint(finding, report.at.path)
    return reason.text.replace(report.at.path, "")


def _of_finding(finding: Finding) -> Gravity:
    return OUTCOMES[finding.outcome], int(finding.blocks)


def _unmatched(was: Iterable[tuple[str, Gravity]], now: Iterable[tuple[str, Gravity, T]]) -> tuple[T, ...]:
    """Return what was not there before, or not as grave: each of the others is accounted for by one that was."""
    had: dict[str, list[Gravity]] = {}
    for key, gravity in was:
        had.setdefault(key, []).append(gravity)
    listed = list(now)
    left = set(range(len(listed)))
    for number in sorted(left, key=lambda number: listed[number][1]):
        key, gravity, _one = listed[number]
        enough = [one for one in had.get(key, ()) if all(a >= b for a, b in zip(one, gravity, strict=True))]
        if enough:
            had[key].remove(min(enough))
            left.remove(number)
    return tuple(listed[number][2] for number in sorted(left))


def _grants(report: SubjectReport) -> tuple[Grant, ...]:
    """Return the exceptions that a subject makes use of."""
    return tuple(dict.fromkeys(grant for finding in report.findings for grant in finding.permitted_by))


def _counted(verdict: Verdict, found: Worse) -> Verdict:
    """Return what counts of a verdict that is no graver than before: what is new of it; no pass where there is none."""
    new = gravest(reason.verdict for reason in found.reasons)
    counted = min(verdict, new, key=ORDER.index)
    if counted == "pass" and (verdict != "pass" or found.is_told):
        return "warn"
    return counted
