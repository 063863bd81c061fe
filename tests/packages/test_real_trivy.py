"""trivy itself, with a database that is written here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.packages import bills, scanning
from tests.packages.bolt import cache
from tests.packages.scanning import NEW, OLD, archive, gaps, hostile, layer, put, real, several, system
from tests.readers import layouts
from tests.readers.layouts import packed, text
from tests.verbs import NOW, Answer, check, write_all

pytestmark = pytest.mark.slow

PURL = f"pkg:deb/debian/openssl@{OLD}?arch=amd64&distro=debian-13.2"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository beside a cache."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    cache(tmp_path / "cache", CVE_2024_1000=NEW, CVE_2024_2000="")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def scanned(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Have trivy scan what is named."""
    assert repository.exists()

    def scan(*arguments: object) -> Answer:
        own = ("--scanner", "trivy", "--trivy", real(), "--trivy-cache", tmp_path / "cache")
        return check(capsys, *own, *arguments)

    return scan


def told(subject: Any) -> set[str]:
    """Return the vulnerabilities that findings about a subject name."""
    return {name for one in subject["findings"] for name in one["aspects"] if name.startswith("CVE-")}


BOTH = {"CVE-2024-1000", "CVE-2024-2000"}


def test_an_archive(repository: Path, scanned: Any) -> None:
    answer = scanned("--image", archive(repository / "web.tar"))
    assert gaps(answer.report) == []
    assert told(answer.subject("web.tar#web:1")) == BOTH


def test_every_image_of_a_layout_in_a_folder_and_in_an_archive(repository: Path, scanned: Any) -> None:
    put(repository / "layout", several())
    (repository / "packed.tar").write_bytes(packed(several()))
    answer = scanned("--image", "layout", "--image", "packed.tar")
    assert gaps(answer.report) == []
    for place in ("layout/index.json", "packed.tar"):
        assert told(answer.subject(f"{place}#old:1")) == BOTH
        assert told(answer.subject(f"{place}#new:1")) == {"CVE-2024-2000"}


def test_a_root_filesystem(repository: Path, scanned: Any) -> None:
    write_all(repository / "root", system())
    answer = scanned("--rootfs", "root")
    assert gaps(answer.report) == []
    assert told(answer.subject("root")) == BOTH


def test_bills_of_materials(repository: Path, scanned: Any) -> None:
    (repository / "cyclonedx.json").write_bytes(text(cyclonedx()))
    (repository / "spdx.json").write_bytes(text(spdx()))
    answer = scanned("--sbom", "cyclonedx.json", "--sbom", "spdx.json")
    assert gaps(answer.report) == []
    assert told(answer.subject("cyclonedx.json")) == BOTH
    assert told(answer.subject("spdx.json")) == BOTH


def listed(*arguments: str) -> dict[str, Any]:
    """Have trivy write a document about packages alone, which needs no database."""
    command = [str(real()), "--quiet", *arguments, "--scanners", "", "--offline-scan", "--format"]
    done = [subprocess.run([*command, form], check=True, capture_output=True) for form in ("json", *FORMS)]
    return {form: json.loads(one.stdout) for form, one in zip(("json", *FORMS), done, strict=True)}


FORMS = ("cyclonedx", "spdx-json")

ALPINE = {
    "etc/os-release": 'ID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n',
    "etc/alpine-release": "3.22.1\n",
    "lib/apk/db/installed": "P:musl\nV:1.2.5-r10\nA:x86_64\no:musl\n\nP:libssl3\nV:3.5.1-r0\nA:x86_64\no:openssl\n\n",
}


@pytest.mark.parametrize("files", [system(), ALPINE], ids=["debian", "alpine"])
def test_what_trivy_writes_as_a_bill_is_what_it_reports(
    files: dict[str, str], repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same packages in every format of trivy, and in the image that it read."""
    data = layouts.packed({name: content.encode() for name, content in files.items()})
    upper = layouts.packed({"etc/motd": b"hello"})
    (repository / "web.tar").write_bytes(packed(layouts.saved("web:1", layers=[data, upper])))
    written = listed("image", "--input", str(repository / "web.tar"))
    (packages,) = (one["Packages"] for one in written["json"]["Results"] if one["Class"] == "os-pkgs")
    theirs = {(one["Name"], one["ID"].partition("@")[2], one["SrcName"]) for one in packages}
    assert theirs
    for form in FORMS:
        (repository / f"{form}.json").write_bytes(text(written[form]))
        found = bills.read(written[form])
        assert {(one.name, one.version, one.source or one.name) for one in found.installed} == theirs
        answer = check(capsys, "--image", "web.tar", "--sbom", f"{form}.json")
        (subject,) = answer.report["subjects"]
        sbom, own = subject["scans"]["witnesses"]
        assert sbom["packages"] == own["packages"] == len(theirs)
        assert sbom["system"] == own["system"] or sbom["system"].startswith(own["system"])
        assert sbom["blind"] == ["a bill of materials lists packages, and no vulnerability"]


def test_trivy_and_the_bill_that_it_scans_are_two_witnesses(repository: Path, scanned: Any) -> None:
    archive(repository / "web.tar")
    written = listed("image", "--input", str(repository / "web.tar"))
    (repository / "bill.json").write_bytes(text(written["cyclonedx"]))
    answer = scanned("--sbom", "bill.json")
    (subject,) = answer.report["subjects"]
    assert told(subject) == BOTH
    assert [one["name"] for one in subject["scans"]["witnesses"]] == ["sbom", "trivy"]


def cyclonedx() -> dict[str, Any]:
    """Return a bill of materials of a Debian with one package, as CycloneDX."""
    component = {"bom-ref": "p", "type": "library", "name": "openssl", "version": OLD, "purl": PURL}
    debian = {"bom-ref": "os", "type": "operating-system", "name": "debian", "version": "13.2"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"bom-ref": "i", "type": "container", "name": "web:1"}},
        "components": [debian, component],
    }


def spdx() -> dict[str, Any]:
    """Return the same as SPDX."""
    reference = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": PURL}
    debian, openssl = (
        {"name": name, "SPDXID": f"SPDXRef-{kind}-1", "versionInfo": version, "downloadLocation": "NONE"}
        for name, kind, version in (("debian", "OperatingSystem", "13.2"), ("openssl", "Package", OLD))
    )
    pairs = (("DOCUMENT", "DESCRIBES", "OperatingSystem-1"), ("OperatingSystem-1", "CONTAINS", "Package-1"))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "web",
        "documentNamespace": "https://example.org/web",
        "creationInfo": {"creators": ["Tool: none"], "created": "2026-11-01T00:00:00Z"},
        "packages": [
            {**debian, "primaryPackagePurpose": "OPERATING-SYSTEM"},
            {**openssl, "externalRefs": [reference]},
        ],
        "relationships": [
            {"spdxElementId": f"SPDXRef-{one}", "relationshipType": how, "relatedSpdxElement": f"SPDXRef-{other}"}
            for one, how, other in pairs
        ],
    }


@pytest.mark.parametrize(
    ("option", "path"),
    [("--image", "web.tar"), ("--image", "layout"), ("--rootfs", "root"), ("--sbom", "cyclonedx.json")],
)
def test_a_hostile_repository_changes_nothing(
    option: str, path: str, repository: Path, scanned: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(repository / "web.tar")
    made = layouts.Layout()
    made.add(made.manifest(layouts.config([layer()]), [layer()]), "web:1")
    put(repository / "layout", made.files())
    write_all(repository / "root", system())
    (repository / "cyclonedx.json").write_bytes(text(cyclonedx()))
    before = scanned(option, path)
    for folder in (repository, repository / "root", repository / "layout"):
        hostile(folder)
    for name, value in (
        ("TRIVY_SEVERITY", "LOW"),
        ("TRIVY_IGNOREFILE", str(repository / ".trivyignore")),
        ("TRIVY_IGNORE_UNFIXED", "true"),
        ("TRIVY_CONFIG", str(repository / "trivy.yaml")),
        ("TRIVY_CACHE_DIR", str(repository)),
        ("TRIVY_SKIP_FILES", "**/status"),
        ("TRIVY_SKIP_DIRS", "**/dpkg"),
        ("TRIVY_SERVER", "http://127.0.0.1:9"),
        ("TRIVY_EXIT_CODE", "7"),
    ):
        monkeypatch.setenv(name, value)
    after = scanned(option, path)
    (subject,) = after.report["subjects"]
    assert told(subject) == BOTH
    assert after.out == before.out


def test_a_system_without_packages_is_not_clean(repository: Path, scanned: Any) -> None:
    """Such a report is what a hostile list of files to skip comes to."""
    bare = packed({"etc/os-release": scanning.RELEASE.encode(), "etc/debian_version": b"13.2\n"})
    (repository / "web.tar").write_bytes(packed(layouts.saved("web:1", layers=[bare])))
    score = scanned("--image", "web.tar").subject("web.tar#web:1")["scores"]["package_freshness"]
    assert score["lo"] < 60


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("trivy.db", b"", "is not scanned: trivy "),
        ("trivy.db", b"nonsense" * 4096, "is not scanned: trivy "),
        ("metadata.json", b"{", "has a database that cannot be read"),
    ],
)
def test_a_damaged_database(name: str, data: bytes, cause: str, repository: Path, tmp_path: Path, scanned: Any) -> None:
    (tmp_path / "cache" / "db" / name).write_bytes(data)
    answer = scanned("--image", archive(repository / "web.tar"))
    assert answer.status == 3
    assert cause in gaps(answer.report)[0]


def test_what_is_no_bill_of_materials(repository: Path, scanned: Any) -> None:
    (repository / "nothing.json").write_text("{}", encoding="utf-8")
    answer = scanned("--sbom", "nothing.json", "--image", archive(repository / "web.tar"))
    assert answer.status == 3
    assert told(answer.subject("web.tar#web:1")) == BOTH
    assert any("is not scanned: trivy " in gap for gap in gaps(answer.report))


def test_reports_are_the_same_whatever_the_seed(repository: Path, tmp_path: Path) -> None:
    put(repository / "layout", several())
    (repository / "packed.tar").write_bytes(packed(layouts.saved("web:1", layers=[layer()])))
    options = ("--scanner", "trivy", "--trivy", real(), "--trivy-cache", tmp_path / "cache", "--now", NOW)
    images = ("--image", "layout", "--image", "packed.tar", "--format", "json")
    command = [sys.executable, "-m", "gate", "check", *map(str, options), *images]
    root = Path(__file__).resolve().parents[2]
    said = [
        subprocess.run(
            command, env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}, capture_output=True, check=False
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert b"CVE-2024-1000" in said[0]
    assert str(tmp_path).encode() not in said[0]
