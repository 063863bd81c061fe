"""The report for a person at a terminal: a table, then the reasons with their places and the next step."""

from __future__ import annotations

from gate.reporters.alike import alike, listed
from gate.reporters.doubts import Doubt, together
from gate.reporters.escape import visible
from gate.reporters.fetched import led
from gate.reporters.tables import noted, summed
from gate.verdict import ORDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.coverage import NotUnderstood
    from gate.model.location import Location
    from gate.model.report import Reason, Report, SubjectReport, Verdict
    from gate.model.rule import Finding
    from gate.model.score import Dimension
    from gate.model.suggestion import Suggestion

_COLOURS: dict[str, str] = {"pass": "32", "warn": "33", "undecided": "35", "fail": "31", "bold": "1", "dim": "2"}
#: The subject comes last: it alone is long, and nothing else is pushed out of a narrow terminal.
_HEADINGS = ("VERDICT", "HAS", "NEEDS", "AGE", "PACKAGES", "SUBJECT")

#: The rule that repeats the first reason, for the formats that have no reasons.
WEAK_BOUNDARY = "ISO048"

#: Subjects whose passing lines are listed one by one before the table is cut to what needs attention.
LONG = 60

#: Skipped entries that are listed without being asked for.
FEW = 5


class Paint:
    """Colours text on a terminal and leaves it alone elsewhere."""

    __slots__ = ("on",)

    def __init__(self, *, on: bool) -> None:
        """Take whether to use ANSI colours."""
        self.on = on

    def __call__(self, text: str, style: str) -> str:
        """Return the text in a style of the table above."""
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if self.on else text


def render(report: Report, *, colour: bool = False, verbose: bool = False) -> str:
    """Return the whole report, the gravest first, ending in a line feed."""
    paint = Paint(on=colour)
    subjects = sorted(report.subjects, key=lambda subject: -ORDER.index(subject.verdict))
    told = [one for one in subjects if verbose or not (one.verdict == "pass" or one.is_quiet)]
    blocks = [(subject, [*_subject(subject, paint, verbose=verbose)]) for subject in told]
    lines = [*_table(subjects, paint)]
    for block, others in ((block, []) for _, block in blocks) if verbose else alike(blocks):
        lines += ["", *block, *(listed(others) if others else ())]
    lines += _ledger(report, paint, verbose=verbose)
    lines += _excepted(report, paint)
    lines += _requirements(report, paint)
    if report.against is not None:
        from gate.reporters.against import lines as compared

        lines += compared(report.against, paint)
    lines += ["", *_summary(report, paint, verbose=verbose)]
    return "\n".join(lines) + "\n"


def _table(subjects: list[SubjectReport], paint: Paint) -> Iterator[str]:
    """Yield a line for each subject, without the columns that none has anything in."""
    shown = [s for s in subjects if len(subjects) <= LONG or not (s.verdict == "pass" or s.is_quiet)]
    if not shown:
        return
    rows = [_row(subject) for subject in shown]
    used = [column for column in range(1, len(_HEADINGS) - 1) if any(row[column] != "-" for row in rows)]
    widths = {column: max(len(row[column]) for row in [_HEADINGS, *rows]) for column in (0, *used)}

    def aligned(row: tuple[str, ...]) -> list[str]:
        return [*(row[column].ljust(width) for column, width in widths.items()), row[-1]]

    yield paint("  ".join(aligned(_HEADINGS)), "bold")
    for subject, row in zip(shown, rows, strict=True):
        verdict, *rest = aligned(row)
        yield "  ".join((paint(verdict, subject.verdict), *rest))


def _row(subject: SubjectReport) -> tuple[str, ...]:
    has = "-"
    if subject.boundary is not None:
        has = _levels(subject.boundary.worst, subject.boundary.best) + "".join(
            mark for mark in subject.boundary.modifiers if len(mark) < 3
        )
    needs = _levels(subject.required.lo, subject.required.hi) if subject.boundary is not None else "-"
    return (
        subject.verdict if subject.verdict in ("pass", "warn") else subject.verdict.upper(),
        has,
        needs,
        _score(subject, "image_age"),
        _score(subject, "package_freshness"),
        visible(subject.id),
    )


def _levels(lo: int, hi: int) -> str:
    return f"L{lo}" if lo == hi else f"L{lo}..L{hi}"


def _score(subject: SubjectReport, dimension: Dimension) -> str:
    line = subject.scores.get(dimension)
    if line is None or not line.asked or line.score is None:
        return "-"
    return str(line.score.lo) if line.score.lo == line.score.hi else f"{line.score.lo}..{line.score.hi}"


def _subject(subject: SubjectReport, paint: Paint, *, verbose: bool) -> Iterator[str]:
    label = subject.verdict.upper()
    declared = subject.sensitivity.cls or ("declared" if subject.sensitivity.declared else "undeclared")
    yield f"{paint(label, subject.verdict)}  {paint(visible(subject.id), 'bold')}  ({declared})"
    for reason in subject.reasons:
        if verbose or not (reason.known or subject.is_repeated(reason)):
            yield f"  {_place(reason.at)}  {visible(reason.text)}{' (known)' if reason.known else ''}"
    yield from _escapes(subject, paint, verbose=verbose)
    yield from _arithmetic(subject, paint, verbose=verbose)
    if verbose:
        from gate.reporters.clocks import lines as dated
        from gate.reporters.lag import lines as behind

        yield from (paint(f"        {one}", "dim") for one in (*dated(subject), *behind(subject)))
    yield from _upkeep(subject, paint, verbose=verbose)
    if subject.scans is not None:
        from gate.reporters.witnesses import lines

        yield from (paint(f"        {line}", "dim") for line in lines(subject.scans, verbose=verbose))
    # What the boundary lacks is the first reason already.
    findings = [finding for finding in subject.findings if finding.rule != WEAK_BOUNDARY]
    shown = [finding for finding in findings if verbose or (finding.blocks and not finding.known)]
    for one in shown if verbose else together(shown):
        if isinstance(one, Doubt):
            yield f"  {_place(one.at)}  {paint('?', 'undecided')}  {visible(one.text)}"
            continue
        mark = _mark(one, subject, paint) if verbose else ""
        yield f"{_finding(one, paint)}{_like_it(one, subject)}{mark}"
        yield from _origin(one, paint)
    unsaid = [one for one in findings if not (one.blocks or one.known or one.outcome == "excepted")]
    if notes := 0 if verbose else len(unsaid):
        counted = "1 more note that changes" if notes == 1 else f"{notes} more notes that change"
        yield paint(f"  {counted} nothing here (--verbose)", "dim")
    if not subject.suggestions:
        demanded = {one.remedy: None for one in shown if any(reason.repeats(one) for reason in subject.reasons)}
        yield from (f"  {paint('next', 'pass')}  {visible(remedy)}" for remedy in demanded)
    for suggestion in subject.suggestions[: 3 if verbose else 0 if _is_old(subject) else 2]:
        yield from _suggestion(suggestion, paint)


def _escapes(subject: SubjectReport, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """Count the ways out that are open, and on request list what is open or may be."""
    escapes = subject.escapes
    if escapes is None or not (escapes.open or verbose):
        return
    named = f" ({', '.join(escapes.open)})" if escapes.open else ""
    yield paint(f"  escape paths open: {len(escapes.open)}{named}", "dim")
    for line in escapes.table if verbose else ():
        if line.state in ("open", "undecided"):
            text = f"{line.id} {line.state}: {line.title}, since {line.text}"
            yield paint(f"        {_place(line.at)}  {visible(text)}", "dim")


def _arithmetic(subject: SubjectReport, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """Show what was taken off the scores that are too low."""
    known = () if verbose else [reason.rule for reason in subject.reasons if reason.known]
    for dimension, line in subject.scores.items():
        too_low = line.asked and line.score and line.threshold and line.score.lo < line.threshold.minimum
        if not too_low or line.score is None or dimension == "isolation_fitness" or dimension in known:
            continue
        for one in line.score.deductions:
            if one.worst:
                points = _points(one.worst) if one.best == one.worst else f"{_points(one.best)}..{_points(one.worst)}"
                place = f"  {_place(one.at)}" if one.at is not None else ""
                yield paint(f"        -{points}  {visible(one.text)}{place}", "dim")


def _upkeep(subject: SubjectReport, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """Say when an age that nothing stops falls below its threshold, and on request what keeps the subject."""
    if not subject.cadence:
        return
    from gate.freshness.cadence import text

    for dimension, line in subject.scores.items():
        when = line.projection
        if when is not None and line.threshold is not None:
            days = f"between {when.first} and {when.last}" if when.last and when.last != when.first else when.first
            said = f"falls below {line.threshold.minimum} {days if when.last else f'not before {when.first}'}"
            said = said if when.first else f"stays above {line.threshold.minimum} for ten years"
            yield paint(f"        {dimension.replace('_', ' ')} {said}, unless it is built again", "dim")
    for one in subject.cadence if verbose else ():
        for keeper in one.keepers:
            yield paint(f"        {visible(text(keeper))}{': ' if keeper.doubt else ''}{visible(keeper.doubt)}", "dim")


def _points(hundredths: int) -> str:
    return f"{hundredths / 100:g}"


def _finding(finding: Finding, paint: Paint) -> str:
    mark = {"undecided": "?", "excepted": "excepted"}.get(finding.outcome, finding.severity)
    mark = f"known {mark}" if finding.known else mark
    style: Verdict = "undecided" if finding.outcome == "undecided" else "fail" if finding.blocks else "warn"
    return f"  {_place(finding.at)}  {paint(mark, style)}  {finding.rule} {visible(finding.message)}"


def _origin(finding: Finding, paint: Paint) -> Iterator[str]:
    """Say which line of a recipe brought what is found in an image, and where the image is deployed."""
    said = [f"brought by {visible(str(finding.brought_by))}"] if finding.brought_by is not None else []
    said += [f"deployed by {', '.join(visible(str(at)) for at in finding.deployed_by)}"] if finding.deployed_by else []
    if said:
        yield paint(f"        {', '.join(said)}", "dim")


def _is_old(subject: SubjectReport) -> bool:
    """Say whether a subject only warns, and what keeps it below its level is known."""
    keeping = [finding.known for finding in subject.findings if finding.blocks and finding.rule != WEAK_BOUNDARY]
    return subject.verdict == "warn" and bool(keeping) and all(keeping)


def _like_it(finding: Finding, subject: SubjectReport) -> str:
    known = subject.known_like(finding)
    return f" (known like it: {known})" if known else ""


def _mark(finding: Finding, subject: SubjectReport, paint: Paint) -> str:
    """Show what an exception may name to permit just this finding."""
    from gate.model.fingerprint import fingerprint

    return paint(f"  {fingerprint(finding, subject.at.path)}", "dim")


def _place(at: Location) -> str:
    return f"{visible(at.path)}:{at.line}:{at.column}" + (f" ({visible(at.rendered)})" if at.rendered else "")


def _suggestion(suggestion: Suggestion, paint: Paint) -> Iterator[str]:
    yield f"  {paint('next', 'pass')}  {visible(suggestion.title)} (reaches {suggestion.reaches})"
    for line in suggestion.snippet.splitlines():
        yield f"        {visible(line)}"
    for text in suggestion.preconditions:
        yield f"        needs: {visible(text)}"
    for text in suggestion.costs:
        yield f"        costs: {visible(text)}"


def _ledger(report: Report, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """List what was found about the run as a whole, and what was not understood."""
    coverage = report.coverage
    for finding in report.findings:
        yield f"{_finding(finding, paint)}{', which the policy fails' if finding.blocks else ''}"
        if finding.blocks and finding.remedy:
            yield f"  {paint('next', 'pass')}  {visible(finding.remedy)}"
    for change in report.trusted.changes if report.trusted else ():
        if not change.weakens:
            text = f"this change {visible(change.text)}; that counts once it is merged"
            yield paint(f"  {_place(change.at)}  {text}", "dim")
    if coverage.not_understood:
        yield ""
        yield paint("not understood", "undecided")
        yield from _not_understood(coverage.not_understood, verbose=verbose)


def _not_understood(gaps: tuple[NotUnderstood, ...], *, verbose: bool) -> Iterator[str]:
    """List what was not understood: a reason that many files share is said once, with the first of them."""
    alike: dict[tuple[str, str], list[tuple[str, list[int]]]] = {}
    for (path, reason, remedy), lines in _gaps(gaps).items():
        alike.setdefault((reason, remedy), []).append((path, lines))
    for (reason, remedy), places in alike.items():
        shown = places if verbose or len(places) <= FEW else places[:1]
        for path, lines in shown:
            more, files = len(lines) - 1, len(places) - len(shown)
            others = f" (and on {more} more line{'' if more == 1 else 's'})" if more else ""
            others += f" (and in {files} more files; --verbose)" if files else ""
            yield f"  {visible(path)}:{lines[0]}  {visible(reason)}{others}"
            if remedy:
                yield f"        {visible(remedy)}"


def _gaps(gaps: Iterable[NotUnderstood]) -> dict[tuple[str, str, str], list[int]]:
    """Return the lines of each file that are not understood for one reason."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for gap in gaps:
        found.setdefault((gap.at.path, gap.reason, gap.remedy), []).append(gap.at.line)
    return found


def _excepted(report: Report, paint: Paint) -> Iterator[str]:
    """List what is excepted, once for each exception and subject, whoever answers for it, and until when."""
    lines: dict[str, int] = {}
    for subject in report.subjects:
        for finding in subject.findings:
            if finding.outcome == "excepted":
                line = f"{finding.rule}  {visible(subject.id)}  {visible(_excuse(finding))}"
                lines[line] = lines.get(line, 0) + 1
    if lines:
        yield ""
        yield paint("excepted", "bold")
    for line, count in lines.items():
        yield f"  {line}" + (f" ({count} findings)" if count > 1 else "")


def _excuse(finding: Finding) -> str:
    """Say who permits it and until when; what no exception of the declaration permits says so itself."""
    if not finding.permitted_by:
        return finding.message
    grant = finding.permitted_by[0]
    what = f"{grant.vulnerability} " if grant.vulnerability else ""
    ticket = f" ({grant.ticket})" if grant.ticket else ""
    return f"{what}until {grant.expires}, {grant.owner}: {grant.reason}{ticket}"


def _requirements(report: Report, paint: Paint) -> Iterator[str]:
    """Explain each requirement that somebody missed or may miss, once."""
    missed = {
        because.rule: because
        for subject in report.subjects
        if subject.boundary is not None and subject.boundary.worst < subject.required.hi and subject.verdict != "pass"
        for because in subject.required.because
        if because.level in (f"L{subject.required.lo}", f"L{subject.required.hi}")
    }
    if missed:
        yield ""
        yield paint("requirements", "bold")
    for rule, because in sorted(missed.items(), key=lambda pair: (len(pair[0]), pair[0])):
        yield f"  {rule}  {because.level}  {visible(because.text)}"
        yield paint(f"          {visible(because.source)}", "dim")


def _summary(report: Report, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """Count everything; what was skipped is listed as well where the list is short."""
    coverage = report.coverage
    listed = verbose or len(coverage.skipped) <= FEW
    for skipped in coverage.skipped if listed else ():
        yield f"  skipped {visible(skipped.at.path)}:{skipped.at.line}: {visible(skipped.reason)}"
    yield from _suppressions(report, paint, verbose=verbose)
    yield from (f"  {line}" for line in led(report.fetched))
    yield from _baseline(report, paint)
    counts = {
        verdict: sum(s.verdict == verdict for s in report.subjects) for verdict in ("fail", "undecided", "warn", "pass")
    }
    tally = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    tally = ", ".join(part for part in (tally, _besides(report)) if part) or "nothing to judge"
    files = f"{coverage.read} of {coverage.seen} files read"
    rest = f", {len(coverage.skipped)} skipped{'' if listed else ' (--verbose)'}" if coverage.skipped else ""
    gaps = f", {len(coverage.not_understood)} not understood" if coverage.not_understood else ""
    yield paint(f"  {summed(report.tables)}", "dim")
    if report.tables.notes:
        yield paint(f"  {noted(report.tables)}", "warn")
    label = paint(report.verdict.upper(), report.verdict)
    side = f" from {visible(report.trusted.name)}" if report.trusted else ""
    side += f", against {visible(report.against.name)} at {report.against.commit[:12]}" if report.against else ""
    yield f"{label}  {tally}  ({files}{rest}{gaps}; policy {report.policy}{side}, stage {report.stage})"


def _besides(report: Report) -> str:
    """Count what fails beside the subjects; where there are none, all that was found."""
    if report.against and not report.subjects and not report.findings:
        return "nothing is worse"
    failing = sum(finding.blocks for finding in report.findings)
    found = failing or (0 if report.subjects else len(report.findings))
    said = f"{found} {'failing ' if failing else ''}finding{'' if found == 1 else 's'}"
    return "" if not found else said if report.subjects else f"no subject, {said}"


def _baseline(report: Report, paint: Paint) -> Iterator[str]:
    """Count what is known, and say how to go on with what no baseline hides."""
    line = report.baseline
    if line is None:
        return
    since = f"known since {line.written}" if line.written else "known: the trusted commit holds no baseline"
    became = "" if line.added is None else f" written: {line.added:,} added, {line.removed:,} removed"
    yield f"  {line.used:,} {since} (baseline {visible(line.path)}{became})"
    if any(_decides(reason, subject) for subject in report.subjects for reason in subject.reasons):
        text = "what a boundary lacks is hidden by no baseline: mend it, or permit it for a time with `gate except`"
        yield paint(f"  {text}", "dim")


def _decides(reason: Reason, subject: SubjectReport) -> bool:
    return reason.veto and subject.verdict in ("fail", "undecided")


def _suppressions(report: Report, paint: Paint, *, verbose: bool) -> Iterator[str]:
    """Say that other tools were told to look away, and on request where."""
    found = report.coverage.suppressions
    for one in found if verbose else ():
        yield paint(f"  changes nothing here: {_place(one.at)}  a comment of {one.tool}", "dim")
    if found and not verbose:
        several = f"{len(found)} comments of other tools change"
        counted = "1 comment of another tool changes" if len(found) == 1 else several
        yield paint(f"  {counted} nothing here (--verbose)", "dim")
