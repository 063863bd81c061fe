"""The Pod Security levels, against what the real admission module says about the generated suite."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.boundary import pod_security as package
from gate.boundary.facts_exposure import SAFE_SYSCTLS
from gate.boundary.pod_security import CHECKS, LATEST, checks, minor_of, pod_security, sysctls, violations
from gate.boundary.pod_security.check import Check
from tests.conformance.pod_security import golden
from tests.conformance.pod_security.manifests import pod_of
from tests.conformance.pod_security.suite import bare, cases, changed, restricted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.boundary.pod_security.check import Level
    from gate.model.pod import Pod
    from tests.conformance.pod_security.manifests import Manifest
    from tests.conformance.pod_security.suite import Edit

MINORS = range(38)
GOLDEN = golden.read()
GROUPS = {name: group for group in GOLDEN["groups"] for name in group["cases"]}

#: Every range of versions that admission's answers hold for.
HOLD = [
    golden.versions(line)
    for group in GOLDEN["groups"]
    for line in (group["baseline"], group["restricted"], *group["refused"].values())
]

#: The first version, and those at which admission changes its mind about some case.
TURNS = [0, *(minor for minor in MINORS[1:] if any((minor in held) is not (minor - 1 in held) for held in HOLD))]


@pytest.fixture(scope="module")
def manifests() -> dict[str, Manifest]:
    return dict(cases())


@pytest.fixture(scope="module")
def suite(manifests: dict[str, Manifest]) -> dict[str, Pod]:
    return {name: pod_of(manifest) for name, manifest in manifests.items()}


def test_the_answers_are_about_this_suite(manifests: dict[str, Manifest]) -> None:
    assert golden.digest(manifests.items()) == GOLDEN["suite"]
    assert GROUPS.keys() == manifests.keys()


def test_the_level_is_the_strictest_that_admission_admits(suite: dict[str, Pod]) -> None:
    assert [line for name, pod in suite.items() for line in _wrong_levels(name, pod, TURNS)] == []


def test_the_level_is_right_between_the_turns_too(suite: dict[str, Pod]) -> None:
    one_each = [group["cases"][0] for group in GOLDEN["groups"]]
    assert [line for name in one_each for line in _wrong_levels(name, suite[name], MINORS)] == []


def test_the_checks_refuse_what_admission_refuses(suite: dict[str, Pod]) -> None:
    wrong = []
    for name, pod in suite.items():
        refused = {check: golden.versions(written) for check, written in GROUPS[name]["refused"].items()}
        for minor in TURNS if refused else TURNS[-1:]:
            found = {check.id for check in CHECKS if check.violated(pod, minor).answer == "yes"}
            wanted = {check for check, versions in refused.items() if minor in versions}
            wrong += [f"{name} at 1.{minor}: {check}" for check in found ^ wanted]
    assert wrong == []


def test_the_levels_are_made_of_the_checks_that_admission_has() -> None:
    existing = {check: golden.versions(written) for check, written in GOLDEN["checks"].items()}
    assert {check.id for check in CHECKS} == existing.keys()
    for check in CHECKS:
        assert {minor for minor in MINORS if check.at(minor)} == existing[check.id], check.id


@pytest.mark.parametrize("level", ["restricted", "baseline", "privileged"])
@pytest.mark.parametrize("manifest", [bare(), restricted()], ids=["bare", "restricted"])
def test_a_level_admits_a_pod_without_violations(manifest: dict[str, object], level: Level) -> None:
    pod = pod_of(changed(manifest, (("hostNetwork", True), ("volumes", [{"name": "v", "nfs": {}}]))))
    for minor in MINORS:
        found = [violation.check for violation in violations(pod, f"1.{minor}", level)]
        assert found == [check.id for check in checks(level, minor) if check.violated(pod, minor).answer == "yes"]
        assert (found == []) is (level == "privileged")


#: From which version on restricted has a check in place of one of baseline.
REPLACED = {
    "hostPathVolumes": (0, "restrictedVolumes"),
    "seccompProfile_baseline": (19, "seccompProfile_restricted"),
    "capabilities_baseline": (22, "capabilities_restricted"),
    "procMount": (35, "procMount_restricted"),
}


@pytest.mark.parametrize("minor", MINORS)
def test_restricted_asks_once_where_it_replaces_a_check_of_baseline(minor: int) -> None:
    edits: tuple[Edit, ...] = (
        ("volumes", [{"name": "v", "hostPath": {"path": "/"}}]),
        ("main/securityContext.capabilities.add", ["SYS_ADMIN"]),
        ("main/securityContext.procMount", "Unmasked"),
        ("main/securityContext.seccompProfile", {"type": "Unconfined"}),
        ("annotations", {"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}),
    )
    pod = pod_of(changed(restricted(), edits))
    found = {violation.check for violation in violations(pod, f"1.{minor}", "restricted")}
    assert found == {later if minor >= since else earlier for earlier, (since, later) in REPLACED.items()}


@pytest.mark.parametrize("minor", MINORS)
def test_versions_are_written_in_several_ways(minor: int) -> None:
    for version in (f"1.{minor}", f"v1.{minor}", f"1.{minor}+", f"v1.{minor}.7", f"v1.{minor}.3-gke.100"):
        assert minor_of(version) == minor
        assert pod_security(pod_of(bare()), version).version == f"1.{minor}"


@pytest.mark.parametrize(
    "version", ["latest", LATEST, "1.38", "v1.999", "1.9999", "2.0", "", "1", "1.", "1.x", "1.٣", "x"]
)
def test_what_is_too_new_or_no_version_is_the_latest(version: str) -> None:
    assert pod_security(pod_of(bare()), version).version == LATEST


def test_a_version_of_any_length_is_read() -> None:
    assert minor_of("1." + "9" * 10_000) == minor_of(LATEST)


def test_the_facts_know_the_same_safe_sysctls() -> None:
    assert SAFE_SYSCTLS == sysctls.SAFE_1_37


def test_every_check_stands_in_the_table() -> None:
    assert sorted(check.id for check in _defined()) == sorted(check.id for check in CHECKS)


def test_the_table_is_sound() -> None:
    ids = [check.id for check in CHECKS]
    baseline = [check.id for check in CHECKS if check.level == "baseline"]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(baseline) + sorted(ids[len(baseline) :])
    for check in CHECKS:
        minors = [since.minor for since in check.versions]
        assert minors == sorted(set(minors))
        assert all(check.level == "restricted" or since.replaces == () for since in check.versions)
        assert {name for since in check.versions for name in since.replaces} <= set(baseline)


def _wrong_levels(name: str, pod: Pod, minors: Iterable[int]) -> Iterator[str]:
    """Return where the level is not the strictest one that admission admits."""
    restricted_at, baseline_at = (golden.versions(GROUPS[name][level]) for level in ("restricted", "baseline"))
    for minor in minors:
        level = "restricted" if minor in restricted_at else "baseline" if minor in baseline_at else "privileged"
        found = pod_security(pod, f"v1.{minor}")
        if (found.level, found.best) != (level, level):
            yield f"{name} at 1.{minor}: {found.level}, and not {level}"


def _defined() -> Iterator[Check]:
    """Return the checks of all modules of the package."""
    for path in Path(package.__file__).parent.glob("[!_]*.py"):
        module = import_module(f"{package.__name__}.{path.stem}")
        yield from (value for value in vars(module).values() if isinstance(value, Check))
