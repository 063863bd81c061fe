"""What all scans of an image tell together of each vulnerability, and since when there has been a fix for it.

No scanner but grype says when a fix appeared. Everything else only bounds the day: the fix was there when the scanner's
data was made, when its advisory's year ended and when the vendor stopped; it was not before the year of the hole's own
number began. So the day is an interval, and what two scanners know of it holds together.
"""

from __future__ import annotations

from gate.freshness.scanned import last_fixes, made_by, moment
from gate.freshness.versions import MalformedError, key
from gate.model.days import days
from gate.model.packages import SEVERITIES
from gate.model.record import Record
from gate.model.truth import Detail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from gate.freshness.versions import Scheme
    from gate.model.lifecycle import Tables
    from gate.model.location import Location
    from gate.model.packages import Excuse, Packages, Scan, Vulnerability
    from gate.model.rule import Severity

    Span: TypeAlias = tuple[int | None, int]

#: How the numbers of advisories begin that carry the year of the advisory.
DATED_ADVISORIES = ("RHSA-", "RHBA-", "ELSA-", "ALAS", "ALSA-", "RLSA-", "SUSE-SU-", "openSUSE-SU-", "FEDORA-")

#: How the versions of a package compare, by what its origin begins with.
SCHEMES: dict[str, Scheme] = {
    "apk": "apk",
    "deb": "dpkg",
    "rpm": "rpm",
    "pkg:cargo/": "semver",
    "pkg:npm/": "semver",
    "pkg:pypi/": "pep440",
}


class Found(Record):
    """One vulnerability of one package.

    `severities` are those it may have, gravest first: all of them where nobody rated it. `since` is the first and the
    last day on which the fix can have appeared, in days since 1970, the first None where nothing bounds it; there is
    none without a fix. `published` and `listed` are the days on which it became known, and known to be exploited.
    """

    ids: tuple[str, ...]
    package: str
    installed: str
    fixed: tuple[str, ...]
    status: str
    severities: tuple[Severity, ...]
    is_rated: bool
    since: Span | None
    published: int | None
    exploited: bool | None
    listed: int | None
    scanners: tuple[str, ...]
    places: tuple[Location, ...]
    excuse: Excuse | None

    @property
    def severity(self) -> Severity:
        """The one to show: the gravest that somebody gave it."""
        return self.severities[0] if self.is_rated else "high"

    @property
    def detail(self) -> Detail:
        """What a finding about it says beside its message."""
        return Detail(self.severity, self.ids, self.excuse.text if self.excuse is not None else "")

    @property
    def key(self) -> str:
        """What it is known by while versions and days go on."""
        return f"{self.package} {self.ids[0]}"


def named(one: Found) -> str:
    """Say which vulnerability it is, and in what."""
    rated = one.severity if one.is_rated else "of unknown severity"
    return f"{one.package} {one.installed} has {one.ids[0]} ({rated})"


def found(packages: Packages, tables: Tables, now: str) -> tuple[Found, ...]:
    """Join the reports: one entry for each vulnerability and package, in the order of the reports."""
    told: dict[tuple[str, str], list[tuple[Vulnerability, Scan, Span]]] = {}
    for scan in packages.scans:
        known = _known_by(scan, tables, now)
        for one in scan.vulnerabilities:
            told.setdefault((one.origin, one.ids[0]), []).append((one, scan, _span(one, known, days(now))))
    return tuple(map(_joined, told.values()))


def _joined(told: list[tuple[Vulnerability, Scan, Span]]) -> Found:
    """Take the graver of what contradicts, and of what agrees the more exact."""
    ones = [one for one, _scan, _span in told]
    first = next((one for one in ones if one.fixed), ones[0])
    rated = {one.severity for one in ones if one.severity is not None}
    published = [day for one in ones if (day := moment(one.published)) is not None]
    listed = [day for one in ones if (day := moment(one.listed)) is not None]
    excuses = [one.excuse for one in ones]
    return Found(
        tuple(dict.fromkeys(name for one in ones for name in one.ids)),
        # Which of a source's packages a scanner names first is chance.
        first.origin.partition(":")[2] if first.is_system else first.package,
        first.installed,
        _fixed(ones),
        first.status,
        tuple(severity for severity in SEVERITIES if severity in rated) or SEVERITIES,
        bool(rated),
        _together([(one, span) for one, _scan, span in told if one.fixed]),
        min(published, default=None),
        _exploited(ones),
        min(listed, default=None),
        tuple(dict.fromkeys(scan.scanner for _one, scan, _span in told)),
        tuple(dict.fromkeys(one.at for one in ones)),
        excuses[0] if all(excuse is not None for excuse in excuses) else None,
    )


def _exploited(ones: Iterable[Vulnerability]) -> bool | None:
    said = [one.exploited for one in ones]
    return True if True in said else False if False in said else None


def _fixed(ones: Iterable[Vulnerability]) -> tuple[str, ...]:
    """Return every version that has the fix once, as the first scanner that names it spells it."""
    spelled: dict[object, str] = {}
    for one in ones:
        for version in one.fixed:
            spelled.setdefault(_apart(one, version), version)
    return tuple(spelled.values())


def _apart(one: Vulnerability, version: str) -> object:
    """Return what tells a version from others, and is the same for two spellings: grype writes epochs of zero."""
    kind, _, name = one.origin.partition(":")
    begun = f"pkg:{name.partition('/')[0]}/" if kind == "pkg" else kind
    try:
        return key(SCHEMES[begun], version) if begun in SCHEMES else version
    except MalformedError:
        return version


def _together(told: list[tuple[Vulnerability, Span]]) -> Span | None:
    """Join what is known of one fix; of different fixes the one that has been there longest counts."""
    if not told:
        return None
    spans, exact = [span for _one, span in told], [span for one, span in told if _available(one)]
    fixed = [{_apart(one, version) for version in one.fixed} for one, _span in told]
    if all(versions & fixed[0] for versions in fixed):
        spans = exact or spans
        start = max((since for since, _by in spans if since is not None), default=None)
        end = min(by for _since, by in spans)
        if start is None or start <= end:
            return start, end
        if not exact:
            return start, start
    starts = [since for since, _by in spans]
    known = [since for since in starts if since is not None]
    return (None if None in starts else min(known)), min(by for _since, by in spans)


def _available(one: Vulnerability) -> list[int]:
    """Return the days on which, by the word of a scanner, a version with the fix could be installed."""
    return [day for date in one.fix_dates if date.kind == "available" and (day := moment(date.day)) is not None]


def _span(one: Vulnerability, known: tuple[int, int], today: int) -> Span:
    """Bound the day on which the fix of one vulnerability appeared."""
    exact = _available(one)
    if exact:
        return min(*exact, today), min(max(exact), today)
    system, others = known
    ends = [system if one.is_system else others, *_years_of_advisories(one)]
    observed = [day for date in one.fix_dates if date.kind == "observed" and (day := moment(date.day)) is not None]
    ends += [max(observed)] if observed else []
    written = [day for date in one.fix_dates if date.kind == "written" and (day := moment(date.day)) is not None]
    starts = [start for start in (_year_of(one), min(written, default=None)) if start is not None]
    start, end = max(starts, default=None), min(ends)
    if start is None or start <= end:
        return start, end
    # One of them is wrong. The start holds: were it the end, to leave the end out would make the fix younger.
    return min(start, today), min(start, today)


def _year_of(one: Vulnerability) -> int | None:
    """Return the first day of the year in which the hole was given its number."""
    year = next((name[4:8] for name in one.ids if name.startswith("CVE-")), "")
    return days(f"{year}-01-01") if _is_year(year) else None


def _years_of_advisories(one: Vulnerability) -> list[int]:
    """Return the last day of the latest year that an advisory carries; which of several brought the fix is not said."""
    years = [
        part
        for name in one.advisories
        if name.startswith(DATED_ADVISORIES)
        for part in name.replace(":", "-").split("-")[1:]
        if _is_year(part)
    ]
    return [days(f"{max(years)}-12-31")] if years else []


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdecimal() and text[:2] in ("19", "20")


def _known_by(scan: Scan, tables: Tables, now: str) -> tuple[int, int]:
    """Return the day by which every fix in a report existed, of the system's packages and of the others."""
    others = made_by(scan, days(now))
    ended = last_fixes(scan, tables)
    return (min(others, ended) if ended is not None else others), others
