"""Reads the times that image metadata carries, strictly: a guess would be worse than nothing."""

from __future__ import annotations

from gate.model.days import days

#: Docker was first released that month; whatever says that it is older was zeroed, clamped or made up.
EARLIEST = days("2013-03-01")


def day_of(text: str, key: str = "") -> int | None:
    """Return the day of an RFC 3339 time or a plain date; eight digits only under a key ending in `build-date`."""
    if len(text) == 8 and text.isdigit() and key.endswith("build-date"):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    try:
        day = days(text[:10])
    except ValueError:
        return None
    return day + _shift(text[10:]) if len(text) == 10 or _is_time(text[10:]) else None


def is_plausible(day: int) -> bool:
    """Say whether an image can have been built that day, as far as the past goes."""
    return day >= EARLIEST


def _is_time(rest: str) -> bool:
    clock, zone = _split(rest[1:])
    whole, point, fraction = clock.partition(".")
    parts = whole.split(":")
    if rest[:1] not in ("T", "t", " ") or len(parts) != 3 or not all(len(p) == 2 and p.isdigit() for p in parts):
        return False
    if point and not (fraction.isdigit() and len(fraction) <= 9):
        return False
    return int(parts[0]) < 24 and int(parts[1]) < 60 and int(parts[2]) <= 60 and _is_zone(zone)


def _is_zone(zone: str) -> bool:
    if zone in ("", "Z", "z"):
        return True
    return len(zone) == 6 and zone[3] == ":" and (zone[1:3] + zone[4:]).isdigit()


def _split(text: str) -> tuple[str, str]:
    """Split a time of day from its zone."""
    for sign in ("Z", "z", "+", "-"):
        clock, mark, zone = text.partition(sign)
        if mark:
            return clock, mark + zone
    return text, ""


def _shift(rest: str) -> int:
    """Return by how many days the zone moves the time into another UTC day."""
    clock, zone = _split(rest[1:])
    if len(zone) != 6:
        return 0
    minutes = int(clock[:2]) * 60 + int(clock[3:5])
    offset = int(zone[1:3]) * 60 + int(zone[4:])
    return (minutes - offset if zone[0] == "+" else minutes + offset) // 1440


def second_of(text: str) -> int | None:
    """Return an RFC 3339 time in UTC, without a fraction, in seconds since 1970; None for any other."""
    day = day_of(text)
    if day is None or len(text) != 20 or text[10] not in "Tt" or text[19] not in "Zz":
        return None
    return day * 86_400 + int(text[11:13]) * 3_600 + int(text[14:16]) * 60 + int(text[17:19])
