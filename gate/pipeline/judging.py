"""Judges one subject: facts, level, requirement, rules, scores, verdict."""

from __future__ import annotations

from gate.judge import judge_facts, judge_truths
from gate.model.image import Image
from gate.model.record import Record, replace
from gate.model.report import (
    BoundaryLine,
    EscapeLine,
    Escapes,
    FactLine,
    PodSecurityLine,
    Requirement,
    ScoreLine,
    SubjectReport,
)
from gate.model.subject import Workload
from gate.pipeline.exceptions import permitted
from gate.rules import asking
from gate.verdict import WEAK_BOUNDARY, blocking, demanded, gravest, isolation, scores, settled, thresholds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.boundary.escape import Decision
    from gate.boundary.fact import Answer
    from gate.boundary.facts import Facts
    from gate.boundary.level import Boundary
    from gate.model.agreement import Agreement
    from gate.model.lifecycle import Tables
    from gate.model.policy import Grant, Policy, Stage
    from gate.model.profile import PlatformProfile
    from gate.model.reader import Subject
    from gate.model.report import SubjectKind
    from gate.model.rule import Finding
    from gate.model.score import Dimension, Score
    from gate.model.sensitivity import Sensitivity
    from gate.model.template import Template

#: The rule about a boundary that is only named.
ASSERTED_BOUNDARY = "ISO049"

#: The rule about bugs of what is declared to run a workload.
KNOWN_ESCAPE = "ISO093"

#: The rules about what nothing keeps up to date.
UNATTENDED_REFERENCE = "AGE015"
UNATTENDED = ("AGE013", "AGE014")


class Case(Record):
    """Everything a subject is judged by.

    `grants` are the exceptions in force for it; a workload needs `tables` only for its cadence. `images_given`
    says that what a workload or a recipe comes to as an image is judged in the same run, for its own age. `detailed`
    asks for what no verdict rests on: the level of the Pod Security Standards, and the escapes of what passes.
    """

    policy: Policy
    profile: PlatformProfile
    sensitivity: Sensitivity
    grants: tuple[Grant, ...]
    stage: Stage
    now: str
    tables: Tables | None
    images_given: bool = False
    detailed: bool = True


def judge(subject: Subject, case: Case) -> SubjectReport:
    """Judge one subject of any kind."""
    if isinstance(subject, Workload):
        return _workload(subject, case)
    return _made(subject, case, "image" if isinstance(subject, Image) else "template")


def _workload(workload: Workload, case: Case) -> SubjectReport:
    from gate.boundary.facts import Facts
    from gate.boundary.level import boundary
    from gate.model.evidence import known
    from gate.needs import needs, weighed
    from gate.requirement import requirement
    from gate.scores.isolation_fitness import isolation_fitness

    facts = Facts(workload, case.profile)
    shown = boundary(workload, facts, case.profile)
    found = [(weighed(one, case.sensitivity), fact, answer) for one, fact, answer in _fact_findings(facts)]
    heard = _heard(facts, found, case)
    effective = boundary(workload, heard, case.profile) if heard is not facts else shown
    required = requirement(case.policy, case.sensitivity, os=known(workload.os) or "", platform=workload.platform)
    fitness = isolation_fitness(effective, heard, required, frozenset())
    deployed = case.stage == "deploy" and not case.images_given
    lines = _lines(case, {"isolation_fitness": fitness}, demanded_here=deployed)
    said = [*(finding for finding, *_ in found), *_boundary_findings(workload, effective, required)]
    said += _bugs(workload, heard, effective, case.profile)
    said += _reference_findings(workload, case)
    findings = _marked(said, workload.at.path, case, effective, required)
    gap = isolation(effective, required, workload.name)
    excused = any(finding.rule == WEAK_BOUNDARY and finding.permitted_by for finding in findings)
    below = shown.worst < required.lo and (excused or required.lo <= effective.worst)
    demands = needs(heard, effective, required, case.sensitivity, permitted=below)
    # A gap has said what a fitness that is too low would say again.
    told = {dimension: line for dimension, line in lines.items() if not gap or dimension != "isolation_fitness"}
    reasons = [*(() if excused else gap), *demands, *scores(told, workload.at)]
    also = demanded(findings, case.policy)
    verdict = gravest([settled(reasons, case.sensitivity, case.policy, effective), *(one.verdict for one in also)])
    told_of = case.detailed or verdict != "pass"
    return SubjectReport(
        workload.id,
        "workload",
        workload.platform,
        workload.name,
        workload.at,
        case.sensitivity,
        _boundary_line(shown, facts),
        required,
        _pod_security(workload, case.profile) if case.detailed else None,
        _escapes(_decided(facts, shown, case.profile)) if told_of else None,
        lines,
        verdict,
        (*reasons, *also),
        tuple(findings),
        (),
        workload.cadence,
    )


def _made(subject: Image | Template, case: Case, kind: SubjectKind) -> SubjectReport:
    """Judge what a build makes: it has no boundary of its own, only an age and its rules."""
    built = isinstance(subject, Image) and not subject.stages
    findings = _marked(list(_subject_findings(subject, kind, case)), subject.at.path, case, None, NO_LEVEL)
    if isinstance(subject, Image):
        found = _image_scores(_excused(subject, findings), case)
    else:
        found = _template_scores(subject, case)
    lines = _lines(case, found, demanded_here=built or (case.stage != "commit" and not case.images_given))
    lines = _projected(lines, subject, findings, case) if subject.cadence is not None else lines
    reasons = scores(lines, subject.at)
    also = demanded(findings, case.policy)
    return SubjectReport(
        subject.id,
        kind,
        subject.platform,
        subject.name,
        subject.at,
        case.sensitivity,
        None,
        NO_LEVEL,
        None,
        None,
        lines,
        gravest([settled(reasons, case.sensitivity, case.policy, None), *(reason.verdict for reason in also)]),
        (*reasons, *also),
        tuple(findings),
        (),
        (subject.cadence,) if subject.cadence is not None else (),
        _agreement(subject) if isinstance(subject, Image) and subject.packages is not None else None,
    )


def _agreement(image: Image) -> Agreement | None:
    from gate.freshness.agreement import agreement

    return agreement(image)


NO_LEVEL = Requirement(0, 0, None, (), (), "")


def _heard(facts: Facts, found: list[tuple[Finding, str, Answer]], case: Case) -> Facts:
    """Return the facts as exceptions leave them: without those of a rule, or without just what a fingerprint names."""
    if not case.grants:
        return facts
    rules = asking("workload")
    whole = {grant.rule for grant in case.grants if not grant.fingerprint} & rules.keys()
    left_out = {(fact, answer) for rule in whole for fact in rules[rule].facts for answer in facts.answers[fact]}
    never = case.policy.never_excepted
    single = permitted(case.grants, [finding for finding, *_ in found], facts.workload.at.path, never)
    left_out |= {(fact, answer) for finding, fact, answer in found if finding in single}
    return facts.without(left_out) if left_out else facts


def _fact_findings(facts: Facts) -> Iterator[tuple[Finding, str, Answer]]:
    """Ask the rules whose facts give them something to say; the others are not even imported."""
    from gate.boundary.facts import FACTS

    for entry in asking("workload").values():
        if any(
            answer.truth.answer == "unknown" or (answer.truth.answer == "yes") is FACTS[fact].is_risk
            for fact in entry.facts
            for answer in facts.answers[fact]
        ):
            yield from judge_facts(entry.load(), facts)


def _boundary_findings(workload: Workload, boundary: Boundary, required: Requirement) -> Iterator[Finding]:
    if boundary.worst >= required.hi and boundary.grade != "asserted":
        return
    for rule_id in (WEAK_BOUNDARY, ASSERTED_BOUNDARY):
        rule = asking("workload")[rule_id].load()
        if rule.check is not None:
            yield from judge_truths(rule, rule.check(workload, boundary, required), workload.id)


def _reference_findings(workload: Workload, case: Case) -> Iterator[Finding]:
    """Ask who moves on the images that a sensitive workload names."""
    if workload.cadence:
        rule = asking("reference")[UNATTENDED_REFERENCE].load()
        assert rule.check is not None
        yield from judge_truths(rule, rule.check(workload, case.tables, case.now), workload.id)


def _projected(
    lines: dict[Dimension, ScoreLine], subject: Image | Template, findings: list[Finding], case: Case
) -> dict[Dimension, ScoreLine]:
    """Say when the age of what nothing keeps falls below its threshold."""
    line = lines.get("image_age")
    if line is None or line.threshold is None or not any(one.rule in UNATTENDED for one in findings):
        return lines
    from gate.scores.projection import projection

    assert case.tables is not None
    found = projection(subject, case.tables, case.now, line.threshold.minimum)
    return {**lines, "image_age": replace(line, projection=found)}


def _subject_findings(subject: Image | Template, kind: SubjectKind, case: Case) -> Iterator[Finding]:
    for entry in asking(kind).values():
        if entry.has is not None and isinstance(subject, Image) and not entry.has(subject):
            continue
        rule = entry.load()
        if rule.check is not None:
            yield from judge_truths(rule, rule.check(subject, case.tables, case.now), subject.id)


def _marked(
    findings: list[Finding], path: str, case: Case, boundary: Boundary | None, required: Requirement
) -> list[Finding]:
    """Except what an exception permits, mark what blocks, and put the gravest first."""
    grants = permitted(case.grants, findings, path, case.policy.never_excepted)
    left = [
        replace(finding, outcome="excepted", permitted_by=grants[finding]) if finding in grants else finding
        for finding in findings
    ]
    facts = {rule: entry.facts for rule, entry in asking("workload").items()} if boundary is not None else {}
    marked = blocking(left, facts, boundary, required, case.policy)
    severities = ("critical", "high", "medium", "low")
    return sorted(
        dict.fromkeys(marked),
        key=lambda f: (
            not f.blocks,
            severities.index(f.severity),
            f.at.path,
            f.at.line,
            f.at.column,
            f.rule,
            f.message,
        ),
    )


def _lines(case: Case, found: dict[Dimension, Score], *, demanded_here: bool) -> dict[Dimension, ScoreLine]:
    """Put every dimension beside its threshold; what this stage cannot know is not asked.

    A score that is expected and absent is asked for all the same where it is `demanded_here`: of what was built, and
    after the commit of whatever nobody gave an image of.
    """
    least = thresholds(case.policy, case.sensitivity)
    expected = case.policy.evidence[case.stage]
    lines: dict[Dimension, ScoreLine] = {}
    for dimension, evidence in EVIDENCE.items():
        score = found.get(dimension)
        if score is not None or dimension != "isolation_fitness":
            asked = any(name in expected for name in evidence) and (score is not None or demanded_here)
            lines[dimension] = ScoreLine(score, least.get(dimension), asked=asked)
    return lines


#: The evidence of a policy's stages that each score rests on; a recipe's age is known where a built image's is not.
EVIDENCE: dict[Dimension, tuple[str, ...]] = {
    "isolation_fitness": ("isolation",),
    "image_age": ("image_age", "recipe_age"),
    "package_freshness": ("package_freshness",),
}


def _excused(image: Image, findings: list[Finding]) -> Image:
    """Return the image with its vulnerabilities excused that an exception permits, so that no score counts them."""
    places = {
        at: finding.permitted_by[0]
        for finding in findings
        if finding.permitted_by and finding.aspects
        for at in (finding.at, *finding.related)
    }
    if image.packages is None or not places:
        return image
    from gate.model.packages import Excuse

    scans = [
        replace(
            scan,
            vulnerabilities=tuple(
                replace(one, excuse=Excuse(places[one.at].reason, places[one.at].at)) if one.at in places else one
                for one in scan.vulnerabilities
            ),
        )
        for scan in image.packages.scans
    ]
    return replace(image, packages=replace(image.packages, scans=tuple(scans)))


def _image_scores(image: Image, case: Case) -> dict[Dimension, Score]:
    from gate.scores.image_age import image_age
    from gate.scores.package_freshness import package_freshness

    assert case.tables is not None
    found: dict[Dimension, Score | None] = {
        "image_age": image_age(image, case.tables, case.now),
        "package_freshness": package_freshness(image, case.tables, case.now),
    }
    return {dimension: score for dimension, score in found.items() if score is not None}


def _template_scores(template: Template, case: Case) -> dict[Dimension, Score]:
    from gate.scores.image_age import template_age

    assert case.tables is not None
    score = template_age(template, case.tables, case.now)
    return {} if score is None else {"image_age": score}


def _boundary_line(boundary: Boundary, facts: Facts) -> BoundaryLine:
    return BoundaryLine(
        boundary.worst,
        boundary.best,
        boundary.grade,
        boundary.kind,
        boundary.modifiers,
        boundary.at,
        tuple(dict.fromkeys(_fact_lines(facts))),
    )


def _fact_lines(facts: Facts) -> Iterator[FactLine]:
    """Yield every place where a risk is or may be there, and every safeguard that holds or may hold as a whole."""
    from gate.boundary.facts import FACTS

    for fact, answers in facts.answers.items():
        joined = facts.truth(fact)
        truths = [answer.truth for answer in answers] if FACTS[fact].is_risk else [joined]
        for truth in truths:
            if truth.answer != "no" and truth.because:
                yield FactLine(fact, truth.answer, truth.because[0].text, truth.because[0].at)


def _pod_security(workload: Workload, profile: PlatformProfile) -> PodSecurityLine | None:
    if workload.pod is None:
        return None
    from gate.boundary.pod_security import LATEST, pod_security

    found = pod_security(workload.pod, profile.kubernetes_version or LATEST)
    return PodSecurityLine(found.version, found.level, found.best)


def _escapes(decided: tuple[Decision, ...]) -> Escapes:
    lines = tuple(
        EscapeLine(
            one.escape.id,
            one.escape.title,
            one.state,
            one.escape.component,
            "; ".join(dict.fromkeys(reason.text for reason in one.truth.because if reason.text)),
            one.truth.because[0].at,
        )
        for one in decided
    )

    def those(state: str) -> tuple[str, ...]:
        return tuple(line.id for line in lines if line.state == state)

    return Escapes(those("open"), len(those("closed")), those("undecided"), lines)


def _decided(facts: Facts, boundary: Boundary, profile: PlatformProfile) -> tuple[Decision, ...]:
    from gate.boundary.escape_matrix import decisions

    return decisions(facts, boundary.kind, profile)  # type: ignore[arg-type]


def _bugs(workload: Workload, facts: Facts, boundary: Boundary, profile: PlatformProfile) -> Iterator[Finding]:
    """Ask about the bugs of what is declared; where no version is, nothing is imported."""
    rule = asking("workload")[KNOWN_ESCAPE].load() if profile.versions else None
    if rule is not None and rule.check is not None:
        yield from judge_truths(rule, rule.check(workload, _decided(facts, boundary, profile)), workload.id)
