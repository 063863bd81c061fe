from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.freshness.instant import day_of, is_plausible
from gate.model.days import days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-08-20T20:19:55.211423266Z", "2019-08-20"),
        ("2019-08-20T20:19:55Z", "2019-08-20"),
        ("2019-08-20t20:19:55z", "2019-08-20"),
        ("2019-09-02T12:56:18.824770", "2019-09-02"),
        ("2026-11-23T23:30:00-05:00", "2026-11-24"),
        ("2026-11-23T00:30:00+05:00", "2026-11-22"),
        ("2026-11-23", "2026-11-23"),
    ],
)
def test_a_time_has_a_day_in_utc(text: str, day: str) -> None:
    assert day_of(text) == days(day)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "20190820", "1566332395", "2019-08-20T", "2019-08-20T20:19", "2019-08-20T25:00:00Z"),
        *("2019-08-20T20:19:55.Z", "2019-08-20T20:19:55.1234567890Z", "2019-08-20T20:19:55+5", "2019-08-20X20:19:55Z"),
        *("0000-01-01T00:00:00Z", "2019-02-30T00:00:00Z", "2019-08-20T20:19:55Zjunk", "20 August 2019", "2019-8-20"),
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    assert day_of(text) is None


def test_eight_digits_are_a_day_under_their_key_only() -> None:
    assert day_of("20181006", "org.label-schema.build-date") == days("2018-10-06")
    assert day_of("20181006", "build-date") == days("2018-10-06")
    assert day_of("20181006", "org.opencontainers.image.created") is None


@pytest.mark.parametrize("zeroed", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:01Z", "1980-01-01T00:00:01Z"])
def test_zeroed_times_are_not_plausible(zeroed: str) -> None:
    day = day_of(zeroed)
    assert day is not None
    assert not is_plausible(day)


@given(st.datetimes(min_value=dt.datetime(1900, 1, 2)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_zones_are_those_of_the_library(moment: dt.datetime, minutes: int) -> None:
    zoned = moment.replace(microsecond=0, tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    try:
        expected = zoned.astimezone(dt.UTC).date()
    except OverflowError:
        return
    assert day_of(zoned.isoformat()) == days(expected.isoformat())


@given(st.text(max_size=40))
def test_any_text_has_a_day_or_none(text: str) -> None:
    assert isinstance(day_of(text, "build-date"), int | None)
