"""What indexes of packages say of images: for which images they count, and what is no index."""

from __future__ import annotations

import gzip
import lzma
import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.errors import InputError
from gate.pipeline.files import Files
from gate.pipeline.index_files import IndexFiles
from gate.pipeline.reading import Ledger
from tests.packages.indexing import (
    alpine,
    apkindex,
    debian,
    packages,
    put,
    release,
    repodata,
    rocky,
)
from tests.packages.reports import flaw, trivy
from tests.packages.reports import put as put_json
from tests.verbs import NOW, Answer, check, gate, rules

SHOWN = "check", "--image", "web", "--index", "apk:APKINDEX.tar.gz", "--now", NOW, "--verbose"

INSTALLED = ("musl", "1.2.5-r10", "2026-02-01"), ("openssl", "3.5.0-r0", "2026-04-01")
OFFERED = ("musl", "1.2.5-r10", "2026-02-01"), ("openssl", "3.5.1-r0", "2026-07-10")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def message(answer: Answer, rule: str) -> str:
    """Return the one finding of a rule."""
    (subject,) = answer.report["subjects"]
    (found,) = (one["message"] for one in subject["findings"] if one["rule"] == rule)
    return str(found)


def gap(answer: Answer) -> str:
    """Return the one thing that was not understood."""
    assert answer.status == 3
    (found,) = answer.report["coverage"]["not_understood"]
    assert found["remedy"]
    return str(found["reason"])


def points(answer: Answer, name: str) -> tuple[float, float]:
    """Return what a deduction takes off the score of packages."""
    (subject,) = answer.report["subjects"]
    found = subject["scores"]["package_freshness"]["deductions"]
    ((best, worst),) = ((one["best"], one["worst"]) for one in found if one["id"] == name)
    return best, worst


def named(value: object) -> str:
    """Name an example by what is said of it, and not by its bytes."""
    return value if isinstance(value, str) else ""


def compared(capsys: pytest.CaptureFixture[str], *indexes: str) -> Answer:
    """Compare the image `web` with indexes."""
    return check(capsys, "--image", "web", *(word for index in indexes for word in ("--index", index)))


# ---------------------------------------------------------------------------------------------------------- Alpine


def test_a_package_of_alpine_is_behind(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alpine(repository / "web", *INSTALLED)
    (repository / "APKINDEX.tar.gz").write_bytes(apkindex(*OFFERED))
    answer = compared(capsys, "apk:APKINDEX.tar.gz")
    assert answer.report["coverage"]["not_understood"] == []
    assert message(answer, "PKG013").endswith("openssl 3.5.0-r0 (3.5.1-r0, there since 2026-07-10)")
    assert points(answer, "B3") == (20, 20)
    assert points(answer, "B4") == (4.17, 4.17)
    assert {"APKINDEX.tar.gz"} <= {one["path"] for one in answer.report["inputs"]}
    lag = answer.report["subjects"][0]["scores"]["package_freshness"]["lag"]
    (behind,) = lag.pop("behind")
    assert (behind["package"], behind["offered"], behind["days"]) == ("openssl", "3.5.1-r0", [100, 100])
    assert lag == {
        "packages": 2,
        "compared": 2,
        "doubtful": 0,
        "open": None,
        "median": [100, 100],
        "ninetieth": [100, 100],
        "libyears": 0.2,
    }
    (told,) = (line for line in gate(capsys, *SHOWN).out.splitlines() if "behind: " in line)
    assert told.strip() == "behind: openssl 3.5.0-r0 (3.5.1-r0, there since 2026-07-10)"


def test_what_was_missed_makes_the_packages_older(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The layer says 2026-11-01, and an update of 2026-07-10 is not in it."""
    alpine(repository / "web", *INSTALLED)
    (repository / "APKINDEX.tar.gz").write_bytes(apkindex(*OFFERED))
    (before,) = check(capsys, "--image", "web").report["subjects"]
    (after,) = compared(capsys, "apk:APKINDEX.tar.gz").report["subjects"]
    assert before["scores"]["image_age"]["days"][0] == 22
    assert after["scores"]["image_age"]["days"][0] == 122
    assert any("3.5.1-r0 was there on 2026-07-10" in one["message"] for one in after["findings"])


@pytest.mark.parametrize(
    ("description", "version"),
    [
        ("v3.22.1-101-g0123456789a", "3.22.1"),
        ("v3.22.0_rc2-3-gabcdef", "3.22.0"),
        ("main v3.22.1-101-g0123456789a", "3.22.4"),
        ("v20260805-200-gabc", "3.23.0_alpha20260805"),
    ],
)
def test_a_branch_is_known_by_its_description(
    repository: Path, capsys: pytest.CaptureFixture[str], description: str, version: str
) -> None:
    alpine(repository / "web", *INSTALLED, release=f"ID=alpine\nVERSION_ID={version}\n".encode())
    (repository / "APKINDEX.tar.gz").write_bytes(apkindex(*OFFERED, description=description))
    assert "PKG013" in rules(compared(capsys, "apk:APKINDEX.tar.gz").report["subjects"][0])


@pytest.mark.parametrize("description", ["v3.21.4-7-gabcdef", "v20260805-200-gabc", "", "nightly"])
def test_an_index_of_another_branch_is_not_used(
    repository: Path, capsys: pytest.CaptureFixture[str], description: str
) -> None:
    alpine(repository / "web", *INSTALLED)
    (repository / "APKINDEX.tar.gz").write_bytes(apkindex(*OFFERED, description=description))
    answer = compared(capsys, "apk:APKINDEX.tar.gz")
    assert "index of" in gap(answer)
    assert rules(answer.report["subjects"][0], "undecided") >= {"PKG013"}
    assert points(answer, "B3") == (0, 20)
    assert points(answer, "B4") == (0, 20)


def test_another_system_of_apk_is_no_alpine(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alpine(repository / "web", *INSTALLED, release=b"ID=wolfi\nVERSION_ID=20230201\n")
    (repository / "APKINDEX.tar.gz").write_bytes(apkindex(*OFFERED, description="v20260805-200-gabc"))
    assert "no image" in gap(compared(capsys, "apk:APKINDEX.tar.gz"))


def test_an_index_without_a_signature(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alpine(repository / "web", *OFFERED)
    (repository / "APKINDEX.tar.gz").write_bytes(apkindex(*OFFERED, signed=False))
    answer = compared(capsys, "apk:APKINDEX.tar.gz")
    assert rules(answer.report["subjects"][0]) & {"PKG013", "PKG014"} == set()
    assert points(answer, "B3") == (0, 0)


def test_an_index_that_is_older_than_the_packages(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alpine(repository / "web", *INSTALLED, ("zlib", "1.3.1-r2", "2026-10-01"))
    (repository / "APKINDEX.tar.gz").write_bytes(apkindex(*INSTALLED, ("zlib", "1.3.1-r1", "2026-01-01")))
    answer = compared(capsys, "apk:APKINDEX.tar.gz")
    assert message(answer, "PKG014") == "the index is of 2026-04-01, and zlib in the image of 2026-10-01"
    assert points(answer, "B3") == (0, 20)


# ---------------------------------------------------------------------------------------------------------- Debian


def test_packages_of_debian_by_several_indexes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    debian(repository / "web", ("bash", "5.2.37-2"), ("openssl", "3.5.1-1"), ("mine", "1"))
    main, security = packages(("bash", "5.2.37-2"), ("openssl", "3.5.1-1")), packages(("openssl", "3.5.1-1+deb13u1"))
    put(repository, {"main/Packages": main, "main/Release": release(main)})
    put(repository, {"dists/trixie-security/main/binary-amd64/Packages.xz": lzma.compress(security)})
    put(repository, {"dists/trixie-security/InRelease": release(security, codename="trixie-security")})
    assert "PKG013" not in rules(compared(capsys, "deb:main/Packages").report["subjects"][0])
    answer = compared(
        capsys, "deb:main/Packages", "deb:dists/trixie-security/main/binary-amd64/Packages.xz"
    )  # fmt: skip
    assert answer.report["coverage"]["not_understood"] == []
    assert "1 of 2 packages" in message(answer, "PKG013")
    assert points(answer, "B4") == (0, 20)


def test_a_list_and_its_release_outside_of_the_repository(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    debian(repository / "web", ("bash", "5.2-1"))
    data = packages(("bash", "5.3-1"))
    for name in ("one", "two"):
        put(tmp_path / name, {"Packages.gz": gzip.compress(data), "elsewhere": release(data)})
    answer = compared(
        capsys, *(f"deb:{tmp_path}/{name}/Packages.gz,{tmp_path}/{name}/elsewhere" for name in ("one", "two"))
    )
    assert "PKG013" in rules(answer.report["subjects"][0])
    paths = {one["path"] for one in answer.report["inputs"]}
    assert {"Packages.gz", "two/Packages.gz", "elsewhere", "two/elsewhere"} <= paths


def test_lists_as_apt_keeps_them(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    debian(repository / "web", ("bash", "5.2-1"))
    data, other, kept = packages(("bash", "5.3-1")), packages(("zsh", "1")), "deb.debian.org_debian_dists_trixie"
    put(tmp_path, {f"{kept}_main_binary-amd64_Packages": data, f"{kept}_InRelease": release(other, data)})
    answer = compared(capsys, f"deb:{tmp_path}/{kept}_main_binary-amd64_Packages")
    assert "PKG013" in rules(answer.report["subjects"][0])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"codename": "bookworm"}, "is an index of bookworm, and no image"),
        ({"codename": "trixie-backports", "NotAutomatic": "yes"}, "counts for no release"),
        ({"codename": "trixie-proposed-updates"}, "counts for no release"),
        ({"codename": "noble", "suite": "noble-proposed"}, "counts for no release"),
        ({"codename": ""}, "counts for no release"),
    ],
)
def test_another_suite_counts_for_no_image(
    repository: Path, capsys: pytest.CaptureFixture[str], more: dict[str, str], said: str
) -> None:
    debian(repository / "web", ("bash", "5.2-1"))
    data = packages(("bash", "5.3-1"))
    put(repository, {"Packages": data, "Release": release(data, **more)})
    answer = compared(capsys, "deb:Packages")
    assert said in gap(answer)
    assert "PKG013" in rules(answer.report["subjects"][0], "undecided")


def test_an_index_of_one_image_says_nothing_of_another(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    debian(repository / "web", ("bash", "5.2-1"))
    debian(repository / "old", ("bash", "5.2-1"), release=b"ID=debian\nVERSION_CODENAME=bookworm\n")
    alpine(repository / "small", *INSTALLED)
    data = packages(("bash", "5.2-1"))
    put(repository, {"Packages": data, "Release": release(data)})
    answer = check(
        capsys, "--image", "web", "--image", "old", "--image", "small", "--index", "deb:Packages"
    )  # fmt: skip
    assert answer.report["coverage"]["not_understood"] == []
    asked = {one["id"].partition("/")[0]: rules(one, "undecided") for one in answer.report["subjects"]}
    assert {name for name, found in asked.items() if "PKG013" in found} == {"old"}


def test_a_list_that_has_ended(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    debian(repository / "web", ("bash", "5.2-1"))
    data = packages(("bash", "5.2-1"))
    put(repository, {"Packages": data, "Release": release(data, Valid_Until="Sat, 21 Nov 2026 10:00:00 UTC")})
    answer = compared(capsys, "deb:Packages")
    assert "holds until 2026-11-21" in message(answer, "PKG014")
    assert points(answer, "B3") == (0, 20)


def test_packages_that_a_report_of_trivy_lists(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = [{"Name": "openssl", "Version": "3.5.1", "Release": "1", "Epoch": 1, "Arch": "amd64"}]
    put_json(repository, "web.json", trivy(result={"Packages": listed}))
    data = packages(("openssl", "1:3.5.1-2"))
    put(repository, {"Packages": data, "Release": release(data)})
    answer = check(capsys, "--trivy-report", "web.json", "--index", "deb:Packages")
    assert "openssl 1:3.5.1-1 (1:3.5.1-2)" in message(answer, "PKG013")


# ------------------------------------------------------------------------------------------------------------- rpm


def test_packages_of_rpm(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rocky(repository / "web", ("bash", "5.1.8", "9.el9", "2025-01-01"), ("zlib", "1.2.11", "40.el9", "2025-01-01"))
    rows = ("bash", "5.1.8", "9.el9", "2025-01-01"), ("zlib", "1.2.11", "41.el9_6", "2025-06-01")
    put(repository / "os/repodata", repodata(*rows, issued=[("zlib", "1.2.11", "41.el9_6", "2025-09-01")]))
    answers = [compared(capsys, f"rpm:{path}") for path in ("os", "os/repodata", "os/repodata/repomd.xml")]
    assert {answer.out for answer in answers} == {answers[0].out}
    assert answers[0].report["coverage"]["not_understood"] == []
    assert "zlib 1.2.11-40.el9 (1.2.11-41.el9_6, there since 2025-09-01)" in message(answers[0], "PKG013")
    assert points(answers[0], "B4") == (7.22, 7.22)


def test_streams_of_modules_are_left_out(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rocky(
        repository / "web", ("nodejs", "18.1", "1.module_el9+1", "2025-01-01"), ("bash", "5.1.8", "9.el9", "2025-01-01")
    )
    rows = ("nodejs", "20.1", "1.module_el9+2", "2025-06-01"), ("bash", "5.1.8", "9.el9", "2025-01-01")
    put(repository / "os/repodata", repodata(*rows))
    assert "PKG013" not in rules(compared(capsys, "rpm:os").report["subjects"][0])


def test_another_dist_counts_for_no_image(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rocky(repository / "web", ("bash", "5.1.8", "9.el9", "2025-01-01"))
    put(repository / "os/repodata", repodata(("bash", "5.2", "1.el10", "2025-06-01")))
    assert "is an index of el10" in gap(compared(capsys, "rpm:os"))


BOMB = b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><metadata>&b;</metadata>'
OUTSIDE = b'<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><metadata>&a;</metadata>'


@pytest.mark.parametrize(
    ("primary", "said"),
    [
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        (b"<a>" * 40 + b"</a>" * 40, "is nested too deeply"),
        (b"<metadata><package>", "is no XML that can be read"),
        (b'<?xml version="1.0" encoding="x-of-nobody"?><metadata><package>', "is no XML that can be read"),
        (b"\xff\xfe<", "is no XML that can be read"),
        (b"<metadata><package><arch>noarch</arch></package></metadata>", "without a name or a version"),
        (b"<metadata><name x='" + b"a" * (20 << 20) + b"'/></metadata>", "has a part of more than"),
    ],
    ids=named,
)
def test_hostile_xml(repository: Path, capsys: pytest.CaptureFixture[str], primary: bytes, said: str) -> None:
    rocky(repository / "web", ("bash", "5.1.8", "9.el9", "2025-01-01"))
    put(repository / "repodata", repodata(primary=primary))
    assert said in gap(compared(capsys, "rpm:repodata"))


# -------------------------------------------------------------------------------------------------------- bad input


def test_a_part_that_the_repository_does_not_list(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rocky(repository / "web", ("bash", "5.1.8", "9.el9", "2025-01-01"))
    other = repodata(("bash", "5.2", "1.el9", "2025-06-01"))
    put(
        repository / "repodata",
        {**repodata(("bash", "5.1", "1.el9", "2025-06-01")), "primary.xml.gz": other["primary.xml.gz"]},
    )
    assert "is not what repomd.xml lists" in gap(compared(capsys, "rpm:repodata"))


def test_a_list_that_no_release_lists(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    debian(repository / "web", ("bash", "5.2-1"))
    put(repository, {"Packages": packages(("bash", "5.3-1"))})
    assert "has no Release beside it" in gap(compared(capsys, "deb:Packages"))
    put(repository, {"Release": release(packages(("bash", "5.4-1")))})
    assert "is not what the Release beside it lists" in gap(compared(capsys, "deb:Packages"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "holds no APKINDEX"),
        (b"P:a\nV:1-r0\n", "is no archive that can be read"),
        (gzip.compress(b"P:a\nV:1-r0\n"), "is no archive that can be read"),
        (apkindex(*OFFERED)[:-200], "cannot be unpacked"),
        (b"\x1f\x8b" + bytes(40), "cannot be unpacked: its compressed bytes are damaged"),
        (b"BZh91AY", "cannot be read here: it is compressed with bzip2"),
        (b"\x04\x22\x4d\x18" + bytes(40), "cannot be read here: it is compressed with lz4"),
        (b"ADB.indx", "cannot be read here: it is in the form of apk 3"),
        (gzip.compress(bytes(129 << 20)), "unpacks to more than"),
        (apkindex(("", "1-r0", "2026-01-01")), "without a name or a version"),
    ],
    ids=named,
)
def test_what_is_no_index(repository: Path, capsys: pytest.CaptureFixture[str], data: bytes, said: str) -> None:
    alpine(repository / "web", *INSTALLED)
    (repository / "APKINDEX.tar.gz").write_bytes(data)
    assert said in gap(compared(capsys, "apk:APKINDEX.tar.gz"))


def test_a_repository_without_its_files(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rocky(repository / "web", ("bash", "5.1.8", "9.el9", "2025-01-01"))
    made = repodata(("bash", "5.1", "1.el9", "2025-06-01"))
    put(repository / "repodata", {"repomd.xml": made["repomd.xml"]})
    assert gap(compared(capsys, "rpm:repodata")) == "is not there"
    put(repository / "repodata", {"repomd.xml": b"<repomd/>"})
    assert gap(compared(capsys, "rpm:repodata")) == "lists no packages"
    put(repository / "repodata", {"repomd.xml": made["repomd.xml"].replace(b"sha256", b"md5")})
    assert gap(compared(capsys, "rpm:repodata")) == "is summed with md5"


def test_a_list_without_end(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    debian(repository / "web", ("bash", "5.2-1"))
    put(repository, {"Packages": b"Package: " + b"a" * (3 << 20), "Release": release(b"")})
    assert "has an entry without end" in gap(compared(capsys, "deb:Packages"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--index", "apk:gone"), "there is no file or folder gone"),
        (("--index", "deb:web,gone"), "there is no file or folder gone"),
        (("--index", "tar:web"), "tar:web is no index"),
        (("--index", "apk:"), "apk: is no index"),
        (("--index", "rpm:web", "--against", "HEAD"), "--index cannot be used with --against"),
    ],
)
def test_what_is_asked_wrongly(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    debian(repository / "web", ("bash", "5.2-1"))
    answer = check(capsys, "--image", "web", *arguments)
    assert answer.status == 2
    assert said in answer.err


def test_an_index_without_an_image(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository, {"Dockerfile": b"FROM alpine:3.22\n", "APKINDEX.tar.gz": apkindex(*OFFERED)})
    answer = check(capsys, "--index", "apk:APKINDEX.tar.gz")
    assert "no image with packages is" in gap(answer)


ROWS = ("musl", "1.2.5-r10", "2026-02-01"), ("zlib", "1:1.3-r0", "2026-07-10")
WHOLE = {
    "apk": gzip.decompress(apkindex(*ROWS)),
    "deb": packages(("musl", "1.2.5-1"), ("zlib", "1:1.3-1")),
    "rpm": gzip.decompress(repodata(("zlib", "1.2.11", "41.el9_6", "2025-06-01"))["primary.xml.gz"]),
}


@settings(max_examples=300)
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 2_000), st.integers(0, 30), st.binary(max_size=8))
def test_a_damaged_index_is_read_or_refused(kind: str, start: int, length: int, other: bytes) -> None:
    whole = WHOLE[kind]
    data = whole[: start % len(whole)] + other + whole[start % len(whole) + length :]
    with TemporaryDirectory() as name:
        folder = put(Path(name), {"index": data, "Release": release(data), **repodata(primary=data or b" ")})
        files = Files(os.path.realpath(folder))
        reading = IndexFiles(files, Ledger(files))
        with suppress(InputError):
            assert reading.read(kind, str(folder if kind == "rpm" else folder / "index")).offers is not None


def test_a_report_does_not_depend_on_where_things_are(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alpine(repository / "web", *INSTALLED)
    answers: list[Any] = []
    for place in ("a", "b/c"):
        put(tmp_path / place, {"APKINDEX.tar.gz": apkindex(*OFFERED)})
        answers.append(compared(capsys, f"apk:{tmp_path / place / 'APKINDEX.tar.gz'}").out)
    assert answers[0] == answers[1]


def test_a_fix_has_the_day_that_an_index_tells(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A report of trivy says no more than the year; the index has the version with the fix."""
    hole = {
        **flaw("CVE-2026-1000", FixedVersion="3.5.1-r0", InstalledVersion="3.5.0-r0", PkgName="openssl"),
        "PkgID": "openssl@3.5.0-r0",
        "PkgIdentifier": {},
    }
    listed = [{"ID": "openssl@3.5.0-r0", "Name": "openssl", "Version": "3.5.0-r0", "Arch": "x86_64"}]
    result = {
        "Type": "alpine",
        "Packages": listed,
        "Vulnerabilities": [{**hole, "PkgID": "openssl@3.5.0-r0", "PkgIdentifier": {}}],
    }
    report = trivy(result=result, metadata={"OS": {"Family": "alpine", "Name": "3.22.1"}})
    put_json(repository, "web.json", report)
    outcomes = []
    for day in ("", "2026-07-10", "2026-11-20"):
        arguments: list[object] = ["--trivy-report", "web.json"]
        if day:
            (repository / "APKINDEX.tar.gz").write_bytes(apkindex(("openssl", "3.5.1-r0", day)))
            arguments += ["--index", "apk:APKINDEX.tar.gz"]
        (subject,) = check(capsys, *arguments).report["subjects"]
        outcomes += [(one["outcome"], one["message"]) for one in subject["findings"] if one["rule"] == "PKG009"]
    assert [outcome for outcome, _message in outcomes] == ["undecided", "failed"]
    assert "the fix has been there for 136 days" in outcomes[1][1]
