"""The whole matrix of ways out of a container: of configuration, of engines, of the kernel."""

from __future__ import annotations

from gate.boundary.escape import decide
from gate.boundary.escapes import ESCAPES
from gate.boundary.escapes_bugs import ENGINES, KERNELS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.boundary.escape import Decision
    from gate.boundary.facts import Facts
    from gate.boundary.runtimes import Kind
    from gate.model.profile import PlatformProfile

MATRIX = tuple(sorted((*ESCAPES, *ENGINES, *KERNELS), key=lambda escape: escape.id))


def decisions(facts: Facts, kind: Kind, profile: PlatformProfile) -> tuple[Decision, ...]:
    """Decide every row for a workload behind this kind of boundary."""
    return tuple(decide(escape, facts, kind, profile) for escape in MATRIX)
