"""Schedules as cron and its descendants write them: how many days may pass between two runs.

Source: crontab(5); POSIX.1-2017 `crontab`; Jenkins, pipeline syntax, for `H` and the names with `@`.
"""

from __future__ import annotations

from functools import lru_cache

_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

#: Years that a schedule is followed for, so that a leap day comes twice; 2024-01-01 was a Monday.
_FIRST, _YEARS = 2024, 9

_NAMES = {
    "@hourly": 1,
    "@daily": 1,
    "@midnight": 1,
    "@weekly": 7,
    "@monthly": 31,
    "@yearly": 366,
    "@annually": 366,
}
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

#: Characters of one schedule that are read.
MAX_TEXT = 200


@lru_cache(maxsize=256)
def longest(text: str) -> int | None:
    """Return the most days between two runs of a schedule, at least 1; None for what is none, or never comes."""
    text = text.strip().lower()[: MAX_TEXT + 1]
    if text in _NAMES:
        return _NAMES[text]
    fields = text.split()
    if len(text) > MAX_TEXT or len(fields) != 5:
        return None
    minutes, hours = _field(fields[0], 0, 59), _field(fields[1], 0, 23)
    dates, months = _field(fields[2], 1, 31), _field(fields[3], 1, 12, _MONTH_NAMES)
    weekdays = _field(fields[4], 0, 7, _WEEKDAYS)
    if not (minutes and hours and dates and months and weekdays):
        return None
    free = fields[2][:1] == "*", fields[4][:1] == "*"
    return _gap(dates, months, frozenset(day % 7 for day in weekdays), free)


def _gap(
    dates: frozenset[int], months: frozenset[int], weekdays: frozenset[int], free: tuple[bool, bool]
) -> int | None:
    """Follow the days. Where both the date and the weekday are limited, either is enough."""
    most, last, weekday, number = 0, -1, 1, 0
    for year in range(_FIRST, _FIRST + _YEARS):
        for month, length in enumerate(_MONTHS, 1):
            leap = month == 2 and year % 4 == 0
            for date in range(1, length + leap + 1):
                by_date, by_weekday = date in dates, weekday in weekdays
                fits = (by_date and by_weekday) if any(free) else (by_date or by_weekday)
                if fits and month in months:
                    most = max(most, number - last) if last >= 0 else most
                    last = number
                weekday, number = (weekday + 1) % 7, number + 1
    return most or None


def _field(text: str, least: int, most: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """Return the values of one field; none at all for one that is malformed."""
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        bounds = _bounds(span, least, most, names)
        if bounds is None or (slash and not (step.isdecimal() and step.isascii() and int(step))):
            return frozenset()
        start, end = bounds
        if slash and start == end:
            end = most
        found.update(range(start, end + 1, int(step) if slash else 1))
    return frozenset(found)


def _bounds(span: str, least: int, most: int, names: tuple[str, ...]) -> tuple[int, int] | None:
    """Return the ends of a range; `H` is one value that Jenkins chooses, and here the first."""
    if span in ("*", "?"):
        return least, most
    if span.startswith("h"):
        inner = span[1:].strip("()")
        return (least, least) if not inner else _bounds(inner.partition("-")[0], least, most, names)
    first, dash, last = span.partition("-")
    start = _value(first, least, most, names)
    end = _value(last, least, most, names) if dash else start
    return None if start is None or end is None or start > end else (start, end)


def _value(text: str, least: int, most: int, names: tuple[str, ...]) -> int | None:
    if text[:3] in names:
        return names.index(text[:3]) + (1 if len(names) == 12 else 0)
    value = int(text) if text.isdecimal() and text.isascii() and len(text) < 4 else -1
    return value if least <= value <= most else None
