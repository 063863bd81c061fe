# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's answers with those of the admission module."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeVar, cast

import yaml

from gate.boundary.pod_security import CHECKS, minor_of, pod_security, violations
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.kubernetes import READER
from tests.conformance.pod_security.admission import ABSENT, ADMITTED, REFUSED, Answers, admission, fixtures, module
from tests.conformance.pod_security.golden import FILE, golden, written
from tests.conformance.pod_security.manifests import pod_of
from tests.conformance.pod_security.suite import cases, combinations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.boundary.pod_security.check import Level
    from gate.model.pod import Pod
    from tests.conformance.pod_security.manifests import Manifest

T = TypeVar("T")

VERSIONS = (*(f"1.{minor}" for minor in range(38)), "latest")
SEED, COMBINATIONS = 1, 2000
FIXTURE = re.compile(r"(baseline|restricted)/v1\.(\d+)/(pass|fail)/")


def main(arguments: list[str]) -> int:
    """Compare, print what was compared and what differs, and return the exit status."""
    named = module()
    print(f"compared with {named}")
    suite = list(cases())
    theirs = admission(manifest for _, manifest in suite)
    differences = _compare("generated suite, as records", suite, theirs, pod_of)
    differences += _compare("generated suite, read from manifests", suite, theirs, _read)
    kept = written(golden(named, suite, theirs))
    if "--write" in arguments:
        FILE.write_text(kept, encoding="utf-8")
    elif kept != FILE.read_text(encoding="utf-8"):
        print("golden.json is not what the module answers: run with --write")
        differences += 1
    combined = list(combinations(SEED, COMBINATIONS))
    theirs = admission(manifest for _, manifest in combined)
    differences += _compare("combinations, read from manifests", combined, theirs, _read)
    differences += _fixtures()
    return 1 if differences else 0


def _fixtures() -> int:
    """Compare with the module's fixtures: with what their folder says, and with the answers at every version."""
    folder = fixtures()
    names: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        names.setdefault(path.read_text(encoding="utf-8"), []).append(path.relative_to(folder).as_posix())
    wrong = [name for text, same in names.items() for name in _misplaced(_read_text(text), same)]
    _report("fixtures, by their folders", wrong, sum(map(len, names.values())), "files")
    distinct = [(same[0], text) for text, same in names.items()]
    theirs = admission(yaml.safe_load(text) for text in names)
    return len(wrong) + _compare("distinct fixtures", distinct, theirs, _read_text)


def _misplaced(pod: Pod, names: list[str]) -> Iterator[str]:
    """Return the fixtures of which the gate does not say what their folder does."""
    for name in names:
        found = FIXTURE.match(name)
        if found is None:
            yield name
            continue
        level, minor, result = found.groups()
        admitted = not violations(pod, f"v1.{minor}", cast("Level", level))
        if admitted is not (result == "pass"):
            yield name


def _compare(what: str, compared: list[tuple[str, T]], theirs: list[Answers], read: Callable[[T], Pod]) -> int:
    """Compare what is said about each pod by each level and each check at each version."""
    wrong = []
    verdicts = 0
    for (name, given), their in zip(compared, theirs, strict=True):
        pod = read(given)
        our = answers(pod)
        verdicts += (2 + len(our["checks"])) * len(VERSIONS)
        wrong += [f"{name}: {line}" for line in (*_differences(our, their), *_levels(pod, their))]
    _report(what, wrong, verdicts, f"answers about {len(compared)} pods")
    return len(wrong)


def _read(manifest: Manifest) -> Pod:
    """Read a manifest as the gate reads files."""
    return _read_text(json.dumps(manifest))


def _read_text(text: str) -> Pod:
    reading = READER.read(Source("pod.yaml", text.encode()), NOTHING_ELSE)
    pods = [subject.pod for subject in reading.subjects if isinstance(subject, Workload) and subject.pod is not None]
    if reading.problems or len(pods) != 1:
        raise SystemExit(f"the reader does not read {text}: {reading.problems}")
    return pods[0]


class _NothingElse:
    """The files beside a manifest, of which there are none."""

    def open(self, path: str) -> None:
        """Have no file."""

    def stream(self, path: str) -> None:
        """Have no file."""

    def list(self, folder: str) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's
        """Have no folder."""
        return ()


NOTHING_ELSE = _NothingElse()


def answers(pod: Pod) -> Answers:
    """Return what the gate says, in the form in which the admission module is asked."""
    levels: dict[Level, str] = {"baseline": "", "restricted": ""}
    checks = {check.id: "" for check in CHECKS}
    for version in VERSIONS:
        found = {level: {violation.check for violation in violations(pod, version, level)} for level in levels}
        for level in levels:
            levels[level] += REFUSED if found[level] else ADMITTED
        for check in CHECKS:
            refused = check.id in found["baseline"] | found["restricted"]
            absent = check.at(minor_of(version)) is None
            checks[check.id] += ABSENT if absent else REFUSED if refused else ADMITTED
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
        found = pod_security(pod, version)
        by_restricted, by_baseline = (their["restricted"][index] == ADMITTED, their["baseline"][index] == ADMITTED)
        wanted = "restricted" if by_restricted else "baseline" if by_baseline else "privileged"
        if (found.level, found.best) != (wanted, wanted):
            yield f"the level at {version} is {found.level} and should be {wanted}"


def _report(what: str, wrong: list[str], count: int, unit: str) -> None:
    for line in wrong[:20]:
        print(f"  {line}")
    print(f"{what}: {count} {unit}, {len(wrong)} different", flush=True)
