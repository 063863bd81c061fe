"""Since when a fix has been there: what bounds the day, and what two scanners know of it together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.data.tables import Tables
from gate.freshness.fixes import found
from gate.freshness.scanned import data_age, systems
from gate.model.days import days, iso
from gate.model.packages import FixDate, System
from gate.model.record import replace
from tests.packages.reports import packages, scan, vulnerability
from tests.verbs import NOW

if TYPE_CHECKING:
    from gate.freshness.fixes import Found
    from gate.model.packages import Scan

TABLES = Tables()
OPEN: dict[str, Any] = {"created": "", "database": ""}


def joined(*scans: Scan) -> Found:
    (one,) = found(packages(*scans), TABLES, NOW)
    return one


def since(*scans: Scan) -> tuple[str, str]:
    span = joined(*scans).since
    assert span is not None
    return "" if span[0] is None else iso(span[0]), iso(span[1])


def test_a_fix_is_no_older_than_the_year_of_its_number_and_no_younger_than_the_data() -> None:
    assert since(scan(vulnerability("CVE-2024-1000"))) == ("2024-01-01", "2026-11-23")
    assert since(scan(vulnerability("CVE-2024-1000"), database="2026-10-01T00:00:00Z")) == ("2024-01-01", "2026-10-01")
    assert since(scan(vulnerability("CVE-2024-1000"), database="", created="2026-11-02T23:30:00-02:00")) == (
        "2024-01-01",
        "2026-11-03",
    )


def test_without_a_number_nothing_bounds_it_from_below() -> None:
    assert since(scan(vulnerability("GHSA-aaaa-bbbb-cccc"), **OPEN)) == ("", NOW)
    assert since(scan(vulnerability("GHSA-aaaa-bbbb-cccc", aliases=("CVE-2025-7",)), **OPEN)) == ("2025-01-01", NOW)


def test_a_report_that_knows_the_future_has_a_wrong_clock() -> None:
    one = vulnerability("CVE-2022-1", published="2022-05-01T00:00:00Z")
    assert since(scan(one, created="2021-08-25T12:20:30Z", database="")) == ("2022-01-01", NOW)
    one = vulnerability("CVE-2021-1", published="2021-08-25T00:00:00Z")
    assert since(scan(one, created="2021-08-25T12:20:30Z", database="")) == ("2021-01-01", "2021-08-25")


@pytest.mark.parametrize(
    ("advisories", "expected"),
    [
        (("RHSA-2024:7848",), "2024-12-31"),
        (("RHSA-2024:7848", "RHSA-2025:1"), "2025-12-31"),
        (("ELSA-2024-12",), "2024-12-31"),
        (("ALAS2023-2024-543",), "2024-12-31"),
        (("ALAS-2024-543",), "2024-12-31"),
        (("SUSE-SU-2024:1234-1",), "2024-12-31"),
        (("RLSA-2024:5",), "2024-12-31"),
        (("RHSA-2026:5",), NOW),
        (("DSA-5764-1", "USN-2024-1"), NOW),
        (("2024-01",), NOW),
    ],
)
def test_an_advisory_of_a_year_was_written_in_it(advisories: tuple[str, ...], expected: str) -> None:
    assert since(scan(vulnerability("CVE-2024-1", advisories=advisories), **OPEN))[1] == expected


def test_after_the_end_of_support_no_fix_appears() -> None:
    """Debian 10 was last fixed on 2024-06-30, which says nothing of a package that is not Debian's."""
    buster = System("debian", "10.1", ended=True)
    assert since(scan(vulnerability("CVE-2019-1"), system=buster)) == ("2019-01-01", "2024-06-30")
    own = vulnerability("CVE-2019-1", is_system=False, origin="pkg:pypi/x")
    assert since(scan(own, system=buster)) == ("2019-01-01", NOW)


def test_of_bounds_that_contradict_each_other_the_first_day_counts() -> None:
    """Otherwise a report that leaves out its last days would make the fix younger."""
    buster = System("debian", "10.1", ended=True)
    assert since(scan(vulnerability("CVE-2025-1"), system=buster)) == ("2025-01-01", "2025-01-01")
    written = vulnerability("CVE-2024-1", since="2026-10-25", kind="written")
    assert since(scan(written)) == ("2026-10-25", NOW)
    assert since(scan(written, database="2026-10-01T00:00:00Z")) == ("2026-10-25", "2026-10-25")
    advised = replace(written, advisories=("RHSA-2024:1",))
    assert since(scan(advised)) == ("2026-10-25", "2026-10-25")


def test_a_day_that_is_known_decides() -> None:
    assert since(scan(vulnerability("CVE-2026-1", since="2025-12-20"))) == ("2025-12-20", "2025-12-20")
    several = (FixDate("2026-03-01", "available"), FixDate("2026-05-01T10:00:00Z", "available"))
    assert since(scan(vulnerability(fix_dates=several))) == ("2026-03-01", "2026-05-01")
    assert since(scan(vulnerability(fix_dates=(FixDate("0001-01-01T00:00:00Z", "available"),)))) == ("2024-01-01", NOW)


def test_what_was_observed_may_be_older_and_what_was_written_younger() -> None:
    assert since(scan(vulnerability("CVE-2025-1", since="2026-03-01", kind="observed"))) == ("2025-01-01", "2026-03-01")
    assert since(scan(vulnerability("CVE-2025-1", since="2026-03-01", kind="written"))) == ("2026-03-01", NOW)


# ------------------------------------------------------------------------------------------------- several reports


def test_two_scanners_narrow_it_down() -> None:
    trivy = scan(vulnerability("CVE-2025-1"))
    grype = scan(vulnerability("CVE-2025-1", since="2026-03-01"), scanner="grype")
    assert since(trivy, grype) == ("2026-03-01", "2026-03-01")
    assert since(grype, trivy) == ("2026-03-01", "2026-03-01")


def test_of_what_contradicts_the_older_counts() -> None:
    one = scan(vulnerability(since="2026-03-01"))
    other = scan(vulnerability(since="2026-05-01"), scanner="grype")
    assert since(one, other) == since(other, one) == ("2026-03-01", "2026-03-01")


@pytest.mark.parametrize(
    ("origin", "one", "other", "is_same"),
    [
        ("rpm:openssl", "1.1.1k-9.el8_7", "0:1.1.1k-9.el8_7", True),
        ("rpm:openssl", "1.1.1k-9.el8_7", "1:1.1.1k-9.el8_7", False),
        ("deb:openssl", "3.0.9-1", "0:3.0.9-1", True),
        ("deb:openssl", "3.0.9-1", "3.0.9-1~deb12u1", False),
        ("apk:openssl", "3.0.9-r1", "3.0.9-r01", True),
        ("apk:openssl", "3.0.9-r1", "3.0.9-r10", False),
        ("pkg:pypi/x", "1.0", "1.0.0", True),
        ("pkg:npm/x", "1.0.0", "1.0.0+2", True),
        ("pkg:npm/x", "1.0", "1.0.0", False),
        ("pkg:golang/x", "v1.0.0", "1.0.0", False),
    ],
)
def test_two_spellings_of_a_version_are_one_fix(origin: str, one: str, other: str, *, is_same: bool) -> None:
    """Of one fix both bounds hold; of two the wider interval does."""
    old = vulnerability("CVE-2025-1", origin=origin, fixed=(one,), since="2025-08-01", kind="written")
    new = vulnerability("CVE-2025-1", origin=origin, fixed=(other,), since="2026-03-01", kind="observed")
    scans = scan(old), scan(new, scanner="grype")
    assert joined(*scans).fixed == ((one,) if is_same else (one, other))
    assert since(*scans) == ("2025-08-01" if is_same else "2025-01-01", "2026-03-01")


def test_of_several_fixed_versions_the_one_that_has_been_there_longest_counts() -> None:
    old = vulnerability(since="2025-03-01", fixed=("1.1",))
    new = vulnerability(since="2026-05-01", fixed=("2.1",))
    one = joined(scan(old, new))
    assert one.fixed == ("1.1", "2.1")
    assert since(scan(old, new)) == ("2025-03-01", "2025-03-01")


def test_one_hole_of_one_source_counts_once() -> None:
    names = [vulnerability(package=name) for name in ("openssl", "libssl3", "libcrypto3")]
    assert len(found(packages(scan(*names)), TABLES, NOW)) == 1
    other = vulnerability(origin="deb:gnutls28")
    assert len(found(packages(scan(*names, other)), TABLES, NOW)) == 2


def test_another_name_is_the_same_hole() -> None:
    trivy = scan(vulnerability("CVE-2025-1", origin="pkg:npm/x", is_system=False))
    grype = scan(vulnerability("GHSA-1", aliases=("CVE-2025-1",), origin="pkg:npm/x", is_system=False), scanner="grype")
    one = joined(trivy, grype)
    assert one.ids == ("CVE-2025-1", "GHSA-1")
    assert one.scanners == ("trivy", "grype")
    assert one.detail.aspects == ("CVE-2025-1", "GHSA-1")


def test_scanners_may_rate_it_differently() -> None:
    one = joined(scan(vulnerability(severity="low")), scan(vulnerability(severity="critical"), scanner="grype"))
    assert (one.severities, one.severity) == (("critical", "low"), "critical")
    one = joined(scan(vulnerability(severity=None)), scan(vulnerability(severity="low"), scanner="grype"))
    assert one.severities == ("low",)
    one = joined(scan(vulnerability(severity=None)))
    assert (len(one.severities), one.is_rated) == (4, False)


def test_what_one_scanner_can_fix_can_be_fixed() -> None:
    one = joined(scan(vulnerability(fixed=())), scan(vulnerability(), scanner="grype"))
    assert one.since is not None
    assert one.fixed == ("2",)
    assert joined(scan(vulnerability(fixed=()))).since is None


@pytest.mark.parametrize(
    ("said", "expected"), [((True, None), True), ((False, True), True), ((False, None), False), ((None, None), None)]
)
def test_what_is_exploited(said: tuple[bool | None, bool | None], expected: bool | None) -> None:
    one, other = (scan(vulnerability(exploited=one)) for one in said)
    assert joined(one, other).exploited is expected


# -------------------------------------------------------------------------------------------------- data and systems


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"database": "2026-11-20T23:59:59Z"}, (3, 3)),
        ({"database": "2026-12-20T00:00:00Z"}, (0, 0)),
        ({"database": "2020-01-01T00:00:00Z"}, (15, 15)),
        ({"database": "", "created": "2026-11-13T00:00:00Z"}, (10, 15)),
        ({"database": "", "created": ""}, (0, 15)),
        ({"database": "0001-01-01T00:00:00Z", "created": "soon"}, (0, 15)),
        ({"database": "", "created": "2026-11-01T00:00:00Z"}, (0, 15)),
    ],
)
def test_the_age_of_the_data(changes: dict[str, Any], expected: tuple[int, int]) -> None:
    one = vulnerability(published="2026-11-05T00:00:00Z", modified="2026-11-08T00:00:00Z")
    assert data_age(scan(one, **changes), days(NOW)) == expected


def test_data_that_knows_what_is_to_come_is_new() -> None:
    one = vulnerability(modified="2027-11-01T00:00:00Z")
    assert data_age(scan(one, database="", created=""), days(NOW)) == (0, 0)
    assert data_age(scan(one, database="", created=""), days("2027-11-03")) == (0, 2)


def test_nothing_bounds_the_age_of_data_that_found_nothing() -> None:
    assert data_age(scan(database="", created="2026-11-20T00:00:00Z"), days(NOW)) == (3, None)


@pytest.mark.parametrize(
    ("family", "release", "state"),
    [
        ("debian", "10.1", "ended"),
        ("debian", "13.2", "supported"),
        ("alpine", "3.10.2", "ended"),
        ("ubuntu", "20.04", "contract"),
        ("centos", "7.6.1810", "ended"),
        ("amazon", "2 (Karoo)", "ended"),
        ("rocky", "9.3", "supported"),
        ("rockylinux", "9.3", "supported"),
        ("redhat", "9.4", "supported"),
        ("debian", "trixie/sid", ""),
        ("plan9", "4", ""),
        ("", "", ""),
    ],
)
def test_where_a_system_stands(family: str, release: str, state: str) -> None:
    found_ = systems(packages(scan(system=System(family, release, ended=False))), TABLES, NOW)
    assert "".join(one.state for one in found_) == state
