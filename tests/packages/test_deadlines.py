"""Deadlines, each counted by hand to the day."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from gate.data.tables import Tables
from gate.freshness.fixes import found
from gate.freshness.overdue import exploited, overdue, weight
from gate.freshness.remediation import deadlines
from gate.model.days import days
from gate.model.packages import Remediation
from gate.model.policy import REMEDIATION_PROFILES
from gate.model.record import replace
from tests.packages.reports import NAME, grype, match, packages, put, scan, trivy, vulnerability
from tests.verbs import NOW, check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.rule import Severity

TABLES = Tables()


def answer(
    profile: str,
    severity: Severity | None,
    since: str,
    *,
    exposed: bool | None = None,
    impact: str = "",
    kev: bool | None = None,
    published: str = "",
    listed: str = "",
) -> str:
    one = vulnerability(severity=severity, since=since, exploited=kev, published=published, listed=listed)
    held = packages(scan(one), profiles=tuple(profile.split("+")), exposed=exposed, impact=impact)
    (joined,) = found(held, TABLES, NOW)
    return overdue(joined, held.remediation, days(NOW)).answer


@pytest.mark.parametrize(
    ("profile", "severity", "last_day", "first_day_over"),
    [
        ("default", "critical", "2026-11-08", "2026-11-07"),
        ("default", "high", "2026-10-24", "2026-10-23"),
        ("default", "medium", "2026-08-25", "2026-08-24"),
        ("default", "low", "2026-05-27", "2026-05-26"),
        ("pci-4.0.1", "critical", "2026-10-24", "2026-10-23"),
        ("pci-4.0.1", "high", "2026-08-25", "2026-08-24"),
        ("pci-4.0.1", "medium", "2026-08-25", "2026-08-24"),
        ("pci-4.0.1", "low", "2026-08-25", "2026-08-24"),
        ("fedramp-rev5", "critical", "2026-10-24", "2026-10-23"),
        ("fedramp-rev5", "high", "2026-10-24", "2026-10-23"),
        ("fedramp-rev5", "medium", "2026-08-25", "2026-08-24"),
        ("fedramp-rev5", "low", "2026-05-27", "2026-05-26"),
    ],
)
def test_by_severity(profile: str, severity: Severity, last_day: str, first_day_over: str) -> None:
    assert answer(profile, severity, last_day) == "no"
    assert answer(profile, severity, first_day_over) == "yes"


@pytest.mark.parametrize(
    ("impact", "severity", "exposed", "kev", "last_day", "first_day_over"),
    [
        ("low", "critical", True, True, "2026-11-19", "2026-11-18"),
        ("low", "critical", False, True, "2026-11-15", "2026-11-14"),
        ("low", "low", False, True, "2026-06-16", "2026-06-15"),
        ("moderate", "critical", True, True, "2026-11-21", "2026-11-20"),
        ("moderate", "high", False, True, "2026-11-15", "2026-11-14"),
        ("moderate", "medium", True, True, "2026-11-07", "2026-11-06"),
        ("high", "critical", True, True, "2026-11-23", "2026-11-22"),
        ("high", "critical", False, True, "2026-11-22", "2026-11-21"),
        ("high", "high", True, True, "2026-11-21", "2026-11-20"),
        ("high", "low", True, True, "2026-10-30", "2026-10-29"),
    ],
)
def test_fedramp_vdr_of_what_is_exploited(
    impact: str, severity: Severity, exposed: bool, kev: bool, last_day: str, first_day_over: str
) -> None:
    assert answer("fedramp-vdr", severity, last_day, exposed=exposed, impact=impact, kev=kev) == "no"
    assert answer("fedramp-vdr", severity, first_day_over, exposed=exposed, impact=impact, kev=kev) == "yes"


@pytest.mark.parametrize(
    ("since", "expected"),
    [("2026-11-21", "no"), ("2026-11-20", "unknown"), ("2026-10-22", "unknown"), ("2026-10-21", "yes")],
)
def test_fedramp_vdr_of_what_may_be_exploited(since: str, expected: str) -> None:
    """High impact, a high severity, reached from the internet: 2 days where it is likely exploitable, else 32."""
    assert answer("fedramp-vdr", "high", since, exposed=True, impact="high") == expected


@pytest.mark.parametrize(
    ("kev", "exposed", "since", "expected"),
    [
        (True, True, "2026-11-20", "no"),  # 3 days, or 14
        (True, True, "2026-11-19", "unknown"),
        (True, True, "2026-11-09", "unknown"),
        (True, True, "2026-11-08", "yes"),
        (True, False, "2026-11-20", "no"),  # 3 days, or 14
        (True, False, "2026-11-08", "yes"),
        (False, True, "2026-11-20", "no"),  # 3 days to 60
        (False, True, "2026-09-24", "unknown"),
        (False, True, "2026-09-23", "yes"),
        (False, False, "2026-09-24", "no"),  # 60 days, or the next upgrade
        (False, False, "2020-01-01", "unknown"),
        (None, None, "2020-01-01", "unknown"),
    ],
)
def test_bod_26_04(kev: bool | None, exposed: bool | None, since: str, expected: str) -> None:
    assert answer("bod-26-04", "low", since, exposed=exposed, kev=kev) == expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [("2026-11-08", "no"), ("2026-11-07", "unknown"), ("2026-05-27", "unknown"), ("2026-05-26", "yes")],
)
def test_a_severity_that_nobody_rated_may_be_any(since: str, expected: str) -> None:
    assert answer("default", None, since) == expected


def test_the_strictest_profile_counts() -> None:
    assert answer("pci-4.0.1", "critical", "2026-11-01") == "no"
    assert answer("default", "critical", "2026-11-01") == "yes"
    assert answer("pci-4.0.1+default", "critical", "2026-11-01") == "yes"
    assert answer("default+pci-4.0.1", "critical", "2026-11-01") == "yes"


def test_a_discovery_starts_the_clock_where_a_profile_says_so() -> None:
    """The fix was there before anybody knew of the hole: PCI counts from the fix, FedRAMP from the discovery."""
    assert answer("fedramp-rev5", "high", "2026-01-01", published="2026-11-01T00:00:00Z") == "no"
    assert answer("fedramp-rev5", "high", "2026-01-01", published="2026-10-23T00:00:00Z") == "yes"
    assert answer("default", "high", "2026-01-01", published="2026-11-01T00:00:00Z") == "yes"
    assert answer("fedramp-rev5", "high", "2026-11-01", published="2026-01-01T00:00:00Z") == "no"


def test_the_directive_counts_from_the_listing() -> None:
    said = {"exposed": True, "kev": True, "published": "2026-01-01T00:00:00Z"}
    assert answer("bod-26-04", "high", "2026-01-01", listed="2026-11-21", **said) == "no"  # type: ignore[arg-type]
    assert answer("bod-26-04", "high", "2026-01-01", listed="2026-11-01", **said) == "yes"  # type: ignore[arg-type]


def test_a_fix_of_the_future_is_not_overdue() -> None:
    assert answer("default", "critical", "2027-01-01") == "no"


@pytest.mark.parametrize("kev", [True, False, None])
@pytest.mark.parametrize("exposed", [True, False, None])
@pytest.mark.parametrize("impact", ["low", "moderate", "high", ""])
@pytest.mark.parametrize("profile", REMEDIATION_PROFILES)
def test_a_graver_vulnerability_never_has_longer(
    profile: str, impact: str, exposed: bool | None, kev: bool | None
) -> None:
    def allowed(severity: Severity) -> tuple[float, float]:
        (found_,) = deadlines(Remediation((profile,), exposed, impact), severity, kev)
        least, most = (float("inf") if hours is None else hours for hours in (found_.least, found_.most))
        assert least <= most
        return least, most

    grave: Severity
    mild: Severity
    for grave, mild in (("critical", "high"), ("high", "medium"), ("medium", "low")):
        assert all(one <= other for one, other in zip(allowed(grave), allowed(mild), strict=True))


@pytest.mark.parametrize("profile", REMEDIATION_PROFILES)
def test_what_is_not_known_holds_every_answer(profile: str) -> None:
    def allowed(exposed: bool | None, impact: str, kev: bool | None) -> tuple[float, float]:
        (one,) = deadlines(Remediation((profile,), exposed, impact), "high", kev)
        return (
            float("inf") if one.least is None else one.least,
            float("inf") if one.most is None else one.most,
        )

    least, most = allowed(None, "", None)
    for exposed in (True, False):
        for impact in ("low", "moderate", "high"):
            for kev in (True, False):
                inner = allowed(exposed, impact, kev)
                assert least <= inner[0] <= inner[1] <= most


def tight(*readings: tuple[bool | None, str], kev: bool | None, profile: str) -> tuple[float, float]:
    """Return the hours that a profile allows a high severity, where labels make the first of the readings."""
    one, *others = (Remediation((profile,), exposed, impact) for exposed, impact in readings)
    (found_,) = deadlines(replace(one, unlabelled=tuple(others)), "high", kev)
    least, most = (float("inf") if hours is None else hours for hours in (found_.least, found_.most))
    return least, most


@pytest.mark.parametrize("profile", REMEDIATION_PROFILES)
@pytest.mark.parametrize("kev", [True, False, None])
def test_what_labels_say_lengthens_nothing(kev: bool | None, profile: str) -> None:
    known = tuple(product((True, False, None), ("low", "moderate", "high", "")))
    for labelled, without in product(known, known):
        both = tight(labelled, without, kev=kev, profile=profile)
        alone = [tight(one, kev=kev, profile=profile) for one in (labelled, without)]
        assert both == tuple(map(min, *alone))


@pytest.mark.parametrize("said", ["", ", x-gate: {sensitivity: public, exposure: internal}"])
def test_a_manifest_gives_its_image_no_more_time(said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of what nobody declared it may be overdue: two days where the internet reaches what matters most."""
    assert "PKG009" in rules(judged(tmp_path, capsys, said, ""), "undecided")


def test_a_declaration_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = "workloads:\n- {name: web, match: {name: web}, sensitivity: public, exposure: internal}\n"
    assert "PKG009" not in rules(judged(tmp_path, capsys, "", entry), "undecided")
    labelled = judged(tmp_path, capsys, ", x-gate: {sensitivity: restricted, exposure: internet}", entry)
    assert "PKG009" in rules(labelled, "failed") | rules(labelled, "undecided")


def judged(folder: Path, capsys: pytest.CaptureFixture[str], said: str, declared: str) -> Any:
    """Judge an image that a service runs and both scanners report of; its one fix is 22 days old."""
    layer = "sha256:" + "1" * 64
    rootfs = {"type": "layers", "diff_ids": [layer]}
    configuration = {"architecture": "amd64", "os": "linux", "config": {"User": "1000"}, "rootfs": rootfs}
    configured = trivy(metadata={"ImageConfig": configuration, "DiffIDs": [layer]})
    files = {
        "compose.yaml": f"services:\n  web: {{image: '{NAME}'{said}}}\n",
        ".gate.yaml": f"version: 1\npolicy: ours.yaml\n{declared}",
        "ours.yaml": "version: 1\nname: ours\nextends: standard\nremediation: fedramp-vdr\n",
    }
    reports = (
        put(folder, "trivy.json", configured),
        put(folder, "grype.json", grype(match(date="2026-11-01", kind="release"))),
    )
    arguments = (f"--{reporter}-report={path}" for reporter, path in zip(("trivy", "grype"), reports, strict=True))
    return check(capsys, write_all(folder, files) / "compose.yaml", *arguments).subject(NAME)


@pytest.mark.parametrize(
    ("severity", "since", "points"),
    [
        ("critical", "2026-11-08", 1_000),
        ("critical", "2026-10-24", 2_000),
        ("critical", "2025-10-24", 2_000),
        ("critical", "2026-11-20", 200),
        ("high", "2026-10-24", 500),
        ("medium", "2026-08-25", 150),
        ("low", "2026-05-27", 30),
        ("low", "2026-11-23", 0),
    ],
)
def test_what_a_fix_left_out_costs(severity: Severity, since: str, points: int) -> None:
    held = packages(scan(vulnerability(severity=severity, since=since)))
    (one,) = found(held, TABLES, NOW)
    assert weight(one, held.remediation, days(NOW)) == (points, points)


@pytest.mark.parametrize(
    ("profiles", "kev", "since", "expected"),
    [
        (("default",), True, "2020-01-01", "no"),
        (("bod-26-04",), True, "2020-01-01", "yes"),
        (("bod-26-04",), False, "2020-01-01", "no"),
        (("bod-26-04",), None, "2020-01-01", "unknown"),
        (("bod-26-04",), True, "2026-11-22", "no"),
    ],
)
def test_what_is_exploited_and_overdue(profiles: tuple[str, ...], kev: bool | None, since: str, expected: str) -> None:
    held = packages(scan(vulnerability(since=since, exploited=kev)), profiles=profiles, exposed=True)
    (one,) = found(held, TABLES, NOW)
    assert exploited(one, held.remediation, days(NOW)) == expected
