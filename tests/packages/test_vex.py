"""VEX documents: which excuse what, and which are malformed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.histories import committed
from tests.packages import bills
from tests.packages.reports import NAME, cyclonedx, flaw, grype, match, openvex, put, said, trivy
from tests.verbs import check, rules

if TYPE_CHECKING:
    from pathlib import Path

    from tests.verbs import Answer

CONFIG, LAYER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
MANIFEST = "sha256:" + "c" * 64
HASH = MANIFEST.partition(":")[2]
PURL = "pkg:deb/debian/libssl3t64@3.5.1-1"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    return tmp_path / "repository"


@pytest.fixture
def judged(repository: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Judge an image with one overdue fix, as documents excuse it."""

    def judge(*documents: Any, report: Any = None) -> Answer:
        metadata = {"ImageID": CONFIG, "DiffIDs": [LAYER], "RepoDigests": [f"registry.example/web@{MANIFEST}"]}
        result = report or trivy(flaw(VendorIDs=["GHSA-aaaa-bbbb-cccc"], Severity="CRITICAL"), metadata=metadata)
        arguments: list[object] = ["--trivy-report", put(repository, "scan.json", result)]
        for number, document in enumerate(documents):
            arguments += ["--vex", put(repository, f"{number}.vex.json", document)]
        return check(capsys, *arguments)

    return judge


def outcome(answer: Answer) -> str:
    """Say what became of the vulnerability, and whether a statement was of no use."""
    (subject,) = answer.report["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "PKG009")
    unused = [one["rule"] for one in answer.report["findings"]]
    return f"{finding['outcome']}{', unused' if unused == ['PKG012'] else ''}"


EXCEPTED, COUNTS, UNUSED = "excepted", "undecided", "undecided, unused"


# ---------------------------------------------------------------------------------------------------------- products


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        (NAME, EXCEPTED),
        ("registry.example/web", UNUSED),
        ("registry.example/web:2", UNUSED),
        ("web:1", UNUSED),
        (f"registry.example/web@{MANIFEST}", EXCEPTED),
        (f"elsewhere.example/shop@{MANIFEST}", EXCEPTED),
        (f"registry.example/web:1@{'sha256:' + 'd' * 64}", UNUSED),
        (MANIFEST, EXCEPTED),
        (CONFIG, EXCEPTED),
        ("sha256:" + "d" * 64, UNUSED),
        (f"pkg:oci/web@sha256%3A{HASH}", EXCEPTED),
        (f"pkg:oci/web@sha256:{HASH}?repository_url=elsewhere.example/web", EXCEPTED),
        ("pkg:oci/web@sha256%3A" + "d" * 64 + "?repository_url=registry.example/web", UNUSED),
        ("pkg:oci/web?repository_url=registry.example%2Fweb", EXCEPTED),
        ("pkg:oci/web?repository_url=registry.example/web&tag=1", EXCEPTED),
        ("pkg:oci/web?repository_url=registry.example/web&tag=2", UNUSED),
        ("pkg:oci/web?repository_url=registry.example", EXCEPTED),
        ("pkg:oci/web?repository_url=elsewhere.example/web", UNUSED),
        ("pkg:oci/web", UNUSED),
        ("pkg:docker/web@1?repository_url=registry.example", EXCEPTED),
        ("pkg:docker/web@2?repository_url=registry.example", UNUSED),
        ("pkg:docker/web@1", UNUSED),
        (PURL, EXCEPTED),
        ("pkg:deb/debian/libssl3t64", EXCEPTED),
        ("pkg:deb/debian/libssl3t64@3.5.1-1?distro=debian-13.6", EXCEPTED),
        ("pkg:deb/debian/libssl3t64@3.5.1-1?distro=debian-12", UNUSED),
        ("pkg:deb/debian/libssl3t64@3.5.1-2", UNUSED),
        ("pkg:deb/ubuntu/libssl3t64@3.5.1-1", UNUSED),
        ("pkg:deb/debian/openssl", UNUSED),
        ("pkg:rpm/debian/libssl3t64", UNUSED),
        ("https://example.org/products/web", UNUSED),
        ({"@id": "https://example.org/web", "hashes": {"sha-256": HASH}}, EXCEPTED),
        ({"@id": "https://example.org/web", "hashes": {"sha-256": "d" * 64}}, UNUSED),
        ({"@id": NAME, "hashes": {"sha-256": "d" * 64}}, UNUSED),
        ({"identifiers": {"purl": PURL}}, EXCEPTED),
        ({"@id": NAME, "subcomponents": [{"@id": PURL}]}, EXCEPTED),
        ({"@id": NAME, "subcomponents": [{"identifiers": {"purl": "pkg:deb/debian/libssl3t64"}}]}, EXCEPTED),
        ({"@id": NAME, "subcomponents": [{"@id": "libssl3t64"}]}, EXCEPTED),
        ({"@id": NAME, "subcomponents": [{"@id": "pkg:deb/debian/zlib1g"}]}, UNUSED),
        ({"@id": NAME, "subcomponents": [{"@id": "pkg:deb/debian/zlib1g"}, {"@id": PURL}]}, EXCEPTED),
        ({"@id": "registry.example/shop:1", "subcomponents": [{"@id": PURL}]}, UNUSED),
    ],
)
def test_only_the_product_is_excused(product: Any, expected: str, judged: Any) -> None:
    assert outcome(judged(openvex(said(product)))) == expected


def test_a_bare_name_is_nobodys_image(judged: Any) -> None:
    """Half the world has an image that is called so, on Docker Hub or elsewhere."""
    report = trivy(flaw(), ArtifactName="debian:13")
    assert outcome(judged(openvex(said("pkg:oci/debian")), report=report)) == UNUSED
    assert outcome(judged(openvex(said("debian:13")), report=report)) == EXCEPTED


def test_a_statement_without_a_product_excuses_nothing(judged: Any) -> None:
    assert outcome(judged(openvex(said(products=[])))) == UNUSED
    without = said()
    del without["products"]
    assert outcome(judged(openvex(without))) == UNUSED


@pytest.mark.parametrize(
    ("vulnerability", "expected"),
    [
        ({"name": "CVE-2024-1000"}, EXCEPTED),
        ({"name": "GHSA-aaaa-bbbb-cccc"}, EXCEPTED),
        ({"name": "INTERNAL-1", "aliases": ["CVE-2024-1000"]}, EXCEPTED),
        ({"name": "CVE-2024-10001"}, UNUSED),
        ({"name": "cve-2024-1000"}, UNUSED),
    ],
)
def test_only_the_vulnerability_is_excused(vulnerability: Any, expected: str, judged: Any) -> None:
    assert outcome(judged(openvex(said(vulnerability=vulnerability)))) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("not_affected", EXCEPTED), ("fixed", EXCEPTED), ("affected", COUNTS), ("under_investigation", COUNTS)],
)
def test_what_a_status_does(status: str, expected: str, judged: Any) -> None:
    assert outcome(judged(openvex(said(status=status)))) == expected


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("ssl", EXCEPTED),
        ("image", EXCEPTED),
        (PURL, EXCEPTED),
        ("pkg:deb/debian/zlib1g", UNUSED),
        ("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Adeb%2Fdebian%2Flibssl3t64", EXCEPTED),
        ("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#ssl", UNUSED),
        ("nothing", UNUSED),
    ],
)
def test_products_of_cyclonedx(ref: str, expected: str, judged: Any) -> None:
    assert outcome(judged(cyclonedx(ref=ref))) == expected


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        ({"bom-ref": "image", "type": "container", "name": "registry.example/web", "version": "1"}, EXCEPTED),
        ({"bom-ref": "image", "type": "container", "name": "registry.example/web", "version": MANIFEST}, EXCEPTED),
        ({"bom-ref": "image", "type": "container", "name": "x", "purl": f"pkg:oci/x@{MANIFEST}"}, EXCEPTED),
        ({"type": "container", "name": "x", "hashes": [{"alg": "SHA-256", "content": HASH.upper()}]}, EXCEPTED),
        ({"bom-ref": "image", "type": "container", "name": "registry.example/shop:1"}, UNUSED),
        ({"bom-ref": "image", "type": "application", "name": "registry.example/shop:1"}, EXCEPTED),
        (None, EXCEPTED),
    ],
)
def test_a_document_about_an_image_speaks_of_that_image(component: Any, expected: str, judged: Any) -> None:
    metadata = {"timestamp": "2026-11-01T09:00:00Z", **({"component": component} if component else {})}
    assert outcome(judged(cyclonedx(metadata=metadata))) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("not_affected", EXCEPTED),
        ("false_positive", EXCEPTED),
        ("resolved", EXCEPTED),
        ("resolved_with_pedigree", EXCEPTED),
        ("exploitable", COUNTS),
        ("in_triage", COUNTS),
    ],
)
def test_what_a_state_does(state: str, expected: str, judged: Any) -> None:
    assert outcome(judged(cyclonedx(state))) == expected


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([{"version": "3.5.1-1", "status": "unaffected"}], EXCEPTED),
        ([{"version": "3.5.1-1", "status": "affected"}], UNUSED),
        ([{"version": "3.5.1-1"}], UNUSED),
        ([{"version": "3.5.0-1", "status": "unaffected"}], UNUSED),
        ([{"range": "vers:deb/<4", "status": "unaffected"}], UNUSED),
        ([], UNUSED),
    ],
)
def test_a_statement_may_be_limited_to_versions(versions: Any, expected: str, judged: Any) -> None:
    document = cyclonedx()
    document["vulnerabilities"][0]["affects"][0]["versions"] = versions
    assert outcome(judged(document)) == expected


@pytest.mark.parametrize(("product", "expected"), [(NAME, EXCEPTED), ("registry.example/other:1", UNUSED)])
def test_a_bill_of_materials_gives_no_name_that_is_excused(
    product: str, expected: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tied = bills.properties(ImageID=CONFIG, RepoTag="registry.example/other:1")
    put(repository, "bill.json", bills.cyclonedx(PURL, properties=tied, name="registry.example/other:1"))
    result = trivy(flaw(Severity="CRITICAL"), metadata={"ImageID": CONFIG, "DiffIDs": [LAYER]})
    put(repository, "scan.json", result)
    put(repository, "vex.json", openvex(said(product)))
    options = [repository / "scan.json", "--sbom", repository / "bill.json", "--vex", repository / "vex.json"]
    answer = check(capsys, "--trivy-report", *options)
    (subject,) = answer.report["subjects"]
    assert [one["name"] for one in subject["scans"]["witnesses"]] == ["trivy", "sbom"]
    assert outcome(answer) == expected


@pytest.mark.parametrize("version", ["1.4", "1.5", "1.6", "1.7"])
def test_versions_of_cyclonedx(version: str, judged: Any) -> None:
    assert outcome(judged(cyclonedx(specVersion=version))) == EXCEPTED


def test_an_entry_without_an_analysis_states_nothing(judged: Any) -> None:
    document = cyclonedx()
    del document["vulnerabilities"][0]["analysis"]
    assert outcome(judged(document)) == COUNTS


# -------------------------------------------------------------------------------------------------- who, when and what


def test_it_stays_in_the_report_with_who_says_so(judged: Any) -> None:
    answer = judged(openvex(said()))
    (subject,) = answer.report["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "PKG009")
    said_ = (
        "0.vex.json excuses it as not affected (vulnerable_code_not_present), says Example security team, 2026-11-01"
    )
    assert finding["message"].endswith(said_)
    assert not [one for one in subject["scores"]["package_freshness"]["deductions"] if one["id"] == "B1"]
    assert {one["path"] for one in answer.report["inputs"]} == {"scan.json", "0.vex.json"}


def test_the_same_in_cyclonedx(judged: Any) -> None:
    (subject,) = judged(cyclonedx("resolved")).report["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "PKG009")
    assert finding["message"].endswith("0.vex.json excuses it as fixed, says Ann, 2026-11-01")
    (subject,) = judged(cyclonedx("resolved", metadata={})).report["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "PKG009")
    assert finding["message"].endswith("says an author without a name, without a date")


def test_what_has_no_fix_can_be_excused_too(judged: Any) -> None:
    answer = judged(openvex(said()), report=trivy(flaw(FixedVersion="", Status="affected")))
    (subject,) = answer.report["subjects"]
    assert rules(subject, "excepted") == {"PKG010"}


def test_the_latest_word_counts(judged: Any) -> None:
    early = openvex(said(timestamp="2026-10-01T00:00:00Z"))
    late = openvex(said(status="affected", timestamp="2026-10-02T00:00:00Z"))
    assert outcome(judged(early, late)) == outcome(judged(late, early)) == UNUSED
    late = openvex(said(status="not_affected", timestamp="2026-10-01T01:00:00+00:30"))
    early = openvex(said(status="affected", timestamp="2026-10-01T00:00:00Z"))
    assert outcome(judged(early, late)) == EXCEPTED
    both = openvex(said(status="affected"), said(status="fixed"))
    assert outcome(judged(both)) == UNUSED


def test_what_will_be_said_has_not_been_said(judged: Any) -> None:
    assert outcome(judged(openvex(said(), timestamp="2026-11-24T01:00:00Z"))) == EXCEPTED
    assert outcome(judged(openvex(said(), timestamp="2026-11-24T03:00:00Z"))) == UNUSED


def test_statements_of_no_use_are_one_finding_of_their_document(judged: Any) -> None:
    names = [f"CVE-2020-{number}" for number in range(7)]
    several = openvex(said(), *(said(vulnerability={"name": name}) for name in names))
    answer = judged(several, openvex(said(vulnerability={"name": "CVE-2019-1"})))
    messages = [(one["location"]["path"], one["message"]) for one in answer.report["findings"]]
    listed = ", ".join(names[:5])
    assert messages == [
        ("0.vex.json", f"7 statements excuse nothing that was reported of the product: {listed} and 2 more"),
        ("1.vex.json", "a statement excuses nothing that was reported of the product: CVE-2019-1"),
    ]


def test_a_statement_about_two_scanners_findings(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = put(repository, "t.json", trivy(flaw())), put(repository, "g.json", grype(match(date="2024-01-01")))
    for product, expected in ((NAME, "excepted"), (PURL, "excepted"), ("pkg:deb/debian/x", "failed")):
        document = put(repository, "vex.json", openvex(said(product)))
        answer = check(capsys, "--trivy-report", one, "--grype-report", other, "--vex", document)
        assert outcome(answer).partition(",")[0] == expected


def test_what_is_excused_for_one_scanner_only_counts(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What grype matched has no package URL, so nobody said that it is the package that is excused."""
    one = put(repository, "t.json", trivy(flaw()))
    other = put(repository, "g.json", grype(match(date="2024-01-01", artifact={"purl": ""})))
    document = put(repository, "vex.json", openvex(said(PURL)))
    answer = check(capsys, "--trivy-report", one, "--grype-report", other, "--vex", document)
    (subject,) = answer.report["subjects"]
    outcomes = {one["outcome"] for one in subject["findings"] if one["rule"] == "PKG009"}
    assert "failed" in outcomes


# -------------------------------------------------------------------------------------------------------- trusted side


def test_a_change_cannot_excuse_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "web.vex.json", openvex())
    committed(tmp_path)
    put(tmp_path, "web.vex.json", openvex(said()))
    report = put(tmp_path, "scan.json", trivy(flaw()))
    for reference, expected in (((), EXCEPTED), (("--trusted-ref", "HEAD"), COUNTS)):
        answer = check(capsys, "--trivy-report", report, "--vex", tmp_path / "web.vex.json", *reference)
        (subject,) = answer.report["subjects"]
        assert rules(subject, expected) >= {"PKG009"}


# ----------------------------------------------------------------------------------------------------------- malformed


def document(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in openvex(said(), **changes).items() if value is not ...}


def statement(**changes: Any) -> dict[str, Any]:
    return openvex({name: value for name, value in said(**changes).items() if value is not ...})


def analysed(**changes: Any) -> dict[str, Any]:
    made = cyclonedx()
    analysis = {**made["vulnerabilities"][0]["analysis"], **changes}
    made["vulnerabilities"][0]["analysis"] = {name: value for name, value in analysis.items() if value is not ...}
    return made


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("", "the VEX document is not JSON"),
        ("{", "the VEX document is not JSON"),
        (json.dumps(openvex(said()))[:200], "the VEX document is not JSON"),
        ("[]", "the VEX document is no object"),
        ("7", "the VEX document is no object"),
        ('{"@context": "x", "@context": "x"}', "is given twice"),
        ("{}", "is neither OpenVEX nor CycloneDX"),
        (trivy(flaw()), "is neither OpenVEX nor CycloneDX"),
        (document(**{"@context": "https://openvex.dev/ns/v0.1.0"}), "is a version of OpenVEX that is not known"),
        (document(**{"@context": ["https://openvex.dev/ns/v0.2.0"]}), "`@context` must be a string"),
        (document(**{"@id": ...}), "`@id` must be a string"),
        (document(author=...), "`author` must be a string"),
        (document(author="  "), "`author` must be a string that is not empty"),
        (document(timestamp=...), "the key `timestamp` is missing"),
        (document(timestamp="2026-11-01"), "`timestamp` cannot be"),
        (document(timestamp="2026-02-30T00:00:00Z"), "`timestamp` cannot be"),
        (document(timestamp="2026-11-01T25:00:00Z"), "`timestamp` cannot be"),
        (document(timestamp="2026-11-01T09:00:00"), "`timestamp` cannot be"),
        (document(timestamp=20261101), "`timestamp` must be a string"),
        (document(statements=...), "the key `statements` is missing"),
        (document(statements={}), "`statements` must be a list"),
        (document(statements=["x"]), "a statement must be an object"),
        (statement(vulnerability=...), "the key `vulnerability` is missing"),
        (statement(vulnerability="CVE-2024-1000"), "`vulnerability` must be an object"),
        (statement(vulnerability={}), "`name` must be a string"),
        (statement(vulnerability={"name": "x", "aliases": "y"}), "`aliases` must be a list"),
        (statement(vulnerability={"name": "x", "aliases": [1]}), "`aliases` must be a list of strings"),
        (statement(status="unaffected"), "`status` cannot be `unaffected`"),
        (openvex({"vulnerability": {"name": "x"}}), "`status` must be a string"),
        (statement(justification=...), "says `not_affected` and not why"),
        (statement(justification="because"), "`justification` cannot be `because`"),
        (statement(products={}), "`products` must be a list"),
        (statement(products=[NAME]), "a product must be an object"),
        (statement(products=[{}]), "a product is named by nothing"),
        (statement(products=[{"@id": NAME, "subcomponents": [{}]}]), "a product is named by nothing"),
        (statement(products=[{"@id": 7}]), "`@id` must be a string"),
        (statement(timestamp="yesterday"), "`timestamp` cannot be `yesterday`"),
        (cyclonedx(bomFormat="SPDX"), "is a bill of materials of another format"),
        (cyclonedx(specVersion="1.3"), "`specVersion` cannot be `1.3`"),
        (cyclonedx(specVersion=1.5), "`specVersion` must be a string"),
        (cyclonedx(vulnerabilities=None), "`vulnerabilities` must be a list"),
        (cyclonedx(vulnerabilities=[7]), "a vulnerability must be an object"),
        (cyclonedx(components={}), "`components` must be a list"),
        (cyclonedx(metadata={"timestamp": "now"}), "`timestamp` cannot be `now`"),
        (analysed(state="fine"), "`state` cannot be `fine`"),
        (analysed(justification=...), "says `not_affected` and not why"),
        (analysed(justification="because"), "`justification` cannot be `because`"),
        (analysed(firstIssued="2026"), "`firstIssued` cannot be `2026`"),
    ],
)
def test_a_malformed_document(content: Any, cause: str, judged: Any) -> None:
    answer = judged(content)
    assert answer.status == 2
    assert cause in answer.err
    assert "0.vex.json:" in answer.err


@pytest.mark.parametrize(
    "content",
    [
        statement(justification=..., impact_statement="nothing calls it"),
        analysed(justification=..., detail="nothing calls it"),
        document(last_updated="2026-11-02T10:00:00.5+01:00"),
        openvex(),
    ],
)
def test_a_document_that_is_none_of_that(content: Any, judged: Any) -> None:
    assert judged(content).status == 0


def test_a_document_that_is_not_there(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = put(repository, "scan.json", trivy())
    assert check(capsys, "--trivy-report", report, "--vex", repository / "absent.json").status == 2


def test_a_document_without_a_report_is_of_no_use(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "Dockerfile").write_text("FROM debian:13\nUSER 1000\n", encoding="utf-8")
    answer = check(capsys, repository, "--vex", put(repository, "vex.json", openvex(said())))
    assert (answer.status, [one["rule"] for one in answer.report["findings"]]) == (0, ["PKG012"])
    assert answer.report["stage"] == "commit"
