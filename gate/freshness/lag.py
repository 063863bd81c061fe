"""How far the packages of an image are behind what its distribution offers: technical lag, as indexes show it.

A package is compared with the newest version that any index of its release offers. How long it lags is the time between
the builds of the two; where an index has no such times, as Debian's, it is an interval. What an index does not list, a
third party's package among others, it says nothing of.

Sources: J. Cox et al., Measuring Dependency Freshness (ICSE 2015), for the distance of versions in days; A. Zerouali et
al. (2018, 2021) for package and time lag of Debian's images; the libyear of J. Cox.
"""

from __future__ import annotations

from gate.freshness.scanned import moment
from gate.freshness.versions import MalformedError, key
from gate.model.days import iso
from gate.model.evidence import known
from gate.model.lag import Lag, Lags
from gate.model.packages import FixDate
from gate.model.record import Record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from gate.model.contents import InstalledPackage, PackageManager
    from gate.model.image import Image
    from gate.model.location import Location
    from gate.model.package_index import Offer, PackageIndex
    from gate.model.packages import DateKind, Vulnerability

    #: The order of a version.
    Key: TypeAlias = tuple[object, ...]

#: Packages in a thousand that may be behind: something is published every day. Our own.
ALLOWED = 50

#: Of this many packages an index has to list one: those of another architecture or of updates alone list less. Our own.
LISTED = 2

#: Architectures of packages that are the same on all.
_ALL = frozenset({"", "all", "noarch"})

_MANAGERS: dict[str, PackageManager] = {"apk": "apk", "deb": "dpkg", "rpm": "rpm"}
_DAY = 86_400


class Missed(Record):
    """An update that was there on a day and is not installed: whoever last updated the packages did it before."""

    day: int
    text: str
    at: Location


def lags(image: Image) -> Lags | None:
    """Compare the packages of an image with the indexes of its release; None where none was given."""
    indexed = image.indexed
    if indexed is None:
        return None
    compared = doubtful = 0
    behind: list[Lag] = []
    packages = _newest(installed(image))
    for one in packages:
        offers = [(offer, index) for index in indexed.indexes for offer in _offers(one, index)]
        own = _key(one.manager, one.version)
        keys = [(_key(one.manager, offer.version) or (), number) for number, (offer, _index) in enumerate(offers)]
        newest, number = max(keys, default=((), 0))
        compared += bool(offers)
        if offers and (own is None or not newest):
            doubtful += 1
        elif offers and own is not None and newest > own:
            behind.append(_lag(one, *offers[number]))
    behind.sort(key=lambda lag: (-lag.least, lag.package, lag.at.start))
    return Lags(len(packages), compared, tuple(behind), doubtful, _open(image, len(packages), compared))


def missed(image: Image, today: int) -> Missed | None:
    """Find the update that has been there for longest and is not installed."""
    found = lags(image)
    there = [(lag.by, lag) for lag in found.behind if lag.by is not None and lag.by <= today] if found else []
    if not there:
        return None
    day, lag = min(there, key=lambda pair: (pair[0], pair[1].package))
    return Missed(day, f"{lag.package} {lag.offered} was there on {iso(day)}, and {lag.installed} is installed", lag.at)


def out_of_date(image: Image, today: int) -> Iterator[tuple[PackageIndex, str]]:
    """Yield the indexes that have ended by their own word, and those of which all are older than the packages."""
    indexes = image.indexed.indexes if image.indexed is not None else ()
    for index in indexes:
        if index.ends is not None and index.ends // _DAY < today:
            yield index, f"the index holds until {iso(index.ends // _DAY)}, and what came after is not in it"
    dated = [(index.written, index) for index in indexes if index.written is not None]
    built = [(one.built, one) for one in installed(image) if one.built is not None]
    if dated and built:
        written, index = max(dated, key=lambda pair: pair[0])
        second, newest = max(built, key=lambda pair: (pair[0], pair[1].name))
        if written // _DAY < second // _DAY <= today + 1:
            text = f"the index is of {iso(written // _DAY)}, and {newest.name} in the image of {iso(second // _DAY)}"
            yield index, text


def dated(one: Vulnerability, indexes: Iterable[PackageIndex], today: int) -> Vulnerability:
    """Add since when indexes offer what fixes a vulnerability of the system.

    Nothing makes the fix younger than a scanner says, and no day counts that has not come yet.
    """
    manager = _MANAGERS.get(one.origin.partition(":")[0]) if one.is_system else None
    own = [index for index in indexes if index.manager == manager]
    offers = [(offer, index) for index in own for offer in index.offers.get(one.package, ())]
    found = list(one.fix_dates)
    for kind, day in _first([date for offer, index in offers for date in _dates(offer, index, one.fixed)]).items():
        told = [moment(date.day) for date in one.fix_dates if date.kind in (kind, "observed")]
        if day <= today and all(other is None or day < other for other in told):
            # Of several days on which somebody saw it the first is enough.
            found = [date for date in found if kind != "observed" or date.kind != "observed"]
            found.append(FixDate(iso(day), kind))
    return replace(one, fix_dates=tuple(found))


def _first(dates: list[tuple[DateKind, int]]) -> dict[DateKind, int]:
    """Return the first day of each kind."""
    return {kind: second // _DAY for kind, second in sorted(dates, key=lambda date: -date[1])}


def installed(image: Image) -> Iterator[InstalledPackage]:
    """Yield the packages of the system that the layers show, else those that a scanner lists."""
    members = image.contents.packages.members if image.contents is not None else ()
    if members:
        yield from (one for one in map(known, members) if one is not None)
        return
    for scan in image.packages.scans if image.packages is not None else ():
        if scan.installed:
            yield from scan.installed
            return


def _newest(packages: Iterable[InstalledPackage]) -> list[InstalledPackage]:
    """Take of a package that is installed in several versions, as rpm does with kernels, the newest."""
    found: dict[tuple[str, str], InstalledPackage] = {}
    for one in packages:
        own = one.name, one.architecture
        held = found.get(own)
        newer = held is not None and (_key(one.manager, one.version) or ()) > (_key(one.manager, held.version) or ())
        if held is None or newer:
            found[own] = one
    return [*found.values()]


def _offers(one: InstalledPackage, index: PackageIndex) -> Iterator[Offer]:
    for offer in index.offers.get(one.name, ()) if index.manager == one.manager else ():
        if offer.architecture == one.architecture or offer.architecture in _ALL or one.architecture in _ALL:
            yield offer


def _lag(one: InstalledPackage, offer: Offer, index: PackageIndex) -> Lag:
    """Say how far a package is behind an offer."""
    least, most = _days(one.built, offer, index)
    since = offer.available // _DAY if offer.available is not None else None
    by = since if since is not None else index.written // _DAY if index.written is not None else None
    return Lag(one.name, one.version, offer.version, least, most, since, by, one.at)


def _days(built: int | None, offer: Offer, index: PackageIndex) -> tuple[int, int | None]:
    """Return the days between two builds; the newer one was made before its index was written."""
    latest = offer.built if offer.built is not None else index.written
    if built is None or latest is None:
        return 0, None
    between = max(0, latest - built) // _DAY
    return between if offer.built is not None else 0, between


def _dates(offer: Offer, index: PackageIndex, fixed: tuple[str, ...]) -> Iterator[tuple[DateKind, int]]:
    """Yield what an offer says of when a fix was there: of its own version exactly, of an older one only by when."""
    own = _key(index.manager, offer.version)
    fixes = [found for version in fixed if (found := _key(index.manager, version))]
    if own is None or not any(found <= own for found in fixes):
        return
    there = offer.available if offer.available is not None else index.written
    if own in fixes and offer.available is not None:
        yield "available", offer.available
        return
    if own in fixes and offer.built is not None:
        yield "written", offer.built
    if there is not None:
        yield "observed", there


def _open(image: Image, total: int, compared: int) -> str:
    """Say why more packages may be behind than were found to be."""
    assert image.indexed is not None
    if image.indexed.refused:
        return image.indexed.refused
    if compared * LISTED < total or not compared:
        return f"the indexes list {compared or 'none'} of its {total} packages"
    contents = image.contents
    if contents is not None and contents.packages.members and not contents.packages.complete:
        return f"not all of its packages are known: {contents.packages.open_because}"
    return ""


def _key(manager: PackageManager, version: str) -> Key | None:
    try:
        return key(manager, version)
    except MalformedError:
        return None
