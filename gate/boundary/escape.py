"""What a way out of a container is, and deciding it for one workload.

A way is open when any of its alternatives holds, an alternative when all that it names does: a fact, the lack of a
safeguard (`!H.nonroot`), or a clue that no rule asks about (`?windows`). A bug of an engine or a kernel is judged only
where a version of it is declared. Whoever runs in the workload is taken to be hostile.
"""

from __future__ import annotations

from gate.boundary.escape_clues import CLUES
from gate.boundary.facts import FACTS
from gate.boundary.facts_namespaces import SYSTEM_CONTAINERS
from gate.boundary.pass_through import passes
from gate.boundary.versions import is_affected
from gate.model.evidence import known
from gate.model.profile import OF_MACHINES
from gate.model.record import Record, replace
from gate.model.truth import Because, Truth, either, every

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.boundary.facts import Facts
    from gate.boundary.runtimes import Kind
    from gate.model.profile import PlatformProfile

    State = Literal["open", "closed", "undecided", "not judged"]


#: Platforms that start workloads without the program, and programs that there are on Linux alone.
ELSEWHERE = {
    "runc": (*SYSTEM_CONTAINERS, *OF_MACHINES),
    "containerd": (*SYSTEM_CONTAINERS, "podman", *OF_MACHINES),
    "docker": (*SYSTEM_CONTAINERS, "podman", *OF_MACHINES),
}
OF_LINUX = ("runc", "kernel", "cri-o", "podman", "nvidia-container-toolkit")


class Escape(Record):
    """One technique and what permits it.

    `component` has the bug in the `affected` versions, each range from the first until just before the second; where
    none are known here, it is not judged. Of the `doubtful` ones outside of those no source says whether they have it.
    `stopped_by` are the kinds of boundary that stop it whatever the facts are.
    """

    id: str
    title: str
    alternatives: tuple[tuple[str, ...], ...]
    sources: str
    component: str = ""
    affected: tuple[tuple[str, str], ...] = ()
    doubtful: tuple[tuple[str, str], ...] = ()
    cves: tuple[str, ...] = ()
    stopped_by: tuple[Kind, ...] = ()


class Decision(Record):
    """What became of a way out, and the places that decided it."""

    escape: Escape
    state: State
    truth: Truth


_STATES: dict[str, State] = {"yes": "open", "no": "closed", "unknown": "undecided"}


def decide(escape: Escape, facts: Facts, kind: Kind, profile: PlatformProfile) -> Decision:
    """Decide one way out for a workload behind this kind of boundary."""
    permitted = either(
        every(_term(term, escape, facts, kind, profile) for term in terms) for terms in escape.alternatives
    )
    if not permitted.because:
        permitted = replace(permitted, because=(Because(facts.workload.at, "has nothing of the kind"),))
    without = _without(escape.component, facts)
    if without is not None:
        permitted = Truth("no", (without,))
    if kind in escape.stopped_by:
        stopped = Because(facts.workload.at, f"is behind {kind}, which stops it")
        permitted = Truth("no", (stopped,))
    if not escape.component or permitted.answer == "no":
        return Decision(escape, _STATES[permitted.answer], permitted)
    declared = profile.version_of(escape.component)
    if declared is None or not escape.affected:
        return Decision(escape, "not judged", permitted)
    answer = is_affected(declared.value, escape.affected)
    if answer == "no" and escape.doubtful and is_affected(declared.value, escape.doubtful) != "no":
        answer = "unknown"
    said = Because(declared.at, f"{escape.component} {declared.value} is declared")
    if answer == "unknown":
        said = Because(declared.at, f"whether {escape.component} {declared.value} has the fix cannot be known")
    joined = permitted & Truth(answer, (said,))
    return Decision(escape, _STATES[joined.answer], replace(joined, because=(*permitted.because, said)))


def _without(component: str, facts: Facts) -> Because | None:
    """Say why the program has no part in this workload, whatever version of it is declared."""
    workload = facts.workload
    if workload.platform in ELSEWHERE.get(component, ()):
        return Because(workload.at, f"{workload.platform} does not use {component}")
    if component in OF_LINUX and known(workload.os) == "windows":
        return Because(workload.os.at, f"Windows does not use {component}")
    return None


def _term(term: str, escape: Escape, facts: Facts, kind: Kind, profile: PlatformProfile) -> Truth:
    if term[0] == "?":
        return CLUES[term](facts, kind, profile)
    if term[0] == "!":
        return _lack(term[1:], ~facts.truth(term[1:]))
    truth = facts.truth(term)
    contained = not escape.component and kind not in ("none", "unknown") and passes(term, kind) == "contained"
    return replace(truth, answer="no") if contained and FACTS[term].is_risk and truth.answer == "yes" else truth


def _lack(fact_id: str, lacking: Truth) -> Truth:
    """Word the lack of a safeguard: what its fact says stands for the contrary."""
    said = {"yes": "it does not hold that it", "unknown": "it is not certain that it", "no": "it"}[lacking.answer]
    text = f"{said} {FACTS[fact_id].title}"
    return replace(lacking, because=tuple(Because(one.at, text) for one in lacking.because[:1]))
