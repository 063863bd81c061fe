"""A sandbox that the workload only names, and that nothing in sight provides."""

from __future__ import annotations

from gate.model.rule import Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.boundary.level import Boundary
    from gate.model.report import Requirement
    from gate.model.truth import Truth
    from gate.model.workload import Workload

# Fields: Kubernetes runtimeClassName without its RuntimeClass; Compose runtime with a name of the engine's own.
# Allowed: a RuntimeClass in sight whose handler is known, a shim's full name, a name that the declaration explains.


def check(workload: Workload, boundary: Boundary, _required: Requirement) -> Iterator[Truth]:
    """Say so where the boundary is only asserted."""
    if boundary.grade == "asserted":
        yield yes(boundary.at, f"{workload.name} names a runtime that nothing in sight resolves, so it raises no level")


RULE = Rule(
    id="ISO049",
    name="asserted-boundary",
    title="names a sandbox that nothing in sight provides",
    severity="medium",
    remedy="add the RuntimeClass to the repository, or say under `platform: runtimes:` of .gate.yaml what it is",
    check=check,
)
