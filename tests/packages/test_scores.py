"""The freshness of packages as reports tell it: its arithmetic, and that worse evidence never scores better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.data.tables import Tables
from gate.model.days import days, iso
from gate.model.packages import SEVERITIES, Excuse, FixDate, System
from gate.model.policy import REMEDIATION_PROFILES
from gate.model.record import replace
from gate.scores.package_freshness import package_freshness
from tests.packages.reports import AT, DEBIAN, packages, scan, vulnerability
from tests.scores.images import built
from tests.verbs import NOW

if TYPE_CHECKING:
    from gate.model.packages import Packages, Scan, Vulnerability
    from gate.model.score import Score

TABLES = Tables()


def scored(held: Packages, *, now: str = NOW, base: str = "debian:trixie-slim") -> Score:
    one = package_freshness(replace(built(base=base), packages=held), TABLES, now)
    assert one is not None
    return one


def bounds(*scans: Scan, profiles: tuple[str, ...] = ("default",), base: str = "debian:trixie-slim") -> tuple[int, int]:
    one = scored(packages(*scans, profiles=profiles), base=base)
    return one.lo, one.hi


def texts(*scans: Scan) -> dict[str, str]:
    return {one.id: one.text for one in scored(packages(*scans)).deductions}


def test_nothing_left_out_costs_nothing() -> None:
    assert bounds(scan()) == (100, 100)


def test_a_fix_left_out_costs_by_severity_and_days() -> None:
    one = vulnerability(severity="critical", since="2026-10-24")
    assert bounds(scan(one)) == (80, 80)
    assert bounds(scan(one, vulnerability("CVE-2024-2", "medium", since="2026-08-25"))) == (78, 78)
    assert bounds(scan(vulnerability(severity="critical", since="2026-11-23"))) == (100, 100)


def test_all_fixes_together_cost_no_more_than_seventy() -> None:
    many = [vulnerability(f"CVE-2024-{number}", "critical", since="2024-06-01") for number in range(1000, 1100)]
    assert bounds(scan(*many)) == (30, 30)


def test_a_fix_without_a_day_costs_an_interval() -> None:
    assert bounds(scan(vulnerability("CVE-2024-1", "critical"))) == (80, 100)


@pytest.mark.parametrize("count", [1, 40, 400])
def test_what_has_no_fix_costs_nothing(count: int) -> None:
    many = [vulnerability(f"CVE-2024-{number}", "critical", fixed=()) for number in range(1000, 1000 + count)]
    assert bounds(scan(*many)) == (100, 100)


def test_what_is_excused_costs_nothing() -> None:
    one = vulnerability(severity="critical", since="2024-06-01", excuse=Excuse("x", AT))
    assert bounds(scan(one)) == (100, 100)
    again = scan(replace(one, excuse=None), scanner="grype")
    assert bounds(scan(one), again) == (80, 80)


@pytest.mark.parametrize(
    ("day", "lo"), [("2026-11-21", 100), ("2026-11-20", 98), ("2026-11-12", 82), ("2026-01-01", 80)]
)
def test_old_data_costs_at_the_worst_reading(day: str, lo: int) -> None:
    assert bounds(scan(database=f"{day}T00:00:00Z")) == (lo, 100)


def test_the_newest_data_counts() -> None:
    assert bounds(scan(database="2020-01-01T00:00:00Z"), scan(scanner="grype")) == (100, 100)


def test_data_that_nobody_dated_may_be_old() -> None:
    assert bounds(scan(database="", created="2026-11-23T00:00:00Z")) == (80, 100)


def test_what_no_scanner_sees_is_open() -> None:
    assert bounds(scan(blind="trivy found no operating system")) == (30, 100)
    assert bounds(scan(packages=0)) == (30, 100)
    assert bounds(scan(uncovered=50)) == (65, 100)
    one = vulnerability(severity="critical", since="2026-10-24")
    assert bounds(scan(one, uncovered=50)) == (55, 80)
    assert bounds(scan(one, blind="it saw nothing")) == (30, 80)


def test_another_scanner_may_see_what_one_does_not() -> None:
    assert bounds(scan(blind="it saw nothing"), scan(scanner="grype")) == (100, 100)


def test_a_report_that_only_its_name_ties_says_so() -> None:
    one = scored(packages(scan(match="name")))
    assert (one.lo, one.hi) == (100, 100)
    assert any("by its name alone" in deduction.text for deduction in one.deductions)


def test_a_system_that_has_ended_costs_by_itself() -> None:
    ended = System("debian", "10.1", ended=False)
    assert bounds(scan(system=ended), base="") == (20, 20)
    assert bounds(scan(system=ended)) == (20, 20)
    assert bounds(scan(system=DEBIAN), base="") == (100, 100)


def test_the_scanners_word_counts_where_the_tables_know_nothing() -> None:
    assert bounds(scan(system=System("plan9", "4", ended=True)), base="") == (20, 70)
    assert bounds(scan(system=System("plan9", "4", ended=False)), base="") == (20, 100)
    assert bounds(scan(system=System("plan9", "4", ended=True))) == (20, 70)


def test_what_the_scanner_and_the_tables_disagree_on_is_open() -> None:
    assert bounds(scan(system=System("debian", "13", ended=True))) == (70, 100)
    assert texts(scan(system=System("debian", "13", ended=True)))["B2"].endswith("and the tables do not")
    assert bounds(scan(system=System("debian", "10", ended=True))) == (20, 20)


def test_what_is_exploited_costs_under_the_directive() -> None:
    one = vulnerability(severity="low", since="2024-06-01", exploited=True)
    assert bounds(scan(one)) == (99, 99)
    assert bounds(scan(one), profiles=("bod-26-04",)) == (59, 59)
    assert bounds(scan(replace(one, exploited=None)), profiles=("bod-26-04",))[0] == 59
    several = [replace(one, id=f"CVE-2024-{number}") for number in range(5)]
    assert bounds(scan(*several), profiles=("bod-26-04",)) == (37, 37)


# ------------------------------------------------------------------------------------------------------- properties

DAYS = st.integers(days("2019-01-01"), days("2027-06-01")).map(iso)
KINDS = st.sampled_from(("available", "observed", "written"))


@st.composite
def vulnerabilities(draw: st.DrawFn) -> Vulnerability:
    number = draw(st.integers(1, 6))
    dates = draw(st.lists(st.builds(FixDate, DAYS, KINDS), max_size=2))
    return vulnerability(
        f"CVE-{draw(st.integers(2018, 2026))}-{number}",
        draw(st.sampled_from((*SEVERITIES, None))),
        fixed=draw(st.sampled_from(((), ("2",), ("3",)))),
        origin=draw(st.sampled_from(("deb:a", "deb:b"))),
        fix_dates=tuple(dates),
        published=draw(st.one_of(st.just(""), DAYS)),
        advisories=draw(st.sampled_from(((), ("RHSA-2024:1",)))),
        exploited=draw(st.sampled_from((True, False, None))),
        is_system=draw(st.booleans()),
    )


@st.composite
def reports(draw: st.DrawFn) -> Packages:
    scans = draw(
        st.lists(
            st.builds(
                lambda ones, database, uncovered, system: scan(
                    *ones, database=database, uncovered=uncovered, system=system
                ),
                st.lists(vulnerabilities(), max_size=4),
                st.one_of(st.just(""), DAYS),
                st.integers(0, 100),
                st.sampled_from((DEBIAN, System("debian", "10", ended=True), System("x", "1", ended=True), None)),
            ),
            min_size=1,
            max_size=2,
        )
    )
    profiles = draw(st.lists(st.sampled_from(REMEDIATION_PROFILES), min_size=1, max_size=2, unique=True))
    exposed = draw(st.sampled_from((True, False, None)))
    return packages(
        *scans, profiles=tuple(profiles), exposed=exposed, impact=draw(st.sampled_from(("", "low", "high")))
    )


def changed(held: Packages, change: object) -> Packages:
    """Change the first scan."""
    assert callable(change)
    return replace(held, scans=(change(held.scans[0]), *held.scans[1:]))


def never_better(worse: Packages, than: Packages, now: str = NOW, later: str = "") -> None:
    before, after = scored(than, now=now), scored(worse, now=later or now)
    assert after.lo <= before.lo
    assert after.hi <= before.hi


@settings(max_examples=150)
@given(reports())
def test_the_worst_is_no_better_than_the_best(held: Packages) -> None:
    one = scored(held)
    assert one.lo <= one.hi
    assert all(0 <= deduction.best <= deduction.worst for deduction in one.deductions)


@settings(max_examples=150)
@given(reports(), st.integers(days("2026-11-23"), days("2030-01-01")), st.integers(0, 900))
def test_time_never_helps(held: Packages, now: int, more: int) -> None:
    never_better(held, held, iso(now), iso(now + more))


@settings(max_examples=150)
@given(reports(), vulnerabilities())
def test_one_finding_more_never_helps(held: Packages, one: Vulnerability) -> None:
    """Of a package that has no other: what two reports say of one thing narrows it down instead."""
    own = replace(one, origin="deb:other", published="", modified="")
    never_better(changed(held, lambda first: replace(first, vulnerabilities=(*first.vulnerabilities, own))), held)


@settings(max_examples=150)
@given(reports(), st.integers(0, 3))
def test_a_graver_severity_never_helps(held: Packages, rank: int) -> None:
    def rated(severity: object) -> Packages:
        return replace(
            held,
            scans=tuple(
                replace(one, vulnerabilities=tuple(replace(found, severity=severity) for found in one.vulnerabilities))
                for one in held.scans
            ),
        )

    never_better(rated(SEVERITIES[max(0, rank - 1)]), rated(SEVERITIES[rank]))


@settings(max_examples=150)
@given(reports(), st.integers(0, 100))
def test_seeing_less_never_helps(held: Packages, more: int) -> None:
    single = replace(held, scans=held.scans[:1])
    seen = single.scans[0].uncovered
    never_better(changed(single, lambda first: replace(first, uncovered=min(100, seen + more))), single)
    never_better(changed(single, lambda first: replace(first, blind="it saw nothing")), single)


#: Fixes written, or told to be available, after the year of their advisory.
CONTRADICTED = vulnerability(
    "CVE-2018-1", "critical", advisories=("RHSA-2024:1",), since="2026-10-25", kind="written", is_system=False
)
TOLD_TWICE = (
    vulnerability("CVE-2018-1", "critical", advisories=("RHSA-2024:1",), exploited=True, is_system=False),
    vulnerability("CVE-2018-1", "critical", since="2026-10-25", exploited=True, is_system=False),
)


@settings(max_examples=300)
@given(reports())
@example(packages(scan(CONTRADICTED, database="")))
@example(packages(scan(*TOLD_TWICE, database="")))
@example(packages(scan(replace(CONTRADICTED, advisories=()), database="2024-10-01T00:00:00Z")))
def test_not_to_know_is_never_better(held: Packages) -> None:
    """A report without the days of fixes, ratings and data has no better worst reading than one that has them."""
    single = replace(held, scans=held.scans[:1])
    hidden = changed(
        single,
        lambda first: replace(
            first,
            database="",
            created="",
            vulnerabilities=tuple(
                replace(one, severity=None, advisories=(), exploited=None) for one in first.vulnerabilities
            ),
        ),
    )
    assert scored(hidden).lo <= scored(single).lo


@settings(max_examples=100)
@given(reports(), st.sampled_from(REMEDIATION_PROFILES))
def test_another_profile_never_helps(held: Packages, profile: str) -> None:
    asked = replace(held.remediation, profiles=(*held.remediation.profiles, profile))
    never_better(replace(held, remediation=asked), held)


@settings(max_examples=100)
@given(reports())
def test_without_a_fix_nothing_is_overdue(held: Packages) -> None:
    none = replace(
        held,
        scans=tuple(
            replace(one, vulnerabilities=tuple(replace(found, fixed=()) for found in one.vulnerabilities))
            for one in held.scans
        ),
    )
    assert not [one for one in scored(none).deductions if one.id in ("B1", "B5")]
