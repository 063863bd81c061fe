"""The system inside of an image, and what its releases say of the day of its packages.

A point release is carried by one package that nothing else pulls in, so that the packages were brought up to date on
the day it appeared or later, and not long after the next one did.
"""

from __future__ import annotations

from gate.freshness import scanned
from gate.freshness.age import SLACK
from gate.freshness.instant import day_of, is_plausible
from gate.freshness.scanned import PRODUCTS
from gate.freshness.support import support
from gate.model.clock import Evidence
from gate.model.days import iso
from gate.model.evidence import known
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.freshness.support import Support
    from gate.model.contents import SystemRelease
    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.location import Location

#: Products whose `VERSION_ID` names a release line and no point release.
LINES = frozenset({"debian", "ubuntu"})


def release(image: Image) -> SystemRelease | None:
    """Return what the layers say of their system; None where they say nothing, or not all of it was read."""
    return known(image.contents.system) if image.contents is not None else None


def product(system: SystemRelease) -> str:
    """Name the product of the tables; empty for a system that is not kept."""
    return PRODUCTS.get(system.id, "")


def carried(image: Image, tables: Tables, now: str) -> tuple[Support, ...]:
    """Say where the system stands that the layers themselves name; nothing where they name none that is kept."""
    system = release(image)
    if system is None or not system.version_id:
        return ()
    lifecycle = tables.lifecycle(product(system), system.version_id)
    return (support(lifecycle, now, tables.date),) if lifecycle is not None else ()


class Within(Record):
    """A system inside of an image, and the clause that says who shows it."""

    support: Support
    text: str
    at: Location


def within(image: Image, tables: Tables, now: str) -> tuple[Within, ...]:
    """Return every system that the layers show, or that a scanner or a bill of materials names, once each."""
    found = []
    if image.contents is not None:
        at = image.contents.system.at
        found += [Within(one, f"its layers carry {one.text}", at) for one in carried(image, tables, now)]
    for scan in image.packages.scans if image.packages is not None else ():
        lifecycle = scanned.system(scan, tables)
        if lifecycle is not None:
            one = support(lifecycle, now, tables.date)
            found.append(Within(one, f"{scan.title} names {one.text}", scan.at))
    return tuple({one.support.lifecycle: one for one in reversed(found)}.values())[::-1]


def evidence(image: Image, tables: Tables, today: int) -> Iterator[Evidence]:
    """Yield what the releases of the system bound; of an image whose layers nobody read, the one that a scanner saw."""
    system = release(image)
    if system is not None:
        name, at = product(system), system.at
        encoded = _encoded(system, today)
        if encoded is not None:
            yield _after(encoded, f"the number of its system is of {iso(encoded)}", at)
        yield from _point(name, _names(name, system), tables, at)
        lifecycle = tables.lifecycle(name, system.version_id) if system.version_id else None
        if lifecycle is not None and lifecycle.released is not None:
            text = f"its system, {lifecycle.title}, was released on {iso(lifecycle.released)}"
            yield _after(lifecycle.released - SLACK, text, at)
    for scan in image.packages.scans if image.contents is None and image.packages is not None else ():
        found = scan.system
        name = PRODUCTS.get(found.family.lower(), "") if found is not None else ""
        if found is not None and "." in found.release and name != "ubuntu" and scan.scanner != "sbom":
            yield from _point(name, (found.release.split(" ")[0],), tables, scan.at)


def bears_out(image: Image, tables: Tables, day: int) -> bool:
    """Say whether the system can have been brought up to date on a day, which is known of no system without a name.

    Of a distribution that has point releases, that takes the point release.
    """
    system = release(image)
    if system is None:
        return False
    name = product(system)
    if not tables.pointed(name):
        return True
    points = [tables.point(name, one) for one in _names(name, system)]
    return any(one is not None and (one.next is None or day <= one.next + SLACK) for one in points)


def _names(name: str, system: SystemRelease) -> tuple[str, ...]:
    """Return how the point release may be called."""
    if name == "ubuntu":
        return (system.version.partition(" ")[0],)
    return (system.point,) if name in LINES else (system.point, system.version_id)


def _point(name: str, called: tuple[str, ...], tables: Tables, at: Location) -> Iterator[Evidence]:
    for one in called:
        point = tables.point(name, one) if one else None
        if point is None:
            continue
        lifecycle = tables.lifecycle(name, one)
        shown = f"{lifecycle.title.rpartition(' ')[0] if lifecycle is not None else name} {one}"
        text = f"its system, {shown}, appeared on {iso(point.first)}"
        yield _after(point.first - SLACK, text, at)
        if point.next is not None:
            text = f"its system, {shown}, was followed by another point release by {iso(point.next)}"
            yield Evidence("E12", "content", "not-after", point.next + SLACK, "medium", text, at)
        return


def _after(day: int, text: str, at: Location) -> Evidence:
    return Evidence("E12", "content", "not-before", day, "strong", text, at)


def _encoded(system: SystemRelease, today: int) -> int | None:
    """Return the newest day in the numbers of the system, such as `2023.9.20251208.0`."""
    found = []
    for text in (system.point, system.version_id, system.build_id):
        for word in "".join(sign if sign.isascii() and sign.isdigit() else " " for sign in text).split():
            day = day_of(word, "build-date")
            if day is not None and is_plausible(day) and day <= today + 1:
                found.append(day)
    return max(found, default=None)
