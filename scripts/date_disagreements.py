"""Where other sources name another end of support than the tables, by more than a month.

Such a difference has to be looked at by somebody before it may stand: `KNOWN` holds those that were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.data.tables import Tables
from gate.model.days import days, iso
from tests.data.independent_dates import DEBIAN, TRIVY, UBUNTU

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.lifecycle import Lifecycle

#: Days that two sources may be apart.
TOLERANCE = 31

#: What was looked at; in all of them the tables follow endoflife.date.
KNOWN = frozenset(
    {
        ("almalinux", "8"),
        ("alpine-linux", "3.21"),
        ("amazon-linux", "2023"),
        ("opensuse", "15.1"),
        ("opensuse", "15.2"),
        ("opensuse", "15.6"),
        ("rhel", "4"),
        ("sles", "12.3"),
        ("ubuntu", "10.04"),
        ("ubuntu", "14.04"),
        ("ubuntu", "22.04"),
        ("ubuntu", "24.04"),
        ("vmware-photon", "3.0"),
        ("vmware-photon", "4.0"),
    }
)


class Disagreement(NamedTuple):
    """Another source names a day for the end of a release that is far from both of ours."""

    product: str
    release: str
    title: str
    security: str
    extended: str
    source: str
    theirs: str
    apart: int


def disagreements() -> Iterator[Disagreement]:
    """Yield all of them; a source may mean the end of regular or of longer support."""
    tables = Tables()
    ends = [("distro-info-data", "debian", {release: end for release, (_first, end) in DEBIAN.items()})]
    ends.append(("distro-info-data", "ubuntu", {release: end for release, (_first, end) in UBUNTU.items()}))
    ends += [("trivy", product, releases) for product, releases in TRIVY.items()]
    for source, product, releases in ends:
        for release, theirs in releases.items():
            ours = tables.lifecycle(product, release)
            if ours is not None and ours.cycle == release and ours.security is not None:
                apart = _apart(ours, theirs)
                if apart > TOLERANCE:
                    yield Disagreement(
                        product, release, ours.title, iso(ours.security), _day(ours.extended), source, theirs, apart
                    )


def _apart(ours: Lifecycle, theirs: str) -> int:
    return min(abs(days(theirs) - end) for end in (ours.security, ours.extended) if end is not None)


def _day(day: int | None) -> str:
    return iso(day) if day is not None else ""


def table() -> str:
    """Return them as a table of Markdown."""
    rows = (
        f"| {one.title} | {one.security} | {one.extended} | {one.theirs} ({one.source}) | {one.apart} |"
        for one in disagreements()
    )
    head = "| release | security support until | longer support until | another source says | days apart |"
    return "\n".join((head, "|---|---|---|---|---|", *rows)) + "\n"
