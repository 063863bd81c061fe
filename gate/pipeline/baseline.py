"""The baseline of a run: read from the trusted side, held against what was found, and written anew when asked."""

from __future__ import annotations

import os

from gate import __version__
from gate.model.baseline import Baseline
from gate.model.errors import UsageError
from gate.model.location import whole_file
from gate.model.record import replace
from gate.model.report import BaselineLine, Change
from gate.pipeline.known import each, found
from gate.pipeline.matching import Matching
from gate.pipeline.named import opened, whereabouts
from gate.policy.baseline import key, line, load_baseline, written
from gate.verdict import gravest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gate.model.baseline import Entry
    from gate.model.policy import Policy
    from gate.model.reader import Subject
    from gate.model.report import Reason, SubjectReport, Verdict
    from gate.model.rule import Finding
    from gate.model.source import Source
    from gate.pipeline.files import Files
    from gate.pipeline.known import Found, Judged
    from gate.pipeline.options import Options
    from gate.pipeline.trees import AnyFiles

#: The name that a baseline has where nobody gives it another; it is never found by itself.
DEFAULT = ".gate-baseline.json"

#: The score that says nothing where a requirement of the boundary has said it.
FITNESS = "isolation_fitness"


class View:
    """Which files are in the tree, and which of them a run looked at."""

    __slots__ = ("_blind", "_paths", "_root", "_subjects", "built", "files")

    def __init__(self, root: str, paths: Sequence[str], judged: Sequence[Judged], gaps: frozenset[str]) -> None:
        """Take the root, the paths that were named, what was judged, and the paths that were not understood."""
        self._root = root
        self._paths = paths
        self._blind = gaps
        self._subjects = {one.report.id: one.report for one in judged}
        self.files = {one.path for one in judged}
        self.built = any(one.built for one in judged)

    def exists(self, path: str) -> bool:
        """Say whether a file is still there; one that was judged may be outside of the tree."""
        return path in self.files or os.path.lexists(os.path.join(self._root, path))

    def asked(self, entry: Entry) -> bool:
        """Say whether this run would have found again what an entry speaks of."""
        subject = self._subjects.get(entry.subject)
        if entry.score is not None and subject is not None and not _is_told(subject, entry.rule):
            return False
        if entry.built:
            return entry.path in self.files or (self.built and not self.exists(entry.path))
        return subject is not None or self._is_below(entry.path)

    def _is_below(self, path: str) -> bool:
        return any(_holds(named, path) for named in self._paths) and not any(_holds(gap, path) for gap in self._blind)


def _holds(folder: str, path: str) -> bool:
    return folder in ("", ".", path) or path.startswith(f"{folder}/")


def _is_told(report: SubjectReport, dimension: str) -> bool:
    """Say whether a score is asked for here, and no requirement of the boundary speaks in its place."""
    line = report.scores.get(dimension)  # type: ignore[call-overload]
    return line is not None and line.asked and not (dimension == FITNESS and any(one.veto for one in report.reasons))


class Known:
    """The baseline that a run was given, and what came of it once everything was judged.

    `text` is what to write to `target`; both are empty where nothing is to be written.
    """

    __slots__ = ("baseline", "findings", "line", "source", "target", "text")

    def __init__(self, files: AnyFiles, working: Files, options: Options) -> None:
        """Read it from the trusted side; raise UsageError where it is not there, unless it is about to be written.

        What only the working tree holds knows nothing yet.
        """
        self.source, target = _found(files, options)
        self.target = target if options.write_baseline else ""
        self.text = ""
        self.findings: tuple[Finding, ...] = ()
        path = options.baseline or DEFAULT
        if self.source is not None:
            self.baseline = load_baseline(self.source)
        elif options.write_baseline or (files is not working and _found(working, options)[0] is not None):
            self.baseline = Baseline(path, __version__, "", "", "", "", ())
        else:
            remedy = "write it first, with `gate check --write-baseline`"
            raise UsageError(f"there is no baseline {path}", remedy=remedy)
        self.line = BaselineLine(self.baseline.path, self.baseline.written, len(self.baseline.entries), 0, 0)

    def marked(self, judged: Sequence[Judged], view: View, head: Baseline) -> tuple[SubjectReport, ...]:
        """Return the reports with what is known marked; `head` is what a baseline of this run would say of itself."""
        listed = found(judged)
        matching = Matching(self.baseline.entries, listed, view.exists)
        if self.target:
            known = self._rewritten(view, head, listed, matching)
        else:
            known = {number for number in matching.known if listed[number].hideable}
            stale = [
                entry
                for entry, left in zip(self.baseline.entries, matching.left, strict=True)
                if left and self.baseline.stage == head.stage and view.asked(entry)
            ]
            self.line = replace(self.line, used=len(known), stale=len(stale))
            self.findings = tuple(self._stale(stale))
        return _all_marked(judged, listed, known)

    def marked_in_part(
        self,
        subjects: Sequence[tuple[Subject, Policy]],
        reports: Sequence[SubjectReport],
        exists: Callable[[str], bool],
    ) -> tuple[SubjectReport, ...]:
        """Mark what is known of some of the subjects, which tells nothing of entries that the others may need."""
        judged = each(subjects, reports)
        listed = found(judged)
        known = {one for one in Matching(self.baseline.entries, listed, exists).known if listed[one].hideable}
        self.line = replace(self.line, used=len(known))
        return _all_marked(judged, listed, known)

    def _rewritten(self, view: View, head: Baseline, listed: list[Found], matching: Matching) -> set[int]:
        """Take in all that is there, keep what this run was not asked for, and return what is known now."""
        old = self.baseline.entries
        known = {number for number, one in enumerate(listed) if one.hideable}
        fresh = {key(one): one for one in _counted(one.entry for one in listed)}
        kept = [entry for entry in old if not view.asked(entry) and key(entry) not in fresh]
        new = replace(head, path=self.baseline.path, entries=(*kept, *fresh.values()))
        added = len(listed) - len(matching.known)
        removed = added + _total(old) - _total(new.entries)
        self.text = written(new)
        self.line = BaselineLine(new.path, new.written, len(new.entries), len(known), 0, added, removed)
        return known

    def _stale(self, entries: list[Entry]) -> Iterator[Finding]:
        if not entries:
            return
        from gate.pipeline.remarks import about

        count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
        there = "what it knows is there no more" if len(entries) == 1 else "what they know is there no more"
        text = f"{count} of {len(self.baseline.entries)} in the baseline: {there}, or less often"
        yield about("DCL020", text, min(entries, key=lambda one: one.at.start).at)

    def proposed(self, working: Files, options: Options) -> Iterator[Change]:
        """Say what the change would do to the baseline; raise UsageError where its own cannot be used."""
        source, _target = _found(working, options)
        if source is None:
            yield Change("removes the baseline", whole_file(self.baseline.path), weakens=False)
            return
        was, will = _by_value(self.baseline), _by_value(load_baseline(source))
        added = [entry for said, entry in will.items() if said not in was]
        removed = len(was.keys() - will.keys())
        if added:
            text = f"adds {_entries(len(added))} to the baseline{f' and removes {removed}' if removed else ''}"
            yield Change(text, added[0].at, weakens=True)
        elif removed:
            yield Change(f"removes {_entries(removed)} from the baseline", whole_file(source.path), weakens=False)


def _found(files: AnyFiles, options: Options) -> tuple[Source | None, str]:
    """Find the baseline and the path to write it to: where it stands, else where the command line says."""
    if not options.baseline:
        return opened(files, DEFAULT, "baseline"), os.path.join(files.root, DEFAULT)
    return whereabouts(files, options.baseline, "baseline") or (None, os.path.realpath(options.baseline))


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _by_value(baseline: Baseline) -> dict[str, Entry]:
    """Return the entries by what they say, wherever they say it."""
    return {line(entry): entry for entry in baseline.entries}


def _counted(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Join what is found several times into one entry."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    for same in groups.values():
        yield replace(same[0], count=len(same))


def _total(entries: Iterable[Entry]) -> int:
    return sum(entry.count for entry in entries)


def _all_marked(judged: Sequence[Judged], listed: list[Found], known: set[int]) -> tuple[SubjectReport, ...]:
    findings: list[set[int]] = [set() for _one in judged]
    scores: list[set[int]] = [set() for _one in judged]
    for number in known:
        one = listed[number]
        (findings if one.entry.score is None else scores)[one.subject].add(one.index)
    return tuple(
        _marked(subject, findings[number], scores[number]) if findings[number] or scores[number] else subject.report
        for number, subject in enumerate(judged)
    )


def _marked(subject: Judged, findings: set[int], scores: set[int]) -> SubjectReport:
    """Mark these findings and reasons, with the reasons that repeat a finding, and settle the verdict without them."""
    report = subject.report
    told = tuple(
        replace(finding, known=True) if index in findings else finding for index, finding in enumerate(report.findings)
    )
    required = [finding for finding in told if finding.known and finding.rule in subject.policy.require]
    reasons = tuple(
        replace(reason, known=True) if index in scores or any(reason.repeats(one) for one in required) else reason
        for index, reason in enumerate(report.reasons)
    )
    return replace(report, findings=told, reasons=reasons, verdict=_settled(subject, reasons))


def _settled(subject: Judged, reasons: tuple[Reason, ...]) -> Verdict:
    """Weigh what is left, as `gate.verdict` weighs it all: known debts only warn."""
    report, policy = subject.report, subject.policy
    left = [reason for reason in reasons if not reason.known]
    if len(left) == len(reasons):
        return report.verdict
    demanded = gravest(reason.verdict for reason in left if reason.rule in policy.require)
    others = gravest(reason.verdict for reason in left if reason.rule not in policy.require)
    if others == "fail" and not report.sensitivity.declared and policy.undeclared == "warn" and not _is_host(report):
        others = "warn"
    return gravest(("warn", demanded, others))


def _is_host(report: SubjectReport) -> bool:
    """Say whether the subject certainly is the host, which counts even where nobody declared it."""
    at_best = report.boundary.best if report.boundary is not None else 1
    return report.verdict == "fail" and at_best == 0 and not report.sensitivity.role
