# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's answers with those of the admission module."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import yaml

from gate.boundary.pod_security import CHECKS, pod_security, violations
from tests.conformance.pod_security.admission import ABSENT, ADMITTED, REFUSED, Answers, admission, fixtures, module
from tests.conformance.pod_security.golden import FILE, golden, written
from tests.conformance.pod_security.manifests import pod_of
from tests.conformance.pod_security.suite import cases, combinations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod
    from tests.conformance.pod_security.manifests import Manifest

VERSIONS = (*(f"1.{minor}" for minor in range(38)), "latest")
SEED, COMBINATIONS = 1, 2000
FIXTURE = re.compile(r"(baseline|restricted)/v1\.(\d+)/(pass|fail)/")


def main(arguments: list[str]) -> int:
    """Compare, print what was compared and what differs, and return the exit status."""
    named = module()
    print(f"compared with {named}")
    suite = list(cases())
    answers = admission(manifest for _, manifest in suite)
    differences = _compare("generated suite", suite, answers)
    kept = written(golden(named, suite, answers))
    if "--write" in arguments:
        FILE.write_text(kept, encoding="utf-8")
    elif kept != FILE.read_text(encoding="utf-8"):
        print("golden.json is not what the module answers: run with --write", flush=True)
        differences += 1
    combined = list(combinations(SEED, COMBINATIONS))
    differences += _compare("combinations", combined, admission(manifest for _, manifest in combined))
    differences += _fixtures()
    return 1 if differences else 0


def _fixtures() -> int:
    """Compare with the module's fixtures: with what their folder says, and with the answers at every version."""
    folder = fixtures()
    read: dict[str, Manifest] = {}
    names: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        read.setdefault(text, yaml.safe_load(text))
        names.setdefault(text, []).append(path.relative_to(folder).as_posix())
    files = sum(map(len, names.values()))
    wrong = [name for text, manifest in read.items() for name in _misplaced(pod_of(manifest), names[text])]
    _report(f"fixtures ({files} files)", wrong, files, "file")
    distinct = [(names[text][0], manifest) for text, manifest in read.items()]
    return len(wrong) + _compare("distinct fixtures", distinct, admission(manifest for _, manifest in distinct))


def _misplaced(pod: Pod, names: list[str]) -> Iterator[str]:
    """Return the fixtures of which the gate does not say what their folder does."""
    for name in names:
        found = FIXTURE.match(name)
        if found is None:
            yield name
            continue
        level, minor, result = found.groups()
        admitted = not violations(pod, f"v1.{minor}", cast("Any", level))
        if admitted is not (result == "pass"):
            yield name


def _compare(what: str, compared: list[tuple[str, Manifest]], theirs: list[Answers]) -> int:
    """Compare what is said about each pod by each level and each check at each version."""
    wrong = []
    verdicts = 0
    for (name, manifest), their in zip(compared, theirs, strict=True):
        pod = pod_of(manifest)
        our = answers(pod)
        verdicts += (2 + len(our["checks"])) * len(VERSIONS)
        wrong += [f"{name}: {line}" for line in (*_differences(our, their), *_levels(pod, their))]
    _report(what, wrong, verdicts, f"answers about {len(compared)} pods")
    return len(wrong)


def answers(pod: Pod) -> Answers:
    """Return what the gate says, in the form in which the admission module is asked."""
    checks = {check.id: "" for check in CHECKS}
    levels = {"baseline": "", "restricted": ""}
    for version in VERSIONS:
        found = {level: violations(pod, version, cast("Any", level)) for level in levels}
        refused = {violation.check for level in levels for violation in found[level]}
        for level in levels:
            levels[level] += REFUSED if found[level] else ADMITTED
        for check in CHECKS:
            minor = int(version.partition(".")[2]) if version != "latest" else len(VERSIONS) - 2
            exists = check.at(minor) is not None
            checks[check.id] += REFUSED if check.id in refused else ADMITTED if exists else ABSENT
    return Answers(baseline=levels["baseline"], restricted=levels["restricted"], checks=checks)


def _differences(our: Answers, their: Answers) -> Iterator[str]:
    lines = {**our["checks"], "baseline": our["baseline"], "restricted": our["restricted"]}
    real = {**their["checks"], "baseline": their["baseline"], "restricted": their["restricted"]}
    for name in sorted(lines.keys() | real.keys()):
        if lines.get(name) != real.get(name):
            yield f"{name} is {lines.get(name)} and should be {real.get(name)}"


def _levels(pod: Pod, their: Answers) -> Iterator[str]:
    """Compare the level: the strictest that admits the pod."""
    for index, version in enumerate(VERSIONS):
        admitting = [level for level in ("restricted", "baseline") if cast("Any", their)[level][index] == ADMITTED]
        found, wanted = pod_security(pod, version), (*admitting, "privileged")[0]
        if (found.level, found.best) != (wanted, wanted):
            yield f"the level at {version} is {found.level} and should be {wanted}"


def _report(what: str, wrong: list[str], count: int, unit: str) -> None:
    for line in wrong[:20]:
        print(f"  {line}")
    print(f"{what}: {count} {unit}, {len(wrong)} different", flush=True)
