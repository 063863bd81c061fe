"""Applies the exceptions of the declarations, and says what became of each: none is ever silent."""

from __future__ import annotations

from gate.model.report import ExceptionLine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from gate.model.policy import DeclaredWorkload, Grant, Malformed, Policy
    from gate.model.reader import Subject
    from gate.model.report import ExceptionState, SubjectReport
    from gate.model.rule import Finding
    from gate.model.sensitivity import Sensitivity
    from gate.pipeline.declarations import Declarations

    OutOfForce = Literal["", "expired", "not-yet", "refused"]
    Extent = tuple[str, tuple[str, str], tuple[str, str], str]

#: The class whose bound on exceptions counts for a workload that states none: the shortest one.
CLASS_OF_THE_SILENT = "restricted"

#: The rules that ask scanners' reports: where none was given, nothing says that an exception is not needed.
OF_REPORTS = frozenset({"PKG009", "PKG010", "PKG011"})

#: Subjects of one name from which on an exception is said to be too broad: our judgement of what somebody has looked
#: at one by one. It is in force all the same: a verdict on one subject must not hang on how many others there are.
MOST_SUBJECTS = 20


#: Rules that do not exist for which the nearest name is looked up in one run.
MOST_ASKED = 20


class Exceptions:
    """The grants of one run with what they were applied to, and used for."""

    __slots__ = (
        "_asked",
        "_at",
        "_declarations",
        "_firsts",
        "_longest",
        "_looked",
        "_named",
        "_never",
        "_now",
        "_subjects",
        "_used",
    )

    def __init__(self, declarations: Declarations, now: str) -> None:
        """Take the declarations, and the day in UTC."""
        self._declarations = declarations
        self._now = now
        self._named: dict[str, dict[str, list[Grant]]] = {}
        self._at: dict[str, tuple[Grant, ...]] = {}
        self._subjects: dict[Grant, list[str]] = {}
        self._looked: set[Grant] = set()
        self._used: dict[Grant, dict[str, list[Finding]]] = {}
        self._longest: dict[Grant, int] = {}
        self._never: dict[Grant, str] = {}
        self._firsts: dict[Extent, Grant] | None = None
        self._asked = 0

    def of(
        self, subject: Subject, entries: tuple[DeclaredWorkload, ...], sensitivity: Sensitivity, policy: Policy
    ) -> tuple[Grant, ...]:
        """Return the exceptions in force for a subject."""
        longest = policy.longest_exception[bounding(entries, sensitivity)]
        in_force = []
        for grant in self._naming(subject, entries):
            if self._state(grant):
                continue
            if grant.rule in policy.never_excepted:
                self._never[grant] = grant.rule
            elif term(grant) > longest:
                self._longest[grant] = longest
            else:
                in_force.append(grant)
                self._subjects.setdefault(grant, []).append(subject.id)
        self._at[subject.id] = tuple(in_force)
        return self._at[subject.id]

    def note(self, report: SubjectReport, policy: Policy, *, scanned: bool) -> None:
        """Remember what a judged subject made use of, and what the policy keeps it from using.

        `scanned` says that a scanner reported of it.
        """
        for grant in self._at[report.id]:
            if scanned or not (grant.vulnerability or grant.rule in OF_REPORTS):
                self._looked.add(grant)
        for finding in report.findings:
            for grant in finding.permitted_by:
                self._used.setdefault(grant, {}).setdefault(report.id, []).append(finding)
            if finding.rule in policy.never_excepted:
                for grant in self._at[report.id]:
                    if matches(grant, finding, report.at.path):
                        self._never[grant] = finding.rule

    def lines(self) -> tuple[ExceptionLine, ...]:
        """Return every exception with what became of it."""
        return tuple(
            ExceptionLine(grant, self._became(grant), tuple(self._used.get(grant, ()))) for grant in self._grants()
        )

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for every exception that does not count, that is too broad, or that nothing needs."""
        for declaration in self._declarations.loaded:
            yield from map(_malformed, declaration.malformed)
        for grant in self._grants():
            yield from self._about(grant)

    def _about(self, grant: Grant) -> Iterator[Finding]:
        state = self._became(grant)
        if _is_unknown(grant.rule):
            yield _remark("DCL009", grant, f"is not taken: there is no rule {grant.rule}{self._nearest(grant.rule)}")
        elif state == "expired":
            yield _remark("DCL002", grant, f"ended on {grant.expires}")
        elif state == "not-yet":
            yield _remark("DCL003", grant, f"begins on {grant.created}")
        elif grant in self._never or (state == "refused" and grant not in self._longest):
            rule = self._never.get(grant, grant.rule)
            why = "may not be excepted from" if grant in self._never else f"asks about {what_it_asks(rule)} itself"
            yield _remark("DCL012", grant, f"is not taken: {rule} {why}")
        if grant in self._longest:
            text = f"is longer than the {self._longest[grant]} days that the policy allows for this class"
            yield _remark("DCL004", grant, text)
        if len(self._subjects.get(grant, ())) > MOST_SUBJECTS:
            yield _remark("DCL010", grant, f"speaks of {len(self._subjects[grant])} subjects at once")
        wider = self._shadow(grant)
        if wider is not None:
            yield _remark("DCL011", grant, f"permits nothing that the one in line {wider.at.line} does not")
        elif state == "unused" and grant in self._looked:
            gone = "fits no finding any more" if grant.fingerprint else "permits nothing that it does"
            yield _remark("DCL005", grant, gone)

    def _nearest(self, rule: str) -> str:
        """Ask whether another rule was meant, of as many as somebody would read: to look is slow."""
        self._asked += 1
        if self._asked > MOST_ASKED:
            return ""
        from gate.pipeline.pages import nearest_rule

        near = nearest_rule(rule)
        return f", {near}" if near else ""

    def _naming(self, subject: Subject, entries: tuple[DeclaredWorkload, ...]) -> list[Grant]:
        """Return the exceptions that name a subject, in the order of the file."""
        declaration = self._declarations.of(subject.at.path)
        if not declaration.exceptions:
            return []
        if declaration.path not in self._named:
            named: dict[str, list[Grant]] = {}
            for grant in declaration.exceptions:
                named.setdefault(grant.subject or grant.workload, []).append(grant)
            self._named[declaration.path] = named
        known = self._named[declaration.path]
        names = dict.fromkeys([subject.name, *(entry.name for entry in entries)])
        found = [grant for name in names for grant in known.get(name, ()) if grant.workload]
        found += (grant for grant in known.get(subject.id, ()) if grant.subject)
        # What a change moves takes nothing up that it was not given where it stood.
        for place in self._declarations.former.get(subject.at.path, ()):
            given = {_extent(grant)[1:] for grant in self._declarations.of(place).exceptions}
            found = [grant for grant in found if _extent(grant)[1:] in given]
        return sorted(found, key=lambda grant: grant.at.start)

    def _grants(self) -> Iterator[Grant]:
        for declaration in self._declarations.loaded:
            yield from declaration.exceptions

    def _became(self, grant: Grant) -> ExceptionState:
        state = self._state(grant)
        if state:
            return state
        if self._shadow(grant) is not None:
            return "shadowed"
        if grant in self._used:
            return "used"
        return "refused" if grant in self._longest or grant in self._never else "unused"

    def _state(self, grant: Grant) -> OutOfForce:
        """Say why a grant is not in force for anybody; empty when it is."""
        if _is_unknown(grant.rule) or about_itself(grant.rule):
            return "refused"
        return "expired" if grant.expires < self._now else "not-yet" if grant.created > self._now else ""

    def _counts(self, grant: Grant) -> bool:
        return not self._state(grant) and grant not in self._longest and grant not in self._never

    def _shadow(self, grant: Grant) -> Grant | None:
        """Return another exception in force, of the same declaration, that permits all that this one does.

        Of two that say the same the earlier counts. Otherwise the other has no fingerprint where this one has, or names
        the workload where this one names a subject of it, or names the rule of all that this one was used for.
        """
        if not self._counts(grant):
            return None
        if self._firsts is None:
            self._firsts = {}
            for one in self._grants():
                if self._counts(one):
                    self._firsts.setdefault(_extent(one), one)
        path, what, whom, mark = _extent(grant)
        rules = {finding.rule for found in self._used.get(grant, {}).values() for finding in found}
        names = {one.workload for one in self._at.get(grant.subject, ()) if one.workload}
        wider = (
            (path, permits, named, content)
            for permits in (what, *((rule, "") for rule in rules if len(rules) == 1 and grant.vulnerability))
            for named in (whom, *((name, "") for name in sorted(names)))
            for content in ("", mark)
        )
        return next((other for one in wider if (other := self._firsts.get(one, grant)) != grant), None)


def permitted(
    grants: tuple[Grant, ...], findings: Iterable[Finding], path: str, never: tuple[str, ...]
) -> dict[Finding, tuple[Grant, ...]]:
    """Return the findings that exceptions in force permit, each with those that do.

    `path` is the file of their subject, `never` the rules that none counts for. A fingerprint permits one finding: of
    several that say the same at different places, the first.
    """
    if not grants:
        return {}
    by_place = sorted(
        (one for one in dict.fromkeys(findings) if one.outcome in ("failed", "undecided") and one.rule not in never),
        key=lambda finding: (finding.at.path, finding.at.line, finding.at.column),
    )
    found: dict[Finding, tuple[Grant, ...]] = {}
    for grant in grants:
        matching = [finding for finding in by_place if matches(grant, finding, path)]
        for finding in matching[:1] if grant.fingerprint else matching:
            found[finding] = (*found.get(finding, ()), grant)
    return found


def matches(grant: Grant, finding: Finding, path: str) -> bool:
    """Tell whether an exception speaks of what was found at a subject that it names; `path` is the subject's file."""
    if grant.rule:
        named = grant.rule == finding.rule
    else:
        named = grant.vulnerability.upper() in (alias.upper() for alias in finding.aspects)
    if not named or not grant.fingerprint:
        return named
    from gate.model.fingerprint import fingerprint

    return grant.fingerprint == fingerprint(finding, path)


def bounding(entries: tuple[DeclaredWorkload, ...], sensitivity: Sensitivity) -> str:
    """Return the class whose bound on exceptions counts: the declaration's, since a label would lengthen one."""
    return (sensitivity.cls if entries else "") or CLASS_OF_THE_SILENT


def term(grant: Grant) -> int:
    """Return for how many days a grant is given."""
    from gate.model.days import days

    return days(grant.expires) - days(grant.created)


def worded(grant: Grant) -> str:
    """Name an exception in a sentence."""
    one = f" ({grant.fingerprint})" if grant.fingerprint else ""
    return f"the exception of {grant.workload or grant.subject} from {grant.rule or grant.vulnerability}{one}"


def _extent(grant: Grant) -> Extent:
    what, whom = (grant.rule, grant.vulnerability.upper()), (grant.workload, grant.subject)
    return grant.at.path, what, whom, grant.fingerprint


def about_itself(rule: str) -> bool:
    """Tell whether a rule asks about the declaration, or what else stands beside it, which is no excuse for itself."""
    from gate.rules.registry import RULES

    return rule in RULES and RULES[rule].subject in ("declaration", "cluster", "daemon")


def what_it_asks(rule: str) -> str:
    """Name what a rule asks about that asks about no subject."""
    from gate.rules.registry import RULES

    named = {"cluster": "a cluster", "daemon": "an engine"}
    return named.get(RULES[rule].subject, "the declaration")


def _is_unknown(rule: str) -> bool:
    from gate.rules.registry import RULES

    return bool(rule) and rule not in RULES


def _malformed(entry: Malformed) -> Finding:
    from gate.pipeline.remarks import about

    remedy = f": {entry.remedy}" if entry.remedy else ""
    rule = "DCL010" if entry.broad else "DCL009"
    return about(rule, f"an exception is not taken, because {entry.cause}{remedy}", entry.at)


def _remark(rule: str, grant: Grant, text: str) -> Finding:
    from gate.pipeline.remarks import about

    return about(rule, f"{worded(grant)} {text}", grant.at)
