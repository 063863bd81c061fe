"""Times as package managers and archives write them, in whole seconds since 1970; None for anything else."""

from __future__ import annotations

import re

from gate.model.days import days

_DAY = 86_400

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MAIL = re.compile(
    r"(?:[A-Za-z]{3,9},? +)?(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}) (\d\d):(\d\d)(?::(\d\d))? *([+-]\d{4}|UTC|GMT|Z)",
    re.ASCII,
)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d) {1,2}(\d\d):(\d\d):(\d\d)", re.ASCII)


def mail(text: str) -> int | None:
    """Read the form of mail headers (RFC 5322), which changelogs and the archives of Debian use."""
    match = _MAIL.fullmatch(text.strip())
    if match is None or match[2].lower() not in _MONTHS:
        return None
    zone = match[7]
    shift = int(zone[1:3]) * 60 + int(zone[3:]) if zone[0] in "+-" else 0
    date = f"{match[3]}-{_MONTHS.index(match[2].lower()) + 1:02}-{int(match[1]):02}"
    return _second(date, match[4], match[5], match[6] or "00", -shift if zone[0] == "+" else shift)


def rfc3339(text: str) -> int | None:
    """Read the form that build tools use."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    shift = int(match[7]) * 60 + int(match[8]) if match[6] else 0
    return _second(match[1], match[2], match[3], match[4], -shift if match[6] == "+" else shift)


def local(text: str) -> int | None:
    """Read the beginning of a line of a log, which has no zone, as UTC."""
    match = _LOCAL.match(text)
    return _second(match[1], match[2], match[3], match[4], 0) if match else None


def _second(date: str, hour: str, minute: str, second: str, minutes: int) -> int | None:
    try:
        day = days(date)
    except ValueError:
        return None
    if int(hour) > 23 or int(minute) > 59 or int(second) > 60:
        return None
    return day * _DAY + int(hour) * 3600 + (int(minute) + minutes) * 60 + int(second)
