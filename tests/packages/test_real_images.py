"""Real images: made by dpkg, rpm and apk, packed by umoci, copied by skopeo, and read by trivy too."""

from __future__ import annotations

from random import Random
from shutil import which
from typing import TYPE_CHECKING

import pytest

from tests.conformance.layers import compare, debian
from tests.packages.bolt import cache
from tests.packages.managers import Dpkg, run
from tests.packages.scanning import gaps, real
from tests.verbs import check

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

#: Who lists packages, by what is scanned.
WITNESSES = {"--image": ["trivy", "layers"], "--rootfs": ["trivy"], "--sbom": ["sbom", "trivy"]}


def needs(*programs: str) -> None:
    """Skip a test whose programs are not installed."""
    absent = [program for program in programs if which(program) is None]
    if absent:
        pytest.skip(f"{' and '.join(absent)} not installed")


@pytest.mark.parametrize("name", ["dpkg", "rpm, sqlite", "rpm, ndb", "apk"])
def test_packages_are_those_that_their_manager_lists(name: str, tmp_path: Path) -> None:
    """Debian has no apk, and builds rpm without ndb; `make conformance` can be given others."""
    needs("skopeo", "umoci")
    manager = dict(compare.managers(tmp_path))[name]
    if manager is None:
        pytest.skip(f"{name}: not installed")
    for tally in compare.worked(name, manager, tmp_path / "images", Random(1), 2):
        assert tally.wrong == []
        assert sum(count for what, count in tally.counts.items() if what.endswith("equal")) >= 2


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a Debian of three layers: `layout`, `docker-save`, and its files in `again/rootfs`."""
    needs("mmdebstrap", "skopeo", "umoci")
    folder = tmp_path_factory.mktemp("debian") / "made"
    tally = debian.changed(folder, ("layout, gzip", "docker save"))
    assert tally.wrong == []
    assert tally.counts["equal"] == 2
    return folder


@pytest.mark.parametrize(
    ("option", "path"),
    [("--image", "docker-save"), ("--image", "layout"), ("--rootfs", "again/rootfs"), ("--sbom", "sbom.json")],
)
def test_a_debian_that_trivy_scans(
    option: str,
    path: str,
    system: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(system)
    cache(tmp_path / "cache", system="debian 12", source="bash", CVE_2024_1000="9:1")
    if option == "--sbom":
        made = ("--format", "cyclonedx", "--output", path, "--cache-dir", tmp_path / "cache", "--skip-version-check")
        run(str(real()), "image", "--input", "docker-save", "--quiet", *made)
    own = ("--scanner", "trivy", "--trivy", real(), "--trivy-cache", tmp_path / "cache")
    answer = check(capsys, option, path, *own)
    assert gaps(answer.report) == []
    (subject,) = answer.report["subjects"]
    assert {one for found in subject["findings"] for one in found["aspects"] if one[:4] == "CVE-"} == {"CVE-2024-1000"}
    scans = subject["scans"]
    assert scans["disagreements"] == []
    assert [one["name"] for one in scans["witnesses"]] == WITNESSES[option]
    assert {one["packages"] for one in scans["witnesses"]} == {len(Dpkg(tmp_path).listed(system / "again" / "rootfs"))}
    assert {one["system"].partition(".")[0] for one in scans["witnesses"]} == {"debian 12"}
    assert not any(one["blind"] for one in scans["witnesses"] if one["name"] != "sbom")
