"""Finds what would bring a workload to its level: remove, harden, sandbox, a machine or a place of its own.

Every suggestion is tried on the evidence before it is made: the workload is evaluated as if the change were there, and
what does not reach the level is not suggested.
"""

from __future__ import annotations

from gate.advice.hardening import PRECONDITIONS, snippet
from gate.advice.sandboxes import CONFIDENTIAL, moves
from gate.boundary.facts import FACTS, Facts
from gate.boundary.level import HARDENED_NEEDS, boundary
from gate.boundary.pass_through import passes
from gate.model.evidence import Stated, known
from gate.model.profile import OF_PODS
from gate.model.record import replace
from gate.model.suggestion import Suggestion
from gate.model.truth import UNDECIDED
from gate.model.workload import Runtime
from gate.rules.registry import RULES, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.advice.sandboxes import Move
    from gate.model.profile import PlatformProfile
    from gate.model.report import BoundaryLine, FactLine, Requirement
    from gate.model.workload import Workload

HARDENED = (*HARDENED_NEEDS, "H.nonroot")

#: What removing presumes, elsewhere and on a platform that has node agents.
WITHOUT = (
    "it can do without; what cannot has an exception, with an owner and an end",
    "it can do without; a node agent that cannot is declared as one, with an exception",
)

#: What settling a doubt presumes.
SETTLED = "what is then known weakens nothing; if it does, the gate says what to remove"

#: What to change where nobody wrote the workload itself.
RENDERED = "it is changed in the template, the values or the overlay that brings it, and rendered again"

#: Suggestions for one workload; more would not be read.
MOST = 3


def suggest(
    workload: Workload, line: BoundaryLine, required: Requirement, profile: PlatformProfile, provider: str = ""
) -> tuple[Suggestion, ...]:
    """Return what would bring the workload to its level, the smallest change first; nothing when it is there.

    `provider` is whose clusters Terraform makes, where they are of one.
    """
    confidential = "cc" in required.needs and "cc" not in line.modifiers
    if line.worst >= required.hi and not confidential:
        return ()
    case = _Case(workload, line, profile, provider)
    needed = required.hi
    if workload.machine is not None:
        return tuple(case.guarded(needed))
    found: list[Suggestion] = []
    if needed <= 2:
        found += case.without()
    elif needed == 3 and not case.windows:
        found += case.hardened()
    else:
        found += case.sandboxed(needed, confidential=confidential)
    if needed >= 6:
        found += _machine(workload, needed)
    if required.dedicated is not None and required.dedicated < needed:
        found += case.dedicated(required.dedicated)
    if workload.at.rendered:
        found = [replace(one, preconditions=(*one.preconditions, RENDERED)) for one in found]
    return tuple(found[:MOST])


class _Case:
    """One workload with the facts that keep it down."""

    __slots__ = ("facts", "lacking", "line", "profile", "provider", "risks", "windows", "workload")

    def __init__(self, workload: Workload, line: BoundaryLine, profile: PlatformProfile, provider: str) -> None:
        self.workload = workload
        self.line = line
        self.profile = profile
        self.provider = provider
        self.facts = facts = Facts(workload, profile)
        # Windows has nothing to harden with: between its default and a machine there is no level.
        self.windows = known(workload.os) == "windows"
        self.lacking = [] if self.windows else [fact for fact in HARDENED if facts.truth(fact).answer != "yes"]
        self.risks = [
            one
            for one in line.facts
            if FACTS[one.id].weight in ("grant", "weakener") and FACTS[one.id].phase == "runtime"
        ]

    def reaches(self, workload: Workload, granted: Iterable[str], needed: int) -> bool:
        """Try the change: the facts in `granted` settled in the workload's favour, everything else at its worst."""
        facts = self.facts if workload is self.workload else Facts(workload, self.profile)
        return boundary(workload, facts, self.profile, frozenset(granted)).worst >= needed

    def without(self) -> Iterator[Suggestion]:
        """Remove what hands the host over or weakens the default, and settle what may."""
        if self.risks and self.reaches(self.workload, _ids(self.risks), 2):
            certain = any(risk.answer == "yes" for risk in self.risks)
            doubtful = any(risk.answer != "yes" for risk in self.risks)
            yield Suggestion(
                "remove what weakens its boundary" if certain else "say what may weaken its boundary",
                "L2",
                safe=False,
                snippet=_removals(self.risks),
                at=self.risks[0].at,
                preconditions=(WITHOUT[self.workload.platform in OF_PODS],) * certain + (SETTLED,) * doubtful,
                costs=(),
            )

    def guarded(self, needed: int) -> Iterator[Suggestion]:
        """Bring a machine back to its own boundary: nothing inside of it can be hardened from a definition."""
        workload, step = self.workload, ""
        if known(workload.sandbox.native) == "emulated-vm":
            native = Stated("vm", workload.sandbox.native.at)
            workload = replace(workload, sandbox=replace(workload.sandbox, native=native))
            step = f"# {native.at}: {load('VM007').remedy}\n"
        if (self.risks or step) and self.reaches(workload, _ids(self.risks), needed):
            yield Suggestion(
                "close what leads around its boundary",
                f"L{needed}",
                safe=False,
                snippet=step + _removals(self.risks),
                at=self.risks[0].at if self.risks else workload.sandbox.native.at,
                preconditions=(WITHOUT[False],),
                costs=(),
            )

    def hardened(self) -> Iterator[Suggestion]:
        """Add what the hardened level takes, and remove what weakens it."""
        if self.reaches(self.workload, [*self.lacking, *_ids(self.risks)], 3):
            yield Suggestion(
                "harden it",
                "L3",
                safe=False,
                snippet=snippet(self.workload.platform, self.lacking) + _removals(self.risks),
                at=self.workload.at,
                preconditions=tuple(text for fact, text in PRECONDITIONS.items() if fact in self.lacking),
                costs=("nothing at run time; some images need a volume for their temporary files",),
            )

    def sandboxed(self, needed: int, *, confidential: bool) -> Iterator[Suggestion]:
        """Ask for the smallest sandboxes that reach the level, with what would reach through them removed."""
        os = known(self.workload.os) or "linux"
        wanted = moves(self.workload.platform, os, self.provider)
        if confidential:
            wanted = (CONFIDENTIAL,) if self.workload.platform in OF_PODS and os == "linux" else ()
        for move in wanted:
            through = [risk for risk in self.risks if passes(risk.id, move.kind) != "contained"]
            if self.reaches(_behind(self.workload, move), _ids(through), needed):
                yield Suggestion(
                    move.title,
                    f"L{move.level}",
                    safe=False,
                    snippet=move.snippet + _removals(through),
                    at=self.workload.at,
                    preconditions=move.preconditions,
                    costs=move.costs,
                )

    def dedicated(self, enough: int) -> Iterator[Suggestion]:
        """Give it a place of its own, where the policy is then content with less."""
        lacking = self.lacking if enough == 3 else []
        first = ""
        if self.line.worst < enough:
            if not self.reaches(self.workload, [*lacking, *_ids(self.risks)], enough):
                return
            first = snippet(self.workload.platform, lacking) + _removals(self.risks)
        yield Suggestion(
            "dedicate the nodes it runs on" + (", and harden it" if first else ""),
            f"L{enough} on a dedicated placement",
            safe=False,
            snippet=first + _placement(self.workload),
            at=self.workload.at,
            preconditions=("a taint keeps every other workload off those nodes; a node selector alone does not",),
            costs=("nodes that nothing else may use",),
        )


def _behind(workload: Workload, move: Move) -> Workload:
    """Return the workload as it would be with the move made."""
    at, sandbox = workload.at, workload.sandbox
    if not move.handler:
        return replace(workload, sandbox=replace(sandbox, native=Stated(move.kind, at)))
    runtime = Runtime(move.handler, Stated(move.handler, at), at)
    return replace(workload, sandbox=replace(sandbox, runtime=Stated(runtime, at)))


def _ids(lines: Iterable[FactLine]) -> list[str]:
    return [line.id for line in lines]


def _removals(lines: Iterable[FactLine]) -> str:
    """Say at every place what its rule's remedy is, or what has to be known before there is one."""
    rules = {fact: rule_id for rule_id, entry in RULES.items() for fact in entry.facts}
    places: dict[tuple[str, str], dict[int, None]] = {}
    for line in lines:
        if line.id in rules:
            places.setdefault((line.at.path, _step(line, rules[line.id])), {})[line.at.line] = None
    return "".join(f"# {path}:{', '.join(map(str, found))}: {step}\n" for (path, step), found in places.items())


def _step(line: FactLine, rule: str) -> str:
    """Return what to do about one fact; nobody is told to remove what may not be there."""
    if line.answer == "yes":
        return load(rule).remedy
    return f"make this known: {line.text.partition(UNDECIDED)[2] or line.text}"


def _placement(workload: Workload) -> str:
    name = workload.name
    declared = f"# in .gate.yaml\nworkloads:\n- name: {name}\n  match: {{name: {name}}}\n  placement: dedicated\n"
    if workload.platform not in OF_PODS:
        return declared
    return (
        "# in the pod's spec, with the same label and taint on the nodes\n"
        f"nodeSelector: {{dedicated: {workload.name}}}\n"
        "tolerations:\n"
        f"- {{key: dedicated, value: {workload.name}, effect: NoSchedule}}\n{declared}"
    )


def _machine(workload: Workload, needed: int) -> Iterator[Suggestion]:
    """Take it out of the cluster, where no runtime of the platform is enough."""
    what, where = ("a physical host", "the host") if needed == 7 else ("a virtual machine", "the machine")
    yield Suggestion(
        f"run it in {what} of its own",
        f"L{needed}",
        safe=False,
        snippet="# build the machine from a template of its own, and start nothing else in it\n",
        at=workload.at,
        preconditions=(f"nothing else runs on {where}",),
        costs=("a guest system to build, to patch and to start",),
    )
