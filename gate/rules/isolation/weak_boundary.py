"""A boundary that is weaker than what the workload is declared to be."""

from __future__ import annotations

from gate.model.rule import Control, Rule
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.boundary.level import Boundary
    from gate.model.report import Requirement
    from gate.model.truth import Truth
    from gate.model.workload import Workload

# Fields: everything that makes the level, against the sensitivity that is declared.
# Allowed: a level that is at least the required one, at the worst reading of both.


def check(workload: Workload, boundary: Boundary, required: Requirement) -> Iterator[Truth]:
    """Compare the levels; what the two readings disagree about is unknown."""
    if boundary.best < required.lo:
        yield yes(boundary.at, f"{workload.name} has L{boundary.best} at best and needs L{required.lo}")
    elif boundary.worst < required.hi:
        yield unknown(boundary.at, f"whether the boundary of {workload.name} is enough hangs on what is not known")


RULE = Rule(
    id="ISO048",
    name="weak-boundary",
    title="has a weaker boundary than its sensitivity needs",
    severity="high",
    remedy="harden it, put it behind the sandbox or machine that is suggested, or correct what it is declared as",
    check=check,
    controls=(
        Control("CIS GKE", "1.9.0", "5.10.3"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
