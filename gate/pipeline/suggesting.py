"""Asks for suggestions where a subject does not meet its requirement."""

from __future__ import annotations

from gate.model.record import replace
from gate.model.subject import Workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.reader import Subject
    from gate.model.report import SubjectReport
    from gate.pipeline.judging import Case


def suggested(subject: Subject, report: SubjectReport, case: Case) -> SubjectReport:
    """Return the report with the suggestions that would settle it."""
    if not isinstance(subject, Workload) or report.boundary is None or report.verdict == "pass":
        return report
    from gate.advice.suggest import suggest

    return replace(report, suggestions=suggest(subject, report.boundary, report.required, case.profile))
