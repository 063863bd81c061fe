"""One run from the command line's options to a report: discover, read, link, judge, decide, suggest."""

from __future__ import annotations

import os

from gate import __version__
from gate.model.baseline import Baseline
from gate.model.coverage import Coverage, NotUnderstood
from gate.model.image import Image
from gate.model.location import whole_file
from gate.model.record import replace
from gate.model.reference import UNDERNEATH
from gate.model.report import Report
from gate.model.source import Source
from gate.model.subject import Workload
from gate.pipeline.about_images import indexed, scanned
from gate.pipeline.announced import Announced
from gate.pipeline.clusters import provider_of
from gate.pipeline.declarations import Declarations
from gate.pipeline.exceptions import Exceptions
from gate.pipeline.files import Files
from gate.pipeline.given import Given
from gate.pipeline.judging import Case, judge
from gate.pipeline.linked import Linked
from gate.pipeline.reading import Ledger
from gate.pipeline.roots import rooted
from gate.pipeline.sensitive import is_asked
from gate.pipeline.suppressions import suppressions
from gate.pipeline.tables import TableSource
from gate.readers import READERS
from gate.verdict import blocks_when_undecided, gravest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.policy import Grant, Policy, Stage
    from gate.model.reader import Subject
    from gate.model.report import SubjectReport, Verdict
    from gate.model.rule import Finding
    from gate.model.sensitivity import Sensitivity
    from gate.pipeline.baseline import Known
    from gate.pipeline.before import Before
    from gate.pipeline.cadence import Upkeep
    from gate.pipeline.options import Options
    from gate.pipeline.trees import AnyFiles
    from gate.pipeline.trust import Trust

#: The name that standard input has in reports.
STDIN = "stdin"

RENDER = "render them (--render for charts and customizations), and check the result"


class Run:
    """The state of one run."""

    __slots__ = (
        "announced",
        "declarations",
        "exceptions",
        "fetched",
        "files",
        "indexes",
        "known",
        "ledger",
        "linked",
        "options",
        "paths",
        "provider",
        "scans",
        "tables",
        "trust",
        "upkeep",
    )

    def __init__(self, options: Options, *, standard_input: bytes = b"") -> None:
        """Read everything that was named; raise UsageError for what cannot be named."""
        self.options = options
        root, self.paths = rooted([path for path in options.paths if path != "-"])
        files = Files(root)
        self.files: AnyFiles = files
        self.tables = TableSource(options.data, root)
        self.trust = trusting(files, options)
        self.declarations = Declarations(self.trust.files if self.trust else files, options)
        self.known = knowing(self.trust.files if self.trust else files, files, options)
        self.ledger = Ledger(files, self.declarations.excluded)
        if options.render:
            from gate.pipeline.rendering import render

            render(self.ledger, options, self.declarations, self.paths)
        if "-" in options.paths:
            self._pipe(standard_input)
        for path in self.paths:
            self.ledger.take(path, named=True)
        self.ledger.follow()
        self._join(files, self.trust.before(self.ledger, options, self.declarations) if self.trust else None)

    def _pipe(self, data: bytes) -> None:
        self.ledger.seen += 1
        self.ledger.source(Source(STDIN, data), READERS, named=False)
        if STDIN not in self.ledger.read:
            remedy = "pipe in a Dockerfile, a manifest or a template"
            gap = NotUnderstood(whole_file(STDIN), "holds nothing that a reader claims", remedy)
            self.ledger.not_understood.append(gap)

    def _join(self, files: Files, before: Before | None) -> None:
        """Read what was given beside the paths, from the working tree's `files`, and link everything."""
        self.upkeep: Upkeep | None = None
        with Given(files, self.options, self.ledger) as given:
            self.scans = scanned(files, self.options, self.ledger, self.declarations)
        self.fetched = tuple(given.fetched)
        self.indexes = indexed(files, self.options, self.ledger, self.scans)
        self.declarations.former = before.former if before else {}
        self.linked = Linked(self.ledger, self.declarations, before)
        self.provider = provider_of(self.ledger.definitions)
        self.exceptions = Exceptions(self.declarations, self.options.now)
        self.announced = Announced(self.declarations)

    def baselines(self) -> list[tuple[str, str]]:
        """Return the baseline to write, with its file, once everything is judged; none where none was asked for."""
        return [(self.known.target, self.known.text)] if self.known is not None and self.known.target else []

    def report(self) -> Report:
        """Judge everything and sum it up."""
        try:
            return self._report()
        finally:
            if self.trust is not None:
                self.trust.close()

    def _report(self) -> Report:
        judged = [(subject, self.declarations.policy_of(subject.at.path)) for subject in self.linked.subjects]
        subjects = tuple(self._judged(subject, policy) for subject, policy in judged)
        unrendered = self._unrendered()
        policies = self.declarations.policies or (self.declarations.policy_of(""),)
        proposed = self.trust.proposed(self.linked, self.declarations, self.known, self.options) if self.trust else None
        if proposed is not None:
            self.ledger.not_understood += proposed.gaps
        coverage = self._coverage(subjects, unrendered)
        policy = "+".join(dict.fromkeys(policy.name for policy in policies))
        digest = "+".join(dict.fromkeys(policy.digest for policy in policies))
        if self.known is not None:
            subjects = self._known(judged, subjects, coverage, policy, digest)
        subjects = self.announced.added(subjects)
        findings: tuple[Finding, ...] = (
            *self.linked.refusals(),
            *self.linked.unmatched(self.paths, proposed.still if proposed else None),
            *self._underneath(),
            *self.exceptions.findings(),
            *(proposed.findings() if proposed else ()),
            *(self.scans.findings() if self.scans else ()),
            *(self.known.findings if self.known else ()),
        )
        findings = self.announced.blocking(findings)
        verdict = self._verdict(subjects, findings, coverage)
        return Report(
            __version__,
            self.options.now,
            self.tables.line(self.options.now),
            self.stage,
            policy,
            digest,
            verdict,
            1 if any(finding.blocks for finding in findings) else self._status(judged, subjects, coverage),
            subjects,
            findings,
            self.exceptions.lines(),
            coverage,
            self._inputs(),
            proposed.trusted if proposed else None,
            self.known.line if self.known else None,
            fetched=self.fetched,
        )

    def _known(
        self,
        judged: list[tuple[Subject, Policy]],
        subjects: tuple[SubjectReport, ...],
        coverage: Coverage,
        policy: str,
        digest: str,
    ) -> tuple[SubjectReport, ...]:
        """Return the reports with what the baseline knows marked."""
        assert self.known is not None
        from gate.pipeline.baseline import View
        from gate.pipeline.known import each

        reports = [one for one in each(judged, subjects) if one.path != STDIN]
        gaps = (*coverage.not_understood, *self.ledger.unrendered)
        unread = {gap.at.path for gap in gaps} | {one.at.path for one in coverage.skipped if not one.at.end}
        view = View(self.files.root, self.paths, reports, frozenset(unread))
        head = Baseline("", __version__, self.options.now, self.stage, policy, digest, ())
        marked = {report.id: report for report in self.known.marked(reports, view, head)}
        return tuple(marked.get(report.id, report) for report in subjects)

    @property
    def stage(self) -> Stage:
        """The stage asked for, else the one that the inputs belong to."""
        if self.options.stage is not None:
            return self.options.stage
        if not self.options.images and not self.options.reports:
            return "commit"
        return "deploy" if any(isinstance(subject, Workload) for subject in self.linked.subjects) else "build"

    def _judged(self, subject: Subject, policy: Policy) -> SubjectReport:
        entries = self.linked.entries(subject)
        said = self.linked.sensitivity(subject)
        sensitivity = said if entries else labelled(said, policy)
        grants = self.exceptions.of(subject, entries, sensitivity, policy)
        report = self._under(subject, policy, sensitivity, grants)
        self.exceptions.note(report, policy, scanned=self.scans is not None and self.scans.speak_of(subject))
        for day, later, left in self.announced.cases(subject.at.path, grants, entries, sensitivity):
            then = said if entries else labelled(said, later)
            self.announced.note(day, self._under(subject, later, then, left))
        return report

    def _under(
        self, subject: Subject, policy: Policy, sensitivity: Sensitivity, grants: tuple[Grant, ...]
    ) -> SubjectReport:
        """Judge a subject by one policy, and suggest what would bring it to its level."""
        profile = self.declarations.of(subject.at.path).platform
        if is_asked(policy, sensitivity):
            subject = self._kept(subject)
        tables = self.tables.tables() if not isinstance(subject, Workload) or subject.cadence else None
        if self.scans and isinstance(subject, Image):
            subject = self.scans.given(subject, policy, sensitivity)
        if self.indexes and isinstance(subject, Image):
            subject = self.indexes.given(subject)
        images = bool(self.options.images or self.options.reports)
        given = self.linked.images_given(subject) if isinstance(subject, Workload) else images
        now, detailed = self.options.now, self.options.detailed or self.options.verbose
        case = Case(policy, profile, sensitivity, grants, self.stage, now, tables, given, detailed)
        report = judge(subject, case)
        if isinstance(subject, Image) and subject.stages and (report.reasons or report.findings):
            from gate.pipeline.proofs import advised

            return advised(subject, report, case, self.files, self.tables.tables())
        if isinstance(subject, Image) and report.findings:
            from gate.pipeline.origins import traced

            recipes = {**self.ledger.read, **self.linked.read}.values()
            return traced(subject, report, self.linked, recipes, self.files)
        if not isinstance(subject, Workload) or report.boundary is None or report.verdict == "pass":
            return report
        from gate.advice.suggest import suggest

        found = suggest(subject, report.boundary, report.required, profile, self.provider)
        return replace(report, suggestions=found)

    def _kept(self, subject: Subject) -> Subject:
        """Find out what keeps a subject up to date; loaded for nothing that is not sensitive."""
        from gate.pipeline.cadence import Upkeep

        if self.upkeep is None:
            read = self.ledger.read.values()
            self.upkeep = Upkeep(self.files, self.declarations.files, read, self.tables.tables(), self.options)
        own = self.linked.own_images(subject) if isinstance(subject, Workload) else frozenset()
        return self.upkeep.given(subject, own)

    def _underneath(self) -> tuple[Finding, ...]:
        """Ask about managed clusters, and about the versions that declarations give."""
        platforms = [one.platform for one in self.declarations.loaded]
        versions = any(one.kubernetes_version or one.openshift_version for one in platforms)
        if not versions and not any(one.kind in UNDERNEATH for one in self.ledger.definitions):
            return ()
        from gate.pipeline.underneath import underneath

        definitions, subjects = self.ledger.definitions, self.linked.subjects
        return tuple(underneath(definitions, subjects, self.declarations, self.tables.tables(), self.options.now))

    def _unrendered(self) -> list[NotUnderstood]:
        """Return the templates that nobody has rendered where the policy for their files fails them."""
        policy_of = self.declarations.policy_of
        return [gap for gap in self.ledger.unrendered if policy_of(gap.at.path).unrendered == "fail"]

    def _coverage(self, subjects: tuple[SubjectReport, ...], unrendered: list[NotUnderstood]) -> Coverage:
        ledger = self.ledger
        gaps, skipped = [*ledger.not_understood, *unrendered], list(ledger.skipped)
        skipped += (self.announced.skipped(gap) for gap in ledger.unrendered if gap not in unrendered)
        gaps += self._vacant(subjects, gaps)
        # A project is read once for each of its files, and says the same each time.
        return Coverage(
            ledger.seen,
            len(ledger.read),
            len(subjects),
            tuple(dict.fromkeys(skipped)),
            tuple(dict.fromkeys(gaps)),
            tuple(suppressions(self._inputs())),
        )

    def _vacant(self, subjects: tuple[SubjectReport, ...], gaps: list[NotUnderstood]) -> list[NotUnderstood]:
        """Return a gap for every folder that was named and holds nothing to judge."""
        folders = (path for path in self.paths if os.path.isdir(os.path.join(self.files.root, path)))
        return [self._empty(path) for path in folders if not self._holds_any(path, subjects, gaps)]

    def _empty(self, path: str) -> NotUnderstood:
        """Say of a folder that it holds nothing to judge, or only what nobody has rendered."""
        below = f"{path}/" if path else ""
        if any(gap.at.path.startswith(below) for gap in self.ledger.unrendered):
            cause, remedy = "holds only templates that nobody has rendered", RENDER
        elif any(
            self.declarations.excluded(one.at.path) for one in self.ledger.skipped if one.at.path.startswith(below)
        ):
            cause, remedy = "holds nothing to judge but what a declaration excludes", "exclude less, or name others"
        else:
            cause, remedy = "holds nothing to judge", "name a folder that holds a Dockerfile, a manifest or a template"
        return NotUnderstood(whole_file(path or "."), cause, remedy)

    def _holds_any(self, path: str, subjects: tuple[SubjectReport, ...], gaps: list[NotUnderstood]) -> bool:
        below = f"{path}/" if path else ""
        judged = {subject.at.path for subject in subjects}
        judged |= {one.at.path for one in self.ledger.definitions if one.kind in UNDERNEATH}
        seen = (*judged, *(gap.at.path for gap in gaps))
        return any(at.startswith(below) or at == path for at in seen) or any(
            link.startswith(below) and target in judged for target, link in self.ledger.links.items()
        )

    def _verdict(
        self, subjects: tuple[SubjectReport, ...], findings: tuple[Finding, ...], coverage: Coverage
    ) -> Verdict:
        verdict = gravest(subject.verdict for subject in subjects)
        if any(finding.blocks for finding in findings):
            return "fail"
        if coverage.not_understood:
            return gravest((verdict, "undecided"))
        return gravest((verdict, "warn")) if self.ledger.unrendered or findings else verdict

    def _status(
        self, judged: list[tuple[Subject, Policy]], subjects: tuple[SubjectReport, ...], coverage: Coverage
    ) -> int:
        """Only a run in which everything was judged and nothing failed is 0."""
        if any(subject.verdict == "fail" for subject in subjects):
            return 1
        undecided = any(
            report.verdict == "undecided" and blocks_when_undecided(report.sensitivity, policy)
            for (_, policy), report in zip(judged, subjects, strict=True)
        )
        return 3 if undecided or coverage.not_understood else 0

    def _inputs(self) -> tuple[Source, ...]:
        read = {**self.ledger.asked(), **self.ledger.read, **self.linked.read, **self.declarations.sources}
        read |= self.upkeep.sources if self.upkeep is not None else {}
        if self.known is not None and self.known.source is not None:
            read[self.known.source.path] = self.known.source
        return tuple(read[path] for path in sorted(read))


def knowing(files: AnyFiles, working: Files, options: Options) -> Known | None:
    """Return the baseline of a run that has one, read from the trusted side."""
    if not options.baseline and not options.write_baseline:
        return None
    from gate.pipeline.baseline import Known

    return Known(files, working, options)


def trusting(files: Files, options: Options) -> Trust | None:
    """Return the trusted side of a run that has one; git is loaded for no other."""
    if not options.trusted_ref:
        return None
    from gate.pipeline.trust import Trust

    return Trust(files, options.trusted_ref)


def labelled(said: Sensitivity, policy: Policy) -> Sensitivity:
    """Count what no declaration speaks of at least as what nobody speaks of; loaded where a label speaks."""
    if not said.declared:
        return said
    from gate.policy.statements import counted

    return counted(said, policy.undeclared)
