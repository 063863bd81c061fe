"""What scanners and layers tell together: agreement, what only one says, disagreement, and what is not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.packages.reports import flaw, grype, match, put, trivy
from tests.packages.scanning import archive, layer
from tests.readers.layouts import digest
from tests.verbs import NOW, check, gate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def scans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what the report says of the scanners of one image."""
    (tmp_path / ".git").mkdir()

    def told(one: Any, other: Any = None) -> Any:
        options: list[object] = ["--trivy-report", put(tmp_path, "trivy.json", one)]
        options += ["--grype-report", put(tmp_path, "grype.json", other)] if other is not None else []
        (subject,) = check(capsys, *options).report["subjects"]
        return subject["scans"]

    return told


def test_one_scanner_has_nobody_to_differ_from(scans: Any) -> None:
    found = scans(trivy(flaw()))
    (witness,) = found["witnesses"]
    assert (witness["name"], witness["system"], witness["packages"]) == ("trivy", "debian 13.6", 2)
    assert (witness["vulnerabilities"], witness["database"], witness["blind"]) == (1, None, [])
    assert (found["agreed"], found["alone"], found["disagreements"]) == (0, [], [])


def test_what_both_say_and_what_one_says(scans: Any) -> None:
    found = scans(trivy(flaw(), flaw("CVE-2024-2000")), grype(match(), match("CVE-2024-3000")))
    assert [one["name"] for one in found["witnesses"]] == ["trivy", "grype"]
    assert found["agreed"] == 1
    assert {(one["vulnerability"], one["scanner"]) for one in found["alone"]} == {
        ("CVE-2024-2000", "trivy"),
        ("CVE-2024-3000", "grype"),
    }
    assert {one["package"] for one in found["alone"]} == {"deb:openssl"}
    assert found["disagreements"] == []


def test_binary_packages_of_one_source_are_no_disagreement(scans: Any) -> None:
    other = flaw(PkgID="openssl@3.5.1-1", PkgName="openssl")
    found = scans(trivy(flaw(), other), grype(match()))
    assert (found["agreed"], found["alone"], found["disagreements"]) == (1, [], [])
    assert [one["vulnerabilities"] for one in found["witnesses"]] == [1, 1]


@pytest.mark.parametrize(
    ("change", "about", "said"),
    [
        ({"severity": "Low"}, "severity", {"trivy": "high", "grype": "low"}),
        ({"fix": {"versions": ["9"], "state": "fixed"}}, "fix", {"trivy": "3.5.1-1+deb13u1", "grype": "9"}),
        ({"fix": {"versions": [], "state": "not-fixed"}}, "fix", {"trivy": "3.5.1-1+deb13u1", "grype": "no fix"}),
    ],
)
def test_what_they_say_differently(change: dict[str, Any], about: str, said: dict[str, str], scans: Any) -> None:
    found = scans(trivy(flaw()), grype(match(vulnerability=change)))
    (dispute,) = found["disagreements"]
    assert (dispute["about"], dispute["vulnerability"]) == (about, "CVE-2024-1000")
    assert {one["name"]: one["text"] for one in dispute["said"]} == said
    assert (found["agreed"], found["alone"]) == (0, [])


def test_a_severity_that_one_does_not_know_is_no_disagreement(scans: Any) -> None:
    assert scans(trivy(flaw(Severity="UNKNOWN")), grype(match()))["disagreements"] == []


@pytest.mark.parametrize(
    ("distro", "differs"),
    [
        ({"name": "debian", "version": "13"}, False),
        ({"name": "debian", "version": "12"}, True),
        ({"name": "debian", "version": "1"}, True),
        ({"name": "ubuntu", "version": "13.2"}, True),
    ],
)
def test_systems(distro: dict[str, str], differs: bool, scans: Any) -> None:
    found = scans(trivy(flaw()), grype(match(), distro=distro))
    assert ("system" in [one["about"] for one in found["disagreements"]]) is differs


def test_what_a_scanner_does_not_see(scans: Any) -> None:
    (witness,) = scans(trivy(result={"Packages": []}))["witnesses"]
    assert witness["blind"] == ["trivy lists no package of the operating system"]
    foreign = {"ID": "x@1", "Name": "x", "Repository": {"Class": "third-party"}}
    (witness,) = scans(trivy(result={"Packages": [foreign, {"ID": "y@1", "Name": "y"}]}))["witnesses"]
    assert witness["blind"] == ["trivy knows nothing of 1 of 2 packages"]


def test_the_layers_are_a_witness(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".git").mkdir()
    own = {"DiffIDs": [f"sha256:{digest(layer())}"]}
    report = put(tmp_path, "trivy.json", trivy(metadata={**own, "OS": {"Family": "debian", "Name": "12.1"}}))
    options = ("--image", archive(tmp_path / "web.tar"), "--trivy-report", report)
    found = check(capsys, *options).subject("web.tar#web:1")["scans"]
    layers = found["witnesses"][-1]
    assert (layers["name"], layers["packages"], layers["vulnerabilities"]) == ("layers", 1, None)
    (dispute,) = found["disagreements"]
    assert {one["name"]: one["text"] for one in dispute["said"]} == {"trivy": "debian 12.1", "layers": "debian 13.2"}
    put(tmp_path, "trivy.json", trivy(metadata=own, result={"Packages": []}))
    found = check(capsys, *options).subject("web.tar#web:1")["scans"]
    assert "trivy lists 0 packages, and the layers show 1" in found["witnesses"][0]["blind"]


def test_the_text_shows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".git").mkdir()
    one = put(tmp_path, "trivy.json", trivy(flaw(Severity="LOW"), *(flaw(f"CVE-2024-2{n:03}") for n in range(7))))
    other = put(tmp_path, "grype.json", grype(match()))
    options = ("check", "--now", NOW, "--trivy-report", one, "--grype-report", other)
    answer = gate(capsys, *options)
    assert "agree on 0 vulnerabilities" in answer.out
    assert "only trivy: CVE-2024-2000 in deb:openssl, " in answer.out
    assert " and 2 more" in answer.out
    assert "disagree on the severity: CVE-2024-1000 in deb:openssl: trivy says low; grype says high" in answer.out
    assert " and 2 more" not in gate(capsys, *options, "--verbose").out


def test_whoever_is_not_scanned_has_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".git").mkdir()
    (subject,) = check(capsys, "--image", archive(tmp_path / "web.tar")).report["subjects"]
    assert subject["scans"] is None
