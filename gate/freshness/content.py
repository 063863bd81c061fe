"""What the layers of a built image prove of its age: when its newest package was made, and which system it carries.

Packages cannot be installed before they are built, so the newest of them bounds the age from above, whatever the
configuration claims. Nothing in the layers bounds it from below: what nobody has renewed may still be the newest.

Source of the order of evidence: the build times inside of packages and the archive's own signed dates are strong; the
times of installation and of files, which builders set as they like, count where nothing stronger is there.
"""

from __future__ import annotations

from gate.freshness.instant import is_plausible
from gate.freshness.scanned import PRODUCTS, system
from gate.freshness.support import support
from gate.model.days import iso
from gate.model.evidence import known
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.freshness.support import Support
    from gate.model.contents import Trace
    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.location import Location

#: What each strong trace and each medium one says of the day of the packages.
STRONG = {
    "package-build": "its newest package, {what}, was built on {day}",
    "changelog": "its newest package, {what}, was changed on {day}",
    "archive-list": "its list of packages, {what}, is of {day}",
}
MEDIUM = {
    "package-install": "its last package, {what}, was installed on {day}",
    "package-file": "its last package, {what}, was installed on {day}",
    "package-log": "its log of packages ends on {day}",
}

_DAY = 86_400


class Newest(Record):
    """The day of the newest package, in days since 1970, and the clause that says so."""

    day: int
    text: str
    at: Location


def newest(image: Image, today: int) -> Newest | None:
    """Find the newest thing in the layers that dates the packages; None where nothing does, or all of it was zeroed."""
    for texts in (STRONG, MEDIUM):
        found = [one for one in _traces(image) if one.kind in texts and _counts(one, today)]
        if found:
            last = max(found, key=lambda one: (one.second, one.kind, one.what))
            day = min(last.second // _DAY, today)
            return Newest(day, texts[last.kind].format(what=last.what, day=iso(day)), last.at)
    return None


def came_at_once(image: Image) -> bool:
    """Say whether no layer above the first one changed the packages, so that the newest of them dates all."""
    return image.contents is not None and image.contents.owner_of_packages == 0


def future(image: Image, today: int) -> Iterator[Trace]:
    """Yield the newest trace of each kind that has not come yet, beyond what time zones and clocks explain."""
    worst: dict[str, Trace] = {}
    for one in _traces(image):
        held = worst.get(one.kind)
        if one.second // _DAY > today + 1 and (held is None or one.second > held.second):
            worst[one.kind] = one
    yield from worst.values()


def carried(image: Image, tables: Tables, now: str) -> tuple[Support, ...]:
    """Say where the system stands that the layers themselves name; nothing where they name none that is kept."""
    release = known(image.contents.system) if image.contents is not None else None
    if release is None:
        return ()
    product = PRODUCTS.get(release.id, "")
    lifecycle = tables.lifecycle(product, release.version_id) if product and release.version_id else None
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
        lifecycle = system(scan, tables)
        if lifecycle is not None:
            one = support(lifecycle, now, tables.date)
            found.append(Within(one, f"{scan.title} names {one.text}", scan.at))
    return tuple({one.support.lifecycle: one for one in reversed(found)}.values())[::-1]


def _traces(image: Image) -> tuple[Trace, ...]:
    return image.contents.traces if image.contents is not None else ()


def _counts(trace: Trace, today: int) -> bool:
    return is_plausible(trace.second // _DAY) and trace.second // _DAY <= today + 1
