"""Says in one sentence each what a change made worse or better about a subject, and what did it."""

from __future__ import annotations

from gate.model.report import Difference
from gate.model.score import DIMENSIONS
from gate.pipeline.against_worse import OUTCOMES, fell, is_level
from gate.verdict import ORDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model.location import Location
    from gate.model.report import Because, ScoreLine, SubjectReport
    from gate.model.rule import Finding
    from gate.model.score import Dimension, Score
    from gate.model.sensitivity import Sensitivity
    from gate.pipeline.against_pairs import Pair
    from gate.pipeline.against_worse import Worse

#: How far down a fact of a weight can hold the level: the first one decides.
WEIGHTS = {"grant": 0, "weakener": 1, "hardening": 2}

#: What is told of by a note, and the safeguard that the level lacks with it.
LACKING = {"A.seccomp_unconfirmed": "H.seccomp_explicit"}

#: Things that one sentence names before it counts the rest.
FEW = 2

#: What stands between a workload and its host, as a sentence names it.
BOUNDARIES = {
    "gvisor": "gVisor",
    "hyperv": "Hyper-V",
    "kata": "Kata",
    "microvm": "a micro-VM",
    "peer-vm": "a peer VM",
    "unknown": "a runtime that is not known",
    "vm": "a VM",
}


def regressions(pair: Pair, found: Worse, touched: frozenset[str]) -> Iterator[Difference]:
    """Yield a sentence for everything that is worse about a subject, but for findings that change no verdict.

    `touched` are the files of the change: a place in one of them comes before others.
    """
    was, now = pair.was, pair.now
    assert now is not None
    if was is None:
        yield from _new(now, found)
        return
    told = found.level or found.required
    if found.level:
        yield _level(was, now, found.findings, touched)
    if found.required:
        yield _required(was, now)
    for dimension in found.scores:
        # A level that is too low has said what a fitness that is too low would say again.
        if not (told and dimension == "isolation_fitness"):
            told = True
            yield _score(was, now, dimension)
    if not told and found.reasons:
        became = ORDER.index(now.verdict) > ORDER.index(was.verdict)
        yield _told(now, found, f"{was.verdict} to {now.verdict}, " if became else "")
    for grant in found.grants:
        what = grant.rule or grant.vulnerability
        yield Difference(now.id, f"{now.name}: newly excepted from {what} until {grant.expires}", grant.at)


def improvements(pair: Pair, found: Worse | None) -> Iterator[Difference]:
    """Yield a sentence where a subject is better and nothing about it is worse; to be asked for less is not better."""
    was, now = pair.was, pair.now
    if was is None:
        return
    if now is None:
        if was.verdict == "fail":
            yield Difference(was.id, f"{was.name}: removed, and failed before", was.at)
        return
    if found is not None and found.is_told:
        return
    if fell(now, was) and now.boundary is not None:
        gone = [one for one in was.findings if _said(one) not in {_said(other) for other in now.findings}]
        is_other = now.boundary.kind not in ("none", was.boundary.kind if was.boundary else "none")
        cause = _boundary(was, now) if is_other else _named(gone, "removed")
        yield Difference(now.id, f"{now.name}: {_levels(was)} to {_levels(now)}{cause}", now.boundary.at)
    elif ORDER.index(now.verdict) < ORDER.index(was.verdict) and now.verdict != "undecided" and not _eased(was, now):
        low = {one.rule for one in was.reasons} - {one.rule for one in now.reasons}
        scores = [_score(was, now, one) for one in DIMENSIONS if one in low and _is_known(now.scores.get(one))]
        yield from scores or [Difference(now.id, f"{now.name}: {was.verdict} to {now.verdict}", now.at)]


def concessions(pair: Pair) -> Iterator[Difference]:
    """Yield a sentence where less is asked of a subject than before."""
    was, now = pair.was, pair.now
    if was is None or now is None or not _eased(was, now):
        return
    if now.required.lo < was.required.lo or now.required.hi < was.required.hi:
        yield _required(was, now)
        return
    for dimension, least, before in _thresholds(was, now):
        if least < before:
            text = f"{now.name}: {dimension.replace('_', ' ')} of {least} is required instead of {before}"
            change = (
                f", {_became(was.sensitivity, now.sensitivity)}" if was.sensitivity.cls != now.sensitivity.cls else ""
            )
            yield Difference(now.id, f"{text}{change}", _said_anew(was, now) or now.at)
            return


def _eased(was: SubjectReport, now: SubjectReport) -> bool:
    """Say whether a level or a score is required that is less than before."""
    lower = now.required.lo < was.required.lo or now.required.hi < was.required.hi
    return lower or any(least < before for _dimension, least, before in _thresholds(was, now))


def _thresholds(was: SubjectReport, now: SubjectReport) -> Iterator[tuple[Dimension, int, int]]:
    """Yield what is required of every score that both sides are asked for, now and before."""
    for dimension in DIMENSIONS:
        least, before = (_least(side.scores.get(dimension)) for side in (now, was))
        if least is not None and before is not None:
            yield dimension, least, before


def _least(line: ScoreLine | None) -> int | None:
    return line.threshold.minimum if line is not None and line.asked and line.threshold is not None else None


def _is_known(line: ScoreLine | None) -> bool:
    return line is not None and line.score is not None and line.threshold is not None


def _new(now: SubjectReport, found: Worse) -> Iterator[Difference]:
    """Yield a sentence about a subject that was not there, if it does not pass."""
    if found.verdict in ("fail", "undecided") and found.reasons:
        yield _told(now, found, "new, and fails: " if found.verdict == "fail" else "new, and undecided: ")


def _told(now: SubjectReport, found: Worse, what: str) -> Difference:
    """Repeat the clause that decides."""
    reason = next((one for one in found.reasons if one.verdict == found.verdict), found.reasons[0])
    return Difference(now.id, f"{now.name}: {what}{reason.text.removeprefix(f'{now.name} ')}", reason.at)


def _level(was: SubjectReport, now: SubjectReport, new: Sequence[Finding], touched: frozenset[str]) -> Difference:
    """Say how far the level fell, and name what is new that holds it furthest down."""
    assert was.boundary is not None
    assert now.boundary is not None
    changed, deciding = f"{now.name}: {_levels(was)} to {_levels(now)}", _deciding(new)
    if was.boundary.kind not in ("none", now.boundary.kind):
        return Difference(now.id, f"{changed}{_boundary(was, now)}", now.boundary.at)
    if not deciding:
        clause = next((one.at for one in now.reasons if is_level(one, now)), now.boundary.at)
        return Difference(now.id, changed, clause)
    words = "added" if any(one.outcome == "failed" for one in deciding) else "no longer ruled out"
    places = [at for one in deciding for at in (one.at, *one.related)]
    at = next((at for at in places if at.path in touched), places[0])
    return Difference(now.id, f"{changed}{_named(deciding, words)}", at)


def _required(was: SubjectReport, now: SubjectReport) -> Difference:
    """Say what is required now instead of before, and who says so."""
    old, new = was.sensitivity, now.sensitivity
    said = [one for one in new.statements if one.value != old.axes.get(one.axis, "")]
    less, more = (_interval(one.required.lo, one.required.hi) for one in (was, now))
    text = f"{now.name}: needs {more} instead of {less} and has {_levels(now)}"
    if old.cls != new.cls:
        text = f"{text}, {_became(old, new)}"
    elif said:
        text = f"{text}, {said[0].axis} is {said[0].value}"
    else:
        rules = [one.rule for one in now.required.because if not _knows(was, one)]
        text = f"{text}, {' and '.join(rules[:FEW])} of the policy" if rules else text
    return Difference(now.id, text, said[0].at if said else now.at)


def _became(old: Sensitivity, new: Sensitivity) -> str:
    """Say how the class changed, where it did."""
    change = f"{old.cls} became {new.cls}" if old.cls and new.cls else f"is {new.cls or f'no longer {old.cls}'}"
    return f"class {change}"


def _said_anew(was: SubjectReport, now: SubjectReport) -> Location | None:
    """Return the first place where something is said of the subject that was not."""
    old = was.sensitivity.axes
    return next((one.at for one in now.sensitivity.statements if one.value != old.get(one.axis, "")), None)


def _knows(was: SubjectReport, because: Because) -> bool:
    return any((one.rule, one.level) == (because.rule, because.level) for one in was.required.because)


def _score(was: SubjectReport, now: SubjectReport, dimension: Dimension) -> Difference:
    name, line, before = dimension.replace("_", " "), now.scores[dimension], was.scores.get(dimension)
    assert line.threshold is not None
    old = (
        _interval(before.score.lo, before.score.hi, "")
        if before is not None and before.score is not None
        else "unknown"
    )
    new = _interval(line.score.lo, line.score.hi, "") if line.score is not None else "unknown"
    changed = f"{old} to {new}" if old != new else f"is {new}"
    place = next((one.at for one in now.reasons if one.rule == dimension), now.at)
    return Difference(now.id, f"{now.name}: {name} {changed}, {line.threshold.minimum} is required", place)


def _boundary(was: SubjectReport, now: SubjectReport) -> str:
    """Name the boundary that came or went; nothing where there is the same as before."""
    old, new = (one.boundary.kind if one.boundary is not None else "none" for one in (was, now))
    if old == new:
        return ""
    if new == "none":
        return f", {_kind(old)} removed"
    return f", {_kind(new)} added" if old == "none" else f", {_kind(new)} instead of {_kind(old)}"


def _kind(kind: str) -> str:
    return BOUNDARIES.get(kind, kind)


def _deciding(findings: Sequence[Finding]) -> list[Finding]:
    """Return those of the findings whose facts hold the level furthest down: what has failed before what only may."""
    ranks = [(rank, -OUTCOMES[one.outcome]) for one in findings if (rank := _rank(one)) is not None]
    return [one for one in findings if (_rank(one), -OUTCOMES.get(one.outcome, 0)) == min(ranks, default=None)]


def _rank(finding: Finding) -> int | None:
    from gate.boundary.facts import FACTS
    from gate.rules import asking

    entry = asking("workload").get(finding.rule) if finding.outcome in OUTCOMES else None
    facts = [FACTS[LACKING.get(fact, fact)] for fact in entry.facts] if entry else []
    ranks = [WEIGHTS[fact.weight] for fact in facts if fact.weight in WEIGHTS]
    return min(ranks, default=None)


def _named(findings: Sequence[Finding], what: str) -> str:
    """Name what those of the findings are about that decide, each once."""
    names = list(dict.fromkeys(one.name.replace("-", " ") for one in _deciding(findings)))
    if not names:
        return ""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f", {' and '.join(names[:FEW]) if not more else ', '.join(names[:FEW])}{more} {what}"


def _said(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.message


def _levels(report: SubjectReport) -> str:
    assert report.boundary is not None
    return _interval(report.boundary.worst, report.boundary.best)


def _points(score: Score | None) -> str:
    return _interval(score.lo, score.hi, "") if score is not None else "unknown"


def _interval(lo: int, hi: int, mark: str = "L") -> str:
    return f"{mark}{lo}" if lo == hi else f"{mark}{lo}..{mark}{hi}"
