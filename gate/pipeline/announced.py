"""What a policy will ask from a later day on, said beforehand as a warning, and not first by a build that fails."""

from __future__ import annotations

from gate.model.coverage import Skipped
from gate.model.record import replace
from gate.verdict import gravest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.coverage import NotUnderstood
    from gate.model.policy import DeclaredWorkload, Grant, Policy
    from gate.model.report import Reason, SubjectReport
    from gate.model.rule import Finding
    from gate.model.sensitivity import Sensitivity
    from gate.pipeline.declarations import Declarations

#: What becomes of a clause that does not pass.
FATES = {"fail": "fails", "undecided": "is undecided", "warn": "warns"}


class Announced:
    """What will be asked later of everything that one run judges."""

    __slots__ = ("_declarations", "_later")

    def __init__(self, declarations: Declarations) -> None:
        """Take the declarations, which know the policies."""
        self._declarations = declarations
        self._later: dict[str, list[tuple[str, SubjectReport]]] = {}

    def cases(
        self, path: str, grants: tuple[Grant, ...], entries: tuple[DeclaredWorkload, ...], sensitivity: Sensitivity
    ) -> Iterator[tuple[str, Policy, tuple[Grant, ...]]]:
        """Yield the days on which more is asked of a file, with the policy and the exceptions that are left then."""
        for day, policy in self._declarations.ruling(path).upcoming:
            from gate.pipeline.exceptions import bounding

            yield day, policy, lasting(grants, policy, bounding(entries, sensitivity))

    def note(self, day: str, report: SubjectReport) -> None:
        """Remember what a subject comes to on a later day; the days in their order."""
        self._later.setdefault(report.id, []).append((day, report))

    def added(self, subjects: tuple[SubjectReport, ...]) -> tuple[SubjectReport, ...]:
        """Add what does not pass on a later day and is not said today. No baseline hides it."""
        return tuple(
            announced(report, self._later[report.id]) if report.id in self._later else report for report in subjects
        )

    def blocking(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Let the findings about the run as a whole block that the policies require, or say when they will.

        Nobody declares what they are about: a policy that only warns of the undeclared lets no doubt block.
        """
        policies = self._declarations.policies
        required = {rule for policy in policies for rule in policy.require}
        stern = {rule for policy in policies if policy.undeclared != "warn" for rule in policy.require}
        days = required_from(self._declarations.upcoming)
        return tuple(
            replace(one, blocks=True)
            if one.rule in (required if one.outcome == "failed" else stern)
            else _dated(one, days.get(one.rule, ""))
            for one in findings
        )

    def skipped(self, gap: NotUnderstood) -> Skipped:
        """Say why a template is not judged, and from when on that fails."""
        upcoming = self._declarations.ruling(gap.at.path).upcoming
        fails = next((day for day, policy in upcoming if policy.unrendered == "fail"), "")
        return Skipped(gap.at, f"{gap.reason}; from {fails} on this fails" if fails else gap.reason, fails)


def announced(report: SubjectReport, coming: Iterable[tuple[str, SubjectReport]]) -> SubjectReport:
    """Add what does not pass on a later day and is not said today; `coming` are that day's reports, in their order."""
    days = tuple(coming)
    added = tuple(_further(report, days))
    if not added:
        return report
    suggestions = report.suggestions or next((later.suggestions for _, later in days if later.suggestions), ())
    verdict = gravest((report.verdict, "warn"))
    return replace(report, verdict=verdict, reasons=(*report.reasons, *added), suggestions=suggestions)


def _further(report: SubjectReport, coming: tuple[tuple[str, SubjectReport], ...]) -> Iterator[Reason]:
    told = {reason.text for reason in report.reasons}
    for day, later in coming:
        for reason in later.reasons:
            if reason.text not in told:
                told.add(reason.text)
                # Of a workload that nobody declared even what fails may only warn.
                fate = FATES["warn" if later.verdict == "warn" else reason.verdict]
                text = f"from {day} on this {fate}: {reason.text}"
                yield replace(reason, verdict="warn", text=text, veto=False, coming=day)


def lasting(grants: Iterable[Grant], policy: Policy, cls: str) -> tuple[Grant, ...]:
    """Return the exceptions that a policy permits as well, bounded by a class."""
    from gate.pipeline.exceptions import term

    longest = policy.longest_exception[cls]
    return tuple(grant for grant in grants if grant.rule not in policy.never_excepted and term(grant) <= longest)


def required_from(coming: Iterable[tuple[str, Policy]]) -> dict[str, str]:
    """Return the first day from which each rule is required."""
    found: dict[str, str] = {}
    for day, policy in sorted(coming, key=lambda one: one[0]):
        for rule in policy.require:
            found.setdefault(rule, day)
    return found


def _dated(finding: Finding, day: str) -> Finding:
    """Say of a finding from which day on the policy requires its rule."""
    return replace(finding, message=f"{finding.message}; from {day} on this fails") if day else finding
