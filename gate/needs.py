"""What a requirement demands beside a level, asked of the facts."""

from __future__ import annotations

from gate.model.evidence import each, holds
from gate.model.policy import NEEDS
from gate.model.record import replace
from gate.model.report import Reason
from gate.model.truth import every, no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.boundary.facts import Facts
    from gate.boundary.level import Boundary
    from gate.model.report import Requirement, Verdict
    from gate.model.rule import Finding
    from gate.model.sensitivity import Sensitivity
    from gate.model.truth import Truth
    from gate.model.workload import Container, Workload

#: The rule about the network, which is a note for whoever says nothing of a sensitivity.
UNSEGMENTED = "ISO071"

VERDICTS: dict[str, Verdict] = {"no": "fail", "unknown": "undecided"}

#: Demands on a workload that is permitted less than its level; where nothing is permitted they do not arise.
OF_A_PERMISSION = frozenset({"waiver", "pinned", "own-namespace"})


def needs(
    facts: Facts, boundary: Boundary, required: Requirement, sensitivity: Sensitivity, *, permitted: bool
) -> Iterator[Reason]:
    """Yield a reason for every demand that is not met, or not certainly.

    `permitted` says that the workload is below its level and an exception lets it. That a node agent has a namespace of
    its own is not asked: who else is in it stands in no one file.
    """
    workload = facts.workload
    answers = {
        "cc": _confidential(workload, boundary),
        "limits": facts.truth("H.limits"),
        "no-build-entitlements": ~(facts.truth("G.build_insecure") | facts.truth("W.build_host_net")),
        "pinned": _pinned(workload, sensitivity),
    }
    for need in required.needs:
        answer = answers[need].answer if need in answers and (permitted or need not in OF_A_PERMISSION) else "yes"
        if answer != "yes":
            doubt = "" if answer == "no" else ", which is not certain"
            yield Reason(VERDICTS[answer], f"{workload.name} needs {NEEDS[need]}{doubt}", workload.at, veto=True)


def weighed(finding: Finding, sensitivity: Sensitivity) -> Finding:
    """Raise what matters most to those who hold something worth reaching, or share their hosts with anybody."""
    matters = sensitivity.cls in ("confidential", "restricted") or sensitivity.placement == "shared"
    return replace(finding, severity="high") if finding.rule == UNSEGMENTED and matters else finding


def _confidential(workload: Workload, boundary: Boundary) -> Truth:
    if "cc" in boundary.modifiers:
        return yes(boundary.at, "is confidential")
    if boundary.best_kind != boundary.kind or boundary.grade == "asserted":
        return unknown(boundary.at, "what it runs in is not known")
    return no(workload.at, "is not confidential")


def _pinned(workload: Workload, sensitivity: Sensitivity) -> Truth:
    """First-party code, or every image by its digest; no label vouches for the code that it comes with."""
    if all(reading.axes.get("code_trust") == "first-party" for reading in sensitivity.readings):
        return yes(workload.at, "is first-party")

    def by_digest(container: Container) -> Truth:
        return holds(container.image, lambda name: "@sha256:" in name, "names its image by digest")

    return every(each(workload.containers, by_digest))
