"""The level of isolation: what stands between a workload and the kernel or host that others share.

Levels: Kubernetes Pod Security Standards order the shared-kernel ones (privileged, baseline, restricted); Kubernetes'
multi-tenancy and Linux kernel security pages, containerd's operator guidelines and Microsoft's container security page
order the boundaries above them.
"""

from __future__ import annotations

from gate.boundary.facts import FACTS
from gate.boundary.pass_through import passes
from gate.boundary.runtimes import (
    DECLARED,
    GVISOR,
    HYPERV,
    KATA,
    MICROVM,
    NATIVE,
    NONE,
    PARAVIRTUAL,
    PEER_VM,
    SHIMS,
    UNKNOWN,
    VM,
    of_handler,
)
from gate.model.evidence import Stated, Unknown, known
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.boundary.facts import Facts
    from gate.boundary.runtimes import RuntimeKind
    from gate.model.location import Location
    from gate.model.profile import PlatformProfile
    from gate.model.workload import Runtime, Workload

    Grade = Literal["proven", "referenced", "declared", "asserted"]

NAMES = (
    "host-equivalent",
    "weakened-shared-kernel",
    "default-shared-kernel",
    "hardened-shared-kernel",
    "userspace-kernel",
    "hardware-virtualized-container",
    "dedicated-vm",
    "dedicated-host",
)

#: Kinds of boundary with the level of each, and what one is called whose level is lower: it has a kernel of its own all
#: the same, and something leads around that.
WHOLE: dict[str, int] = {one.kind: one.level for one in (GVISOR, KATA, HYPERV, MICROVM, PEER_VM, VM)}
WEAKENED = {kind: "weakened-vm" if kind == VM.kind else "weakened-sandbox" for kind in WHOLE}

#: The best that a sandbox nobody can name may turn out to be.
BEST_UNKNOWN = PEER_VM

#: The best that there is on a platform which has one kind of sandbox.
BEST_ON = {"ecs": MICROVM, "xen": PARAVIRTUAL}

#: What the hardened level needs beside one of H.nonroot and H.userns.
HARDENED_NEEDS = ("H.drop_all", "H.nnp", "H.seccomp_explicit", "H.no_host_paths")


def level_name(level: int, kind: str) -> str:
    """Return what a level is called behind a kind of boundary."""
    return WEAKENED[kind] if 0 < level < WHOLE.get(kind, 0) else NAMES[level]


class Boundary(Record):
    """The level at the worst and at the best reading, how sure the boundary itself is, and what qualifies it.

    Modifiers: `u` private user namespace, `cc` confidential, `~` the boundary is weakened and counts one level less,
    `?` the boundary is only asserted, `seccomp_unconfirmed`. `best_kind` differs from `kind` only where something is
    asked for and cannot be known.
    """

    worst: int
    best: int
    grade: Grade
    kind: str
    modifiers: tuple[str, ...]
    at: Location
    best_kind: str


def boundary(
    workload: Workload, facts: Facts, profile: PlatformProfile, excepted: frozenset[str] = frozenset()
) -> Boundary:
    """Evaluate the facts twice, at the worst and at the best reading, and apply what the sandbox contains.

    Facts that an exception permits are read in the workload's favour.
    """
    kind, grade, at = _sandbox(workload, profile)
    likely = BEST_ON.get(workload.platform, BEST_UNKNOWN) if _may_be_any(workload, kind) else kind
    worst, weakened = _level(facts, kind, excepted, worst=True)
    best, _ = _level(facts, likely, excepted, worst=False)
    modifiers = _modifiers(facts, kind, grade, weakened=weakened)
    return Boundary(worst, best, grade, kind.kind, modifiers, at, likely.kind)


def _may_be_any(workload: Workload, kind: RuntimeKind) -> bool:
    """Say whether something is asked for and what it is cannot be known, so that it may be any sandbox there is."""
    sandbox = workload.sandbox
    return isinstance(sandbox.native, Unknown) or (not kind.level and isinstance(sandbox.runtime, Unknown))


def _sandbox(workload: Workload, profile: PlatformProfile) -> tuple[RuntimeKind, Grade, Location]:
    """Find the strongest boundary in sight; a name that nothing resolves raises nothing."""
    native = known(workload.sandbox.native)
    if native is not None and NATIVE.get(native, NONE).level:
        return NATIVE[native], "proven", workload.sandbox.native.at
    runtime = known(workload.sandbox.runtime)
    if runtime is None or not runtime.name:
        return NONE, "proven", workload.at
    declared = next((entry for entry in profile.runtimes if entry.name == runtime.name), None)
    if declared is not None:
        return DECLARED.get(declared.value, UNKNOWN), "declared", runtime.at
    if profile.gke_mode == "autopilot" and runtime.name == "gvisor" and not isinstance(runtime.handler, Stated):
        return GVISOR, "declared", runtime.at
    return _resolved(runtime)


def _resolved(runtime: Runtime) -> tuple[RuntimeKind, Grade, Location]:
    if isinstance(runtime.handler, Stated):
        return of_handler(runtime.handler.value), "referenced", runtime.at
    if runtime.name in SHIMS:
        return of_handler(runtime.name), "proven", runtime.at
    if of_handler(runtime.name) is NONE:
        return NONE, "proven", runtime.at
    return UNKNOWN, "asserted", runtime.at


def _level(facts: Facts, kind: RuntimeKind, excepted: frozenset[str], *, worst: bool) -> tuple[int, bool]:
    """Return the level at one reading, and whether the boundary is weakened (already taken off the level)."""
    present = {
        fact.id
        for fact in FACTS.values()
        if fact.phase == "runtime"
        and (not fact.is_risk if fact.id in excepted else facts.truth(fact.id).holds(worst=worst, risk=fact.is_risk))
    }
    if not kind.level:
        # A sandbox that nobody can name may be one that the workload opens by itself.
        return (0 if kind is UNKNOWN and worst and "B.opened" in present else _shared_kernel(present)), False
    level, weakened = kind.level, False
    for fact in present:
        effect = passes(fact, kind.kind)
        if effect == "bypass":
            level = min(level, 1 if fact[0] == "W" else 0)
        elif isinstance(effect, int):
            level = min(level, effect)
        weakened |= effect == "weaken"
    return (level - 1 if weakened and level == kind.level else level), weakened


def _shared_kernel(present: set[str]) -> int:
    """Rank the facts without a boundary: any grant 0, any weakener 1, all hardening 3, else the default 2."""
    if "H.userns" in present:
        present = _downgraded(present)
    if any(fact[0] == "G" for fact in present):
        return 0
    if any(fact[0] == "W" for fact in present):
        return 1
    own_user = "H.nonroot" in present or "H.userns" in present
    return 3 if own_user and all(need in present for need in HARDENED_NEEDS) else 2


def _downgraded(present: set[str]) -> set[str]:
    """Apply a private user namespace: capabilities there are worth nothing on the host (KEP-127).

    Privilege becomes a weakener unless something of the host is shared in beside it; a socket, a host path or a device
    stays what it is, because ownership may block some access and nobody can prove that from a manifest.
    """
    kept = {fact for fact in present if not fact.startswith("G.cap_") and fact != "W.proc_unmasked"}
    if len(kept) < len(present) and any(fact.startswith("G.cap_") for fact in present):
        kept.add("W.cap_extra")
    shared = {"G.runtime_socket", "G.host_root_path", "G.block_device", "W.host_path_other", "W.host_device_other"}
    if "G.privileged" in kept and not kept & shared:
        kept = (kept - {"G.privileged"}) | {"W.cap_extra"}
    return kept


def _modifiers(facts: Facts, kind: RuntimeKind, grade: Grade, *, weakened: bool) -> tuple[str, ...]:
    unconfirmed = facts.truth("A.seccomp_unconfirmed").answer != "no" and not kind.level
    return tuple(
        name
        for name, holds in (
            ("u", facts.truth("H.userns").answer == "yes"),
            ("cc", kind.confidential),
            ("~", weakened),
            ("?", grade == "asserted"),
            ("seccomp_unconfirmed", unconfirmed),
        )
        if holds
    )
