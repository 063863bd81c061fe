"""Reports of trivy and grype through the command line: what they come to, and every way in which they can be none."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from gate.pipeline import scanned
from gate.tools import grype_report
from tests.contracts.code import ROOT
from tests.packages.reports import AT, NAME, alerts, flaw, grype, match, put, trivy
from tests.verbs import check, rules, write

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.packages import Scan
    from tests.verbs import Answer


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    return tmp_path / "repository"


@pytest.fixture
def judged(repository: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Judge one report, given as a document, a text or bytes."""

    def judge(document: Any, scanner: str = "trivy", *arguments: object) -> Answer:
        path = repository / "scan.json"
        if isinstance(document, bytes):
            path.write_bytes(document)
        else:
            put(repository, "scan.json", document)
        return check(capsys, f"--{scanner}-report", path, *arguments)

    return judge


# ------------------------------------------------------------------------------------------------------ what they say


def test_a_report_is_judged_as_an_image(judged: Any) -> None:
    answer = judged(trivy(flaw(PublishedDate="2024-02-01T00:00:00Z")))
    (subject,) = answer.report["subjects"]
    assert (subject["id"], subject["kind"], subject["platform"], subject["name"]) == (
        f"scan.json#{NAME}",
        "image",
        "oci",
        NAME,
    )
    assert answer.report["stage"] == "build"
    assert answer.report["coverage"] | {"suppressions": []} == {
        "seen": 1,
        "read": 1,
        "judged": 1,
        "skipped": [],
        "suppressions": [],
        "not_understood": [],
    }
    assert [one["path"] for one in answer.report["inputs"]] == ["scan.json"]
    assert rules(subject, "undecided") == {"PKG009", "PKG011"}
    assert subject["scores"]["package_freshness"]["asked"]


def test_a_finding_stands_at_its_vulnerability(judged: Any, repository: Path) -> None:
    (subject,) = judged(trivy(flaw(), flaw("CVE-2024-2000", FixedVersion="", Status="affected"))).report["subjects"]
    lines = (repository / "scan.json").read_text().splitlines()
    places = {one["rule"]: one["location"] for one in subject["findings"] if one["rule"] in ("PKG009", "PKG010")}
    assert len(places) == 2
    for rule, name in (("PKG009", "CVE-2024-1000"), ("PKG010", "CVE-2024-2000")):
        at = places[rule]
        assert any(name in line for line in lines[at["line"] - 1 : at["end_line"]])
        assert at["end_line"] - at["line"] < 14


def test_severity_and_names_are_those_of_the_vulnerability(judged: Any) -> None:
    one = flaw(Severity="CRITICAL", VendorIDs=["RHSA-2024:1", "GHSA-aaaa-bbbb-cccc"])
    (subject,) = judged(trivy(one)).report["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "PKG009")
    assert finding["severity"] == "critical"
    assert finding["aspects"] == ["CVE-2024-1000", "GHSA-aaaa-bbbb-cccc"]
    assert finding["message"].startswith("openssl 3.5.1-1 has CVE-2024-1000 (critical), fixed in 3.5.1-1+deb13u1: ")


def test_a_finding_is_the_same_one_while_versions_and_days_go_on(judged: Any) -> None:
    def fingerprints(document: Any, *arguments: object) -> dict[str, str]:
        (subject,) = judged(document, "trivy", *arguments).report["subjects"]
        return {one["rule"]: one["fingerprint"] for one in subject["findings"] if one["rule"].startswith("PKG")}

    before = fingerprints(trivy(flaw(), flaw("CVE-2024-2", FixedVersion="", Status="affected")))
    other = flaw("CVE-2024-2", PkgName="openssl", PkgID="openssl@3.5.1-1", FixedVersion="", Status="will_not_fix")
    later = trivy(other, flaw(InstalledVersion="3.5.2-1", FixedVersion="3.5.3-1", PublishedDate="2024-03-01T00:00:00Z"))
    assert before == fingerprints({**later, "CreatedAt": "2026-11-10T08:00:00Z"})
    assert len(before) == 3


def test_binary_packages_of_one_source_are_one_finding(judged: Any) -> None:
    other = flaw(PkgID="openssl@3.5.1-1", PkgName="openssl", PkgIdentifier={"PURL": "pkg:deb/debian/openssl@3.5.1-1"})
    (subject,) = judged(trivy(flaw(), other)).report["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "PKG009")
    assert len(finding["related"]) == 2


def test_a_fix_with_a_day_decides(judged: Any) -> None:
    (subject,) = judged(grype(match(date="2026-10-23")), "grype").report["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "PKG009")
    assert (finding["outcome"], finding["severity"]) == ("failed", "high")
    assert "there for 31 days, and default allows 30 days" in finding["message"]
    (subject,) = judged(grype(match(date="2026-10-24")), "grype").report["subjects"]
    assert "PKG009" not in rules(subject)


def read_by_grype(*matches: dict[str, Any], **changes: Any) -> Scan:
    return grype_report.read(json.dumps(grype(*matches, **changes)).encode(), lambda *_path: AT)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("advisory", "available"),
        ("release", "available"),
        ("first-observed", "observed"),
        ("commit", "written"),
        ("PR", "written"),
        ("rumour", None),
    ],
)
def test_what_grype_means_by_the_day_of_a_fix(kind: str, expected: str | None) -> None:
    (one,) = read_by_grype(match(date="2026-03-01", kind=kind)).vulnerabilities
    assert [date.kind for date in one.fix_dates] == ([expected] if expected else [])


def test_what_grype_knows_of_exploitation() -> None:
    listed = match(vulnerability={"knownExploited": [{"cve": "CVE-2024-1000", "dateAdded": "2024-05-01"}]})
    unknowing = {"name": "grype", "db": {"status": {"built": "2026-11-23T01:00:00Z"}}}
    found = [read_by_grype(listed), read_by_grype(match()), read_by_grype(match(), descriptor=unknowing)]
    said = [(one.exploited, one.listed) for scan in found for one in scan.vulnerabilities]
    assert said == [(True, "2024-05-01"), (False, ""), (None, "")]


def test_the_policy_decides_by_when(judged: Any, repository: Path) -> None:
    text = (ROOT / "policies" / "standard.yaml").read_text(encoding="utf-8")
    shipped = repository.parent / "policy.yaml"
    shipped.write_text(text.replace("remediation: default", "remediation: pci-4.0.1"), encoding="utf-8")
    report = grype(match(date="2026-10-01", vulnerability={"severity": "High"}))
    assert "PKG009" in rules(judged(report, "grype").report["subjects"][0])
    assert "PKG009" not in rules(judged(report, "grype", "--policy", shipped).report["subjects"][0])


def test_reports_of_two_scanners_are_of_one_image(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = put(repository, "trivy.json", trivy(flaw()))
    other = put(repository, "grype.json", grype(match(date="2026-10-23"), match("CVE-2024-3000")))
    answer = check(capsys, "--trivy-report", one, "--grype-report", other)
    (subject,) = answer.report["subjects"]
    findings = {one["message"].split()[3]: one for one in subject["findings"] if one["rule"] == "PKG009"}
    assert set(findings) == {"CVE-2024-1000", "CVE-2024-3000"}
    assert findings["CVE-2024-1000"]["outcome"] == "failed"
    assert {one["path"] for one in findings["CVE-2024-1000"]["related"]} == {"grype.json", "trivy.json"}
    assert answer.report["coverage"]["seen"] == 2


def test_a_report_says_how_the_image_runs(judged: Any) -> None:
    layer = "sha256:" + "1" * 64
    configuration = {
        "architecture": "amd64",
        "os": "linux",
        "created": "2026-11-20T00:00:00Z",
        "config": {"User": "1000", "Labels": {"boundary-gate.io/x": "y"}},
        "rootfs": {"type": "layers", "diff_ids": [layer]},
        "history": [{"created": "2026-11-20T00:00:00Z", "created_by": "ADD x /"}],
    }
    report = trivy(metadata={"ImageConfig": configuration, "DiffIDs": [layer], "ImageID": "sha256:" + "2" * 64})
    (subject,) = judged(report).report["subjects"]
    ages = [one["text"] for one in subject["scores"]["image_age"]["deductions"]]
    assert any("2026-11-20" in text for text in ages)


def test_a_workload_runs_what_was_scanned(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layer = "sha256:" + "1" * 64
    configuration = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"User": "0"},
        "rootfs": {"type": "layers", "diff_ids": [layer]},
    }
    report = put(repository, "scan.json", trivy(metadata={"ImageConfig": configuration, "DiffIDs": [layer]}))
    containers = f"{{containers: [{{name: a, image: '{NAME}'}}]}}"
    write(repository, pod__yaml=f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {containers}\n")
    declaration = "version: 1\nworkloads:\n- {name: a, paths: [pod.yaml], sensitivity: restricted}\n"
    (repository / ".gate.yaml").write_text(declaration, encoding="utf-8")
    answer = check(capsys, repository / "pod.yaml", "--trivy-report", report)
    assert answer.report["stage"] == "deploy"
    assert "ISO027" in rules(answer.subject("Pod/a"))
    assert answer.subject(NAME)["sensitivity"]["class"] == "restricted"


@pytest.mark.parametrize("kind", ["trivy", "grype"])
def test_what_a_scanner_was_told_to_ignore_counts(kind: str, judged: Any) -> None:
    taken = {"Type": "vulnerability", "Status": "ignored", "Source": ".trivyignore", "Finding": flaw()}
    ignored = {**match(), "appliedIgnoreRules": [{"vulnerability": "CVE-2024-1000"}]}
    reports = {
        "trivy": trivy(result={"ExperimentalModifiedFindings": [taken]}),
        "grype": grype(ignoredMatches=[ignored]),
    }
    (subject,) = judged(reports[kind], kind).report["subjects"]
    assert "PKG009" in rules(subject, "undecided")


def test_what_grype_itself_puts_aside_does_not(judged: Any) -> None:
    own = {
        **match(),
        "appliedIgnoreRules": [{"reason": "fixed by the distribution", "match-type": "exact-indirect-match"}],
    }
    (subject,) = judged(grype(ignoredMatches=[own]), "grype").report["subjects"]
    assert "PKG009" not in rules(subject, "undecided")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (trivy(metadata={"OS": None}), "found no operating system"),
        (trivy(metadata={"OS": {"Family": "none"}}), "found no operating system"),
        (trivy(metadata={"OS": {"Family": "plan9", "Name": "4"}}), "no advisories for plan9"),
        (trivy(result={"Packages": []}), "lists no package"),
        (trivy(result={"Packages": None}), "lists no package"),
        (trivy(result={"Class": "lang-pkgs"}), "lists no package"),
        (trivy(Results=[]), "lists no package"),
        (trivy(Results=None), "lists no package"),
    ],
)
def test_a_report_that_saw_nothing_is_not_clean(document: Any, reason: str, judged: Any) -> None:
    (subject,) = judged(document).report["subjects"]
    score = subject["scores"]["package_freshness"]
    (unseen,) = (one for one in score["deductions"] if one["id"] == "B7")
    assert reason in unseen["text"]
    assert unseen["worst"] == 70
    assert score["lo"] <= 30 < score["hi"]
    assert subject["verdict"] == "undecided"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (grype(distro={}), "found no operating system"),
        (grype(match(artifact={"type": "npm"})), "none of the operating"),
        (grype(match(), alertsByPackage=alerts("distro-disabled")), "leaves the packages of debian out"),
    ],
)
def test_nor_is_one_of_grype(document: Any, reason: str, judged: Any) -> None:
    (subject,) = judged(document, "grype").report["subjects"]
    (unseen,) = (one for one in subject["scores"]["package_freshness"]["deductions"] if one["id"] == "B7")
    assert reason in unseen["text"]


def test_grype_says_that_a_system_has_ended(judged: Any) -> None:
    """Its data and the tables contradict each other, so that the score is open: the tables know no end of Debian 13."""
    for kind, worst in (("distro-eol", 30), ("other", 0)):
        (subject,) = judged(grype(match(), alertsByPackage=alerts(kind)), "grype").report["subjects"]
        found = [one["worst"] for one in subject["scores"]["package_freshness"]["deductions"] if one["id"] == "B2"]
        assert found == ([worst] if worst else [])


def test_packages_of_others_are_not_covered(judged: Any) -> None:
    document = trivy()
    document["Results"][0]["Packages"][0]["Repository"] = {"Class": "third-party"}
    (subject,) = judged(document).report["subjects"]
    (unseen,) = (one for one in subject["scores"]["package_freshness"]["deductions"] if one["id"] == "B7")
    assert (unseen["text"], unseen["worst"]) == ("trivy knows nothing of 1 of 2 packages", 35)


def test_a_server_says_how_old_its_data_is(judged: Any) -> None:
    database = {"Version": 2, "UpdatedAt": "2026-11-20T06:00:00Z"}
    document = trivy(Trivy={"Version": "0.76.0", "Server": {"Version": "0.76.0", "VulnerabilityDB": database}})
    (subject,) = judged(document).report["subjects"]
    (stale,) = (one for one in subject["findings"] if one["rule"] == "PKG011")
    assert (stale["outcome"], "3 days old" in stale["message"]) == ("failed", True)


def test_a_folder_with_a_system_is_an_images(judged: Any) -> None:
    (subject,) = judged(trivy(ArtifactType="filesystem", ArtifactName="/srv/root")).report["subjects"]
    assert subject["id"] == "scan.json#/srv/root"


@pytest.mark.parametrize("kind", ["cyclonedx", "spdx"])
def test_a_bill_of_materials_is_too(kind: str, judged: Any) -> None:
    assert len(judged(trivy(ArtifactType=kind)).report["subjects"]) == 1


# --------------------------------------------------------------------------------------------------- what is no report


def broken(**changes: Any) -> dict[str, Any]:
    return {**trivy(flaw()), **changes}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in trivy(flaw()).items() if name != key}


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        (b"", "is not JSON: it ends early"),
        (b"   \n", "is not JSON: it ends early"),
        (b"null", "input should be an object"),
        (b"[]", "input should be an object"),
        (b'"x"', "input should be an object"),
        (b"trivy: not found\n", "is not JSON"),
        (b"\x00\x01\x02", "is not JSON"),
        (b"\xff\xfe{\x00}\x00", "is not JSON"),
        (b'\xef\xbb\xbf{"SchemaVersion": 2}', "is not JSON"),
        (json.dumps(trivy(flaw()))[:-1].encode(), "is not JSON: it ends early"),
        (json.dumps(trivy(flaw()))[:400].encode(), "is not JSON: it ends early"),
        (json.dumps(trivy(flaw())).encode() + b"{}", "something follows"),
        (b'{"SchemaVersion": 2, "SchemaVersion": 2}', "is given twice"),
        (b'{"SchemaVersion": NaN}', "a number that readers of JSON take differently"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "a number that readers of JSON take differently"),
        ({}, "SchemaVersion: field required"),
        (without("SchemaVersion"), "SchemaVersion: field required"),
        (broken(SchemaVersion="2"), "SchemaVersion: input should be a valid integer"),
        (broken(SchemaVersion=1), "has schema version 1, and 2 is known"),
        (broken(SchemaVersion=3), "has schema version 3, and 2 is known"),
        (without("ArtifactName"), "ArtifactName: field required"),
        (broken(ArtifactName=""), "ArtifactName: "),
        (broken(ArtifactName=7), "ArtifactName: input should be a valid string"),
        (broken(Results={}), "Results: input should be a valid "),
        (broken(Results=[1]), "Results[0]: input should be "),
        (broken(Metadata=[]), "Metadata: input should be "),
        (broken(Metadata={"OS": {"Family": 7}}), "Metadata.OS.Family: "),
        (broken(Metadata={"OS": {"EOSL": "yes"}}), "Metadata.OS.EOSL: "),
        (broken(Metadata={"DiffIDs": "x"}), "Metadata.DiffIDs: "),
        (trivy(flaw(Severity=9)), "Results[0].Vulnerabilities[0].Severity: "),
        (trivy(flaw(), flaw(PkgName=None)), "Results[0].Vulnerabilities[1].PkgName: "),
        (trivy(flaw(VulnerabilityID="")), "Results[0].Vulnerabilities[0].VulnerabilityID: "),
        (
            trivy(result={"ExperimentalModifiedFindings": [{"Type": "vulnerability", "Finding": {}}]}),
            "VulnerabilityID: ",
        ),
        (broken(ArtifactType="repository"), "is a report of a repository, and not of an image"),
        (broken(ArtifactType="filesystem", Metadata={}), "is a report of a filesystem, and not of an image"),
        (broken(ArtifactType="aws_account"), "is a report of a aws account, and not of an image"),
        (broken(Trivy={"Version": "0.69.4"}), "a release that was tampered with"),
        (broken(Trivy={"Version": "v0.69.6"}), "a release that was tampered with"),
        (grype(match()), "SchemaVersion: field required"),
    ],
)
def test_what_is_no_report_of_trivy(document: Any, cause: str, judged: Any) -> None:
    answer = judged(document)
    assert (answer.status, answer.report["subjects"]) == (3, [])
    (gap,) = answer.report["coverage"]["not_understood"]
    assert cause in gap["reason"]
    assert gap["remedy"]
    assert gap["location"]["path"] == "scan.json"


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        (b"", "is not JSON: it ends early"),
        (json.dumps(grype(match()))[:300].encode(), "is not JSON: it ends early"),
        (trivy(flaw()), "matches: field required"),
        ({**grype(), "matches": None}, "matches: "),
        ({**grype(), "source": None}, "source: "),
        ({**grype(), "descriptor": {"name": "syft"}}, "is no report of grype"),
        ({**grype(), "source": {"type": "directory", "target": "/src"}, "distro": {}}, "is a report of a directory"),
        (grype(match(vulnerability={"id": 7})), "matches[0].vulnerability.id: "),
        (grype(match(artifact={"name": ""})), "matches[0].artifact.name: "),
        (grype(match(vulnerability={"fix": {"versions": "1"}})), "matches[0].vulnerability.fix.versions: "),
    ],
)
def test_what_is_no_report_of_grype(document: Any, cause: str, judged: Any) -> None:
    answer = judged(document, "grype")
    assert (answer.status, answer.report["subjects"]) == (3, [])
    (gap,) = answer.report["coverage"]["not_understood"]
    assert cause in gap["reason"]
    assert gap["remedy"]


def test_an_error_stands_where_it_is(judged: Any, repository: Path) -> None:
    answer = judged(trivy(flaw(), flaw("CVE-2024-2000", Severity=9)))
    (gap,) = answer.report["coverage"]["not_understood"]
    lines = (repository / "scan.json").read_text().splitlines()
    assert any('"CVE-2024-2000"' in line for line in lines[gap["location"]["line"] - 1 : gap["location"]["end_line"]])


def test_an_error_repeats_nothing_of_the_report(judged: Any) -> None:
    answer = judged(trivy(flaw(Severity={"password": "hunter2-hunter2"})))
    assert "hunter2" not in answer.out + answer.err


def test_everything_else_is_judged_all_the_same(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = put(repository, "good.json", trivy(flaw())), put(repository, "bad.json", "{")
    write(repository, Dockerfile="FROM debian:13\nUSER 1000\n")
    answer = check(capsys, repository / "Dockerfile", "--trivy-report", bad, "--trivy-report", good)
    assert answer.status == 3
    assert len(answer.report["subjects"]) == 2


def test_a_configuration_that_no_engine_takes(judged: Any) -> None:
    layer = "sha256:" + "1" * 64
    configuration = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"diff_ids": [[["x"]]]},
        "history": 7,
        "config": 9,
    }
    answer = judged(trivy(metadata={"ImageConfig": configuration, "DiffIDs": [layer]}))
    assert answer.status in (0, 3)


# ------------------------------------------------------------------------------------------------ where it stands


@pytest.mark.parametrize("scanner", ["trivy", "grype"])
def test_a_report_that_is_not_there(scanner: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, f"--{scanner}-report", repository / "absent.json")
    assert answer.status == 2
    assert "there is no file" in answer.err


def test_a_report_that_is_no_file(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, "outside.json", trivy(flaw()))
    (repository / "linked.json").symlink_to(tmp_path / "outside.json")
    for path, reason in ((repository / "linked.json", "is a link"), (repository, "is not a regular file")):
        answer = check(capsys, "--trivy-report", path)
        assert answer.status == 3
        (gap,) = answer.report["coverage"]["not_understood"]
        assert reason in gap["reason"]


def test_a_report_outside_of_the_repository(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    put(tmp_path, "outside.json", trivy(flaw()))
    (subject,) = check(capsys, "--trivy-report", "../outside.json").report["subjects"]
    assert subject["id"] == f"outside.json#{NAME}"
    put(repository, "outside.json", {})
    answer = check(capsys, "--trivy-report", "../outside.json")
    assert answer.status == 2
    assert "has the name of a file of the repository" in answer.err


def test_a_report_over_the_limit(judged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.dumps(trivy(flaw()))
    monkeypatch.setattr(scanned, "MAX_REPORT", len(document))
    assert judged(document).status != 3
    monkeypatch.setattr(scanned, "MAX_REPORT", len(document) - 1)
    answer = judged(document)
    assert answer.status == 3
    assert "is larger than" in answer.report["coverage"]["not_understood"][0]["reason"]


def test_a_report_that_is_named_twice_counts_once(judged: Any, repository: Path) -> None:
    answer = judged(trivy(flaw()), "trivy", "--trivy-report", repository / "scan.json")
    assert answer.report["coverage"]["seen"] == 1


def test_no_report_goes_where_one_comes_from(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(repository, "scan.json", trivy(flaw()))
    answer = check(capsys, "--trivy-report", path, "--format", f"sarif={path}")
    assert answer.status == 2
    assert json.loads(path.read_text())["SchemaVersion"] == 2


def test_a_report_that_nobody_named_says_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes a change can put a clean report beside the image."""
    put(repository, "trivy.json", trivy())
    write(repository, Dockerfile="FROM debian:13\nUSER 1000\n")
    (subject,) = check(capsys, repository).report["subjects"]
    assert subject["id"] == "Dockerfile"


# ------------------------------------------------------------------------------------------ whatever stands in it


@pytest.mark.parametrize("seed", range(40))
def test_a_report_with_anything_anywhere_never_breaks_it(seed: int, judged: Any) -> None:
    """Replace values all over the report by others of every kind."""
    random = Random(seed)
    odd: list[Any] = [
        None,
        0,
        -1,
        10**30,
        1.5,
        "",
        "\ud800",
        "\x00",
        "x" * 3000,
        [],
        {},
        [None],
        True,
        "9999-99-99",
        "pkg:",
    ]

    def changed(value: Any) -> Any:
        if random.random() < 0.06:
            return random.choice(odd)
        if isinstance(value, dict):
            return {key: changed(one) for key, one in value.items()}
        return [changed(one) for one in value] if isinstance(value, list) else value

    document = trivy(
        flaw(PublishedDate="2024-01-01T00:00:00Z"), flaw("CVE-2024-2"), metadata={"DiffIDs": ["a"], "RepoTags": ["b"]}
    )
    for scanner, one in (("trivy", document), ("grype", grype(match(date="2025-01-01"), match("CVE-2024-2")))):
        answer = judged(changed(one), scanner)
        assert answer.status in (0, 1, 3), answer.err
        assert answer.report["subjects"] or answer.report["coverage"]["not_understood"]


# ------------------------------------------------------------------------------------------------- trivy's own database


@pytest.mark.parametrize(
    ("document", "days"),
    [
        ({"Version": 2, "UpdatedAt": "2026-11-20T06:00:00Z", "DownloadedAt": "2026-11-22T06:00:00Z"}, 3),
        ({"Version": "0.76.0", "VulnerabilityDB": {"Version": 2, "UpdatedAt": "2026-11-13T06:00:00.5Z"}}, 10),
    ],
)
def test_what_trivy_says_of_its_data(document: Any, days: int, judged: Any, repository: Path) -> None:
    beside = put(repository, "metadata.json", document)
    answer = judged(trivy(), "trivy", "--trivy-database", beside)
    (stale,) = (one for one in answer.report["subjects"][0]["findings"] if one["rule"] == "PKG011")
    assert f"is {days} days old" in stale["message"]
    assert {one["path"] for one in answer.report["inputs"]} == {"scan.json", "metadata.json"}


def test_a_report_with_nothing_open_and_new_data_is_clean(judged: Any, repository: Path) -> None:
    beside = put(repository, "metadata.json", {"UpdatedAt": "2026-11-22T06:00:00Z"})
    (subject,) = judged(trivy(), "trivy", "--trivy-database", beside).report["subjects"]
    assert (subject["scores"]["package_freshness"]["lo"], rules(subject)) == (100, set())


def test_the_report_itself_knows_better(judged: Any, repository: Path) -> None:
    server = {"Server": {"VulnerabilityDB": {"UpdatedAt": "2026-11-22T06:00:00Z"}}}
    beside = put(repository, "metadata.json", {"UpdatedAt": "2020-11-22T06:00:00Z"})
    (subject,) = judged(trivy(Trivy=server), "trivy", "--trivy-database", beside).report["subjects"]
    assert "PKG011" not in rules(subject)


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        ("{", "is not JSON"),
        ({}, "does not say when"),
        ({"UpdatedAt": 7}, "UpdatedAt: "),
        (trivy(), "does not say when"),
    ],
)
def test_what_says_nothing_of_it(document: Any, cause: str, judged: Any, repository: Path) -> None:
    beside = put(repository, "metadata.json", document)
    answer = judged(trivy(), "trivy", "--trivy-database", beside)
    assert (answer.status, len(answer.report["subjects"])) == (3, 1)
    (gap,) = answer.report["coverage"]["not_understood"]
    assert cause in gap["reason"]
