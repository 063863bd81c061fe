"""The report as GitHub workflow commands: annotations on the lines of a pull request.

Syntax and escapes: actions/toolkit `command.ts`. A step may make ten annotations of each kind. Where there are
more, every subject has its gravest before any has its second, and the last of them says what was left out.
"""

from __future__ import annotations

from itertools import chain, zip_longest

from gate.reporters.doubts import Doubt, together
from gate.reporters.escape import visible
from gate.reporters.tables import noted, summed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location
    from gate.model.report import Report, SubjectReport, Verdict
    from gate.model.rule import Finding

#: The rule that repeats a reason.
WEAK_BOUNDARY = "ISO048"

#: Annotations of one kind that a step may make.
MOST = 10

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def render(report: Report) -> str:
    """Return one command to a line."""
    lines: list[str] = []
    for kind in ("error", "warning", "notice"):
        aged = kind == "warning" and report.tables.notes
        lines += _within(MOST - 1 if aged else MOST, kind, report)
        if aged:
            lines.append(f"::warning title=boundary-gate::{_escaped(noted(report.tables), _DATA)}")
    lines.append(summed(report.tables))
    lines.append(f"boundary-gate: {report.verdict}, exit status {report.status}")
    return "\n".join(lines) + "\n"


def _within(most: int, kind: str, report: Report) -> list[str]:
    """Leave out what there is no room for, and say how much that is: a runner would leave it out in silence."""
    told = [[*_new(subject, kind)] for subject in report.subjects]
    found = [*dict.fromkeys([*_beside(report, kind), *chain.from_iterable(told), *_excepted(report, kind)])]
    if len(found) <= most:
        return found
    kept = most - 1
    dealt = [*dict.fromkeys([*_beside(report, kind), *_dealt(told), *_excepted(report, kind)])]
    return [*dealt[:kept], f"::{kind} title=boundary-gate::{len(found) - kept} more are in the full report"]


def _dealt(told: list[list[str]]) -> Iterator[str]:
    """Yield one command of each subject after the other: first what was found, with its remedy, then the verdict."""
    turned = [[*one[1:2], *one[:1], *one[2:]] for one in told]
    for several in zip_longest(*turned):
        yield from (one for one in several if one is not None)


def _beside(report: Report, kind: str) -> Iterator[str]:
    """Yield what is said of no subject."""
    if kind == "error":
        for gap in report.coverage.not_understood:
            yield _command(kind, gap.at, "not understood", f"{gap.reason}. {gap.remedy}")
    for finding in report.findings:
        if kind == ("error" if finding.blocks else "warning"):
            yield _command(kind, finding.at, f"{finding.rule} {finding.name}", finding.message)


def _excepted(report: Report, kind: str) -> Iterator[str]:
    if kind == "notice":
        for subject in report.subjects:
            for finding in subject.findings:
                if finding.outcome == "excepted":
                    yield _command(kind, finding.at, f"excepted: {finding.rule} {finding.name}", _excuse(finding))


def _new(subject: SubjectReport, kind: str) -> Iterator[str]:
    """Yield what a subject's verdict rests on, and its findings, without what the baseline knows."""
    for reason in subject.reasons if kind == _kind(subject.verdict, blocks=True) else ():
        if not (reason.known or subject.is_repeated(reason)):
            yield _command(kind, reason.at, f"{subject.verdict}: {subject.name}", reason.text)
    # What the boundary lacks is a reason already, and takes no second of the few places.
    told = any(reason.veto and not reason.known for reason in subject.reasons)
    findings = (one for one in subject.findings if not (told and one.rule == WEAK_BOUNDARY))
    counting = [one for one in findings if one.outcome in ("failed", "undecided") and not one.known]
    for one in together(one for one in counting if kind == _kind(subject.verdict, blocks=one.blocks)):
        if isinstance(one, Doubt):
            yield _command(kind, one.at, f"undecided: {subject.name}", one.text)
            continue
        known = subject.known_like(one)
        text = f"{one.message}{f' (known like it: {known})' if known else ''}. To fix it, {one.remedy}."
        yield _command(kind, one.at, f"{one.rule} {one.name}", text)


def _excuse(finding: Finding) -> str:
    """Say who permits what was found; what no exception of the declaration permits says so itself."""
    if not finding.permitted_by:
        return finding.message
    grant = finding.permitted_by[0]
    return f"{finding.message}. {grant.owner} permits it until {grant.expires}: {grant.reason}"


def _kind(verdict: Verdict, *, blocks: bool) -> str:
    """Return the kind of annotation: what only warns is no error, though it would keep a declared workload down."""
    return ("error" if verdict == "fail" else "warning") if blocks else "notice"


def _command(kind: str, at: Location, title: str, message: str) -> str:
    place = f"file={_escaped(at.path, _PROPERTY)},line={at.line},col={at.column}"
    message = f"{message} ({at.rendered})" if at.rendered else message
    return f"::{kind} {place},title={_escaped(title, _PROPERTY)}::{_escaped(message, _DATA)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in visible(text))
