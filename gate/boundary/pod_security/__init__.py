"""The Pod Security Standards, as the API server's admission applies them, at every version there is.

One module for each check, named and versioned like those of the `k8s.io/pod-security-admission` module, whose answers
`tests/conformance/pod_security` compares with these. What admission does not look at does not count here either:
whether the API would accept the pod at all, or which namespaces and runtime classes a cluster exempts.
"""

from __future__ import annotations

from gate.boundary.pod_security import (
    allow_privilege_escalation,
    app_armor_profile,
    capabilities_baseline,
    capabilities_restricted,
    host_namespaces,
    host_path_volumes,
    host_ports,
    host_probes,
    privileged,
    proc_mount,
    restricted_volumes,
    run_as_non_root,
    run_as_user,
    se_linux_options,
    seccomp_profile,
    sysctls,
    windows_host_process,
)
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.boundary.pod_security.check import Check, Level
    from gate.model.location import Location
    from gate.model.pod import Pod
    from gate.model.truth import Truth

#: The newest version of the standards that is known; a newer cluster is judged by it, as an older API server does.
LATEST = "1.37"

#: The levels, the strictest first.
LEVELS: tuple[Level, ...] = ("restricted", "baseline", "privileged")

#: Every check, in the order in which admission reports them.
CHECKS = (
    app_armor_profile.CHECK,
    capabilities_baseline.CHECK,
    host_namespaces.CHECK,
    host_path_volumes.CHECK,
    host_ports.CHECK,
    host_probes.CHECK,
    privileged.CHECK,
    proc_mount.BASELINE,
    se_linux_options.CHECK,
    seccomp_profile.BASELINE,
    sysctls.CHECK,
    windows_host_process.CHECK,
    allow_privilege_escalation.CHECK,
    capabilities_restricted.CHECK,
    proc_mount.RESTRICTED,
    restricted_volumes.CHECK,
    run_as_non_root.CHECK,
    run_as_user.CHECK,
    seccomp_profile.RESTRICTED,
)


class PodSecurity(Record):
    """The strictest level that admits a pod at a version; `best` differs where something is unknown."""

    version: str
    level: Level
    best: Level


class Violation(Record):
    """One check that refuses a pod, or may refuse it where `certain` is false: why, and all the places."""

    check: str
    message: str
    at: tuple[Location, ...]
    certain: bool


def pod_security(pod: Pod, version: str = "latest") -> PodSecurity:
    """Return the level of a pod: as it reads at the worst, and at the best."""
    minor = minor_of(version)
    answers = {check.id: check.violated(pod, minor).answer for check in CHECKS}
    found = {level: {answers[check.id] for check in checks(level, minor)} for level in LEVELS}
    worst = next(level for level in LEVELS if found[level] <= {"no"})
    best = next(level for level in LEVELS if "yes" not in found[level])
    return PodSecurity(f"1.{minor}", worst, best)


def violations(pod: Pod, version: str, level: Level) -> tuple[Violation, ...]:
    """Return what a level of the standards has against a pod, in admission's order; of privileged, nothing."""
    minor = minor_of(version)
    answers = ((check.id, check.violated(pod, minor)) for check in checks(level, minor))
    return tuple(_violation(check, truth) for check, truth in answers if truth.answer != "no")


def checks(level: Level, minor: int) -> tuple[Check, ...]:
    """Return the checks of a level at a version; restricted has those of baseline too, but for what it replaces."""
    levels = {"restricted": ("baseline", "restricted"), "baseline": ("baseline",), "privileged": ()}[level]
    standing = [(check, since) for check in CHECKS if check.level in levels and (since := check.at(minor))]
    replaced = {replaced for _, since in standing for replaced in since.replaces}
    return tuple(check for check, _ in standing if check.id not in replaced)


def minor_of(version: str) -> int:
    """Return the minor version whose rules apply: what is too new, or no version at all, is the latest.

    What follows the minor version does not matter: clusters call themselves `1.34+` or `v1.34.2-eks-1`.
    """
    major, _, rest = version.removeprefix("v").partition(".")
    minor = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    latest = int(LATEST.partition(".")[2])
    return min(int(minor), latest) if major == "1" and 1 <= len(minor) <= 3 else latest


def _violation(check: str, truth: Truth) -> Violation:
    texts = dict.fromkeys(reason.text for reason in truth.because)
    places = dict.fromkeys(reason.at for reason in truth.because)
    return Violation(check, "; ".join(texts), tuple(places), truth.answer == "yes")
