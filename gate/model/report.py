"""Everything one run found out, in the shape that reporters render."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.agreement import Agreement
    from gate.model.cadence import Cadence
    from gate.model.coverage import Coverage
    from gate.model.location import Location
    from gate.model.policy import Grant, Threshold
    from gate.model.rule import Finding
    from gate.model.score import Dimension, Projection, Score
    from gate.model.sensitivity import Sensitivity
    from gate.model.source import Source
    from gate.model.suggestion import Suggestion

    Verdict = Literal["pass", "warn", "fail", "undecided"]
    SubjectKind = Literal["workload", "image", "template"]
    ExceptionState = Literal["used", "unused", "shadowed", "refused", "expired", "not-yet"]


class FactLine(Record):
    """One fact that holds, or may hold, as the report shows it."""

    id: str
    answer: str
    text: str
    at: Location


class BoundaryLine(Record):
    """The boundary of a workload; levels are numbers from 0 to 7."""

    worst: int
    best: int
    grade: str
    kind: str
    modifiers: tuple[str, ...]
    at: Location
    facts: tuple[FactLine, ...]


class Because(Record):
    """One requirement rule that fired, or that may fire, with its source."""

    rule: str
    level: str
    text: str
    source: str
    certain: bool


class Requirement(Record):
    """What the policy asks of one subject.

    `lo` and `hi` are the least and the most that can be required given what is known, in levels; they differ when
    something undeclared decides, and `settle` then names the line that would decide it. `needs` are further demands
    that the boundary's modifiers or facts must meet, `dedicated` the level that is enough on a dedicated placement.
    """

    lo: int
    hi: int
    dedicated: int | None
    needs: tuple[str, ...]
    because: tuple[Because, ...]
    settle: str
    allows: int | None = None


class Reason(Record):
    """One clause of a verdict: what decided it, and where.

    A `veto` is a requirement of the boundary itself: no score outweighs it and no baseline hides it. `rule` is the rule
    that the policy requires, or the score, of every other clause. `known` says that the baseline holds it. `coming` is
    the day from which it counts, where that is yet to come.
    """

    verdict: Verdict
    text: str
    at: Location
    veto: bool = False
    rule: str = ""
    known: bool = False
    coming: str = ""

    def repeats(self, finding: Finding) -> bool:
        """Whether this is the clause of a rule that the policy requires, and says what the finding says."""
        return (self.rule, self.at) == (finding.rule, finding.at) and self.text.endswith(finding.message)


class ScoreLine(Record):
    """A score beside its threshold; `asked` is false where this stage's evidence cannot know.

    `projection` says when it falls below the threshold, where nothing keeps that from happening.
    """

    score: Score | None
    threshold: Threshold | None
    asked: bool
    projection: Projection | None = None


class PodSecurityLine(Record):
    """The Pod Security Standards level of a Kubernetes workload at a version, exact unless `best` differs."""

    version: str
    level: str
    best: str


class EscapeLine(Record):
    """A way out of a container, what decided it and where; a bug is not judged where no version is declared."""

    id: str
    title: str
    state: Literal["open", "closed", "undecided", "not judged"]
    component: str
    text: str
    at: Location


class Escapes(Record):
    """The ways out: ids of those that are open or undecided, how many are closed, and the whole table."""

    open: tuple[str, ...]
    closed: int
    undecided: tuple[str, ...]
    table: tuple[EscapeLine, ...] = ()


class SubjectReport(Record):
    """One judged subject.

    `cadence` says what keeps it up to date, where it is sensitive enough to be asked, and `scans` what scanners tell
    together of an image that was scanned.
    """

    id: str
    kind: SubjectKind
    platform: str
    name: str
    at: Location
    sensitivity: Sensitivity
    boundary: BoundaryLine | None
    required: Requirement
    pod_security: PodSecurityLine | None
    escapes: Escapes | None
    scores: dict[Dimension, ScoreLine]
    verdict: Verdict
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]
    suggestions: tuple[Suggestion, ...]
    cadence: tuple[Cadence, ...] = ()
    scans: Agreement | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether all that the verdict rests on is known."""
        known = [reason.known for reason in self.reasons]
        known += (finding.known for finding in self.findings if finding.blocks)
        return self.verdict == "warn" and bool(known) and all(known)

    def is_repeated(self, reason: Reason) -> bool:
        """Whether a finding that blocks says what a reason says."""
        return not reason.coming and any(one.blocks and reason.repeats(one) for one in self.findings)

    def known_like(self, finding: Finding) -> int:
        """Count the known findings that say what one says that is not known."""
        said = finding.rule, finding.message
        return 0 if finding.known else sum(one.known and (one.rule, one.message) == said for one in self.findings)


class ExceptionLine(Record):
    """An exception of the declaration, and what became of it: `refused` permits nothing to anybody."""

    grant: Grant
    state: ExceptionState
    subjects: tuple[str, ...]


class Change(Record):
    """What a change would alter of what it is judged by, as a clause whose subject is the change."""

    text: str
    at: Location
    weakens: bool


class Trusted(Record):
    """The commit that policy, declaration and exceptions came from, and what the change proposes about them."""

    name: str
    commit: str
    changes: tuple[Change, ...]


class BaselineLine(Record):
    """What was known to a baseline that was `written` on a day, empty where there was none before this change.

    `used` counts the findings and scores that it knows, `stale` the entries that speak of what is there no more.
    `added` and `removed` count what a new one knows more and less than the old one, None where none was written.
    """

    path: str
    written: str
    entries: int
    used: int
    stale: int
    added: int | None = None
    removed: int | None = None


class Fetched(Record):
    """An image that was fetched from a registry: its reference in full, and the digest that this led to.

    One that `is_pinned` leads there always; a tag leads where it is moved to.
    """

    reference: str
    digest: str
    is_pinned: bool


class Difference(Record):
    """One thing that a change made worse, or better, as a sentence about a subject, and the place that did it."""

    subject: str
    text: str
    at: Location


class Comparison(Record):
    """What a change made worse and better than it was at a commit, the one where its history left the named one.

    `concessions` say of what less is asked than before, which makes nothing better. `judged` counts the subjects that
    the change may make a difference to; of the others nothing is said. `failing`, `undecided` and `gaps` count what
    failed, was undecided and was not understood before and is no part of the change. `unreadable` says why nothing
    could be judged before, so that everything counts as new; else it is empty.
    """

    name: str
    commit: str
    regressions: tuple[Difference, ...]
    improvements: tuple[Difference, ...]
    judged: int
    failing: int
    undecided: int
    gaps: int
    unreadable: str
    concessions: tuple[Difference, ...] = ()


class TablesLine(Record):
    """The tables that a run was given: their day, and the SHA-256 of each by its name.

    `origin` is the name of the file that they are from, empty for those that ship with the gate. `notes` are clauses
    about them.
    """

    date: str
    origin: str
    digests: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


class Report(Record):
    """One run. `findings` are those about no single subject (the declaration, the policy, coverage).

    `inputs` are all files that were read; they are summed up by the formats that show their digests.
    """

    version: str
    now: str
    tables: TablesLine
    stage: str
    policy: str
    policy_digest: str
    verdict: Verdict
    status: int
    subjects: tuple[SubjectReport, ...]
    findings: tuple[Finding, ...]
    exceptions: tuple[ExceptionLine, ...]
    coverage: Coverage
    inputs: tuple[Source, ...]
    trusted: Trusted | None = None
    baseline: BaselineLine | None = None
    against: Comparison | None = None
    fetched: tuple[Fetched, ...] = ()
