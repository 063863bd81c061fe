"""Days as whole numbers: integer arithmetic, without a calendar library."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=256)
def days(iso: str) -> int:
    """Count the days from 1970-01-01 to a day such as `2026-11-23`; raise ValueError for anything else."""
    digits = iso[:4] + iso[5:7] + iso[8:]
    if len(iso) != 10 or iso[4::3] != "--" or not (digits.isascii() and digits.isdecimal()):
        raise ValueError(f"not a day: {iso!r}")
    year, month, day = int(iso[:4]), int(iso[5:7]), int(iso[8:])
    if not (year and 1 <= month <= 12 and 1 <= day <= _length(year, month)):
        raise ValueError(f"not a day: {iso!r}")
    return _before(year, month) + day - 1


def iso(day: int) -> str:
    """Write a count of days as a day."""
    year = 1970 + day // (366 if day >= 0 else 365)
    while _before(year + 1, 1) <= day:
        year += 1
    month = 12
    while _before(year, month) > day:
        month -= 1
    return f"{year:04}-{month:02}-{day - _before(year, month) + 1:02}"


_STARTS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _length(year: int, month: int) -> int:
    return _STARTS[month] - _STARTS[month - 1] + (month == 2 and _leap(year))


def _before(year: int, month: int) -> int:
    """Count the days before the first of a month."""
    past = year - 1
    whole = past * 365 + past // 4 - past // 100 + past // 400 - 719_162
    return whole + _STARTS[month - 1] + (month > 2 and _leap(year))
