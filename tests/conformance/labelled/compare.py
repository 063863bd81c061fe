"""Compares the gate's findings with what the authors of labelled corpora want found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.pipeline.options import Options
from gate.pipeline.run import Run
from tests.conformance.labelled.corpora import Case, cases

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.report import SubjectReport

#: Cases in which the authors and the gate differ for a reason; the check, the end of the file or the name, the reason.
EXPLAINED: tuple[tuple[str, str, str], ...] = (
    (
        "restricted/disallow-capabilities-strict",
        "addcap-good",
        "labelled for what it adds alone; it does not drop ALL, which the same policy asks for in another rule",
    ),
    ("read-only-root-filesystem", "safe_prefix.yaml", "the constraint exempts images by their prefix"),
)


def differences(folder: Path) -> tuple[int, list[str], list[str]]:
    """Return how many cases agree, which differ for a reason, and which differ for none."""
    agreed = 0
    explained: list[str] = []
    unexplained: list[str] = []
    judged: dict[Path, tuple[SubjectReport, ...]] = {}
    for case in cases(folder):
        if case.path not in judged:
            options = Options((str(case.path),), (), "", "", "", "2026-11-23", None, verbose=False, formats=())
            judged[case.path] = Run(options).report().subjects
        found = _found(case, judged[case.path])
        if found == case.bad:
            agreed += 1
            continue
        wanted = "wanted and not found" if case.bad else "found and not wanted"
        line = f"{case.corpus} {case.check} {case.path.name} {case.kind}/{case.name}: {wanted}"
        reason = _reason(case)
        (explained if reason else unexplained).append(f"{line} ({reason})" if reason else line)
    return agreed, explained, unexplained


def _found(case: Case, subjects: tuple[SubjectReport, ...]) -> bool:
    """Say whether one of the rules found something certain, or nothing certain was known, at the case's object."""
    return any(
        finding.rule in case.rules and finding.outcome in ("failed", "undecided")
        for subject in subjects
        if not case.name or (subject.name == case.name and f"/{case.kind}/" in f"/{subject.id.partition('#')[2]}")
        for finding in subject.findings
    )


def _reason(case: Case) -> str:
    return next(
        (
            reason
            for check, ending, reason in EXPLAINED
            if case.check == check and (case.path.name.endswith(ending) or case.name.startswith(ending))
        ),
        "",
    )
