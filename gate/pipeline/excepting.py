"""`gate except`: writes an exception into the declaration that speaks for a subject, or says why it would not count."""

from __future__ import annotations

import os

from gate.model.errors import UsageError
from gate.model.location import whole_file
from gate.model.policy import Grant
from gate.model.record import Record, replace
from gate.model.source import Source
from gate.pipeline.exceptions import CLASS_OF_THE_SILENT, about_itself, bounding, matches, term, what_it_asks, worded
from gate.pipeline.reading import DECLARATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location
    from gate.model.policy import Declaration
    from gate.model.reader import Subject
    from gate.model.report import Report, SubjectReport
    from gate.model.rule import Finding
    from gate.pipeline.options import Options
    from gate.pipeline.run import Run

#: Days that an exception lasts when nobody says for how long: long enough to plan the work, too short to forget it.
TERM = 30


class Request(Record):
    """What somebody wants excepted: `what` is a rule or a vulnerability, `whom` a subject's id or a name.

    `judged` says what `gate check` was given, whose report this answers; the whole repository is judged for it. `days`
    is 0 and `expires` empty where nobody said.
    """

    what: str
    whom: str
    reason: str
    owner: str
    judged: Options
    days: int = 0
    expires: str = ""
    fingerprint: str = ""
    ticket: str = ""


class Amendment(Record):
    """A declaration before and after: `file` is its absolute path, `before` is empty for a new one."""

    path: str
    file: str
    before: str
    after: str
    notes: tuple[str, ...]


def amendment(request: Request) -> Amendment:
    """Judge the repository, and return what to write; raise UsageError for what would not count."""
    from gate.pipeline.files import root_of
    from gate.pipeline.run import Run

    run = Run(replace(request.judged, paths=(root_of("."),), formats=(), detailed=False))
    return _Case(request, run, run.report()).amendment()


def write(made: Amendment) -> None:
    """Put the declaration in place in one step, with the permissions that it had."""
    partial = f"{made.file}.{os.getpid()}.partial"
    at = whole_file(made.path)
    try:
        with open(partial, "xb") as handle:
            handle.write(_bytes(made.after))
    except OSError as error:
        raise _unwritable(at, error) from None
    try:
        if _content(made.file) != (_bytes(made.before) if made.before else None):
            raise UsageError("has been changed meanwhile", at=at, remedy="try again")
        if made.before:
            os.chmod(partial, os.stat(made.file).st_mode & 0o7777)
        os.replace(partial, made.file)
    except OSError as error:
        raise _unwritable(at, error) from None
    finally:
        if os.path.lexists(partial):
            os.unlink(partial)


def _unwritable(at: Location, error: OSError) -> UsageError:
    cause = f"cannot be written: {(error.strerror or '').lower()}"
    return UsageError(cause, at=at, remedy="make it and its folder writable")


def _content(file: str) -> bytes | None:
    if not os.path.lexists(file):
        return None
    with open(file, "rb") as handle:
        return handle.read()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def diff(made: Amendment) -> Iterator[str]:
    """Yield the lines of a unified diff."""
    from difflib import unified_diff

    sides = (made.before.splitlines(keepends=True), made.after.splitlines(keepends=True))
    former = f"a/{made.path}" if made.before else "/dev/null"
    for line in unified_diff(*sides, former, f"b/{made.path}"):
        yield line.rstrip("\r\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


class _Case:
    """One request beside what the repository came to."""

    __slots__ = ("_report", "_request", "_run", "_subjects")

    def __init__(self, request: Request, run: Run, report: Report) -> None:
        self._request = request
        self._run = run
        self._report = report
        _refuse_itself(_named(request.what)[0])
        self._subjects = self._meant()

    def amendment(self) -> Amendment:
        grant = self._grant()
        self._check_rule(grant)
        path, source, declaration = self._declaration()
        self._check_term(grant)
        notes = [*self._check_found(grant), *self._check_shadow(grant, declaration)]
        after = _amended(path, source, declaration, grant)
        before = source.text if source is not None else ""
        return Amendment(path, self._file(path), before, after, tuple(notes))

    def _file(self, path: str) -> str:
        from gate.pipeline.named import whereabouts

        named = self._run.options.declaration
        found = whereabouts(self._run.files, named, "declaration") if named else None
        return found[1] if found is not None else os.path.join(self._run.files.root, path)

    def _meant(self) -> list[tuple[Subject, SubjectReport]]:
        """Find whom the request names; raise UsageError with what was probably meant when nobody is."""
        whom = self._request.whom
        names: dict[str, list[tuple[Subject, SubjectReport]]] = {}
        judged = list(zip(self._run.linked.subjects, self._report.subjects, strict=True))
        for subject, report in judged:
            if subject.id == whom:
                return [(subject, report)]
            entries = self._run.linked.entries(subject)
            for name in {subject.name, *(entry.name for entry in entries)}:
                names.setdefault(name, []).append((subject, report))
        if whom in names:
            return names[whom]
        from difflib import get_close_matches

        near = get_close_matches(whom, [*names, *(subject.id for subject, _report in judged)], 3)
        meant = f"did you mean {' or '.join(near)}?" if near else "`gate check` lists the subjects"
        raise UsageError(f"there is no subject and no workload {whom}", remedy=meant)

    def _grant(self) -> Grant:
        from gate.model.days import days, iso

        request = self._request
        rule, vulnerability = _named(request.what)
        is_id = any(subject.id == request.whom for subject, _report in self._subjects)
        last = request.expires or iso(days(request.judged.now) + (request.days or min(TERM, *self._longest())))
        return Grant(
            rule,
            "" if is_id else request.whom,
            request.reason,
            request.owner,
            request.judged.now,
            last,
            whole_file(DECLARATION),
            vulnerability,
            request.whom if is_id else "",
            request.fingerprint,
            request.ticket,
        )

    def _longest(self) -> list[int]:
        return [
            self._run.declarations.policy_of(subject.at.path).longest_exception[
                bounding(self._run.linked.entries(subject), report.sensitivity)
            ]
            for subject, report in self._subjects
        ]

    def _check_rule(self, grant: Grant) -> None:
        for subject, _report in self._subjects:
            policy = self._run.declarations.policy_of(subject.at.path)
            if grant.rule in policy.never_excepted:
                remedy = "fix what the rule finds"
                raise UsageError(f"policy {policy.name} lets nobody be excepted from {grant.rule}", remedy=remedy)

    def _check_term(self, grant: Grant) -> None:
        if grant.expires < grant.created:
            raise UsageError(f"{grant.expires} is over", remedy="name a day to come")
        for (subject, report), longest in zip(self._subjects, self._longest(), strict=True):
            if term(grant) > longest:
                cls = report.sensitivity.cls if self._run.linked.entries(subject) else ""
                stated = cls or f"not declared, and counts as {CLASS_OF_THE_SILENT}"
                cause = (
                    f"{term(grant)} days are more than the {longest} that the policy allows: {subject.id} is {stated}"
                )
                raise UsageError(cause, remedy=f"write --days {longest}, or less")

    def _found(self, grant: Grant) -> list[tuple[Finding, str]]:
        """Return what such an exception speaks of, with the file of its subject."""
        return [
            (finding, report.at.path)
            for _subject, report in self._subjects
            for finding in report.findings
            if finding.outcome in ("failed", "undecided", "excepted") and matches(grant, finding, report.at.path)
        ]

    def _check_found(self, grant: Grant) -> Iterator[str]:
        """Compare with what was found; what only other inputs would show may be excepted all the same."""
        found = self._found(replace(grant, fingerprint=""))
        what = grant.rule or grant.vulnerability
        if not found:
            yield f"{what} is not found there now, so the exception permits nothing yet"
        elif grant.fingerprint and not self._found(grant):
            from gate.model.fingerprint import fingerprint

            there = sorted({fingerprint(finding, path) for finding, path in found})
            remedy = f"those of {what} there are: {', '.join(there)}"
            raise UsageError(f"nothing there has the fingerprint {grant.fingerprint}", remedy=remedy)

    def _check_shadow(self, grant: Grant, declaration: Declaration | None) -> Iterator[str]:
        """Refuse what another exception in force permits already, and name those that this one would make needless."""
        counting = {line.grant for line in self._report.exceptions if line.state in ("used", "unused", "shadowed")}
        names = self._names() if grant.subject else set()
        rules = {finding.rule for finding, _path in self._found(grant)} if grant.vulnerability else set()
        for other in declaration.exceptions if declaration is not None else ():
            if other in counting:
                if _covers(other, grant, names, rules):
                    cause = f"{worded(other)} permits it already, until {other.expires}"
                    raise UsageError(cause, at=other.at, remedy="prolong or change that one")
                if _covers(grant, other, {grant.workload} if self._is_among(other.subject) else set(), set()):
                    yield f"the exception in line {other.at.line} permits nothing more than this one"

    def _names(self) -> set[str]:
        return {
            name
            for subject, _report in self._subjects
            for name in (subject.name, *(entry.name for entry in self._run.linked.entries(subject)))
        }

    def _is_among(self, subject_id: str) -> bool:
        return any(subject.id == subject_id for subject, _report in self._subjects)

    def _declaration(self) -> tuple[str, Source | None, Declaration | None]:
        """Return the path of the one declaration that speaks for all who are meant, its text and what it says."""
        declarations = self._run.declarations
        speaking = {one.path: one for one in (declarations.of(subject.at.path) for subject, _report in self._subjects)}
        if len(speaking) > 1:
            where = " and ".join(path or "none" for path in sorted(speaking))
            remedy = "name one of its subjects by its id"
            raise UsageError(f"{self._request.whom} is under several declarations: {where}", remedy=remedy)
        ((path, declaration),) = speaking.items()
        return (path, declarations.sources[path], declaration) if path else (DECLARATION, None, None)


#: The keys of an entry, in the order in which they are written.
FIELDS = (
    "rule",
    "vulnerability",
    "workload",
    "subject",
    "fingerprint",
    "reason",
    "owner",
    "ticket",
    "created",
    "expires",
)
STATED = ("reason", "owner", "created", "expires")


def _named(what: str) -> tuple[str, str]:
    """Return the rule or the vulnerability that is meant; raise UsageError for neither."""
    import re

    from gate.pipeline.pages import nearest_rule, rule_named
    from gate.policy.declaration import VULNERABILITY

    rule = rule_named(what)
    if rule:
        return rule, ""
    near = nearest_rule(what)
    if re.fullmatch(VULNERABILITY, what) and any(char.isdigit() for char in what) and not near:
        return "", what
    remedy = near or "`gate explain` lists the rules; a vulnerability is named by its id"
    raise UsageError(f"there is no rule {what}", remedy=remedy)


def _covers(other: Grant, grant: Grant, names: set[str], rules: set[str]) -> bool:
    """Tell whether one permits all that another does.

    `names` are those of the subject that the other one names, `rules` those that find its vulnerability.
    """
    what = (other.rule, other.vulnerability.upper()) == (grant.rule, grant.vulnerability.upper()) or {
        other.rule
    } == rules
    same = (other.workload, other.subject) == (grant.workload, grant.subject)
    return what and (same or other.workload in names) and other.fingerprint in ("", grant.fingerprint)


def _amended(path: str, source: Source | None, declaration: Declaration | None, grant: Grant) -> str:
    """Write the entry, and load the result: it holds all that was there, and this exception."""
    from gate.policy.amending import new_file, with_exception
    from gate.policy.declaration import load_declaration

    fields = {name: getattr(grant, name) for name in FIELDS if getattr(grant, name) or name in STATED}
    by_hand = "write the entry by hand: " + ", ".join(f"{name}: {value}" for name, value in fields.items())
    at = whole_file(path)
    after = with_exception(source, fields) if source is not None else new_file(fields)
    try:
        loaded = load_declaration(Source(path, _bytes(after)))
    except UsageError as error:
        raise UsageError(f"its form leaves no place for an entry: {error.cause}", at=at, remedy=by_hand) from None
    for wrong in loaded.malformed[len(declaration.malformed) if declaration is not None else 0 :]:
        raise UsageError(wrong.cause, remedy=wrong.remedy)
    kept = [_placeless(one) for one in loaded.exceptions]
    former = [_placeless(one) for one in declaration.exceptions] if declaration is not None else []
    if kept != [*former, _placeless(grant)]:
        raise UsageError("its form leaves no place for an entry", at=at, remedy=by_hand)
    return after


def _refuse_itself(rule: str) -> None:
    """Raise UsageError for a rule that asks about no subject, so that there is nobody to permit it to."""
    if about_itself(rule):
        what = what_it_asks(rule)
        remedy = f"correct {what}" if what == "the declaration" else "correct its file, or `exclude` that"
        raise UsageError(f"{rule} asks about {what} itself, which is no excuse for itself", remedy=remedy)


def _placeless(grant: Grant) -> Grant:
    return replace(grant, at=whole_file(""))
