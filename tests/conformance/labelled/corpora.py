"""Public corpora whose authors say which manifest breaks which rule, and what that rule is called here.

The corpora are not part of this repository. They are read from `.cache/corpora/OWNER+NAME`, where `run` clones what is
absent; every case is one manifest with the verdict its authors gave it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CORPORA = ("kyverno/policies", "open-policy-agent/gatekeeper-library", "FairwindsOps/polaris")

CAPABILITIES = {"ISO019", "ISO020", "ISO021", "ISO022", "ISO023", "ISO024"}

KYVERNO: dict[str, set[str]] = {
    "baseline/disallow-capabilities": CAPABILITIES,
    "baseline/disallow-host-namespaces": {"ISO002", "ISO003", "ISO004"},
    "baseline/disallow-host-path": {"ISO009", "ISO010", "ISO011"},
    "baseline/disallow-host-ports": {"ISO015"},
    "baseline/disallow-host-process": {"ISO038"},
    "baseline/disallow-privileged-containers": {"ISO001"},
    "baseline/disallow-proc-mount": {"ISO034"},
    "baseline/disallow-selinux": {"ISO033"},
    "baseline/restrict-apparmor-profiles": {"ISO033"},
    "baseline/restrict-seccomp": {"ISO030"},
    "baseline/restrict-sysctls": {"ISO017", "ISO018"},
    "restricted/disallow-capabilities-strict": {"ISO025"},
    "restricted/disallow-privilege-escalation": {"ISO029"},
    "restricted/require-run-as-nonroot": {"ISO027"},
    "restricted/restrict-seccomp-strict": {"ISO030", "ISO031"},
}

GATEKEEPER: dict[str, set[str]] = {
    "allow-privilege-escalation": {"ISO029"},
    "capabilities/samples/psp-capabilities-baseline": CAPABILITIES,
    "host-namespaces": {"ISO003", "ISO004"},
    "host-process": {"ISO038"},
    "privileged-containers": {"ISO001"},
    "proc-mount": {"ISO034"},
    "read-only-root-filesystem": {"ISO041"},
}

POLARIS: dict[str, set[str]] = {
    "automountServiceAccountToken": {"ISO043"},
    "dangerousCapabilities": CAPABILITIES,
    "hostIPCSet": {"ISO003"},
    "hostNetworkSet": {"ISO002"},
    "hostPIDSet": {"ISO004"},
    "hostPathSet": {"ISO009", "ISO010", "ISO011"},
    "hostPortSet": {"ISO015"},
    "hostProcess": {"ISO038"},
    "memoryLimitsMissing": {"ISO042"},
    "notReadOnlyRootFilesystem": {"ISO041"},
    "privilegeEscalationAllowed": {"ISO029"},
    "procMount": {"ISO034"},
    "runAsPrivileged": {"ISO001"},
    "runAsRootAllowed": {"ISO027"},
}


class Case(NamedTuple):
    """One labelled manifest: which of its objects, and whether its authors want it found by one of the rules."""

    corpus: str
    check: str
    path: Path
    kind: str
    name: str
    rules: frozenset[str]
    bad: bool


def cases(folder: Path) -> Iterator[Case]:
    """Yield the cases of every corpus that is there."""
    yield from _kyverno(folder / "kyverno+policies" / "pod-security")
    yield from _gatekeeper(folder / "open-policy-agent+gatekeeper-library" / "library" / "pod-security-policy")
    yield from _polaris(folder / "FairwindsOps+polaris" / "test" / "checks")


def _kyverno(folder: Path) -> Iterator[Case]:
    for check, rules in KYVERNO.items():
        test = folder / check / ".kyverno-test" / "kyverno-test.yaml"
        if not test.is_file():
            continue
        for result in yaml.safe_load(test.read_text(encoding="utf-8"))["results"]:
            for name in result["resources"]:
                path = test.with_name("resource.yaml")
                bad = result["result"] == "fail"
                yield Case("kyverno/policies", check, path, result["kind"], name, frozenset(rules), bad)


def _gatekeeper(folder: Path) -> Iterator[Case]:
    for check, rules in GATEKEEPER.items():
        for path in sorted((folder / check).rglob("example_*allowed*.yaml")):
            if "exempt" not in path.name:  # an exemption stands in the constraint, not in the manifest
                bad = "disallowed" in path.name
                yield Case("open-policy-agent/gatekeeper-library", check, path, "", "", frozenset(rules), bad)


def _polaris(folder: Path) -> Iterator[Case]:
    for check, rules in POLARIS.items():
        for path in sorted((folder / check).glob("*.yaml")):
            if path.name.startswith(("success", "failure")):
                bad = path.name.startswith("failure")
                yield Case("FairwindsOps/polaris", check, path, "", "", frozenset(rules), bad)
