"""The answer about one subject: what is required against what is there, and every clause with its place."""

from __future__ import annotations

from gate.model.policy import Threshold
from gate.model.record import replace
from gate.model.report import Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.boundary.level import Boundary
    from gate.model.location import Location
    from gate.model.policy import OnUndecided, Policy
    from gate.model.report import Because, BoundaryLine, Requirement, ScoreLine, Verdict
    from gate.model.rule import Finding
    from gate.model.score import Dimension
    from gate.model.sensitivity import Sensitivity

#: From the mildest to the gravest; the verdict on several things is the gravest of them.
ORDER: tuple[Verdict, ...] = ("pass", "warn", "undecided", "fail")

#: The rule that says of a workload as a whole that its boundary is not enough.
WEAK_BOUNDARY = "ISO048"

#: Thresholds that count for a workload nobody declared, where the policy only warns about it, and where no class was.
UNDECLARED_CLASS = "internal"


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the gravest verdict, pass when there is none."""
    return max(verdicts, key=ORDER.index, default="pass")


def isolation(boundary: Boundary, required: Requirement, name: str) -> list[Reason]:
    """Compare the level with the requirement at both readings."""
    has = named(boundary.worst, boundary.best, boundary.kind)
    # What machines need is a rung of the ladder, whose names are those of containers.
    is_machine = boundary.kind == "vm"
    needs = f"L{required.lo}" if is_machine and required.lo == required.hi else named(required.lo, required.hi, "none")
    if boundary.worst >= required.hi:
        return []
    if boundary.best < required.lo:
        rules = ", ".join(
            because.rule for because in required.because if because.certain and _decides(because, required)
        )
        return [Reason("fail", f"{name} has {has} and needs {needs} ({rules})", boundary.at, veto=True)]
    if boundary.worst < required.lo or required.lo == required.hi:
        text = f"{name} has {has} and needs {needs}: what is not known decides"
        return [Reason("undecided", text, boundary.at, veto=True)]
    return [Reason("undecided", f"{name} has {has} and needs {needs}: {required.settle}", boundary.at, veto=True)]


def _decides(because: Because, required: Requirement) -> bool:
    # A rule whose dedicated alternative counts here names the higher level.
    return because.level >= f"L{required.lo}"


def named(lo: int, hi: int, kind: str) -> str:
    """Show a level with its name behind a kind of boundary, or an interval of levels."""
    from gate.boundary.level import level_name

    return f"L{lo} {level_name(lo, kind)}" if lo == hi else f"L{lo}..L{hi}"


def scores(lines: dict[Dimension, ScoreLine], at: Location) -> list[Reason]:
    """Compare every score that is asked for with its threshold."""
    reasons = []
    for dimension, line in lines.items():
        if not line.asked or line.threshold is None:
            continue
        name, minimum = dimension.replace("_", " "), line.threshold.minimum
        if line.score is None:
            text = f"{name} is expected at this stage, and nothing here tells it"
            reasons.append(Reason("undecided", text, at, rule=dimension))
            continue
        lo, hi = line.score.lo, line.score.hi
        shown = str(lo) if lo == hi else f"{lo}..{hi}"
        if lo < minimum:
            verdict: Verdict = "fail" if hi < minimum else "undecided"
            reasons.append(Reason(verdict, f"{name} is {shown} and {minimum} is required", at, rule=dimension))
    return reasons


def blocking(
    findings: Iterable[Finding],
    rule_facts: dict[str, tuple[str, ...]],
    boundary: Boundary | None,
    required: Requirement,
    policy: Policy,
) -> list[Finding]:
    """Mark the findings that keep the subject from its level, or that the policy requires anyway."""
    kept = keeping(boundary, required) if boundary is not None else frozenset()
    blocks = {*policy.require, WEAK_BOUNDARY, *(rule for rule, facts in rule_facts.items() if kept & {*facts})}
    return [
        replace(finding, blocks=True) if finding.rule in blocks and finding.outcome != "excepted" else finding
        for finding in findings
    ]


def demanded(findings: Iterable[Finding], policy: Policy) -> list[Reason]:
    """Let every finding count whose rule the policy requires whatever the level is, for undeclared subjects too."""
    verdicts: dict[str, Verdict] = {"failed": "fail", "undecided": "undecided"}
    return [
        Reason(
            verdicts[finding.outcome],
            f"the policy requires {finding.rule}: {finding.message}",
            finding.at,
            rule=finding.rule,
        )
        for finding in findings
        if finding.rule in policy.require and finding.outcome in verdicts
    ]


def keeping(boundary: Boundary | BoundaryLine, required: Requirement) -> frozenset[str]:
    """Return the facts whose bad news would hold the level below what is certainly required."""
    from gate.boundary.facts import FACTS
    from gate.boundary.level import HARDENED_NEEDS
    from gate.boundary.pass_through import passes

    needed = required.lo
    if boundary.worst >= needed:
        return frozenset()
    if boundary.kind not in ("none", "unknown"):
        return frozenset(fact for fact in FACTS if passes(fact, boundary.kind) != "contained")  # type: ignore[arg-type]
    kept = set()
    for fact in FACTS.values():
        forced = {"grant": 0, "weakener": 1}.get(fact.weight)
        if fact.phase == "runtime" and forced is not None and forced < needed:
            kept.add(fact.id)
    if needed == 3:
        kept |= {*HARDENED_NEEDS, "H.nonroot"}
    return frozenset(kept)


def settled(reasons: list[Reason], sensitivity: Sensitivity, policy: Policy, boundary: Boundary | None) -> Verdict:
    """Weigh the reasons: an undeclared workload only warns, unless it certainly is the host or the policy counts it."""
    verdict = gravest(reason.verdict for reason in reasons)
    lenient = not sensitivity.declared and policy.undeclared == "warn"
    if not lenient or verdict in ("pass", "undecided"):
        return verdict
    host = boundary is not None and boundary.best == 0 and not sensitivity.role
    return "fail" if host else "warn"


def thresholds(policy: Policy, sensitivity: Sensitivity) -> dict[Dimension, Threshold]:
    """Return what every score of a subject is held to; what labels say adds to what holds without."""
    classes = dict.fromkeys(_class(policy, reading) for reading in sensitivity.readings)
    whole, *others = (policy.thresholds[name] for name in classes)
    for other in others:
        whole = {dimension: _higher(whole[dimension], other[dimension]) for dimension in whole}
    return whole


def _class(policy: Policy, sensitivity: Sensitivity) -> str:
    """Return the class that counts where somebody declared one, or nobody anything, and that of the silent."""
    counted = sensitivity.cls or ("" if sensitivity.declared else policy.undeclared)
    return counted if counted in policy.thresholds else UNDECLARED_CLASS


def _higher(one: Threshold, other: Threshold) -> Threshold:
    undecided: OnUndecided = "fail" if "fail" in (one.undecided, other.undecided) else "warn"
    return Threshold(max(one.minimum, other.minimum), undecided)


def blocks_when_undecided(sensitivity: Sensitivity, policy: Policy) -> bool:
    """Say whether an undecided verdict on this subject makes the run fail to judge (exit status 3)."""
    if not sensitivity.declared and policy.undeclared == "warn":
        return False
    return any(threshold.undecided == "fail" for threshold in thresholds(policy, sensitivity).values())
