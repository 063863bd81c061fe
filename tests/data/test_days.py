from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.days import days, iso

EPOCH = dt.date(1970, 1, 1)


@given(st.dates())
def test_days_are_those_of_the_calendar(date: dt.date) -> None:
    assert days(date.isoformat()) == (date - EPOCH).days


@given(st.dates(min_value=EPOCH))
def test_a_day_is_written_as_it_was_read(date: dt.date) -> None:
    assert iso(days(date.isoformat())) == date.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-1",
        "20261123",
        "2026-11-31",
        "\uff12\uff1026-11-23",
        "2026/11/23",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a day"):
        days(text)
