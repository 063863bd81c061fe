"""A bug of the declared engine or kernel by which the workload can leave its container."""

from __future__ import annotations

from gate.model.rule import Control, Rule
from gate.model.truth import Because, Detail, Truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.boundary.escape import Decision
    from gate.model.workload import Workload

# Fields: `platform.versions` and `platform.kubernetes.version` of the declaration; what each bug needs of a workload.
# Allowed: a version with the fix, or a boundary or a setting that stops the bug.


def check(workload: Workload, decisions: Iterable[Decision]) -> Iterator[Truth]:
    """Name each bug that is open, or may be, at the workload; the declared version is the last place it rests on."""
    for one in decisions:
        escape, truth = one.escape, one.truth
        if escape.component and one.state in ("open", "undecided"):
            first, last = truth.because[0], truth.because[-1]
            names = ", ".join(escape.cves)
            doubt = f": {last.text}" if one.state == "undecided" else f" ({last.text})"
            opened = "can" if one.state == "open" else "may be able to"
            text = f"{workload.name} {opened} {escape.title} by a bug of {escape.component}, {names}{doubt}"
            because = (Because(first.at, text), *truth.because[1:])
            yield Truth(truth.answer, because, detail=Detail("high", escape.cves, ""), key=escape.id)


RULE = Rule(
    id="ISO093",
    name="known-escape",
    title="can leave its container by a known bug of what runs it",
    severity="high",
    remedy="update the engine or the kernel to a version that has the fix, and declare that one",
    check=check,
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
