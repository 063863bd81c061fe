"""How far tables of a day can be trusted later: facts stay, and what was going on counts for a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.data.tables import Tables
from gate.freshness.age import of_name
from gate.freshness.staleness import OLD_TABLES, STALE_TABLES, notes
from gate.freshness.support import support
from gate.model.days import days, iso
from gate.model.lifecycle import Lifecycle
from gate.scores.image_age import SYSTEM_ENDED, _points
from tests.scores.images import name

DATE = "2026-08-21"


def later(passed: int) -> str:
    return iso(days(DATE) + passed)


def release(security: str, extended: str = "", *, free: bool = True) -> Lifecycle:
    last = days(extended) if extended else None
    return Lifecycle("debian", "1", "Debian 1", 0, days(security) if security else None, last, False, free, True)


def state(one: Lifecycle, passed: int) -> str:
    return support(one, later(passed), DATE).state


def test_recent_tables_need_no_word() -> None:
    assert [*notes(DATE, DATE)] == [*notes(DATE, later(STALE_TABLES))] == []


def test_tables_that_should_be_renewed_say_their_age() -> None:
    assert [*notes(DATE, later(STALE_TABLES + 1))] == ["are 46 days old (`gate data update` renews them)"]


def test_old_tables_say_what_no_longer_follows() -> None:
    assert len([*notes(DATE, later(OLD_TABLES))]) == 1
    assert len([*notes(DATE, later(OLD_TABLES + 1))]) == 2


def test_hindsight_is_noted() -> None:
    assert [*notes(DATE, later(-30))] == ["know what happened in the 30 days after 2026-07-22"]


@pytest.mark.parametrize(
    ("one", "young", "old"),
    [
        (release(""), "supported", "unknown"),
        (release("2030-01-01"), "supported", "supported"),
        (release("2026-08-21", "2030-01-01"), "extended", "extended"),
        (release("2026-08-22", "2030-01-01"), "extended", "unknown"),
        (release("2026-08-22", "2030-01-01", free=False), "contract", "contract"),
        (release("2026-08-22"), "ended", "ended"),
        (release("2020-01-01"), "ended", "ended"),
    ],
)
def test_what_was_going_on_is_not_known_for_ever(one: Lifecycle, young: str, old: str) -> None:
    assert (state(one, OLD_TABLES), state(one, OLD_TABLES + 1)) == (young, old)


def test_a_tag_that_was_still_built_loses_the_bound_of_its_age() -> None:
    tag = name("debian:bookworm-slim")
    young, old = (of_name(tag, Tables(), later(passed)) for passed in (OLD_TABLES, OLD_TABLES + 1))
    assert young.most is not None
    assert old.most is not None
    assert young.most < 31 < OLD_TABLES < old.most


@given(
    st.sampled_from(["", "2026-06-01", "2026-08-22", "2026-12-01", "2029-01-01"]),
    st.sampled_from(["", "2026-12-15", "2031-01-01"]),
    st.integers(90, 200),
    st.integers(0, 300),
)
def test_older_tables_never_speak_better_of_a_release(security: str, extended: str, passed: int, older: int) -> None:
    """On one day: what tables say that are as good, and older."""
    if not security or (extended and extended < security):
        extended = ""
    one, now = release(security, extended), later(passed)
    recent = _points(support(one, now, DATE), SYSTEM_ENDED)
    old = _points(support(one, now, later(-older)), SYSTEM_ENDED)
    assert old[1] >= recent[1]
    assert old[0] >= recent[0]


@given(
    st.sampled_from(["", "2026-06-01", "2026-08-22", "2026-12-01", "2029-01-01"]),
    st.sampled_from(["", "2026-12-15", "2031-01-01"]),
    st.booleans(),
    st.integers(0, 300),
    st.integers(0, 2000),
)
def test_time_never_speaks_better_of_a_release(
    security: str, extended: str, free: bool, passed: int, more: int
) -> None:
    one = release(security, extended if security and extended > security else "", free=free)
    before, after = (_points(support(one, later(days_), DATE), SYSTEM_ENDED) for days_ in (passed, passed + more))
    assert after[0] >= before[0]
    assert after[1] >= before[1]
