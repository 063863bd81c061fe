"""What of a run may be known to a baseline, and for how long an entry speaks of it.

An entry counts only while the subject is held to no more than on the day that it was written. A requirement of the
boundary is never known, nor what it rests on.
"""

from __future__ import annotations

from gate.model.baseline import Entry, LowScore
from gate.model.fingerprint import fingerprint, of_deductions, of_score
from gate.model.image import Image
from gate.model.record import Record, replace
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import CLASSES, PLACEMENTS, Sensitivity
from gate.policy.statements import DEMANDING_ROLE, ORDERS
from gate.rules import asking
from gate.verdict import WEAK_BOUNDARY, keeping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.model.baseline import Known
    from gate.model.location import Location
    from gate.model.policy import Policy
    from gate.model.reader import Subject
    from gate.model.report import SubjectReport
    from gate.model.score import Dimension

#: A baseline's words for what came of a rule, and of a score.
OUTCOMES: dict[str, Known] = {"failed": "failed", "fail": "failed", "undecided": "undecided"}

#: Rules whose doubts become certain by the passing of days alone.
DATED = frozenset({"AGE001", "AGE009", "PKG009", "PKG011"})

#: What takes everything off a score that nothing tells.
UNKNOWN_SCORE = ("unknown:00000000",)


class Judged(Record):
    """A subject's report, and the policy that judged it; `built` says that it is a built image."""

    report: SubjectReport
    policy: Policy
    built: bool

    @property
    def path(self) -> str:
        """The file that the subject's id names."""
        path = self.report.at.path
        return path if self.report.id.startswith(path) else self.report.id.partition("#")[0]

    @property
    def vetoed(self) -> bool:
        """Whether a requirement of the boundary decides the verdict."""
        decides = self.report.verdict in ("fail", "undecided")
        return decides and any(reason.veto and reason.verdict in OUTCOMES for reason in self.report.reasons)


def each(subjects: Iterable[tuple[Subject, Policy]], reports: Iterable[SubjectReport]) -> list[Judged]:
    """Put the reports beside the subjects that they are about."""
    return [
        Judged(report, policy, isinstance(subject, Image) and not subject.stages)
        for (subject, policy), report in zip(subjects, reports, strict=True)
    ]


class Found(Record):
    """One finding, or one score that is too low, as an entry would have it.

    `subject` and `index` say where it stands: in which report, and there among the findings or, for a score, among the
    reasons. `hideable` is false of what a requirement of the boundary rests on.
    """

    subject: int
    index: int
    entry: Entry
    hideable: bool


def found(judged: Sequence[Judged]) -> list[Found]:
    """List what may be known, in the order of the documents."""
    listed = [
        one for number, subject in enumerate(judged) for one in (*_findings(number, subject), *_scores(number, subject))
    ]
    return sorted(listed, key=lambda one: (one.entry.at.path, one.entry.at.start))


def _findings(number: int, subject: Judged) -> Iterator[Found]:
    resting = _resting(subject)
    for index, finding in enumerate(subject.report.findings):
        if finding.outcome in OUTCOMES and finding.rule != WEAK_BOUNDARY:
            entry = _entry(subject, finding.rule, finding.outcome, fingerprint(finding, subject.path), finding.at)
            required = finding.rule in subject.policy.require
            hideable = not finding.blocks or not (finding.rule in resting if required else subject.vetoed)
            yield Found(number, index, replace(entry, required=required), hideable)


def _resting(subject: Judged) -> frozenset[str]:
    """Return the rules whose facts keep a workload below the level that its boundary has to have."""
    boundary = subject.report.boundary
    if boundary is None or not subject.vetoed:
        return frozenset()
    kept = keeping(boundary, subject.report.required)
    return frozenset(rule for rule, entry in asking("workload").items() if kept & {*entry.facts})


def _scores(number: int, subject: Judged) -> Iterator[Found]:
    for index, reason in enumerate(subject.report.reasons):
        if reason.rule in DIMENSIONS and reason.verdict in OUTCOMES:
            dimension: Dimension = reason.rule
            mark = of_score(dimension, subject.report.id, subject.path)
            entry = _entry(subject, dimension, reason.verdict, mark, reason.at)
            yield Found(number, index, replace(entry, score=_low(subject.report, dimension)), hideable=True)


def _entry(subject: Judged, rule: str, outcome: str, mark: str, at: Location) -> Entry:
    sensitivity = judged_by(subject.report.sensitivity, subject.policy)
    path, name = _spelled(subject.path), _spelled(subject.report.id)
    return Entry(
        path,
        name,
        rule,
        OUTCOMES[outcome],
        mark,
        1,
        sensitivity,
        required=False,
        built=subject.built,
        score=None,
        at=at,
    )


def _spelled(text: str) -> str:
    """Return a name as the baseline can hold it: what is no Unicode is replaced."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _low(report: SubjectReport, dimension: Dimension) -> LowScore:
    line = report.scores[dimension]
    minimum = line.threshold.minimum if line.threshold is not None else 0
    if line.score is None:
        return LowScore(minimum, 0, UNKNOWN_SCORE)
    return LowScore(minimum, line.score.lo, of_deductions(line.score.deductions))


def judged_by(sensitivity: Sensitivity, policy: Policy) -> Sensitivity:
    """Return what a subject is judged by, without the statements: the policy's class where nobody declared one."""
    axes = {axis: sensitivity.axes[axis] for axis in ORDERS if axis in sensitivity.axes}
    if not sensitivity.declared and policy.undeclared in CLASSES:
        axes["class"] = policy.undeclared
    declared = bool(axes or sensitivity.regulated)
    return replace(sensitivity, axes=axes, declared=declared, statements=(), unlabelled=())


def is_stricter(now: Sensitivity, then: Sensitivity) -> bool:
    """Say whether anything that a subject is judged by demands more than it did."""
    if now.declared and not then.declared:
        return True
    more = any(_demand(now, axis) > _demand(then, axis) for axis in now.axes)
    regimes = not set(now.regulated) <= set(then.regulated)
    # Company that nobody declared is taken for the worst.
    company = PLACEMENTS.index(now.placement or PLACEMENTS[-1]) > PLACEMENTS.index(then.placement or PLACEMENTS[-1])
    role = now.role != then.role and (now.role == DEMANDING_ROLE or then.role not in ("", DEMANDING_ROLE))
    return more or regimes or company or role


def _demand(sensitivity: Sensitivity, axis: str) -> int:
    """Return how much an axis demands; what nobody stated demands as little as the first word, a class even less."""
    if axis in sensitivity.axes:
        return ORDERS[axis].index(sensitivity.axes[axis])
    return -1 if axis == "class" else 0


def covers(entry: Entry, one: Entry) -> bool:
    """Say whether an entry still speaks of a finding with its fingerprint, or of a score."""
    if entry.built is not one.built or (one.required and not entry.required):
        return False
    if is_stricter(one.sensitivity, entry.sensitivity):
        return False
    if entry.score is None or one.score is None:
        return entry.outcome == "failed" or one.outcome == "undecided" or one.rule in DATED
    return one.score.threshold <= entry.score.threshold and _is_no_worse(one.score, entry.score)


def _is_no_worse(now: LowScore, then: LowScore) -> bool:
    """Say whether nothing takes points that did not before; of other words for the same, the score has to be better."""
    if set(now.deductions) <= set(then.deductions):
        return True
    kinds = [{one.partition(":")[0] for one in score.deductions} for score in (now, then)]
    return kinds[0] <= kinds[1] and now.worst > then.worst
