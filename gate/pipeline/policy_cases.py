"""Runs the tests of policies: what a policy says of each case, against what the case expects."""

from __future__ import annotations

import os

from gate.model.errors import InputError, UsageError
from gate.model.record import Record
from gate.model.report import ScoreLine
from gate.model.score import Score
from gate.pipeline.files import Files, root_of
from gate.pipeline.named import whereabouts
from gate.pipeline.packs import Packs
from gate.pipeline.remarks import about
from gate.policy.calendar import in_force, upcoming
from gate.policy.cases import load_cases
from gate.policy.shape import nearest
from gate.requirement import requirement
from gate.rules.registry import RULES
from gate.verdict import demanded, gravest, isolation, scores, settled, thresholds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.boundary.level import Boundary
    from gate.model.location import Location
    from gate.model.policy import Policy
    from gate.model.report import Reason, Requirement, Verdict
    from gate.model.score import Dimension
    from gate.model.source import Source
    from gate.policy.cases import PolicyCase

ENDINGS = (".yaml", ".yml")


class Outcome(Record):
    """How one case came out: `wrong` says in what it is not as expected, and is empty where it is."""

    name: str
    at: Location
    wrong: tuple[str, ...]


class Said(Record):
    """What a policy says of a case."""

    required: Requirement
    reasons: tuple[Reason, ...]
    verdict: Verdict


def outcomes(path: str) -> Iterator[Outcome]:
    """Run the cases of a file, or of every YAML file in a folder; raise UsageError for what is no file of cases."""
    files = Files(root_of("."))
    packs = Packs(files, {})
    for source, full in _sources(files, path):
        for case in load_cases(source):
            _known(case)
            yield Outcome(case.name, case.at, tuple(wrong(case, _policy(packs, case, os.path.dirname(full)))))


def _sources(files: Files, path: str) -> Iterator[tuple[Source, str]]:
    if not os.path.isdir(path):
        found = whereabouts(files, path, "file of cases")
        if found is None:
            raise UsageError(f"there is no file or folder {path}", remedy="name a file of cases, or a folder of such")
        yield found
        return
    tests = Files(os.path.realpath(path))
    names = [name for name in tests.walk("") if name.endswith(ENDINGS)]
    if not names:
        raise UsageError(f"{path} holds no tests of policies", remedy="name a folder of YAML files with `cases`")
    for name in names:
        try:
            source = tests.open(name)
        except InputError as error:
            raise UsageError(f"the file of cases {error.cause}", at=error.at, remedy=error.remedy) from None
        if source is not None:
            shown = os.path.relpath(os.path.join(tests.root, name), files.root)
            yield type(source)(shown.replace(os.sep, "/"), source.data), os.path.join(tests.root, name)


def _known(case: PolicyCase) -> None:
    for rule in case.failed:
        if rule not in RULES:
            raise UsageError(f"there is no rule {rule}", at=case.at, remedy=nearest(rule, tuple(RULES)))


def _policy(packs: Packs, case: PolicyCase, folder: str) -> Policy:
    try:
        policy = packs.policy(case.policy, folder)
    except UsageError as error:
        raise UsageError(error.cause, at=error.at or case.at, remedy=error.remedy) from None
    if policy.dated and not case.day:
        raise UsageError(f"{policy.name} has dates, and the case no day", at=case.at, remedy="add `day: 2027-01-01`")
    return policy


def wrong(case: PolicyCase, policy: Policy) -> Iterator[str]:
    """Say in what a policy does not say what is expected, on the day of the case."""
    current = in_force(policy, case.day) if policy.dated else policy
    now = said(case, current)
    wanted = case.expected
    levels = f"L{now.required.lo}", f"L{now.required.hi}"
    if wanted.level and levels != (wanted.level, wanted.highest):
        yield f"needs {_between(*levels)} and not {_between(wanted.level, wanted.highest)}"
    verdict = now.verdict
    known = {reason.text for reason in now.reasons}
    if policy.dated and any(
        reason.text not in known for _, later in upcoming(policy, case.day) for reason in said(case, later).reasons
    ):
        verdict = gravest((verdict, "warn"))
    if wanted.verdict and wanted.verdict != verdict:
        why = "; ".join(reason.text for reason in now.reasons)
        yield f"the verdict is {verdict} and not {wanted.verdict}" + (f" ({why})" if why else "")
    applying = {because.rule for because in now.required.because if because.certain}
    applying |= {reason.rule for reason in now.reasons if reason.rule in current.require}
    for missing in wanted.because:
        if missing not in applying:
            yield f"{missing} does not apply"
    if wanted.needs is not None and {*wanted.needs} != {*now.required.needs}:
        yield f"needs {_listed(now.required.needs)} beside the level and not {_listed(wanted.needs)}"


def said(case: PolicyCase, policy: Policy) -> Said:
    """Ask a policy about a case as a run would, had the files said the same."""
    required = requirement(policy, case.sensitivity, os=case.os, platform=case.platform)
    boundary = _boundary(case) if case.has else None
    reasons = [
        *(isolation(boundary, required, "the workload") if boundary is not None else ()),
        *scores(_lines(case, policy), case.at),
    ]
    found = [about(rule, f"{rule} fails", case.at) for rule in case.failed]
    also = demanded(found, policy)
    verdicts = [settled(reasons, case.sensitivity, policy, boundary), *(reason.verdict for reason in also)]
    return Said(required, (*reasons, *also), gravest(verdicts))


def _boundary(case: PolicyCase) -> Boundary:
    from gate.boundary.level import Boundary

    level = int(case.has[1:])
    return Boundary(level, level, "proven", "none", (), case.at, "none")


def _lines(case: PolicyCase, policy: Policy) -> dict[Dimension, ScoreLine]:
    least = thresholds(policy, case.sensitivity)
    return {
        dimension: ScoreLine(Score(dimension, lo, hi, ()), least[dimension], asked=True)
        for dimension, (lo, hi) in case.scores.items()
    }


def _between(lo: str, hi: str) -> str:
    return lo if lo == hi else f"{lo} to {hi}"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(sorted(words)) or "nothing"
