"""What the databases of packages, and the files beside them, say; whatever is in them, reading them ends."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.dialects import apk, dpkg, os_release, rpm, rpm_stores, written_times
from gate.dialects.package_database import Database, Listed
from gate.syntax.oci_layers import Unread
from tests.readers.rootfs import BASH, KEY, STATUS, changelog, header, ndb, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = 1_704_110_400  # 2024-01-01T12:00:00Z

FULL = Listed("bash", "1:5.1-2.fc40", "x86_64", "bash", "5.1-2", 100, 200)


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("Mon, 01 Jan 2024 12:00:00 +0000", NOON),
        ("Mon, 1 Jan 2024 12:00:00 UTC", NOON),
        ("Mon, 01 Jan 2024 14:30:00 +0230", NOON),
        ("Mon, 01 Jan 2024 04:00:00 -0800", NOON),
        ("Mon, 31 Dec 2023 25:00:00 +0000", None),
        ("Mon, 30 Feb 2024 12:00:00 +0000", None),
        ("Mon, 01 Foo 2024 12:00:00 +0000", None),
        ("Mon, 01 Jan 2024 12:00:00 CEST", None),
        ("Mon, 01 Jan 0000 12:00:00 +0000", None),
        ("", None),
    ],
)
def test_times_of_mail(text: str, second: int | None) -> None:
    assert written_times.mail(text) == second


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("2024-01-01T12:00:00Z", NOON),
        ("2024-01-01T12:00:00.123456789Z", NOON),
        ("2024-01-01T13:00:00+01:00", NOON),
        ("2024-01-01T11:00:00-01:00", NOON),
        ("2024-01-01T12:00:00", None),
        ("2024-13-01T12:00:00Z", None),
        ("2024-01-01", None),
    ],
)
def test_times_of_tools(text: str, second: int | None) -> None:
    assert written_times.rfc3339(text) == second


def test_dpkg() -> None:
    text = (
        STATUS + b"Package: libc6\nStatus: hold ok installed\nSource: glibc (2.36-9)\nVersion: 2.36-9+b1\n"
        b"Description: c\n Version: 9\n .\n Package: no\nArchitecture: arm64\n\n"
        b"Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
        b"Package: half\nStatus: install ok half-configured\nVersion: 2\nSource: whole\n"
    )
    assert dpkg.status(text) == Database(
        (
            Listed("bash", "5.2-1", "amd64"),
            Listed("libc6", "2.36-9+b1", "arm64", "glibc", "2.36-9"),
            Listed("half", "2", "", "whole", "2"),
        )
    )


def test_dpkg_without_a_status_as_distroless_images_have_it() -> None:
    assert dpkg.status(b"Package: base-files\nVersion: 12.4+deb12u5\n").packages == (
        Listed("base-files", "12.4+deb12u5"),
    )


@pytest.mark.parametrize("text", [b"Package: a\n", b"Version: 1\n", b"nonsense\n"])
def test_an_entry_of_dpkg_that_says_too_little_leaves_the_list_open(text: bytes) -> None:
    found = dpkg.status(STATUS + text)
    assert len(found.packages) == 1
    assert found.gap


def test_the_first_entry_of_a_changelog_counts() -> None:
    assert dpkg.changelog(changelog("Mon, 01 Jan 2024 12:00:00 +0000")) == NOON
    whole = changelog("Mon, 01 Jan 2024 12:00:00 +0000")
    assert dpkg.changelog(whole[:-6]) == NOON
    assert dpkg.changelog(b"no gzip") is None
    assert dpkg.changelog(gzip.compress(bytes(1 << 20))) is None


def test_archives_and_logs() -> None:
    text = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\n\nOrigin: Debian\nDate: Mon, 01 Jan 2024 12:00:00 UTC\nValid-Until: x\n"
    )
    assert dpkg.archive(text) == NOON
    assert dpkg.archive(b"Origin: Debian\n") is None
    assert dpkg.logged(b"2023-01-01 10:00:00 startup\n2024-01-01 12:00:00 status installed a\nrest") == NOON
    assert (
        dpkg.logged(b"\nStart-Date: 2024-01-01  12:00:00\nCommandline: apt\nEnd-Date: 2024-01-01  12:00:09\n") == NOON
    )
    assert dpkg.logged(b"") is None


def test_apk() -> None:
    text = (
        b"C:Q1x=\nP:musl\nV:1.1.22-r3\nA:x86_64\nS:1\nT:the C library\nU:x\nL:MIT\no:musl\nt:1565162130\nc:0c77\n"
        b"D:so:x\np:so:y\nF:lib\nR:ld-musl.so\na:0:0:755\nZ:Q1x=\nV:9\n\n"
        b"P:busybox\nV:1.30\n\n"
    )
    assert apk.installed(text) == Database(
        (Listed("musl", "1.1.22-r3", "x86_64", "musl", "", 1_565_162_130), Listed("busybox", "1.30"))
    )
    assert apk.installed(b"P:a\n\n").gap
    assert apk.installed(b"P:a\nV:1\nt:later\n").packages == (Listed("a", "1"),)


@pytest.mark.parametrize("make", [sqlite, ndb])
def test_rpm(make: Callable[..., bytes]) -> None:
    plain = header({1000: "a", 1001: "1", 1002: "2"})
    assert rpm_stores.packages(make(KEY, BASH, plain)) == Database((FULL, Listed("a", "1-2")))
    assert rpm_stores.packages(make()) == Database(())


def test_a_database_of_rpm_that_had_a_log_of_its_own() -> None:
    data = sqlite(BASH)
    assert rpm_stores.packages(data[:18] + b"\2\2" + data[20:]) == Database((FULL,))


def test_the_manifest_of_images_without_rpm() -> None:
    line = "bash\t5.1-2.fc40\t200\t100\tMicrosoft\t(none)\t9\tx86_64\t1\tbash-5.1-2.src.rpm\n"
    assert rpm.manifest(line.encode()) == Database((FULL,))
    assert rpm.manifest(b"bash\t5.1\n").gap


@pytest.mark.parametrize("magic", [b"\x61\x15\x06\x00", b"\x00\x06\x15\x61", b"\x62\x31\x05\x00"])
def test_berkeley_db_is_left_to_others(magic: bytes) -> None:
    found = rpm_stores.packages(bytes(12) + magic + bytes(4000))
    assert isinstance(found, Unread)
    assert "Berkeley DB" in found.reason
    assert "--scanner trivy" in found.reason


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE Other (blob)"],
        ["CREATE TABLE t (blob)", "CREATE VIEW Packages AS SELECT blob FROM t"],
        [
            "CREATE TABLE Packages (hnum INTEGER, x INTEGER, blob BLOB AS (zeroblob(1000000000)))",
            "INSERT INTO Packages (x) VALUES (1)",
        ],
        ["CREATE TABLE Packages (blob)", "INSERT INTO Packages VALUES ('text')"],
    ],
)
def test_a_database_that_is_made_to_harm(statements: list[str]) -> None:
    found = rpm_stores.packages(sqlite(statements=statements))
    assert isinstance(found, Unread)
    assert found.reason.startswith("cannot be read")


def test_a_question_without_end_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpm_stores, "_STEPS", 1)
    monkeypatch.setattr(rpm_stores, "_MAX_LOOKS", 3)
    assert isinstance(rpm_stores.packages(sqlite(*[BASH] * 100)), Unread)


def changed(whole: bytes) -> st.SearchStrategy[bytes]:
    """Change, cut and repeat the bytes of something that can be read."""
    return st.tuples(
        st.integers(0, len(whole)), st.binary(max_size=8), st.integers(0, len(whole)), st.integers(0, 2)
    ).map(lambda said: (whole[: said[0]] + said[1] + whole[said[0] + len(said[1]) :])[: said[2] or None] * said[3])


@given(changed(sqlite(BASH, KEY)) | changed(ndb(BASH, KEY)) | st.binary(max_size=200))
def test_a_damaged_database_of_rpm_is_read_or_refused(data: bytes) -> None:
    assert isinstance(rpm_stores.packages(data), Database | Unread)


@given(changed(BASH) | st.binary(max_size=100))
def test_a_damaged_header_of_rpm_is_read_or_refused(data: bytes) -> None:
    try:
        found = rpm.header(data)
    except rpm.BrokenError:
        return
    assert found.name
    assert found.version


@given(st.binary(max_size=300) | changed(STATUS) | changed(b"P:a\nV:1\nt:9\n\nP:b\nV:2\n"))
def test_texts_of_any_kind_are_read(data: bytes) -> None:
    for read in (dpkg.status, apk.installed, rpm.manifest):
        assert all(one.name and one.version for one in read(data).packages)
    for date in (dpkg.changelog, dpkg.archive, dpkg.logged):
        assert date(data) is None or isinstance(date(data), int)
    assert isinstance(os_release.point(data), str)
    assert isinstance(os_release.fields(data), dict)


def test_os_release() -> None:
    said = os_release.fields(
        b'# c\nID=alpine\nVERSION_ID=\'3.19.1\'\nNAME="A \\"B\\""\nID=second\nbad line\nLOGO=\\$x\n'
    )
    assert said == {"ID": "second", "VERSION_ID": "3.19.1", "NAME": 'A "B"', "LOGO": "$x"}


@pytest.mark.parametrize(
    ("text", "point"),
    [
        (b"12.15\n", "12.15"),
        (b"3.10.2\n", "3.10.2"),
        (b"trixie/sid\n", "trixie/sid"),
        (b"CentOS Linux release 7.6.1810 (Core) \n", "7.6.1810"),
        (b"Red Hat Enterprise Linux release 9.4 (Plow)\n", "9.4"),
        (b"Amazon Linux release 2023.9.20251208 (Amazon Linux)\n", "2023.9.20251208"),
        (b"VMware Photon OS 5.0\nPHOTON_BUILD_NUMBER=d98e681\n", "5.0"),
        (b"CBL-Mariner 2.0.20220426\n", "2.0.20220426"),
        (b"something release soon\n", ""),
        (b"a b c\n", ""),
        (b"", ""),
    ],
)
def test_point_releases(text: bytes, point: str) -> None:
    assert os_release.point(text) == point
