"""Applies the exceptions of the declarations, and says what became of each: none is ever silent."""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.model.report import ExceptionLine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gate.model.policy import DeclaredWorkload, Grant, Policy
    from gate.model.reader import Subject
    from gate.model.report import SubjectReport
    from gate.model.rule import Finding
    from gate.model.sensitivity import Sensitivity
    from gate.pipeline.declarations import Declarations

    State = Literal["used", "unused", "expired", "not-yet"]

#: The class whose bound on exceptions counts for a workload that states none: the shortest one.
CLASS_OF_THE_SILENT = "restricted"


class Exceptions:
    """The grants of one run with the subjects they were used for."""

    __slots__ = ("_applied", "_declarations", "_longest", "_now", "_used")

    def __init__(self, declarations: Declarations, now: str) -> None:
        """Take the declarations; a grant for a rule that does not exist is a usage error once it is asked for."""
        self._declarations = declarations
        self._now = now
        self._used: dict[Grant, list[str]] = {}
        self._longest: dict[Grant, int] = {}
        self._applied: dict[Grant, set[str]] = {}

    def of(
        self, subject: Subject, entries: tuple[DeclaredWorkload, ...], sensitivity: Sensitivity, policy: Policy
    ) -> frozenset[str]:
        """Return the rules that exceptions in force permit for a subject."""
        names = {subject.name, *(entry.name for entry in entries)}
        permitted = set()
        for grant in map(_real, self._declarations.of(subject.at.path).exceptions):
            if grant.workload in names and self._state(grant) == "":
                longest = policy.longest_exception[sensitivity.cls or CLASS_OF_THE_SILENT]
                if _length(grant) > longest:
                    self._longest[grant] = longest
                else:
                    permitted.add(grant.rule)
                    self._applied.setdefault(grant, set()).add(subject.id)
        return frozenset(permitted)

    def note(self, report: SubjectReport) -> None:
        """Remember which grants a judged subject made use of."""
        rules = {finding.rule for finding in report.findings if finding.outcome == "excepted"}
        for grant, subjects in self._applied.items():
            if grant.rule in rules and report.id in subjects:
                self._used.setdefault(grant, []).append(report.id)

    def lines(self) -> tuple[ExceptionLine, ...]:
        """Return every exception with what became of it."""
        return tuple(
            ExceptionLine(grant, self._became(grant), tuple(self._used.get(grant, ()))) for grant in self._grants()
        )

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for every exception that does not count, or that nothing needs."""
        for grant in self._grants():
            state = self._became(grant)
            if state == "expired":
                yield _remark("DCL002", grant, f"ended on {grant.expires}")
            elif state == "not-yet":
                yield _remark("DCL003", grant, f"begins on {grant.created}")
            elif grant in self._longest:
                longest = self._longest[grant]
                text = f"is longer than the {longest} days that the policy allows for this class"
                yield _remark("DCL004", grant, text)
            elif state == "unused" and grant in self._applied:
                yield _remark("DCL005", grant, "permits nothing that it does")

    def _grants(self) -> Iterator[Grant]:
        for declaration in self._declarations.loaded:
            yield from map(_real, declaration.exceptions)

    def _became(self, grant: Grant) -> State:
        return self._state(grant) or ("used" if grant in self._used else "unused")

    def _state(self, grant: Grant) -> Literal["", "expired", "not-yet"]:
        """Say why a grant is not in force, by its days alone; empty when it is."""
        return "expired" if grant.expires < self._now else "not-yet" if grant.created > self._now else ""


def _real(grant: Grant) -> Grant:
    from gate.rules.registry import RULES

    if grant.rule not in RULES:
        raise UsageError(f"there is no rule {grant.rule}", at=grant.at, remedy="`gate explain` lists the rules")
    return grant


def _length(grant: Grant) -> int:
    """Return for how many days a grant is given."""
    from gate.model.days import days

    return days(grant.expires) - days(grant.created)


def _remark(rule: str, grant: Grant, text: str) -> Finding:
    from gate.pipeline.remarks import about

    return about(rule, f"the exception of {grant.workload} from {grant.rule} {text}", grant.at)
