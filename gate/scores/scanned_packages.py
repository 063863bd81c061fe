"""What scanners' reports take off the freshness of packages: fixes left out, old data, and what no scanner sees."""

from __future__ import annotations

from gate.freshness.fixes import found
from gate.freshness.overdue import exploited, weight
from gate.freshness.scanned import LIMIT, aged, data_age, system
from gate.model.days import days
from gate.model.packages import SEVERITIES
from gate.model.score import Deduction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.freshness.fixes import Found
    from gate.model.lifecycle import Tables
    from gate.model.packages import Packages, Scan

#: The most that fixes left out cost together, in hundredths of a point; what no scanner sees costs as much.
MOST_FIXES = 7_000

#: One hole that is exploited and overdue under the directive, and all of them.
EXPLOITED, MOST_EXPLOITED = 4_000, 6_000

#: A day of the scanner's data beyond the limit, and the most that its age costs.
OLD_DATA, MOST_OLD_DATA = 200, 2_000


def deductions(packages: Packages, tables: Tables, now: str) -> Iterator[Deduction]:
    """Yield what the reports cost; a vulnerability that is excused or has no fix costs nothing."""
    today = days(now)
    open_ = [one for one in found(packages, tables, now) if one.since is not None and one.excuse is None]
    worst = 0
    if open_:
        fixes = _fixes(open_, packages, today)
        worst = fixes.worst
        yield fixes
        known = _exploited(open_, packages, today)
        if known.worst:
            yield known
    if not all(scan.is_bill for scan in packages.scans):
        yield _data(packages, today)
    yield _unseen(packages, worst)
    yield from _by_name(packages)


def ended_systems(
    packages: Packages, tables: Tables, without_vendor: tuple[tuple[int, int], ...]
) -> Iterator[Deduction]:
    """Yield what a system costs of which a scanner says that it has ended, whatever the tables say of it.

    Since when, the scanner does not say: where the tables do, they decide from that day on.
    """
    least, most = without_vendor[0][1], without_vendor[-1][1]
    for scan in packages.scans:
        if scan.system is not None and scan.system.ended:
            is_known = system(scan, tables) is not None
            text = f"{scan.scanner} says that its system has ended{', and the tables do not' if is_known else ''}"
            yield Deduction("B2", text, 0 if is_known else least, least if is_known else most, scan.at)


def _fixes(open_: list[Found], packages: Packages, today: int) -> Deduction:
    weights = [weight(one, packages.remediation, today) for one in open_]
    counts = ((severity, sum(one.severity == severity for one in open_)) for severity in SEVERITIES)
    shown = ", ".join(f"{count} {severity}" for severity, count in counts if count)
    gravest = max(range(len(open_)), key=lambda number: weights[number][1])
    best, worst = (min(MOST_FIXES, sum(points)) for points in zip(*weights, strict=True))
    text = f"fixes that are there and not applied: {shown}, above all {open_[gravest].ids[0]}"
    return Deduction("B1", text, best, worst, open_[gravest].places[0])


def _exploited(open_: list[Found], packages: Packages, today: int) -> Deduction:
    answers = [(exploited(one, packages.remediation, today), one) for one in open_]
    certain = sum(answer == "yes" for answer, _one in answers)
    possible = sum(answer != "no" for answer, _one in answers)
    first = next((one for answer, one in answers if answer != "no"), open_[0])
    best, worst = min(MOST_EXPLOITED, EXPLOITED * certain), min(MOST_EXPLOITED, EXPLOITED * possible)
    text = "holes that are, or may be, exploited stay open for longer than BOD 26-04 allows"
    return Deduction("B5", text, best, worst, first.places[0])


def _data(packages: Packages, today: int) -> Deduction:
    """Take points for the age of the newest data, at the worst reading alone: what is news is not known."""
    ages = [(data_age(scan, today), scan) for scan in packages.scans if not scan.is_bill]
    (least, most), scan = min(ages, key=lambda pair: (pair[0][1] is None, pair[0][1] or 0))
    worst = MOST_OLD_DATA if most is None else min(MOST_OLD_DATA, OLD_DATA * max(0, most - LIMIT))
    return Deduction("B6", f"the data of {scan.scanner} is {aged(least, most)}", 0, worst, scan.at)


def _unseen(packages: Packages, worst: int) -> Deduction:
    """Take, at the worst reading, what fixes could still cost in proportion to the packages that no scanner covers."""
    shares = [(_share(scan), scan) for scan in packages.scans]
    (part, whole), scan = min(shares, key=lambda pair: 10_000 * pair[0][0] // pair[0][1])
    text = scan.blind or f"{scan.scanner} knows nothing of {part} of {whole} packages"
    return Deduction("B7", text, 0, (MOST_FIXES - worst) * part // whole, scan.at)


def _share(scan: Scan) -> tuple[int, int]:
    """Return the part of the packages that a scan cannot speak of."""
    return (1, 1) if scan.blind or not scan.packages else (scan.uncovered, scan.packages)


def _by_name(packages: Packages) -> Iterator[Deduction]:
    """Say of a report that nothing but its name ties to the image, which costs nothing by itself."""
    for scan in packages.scans:
        if scan.match == "name":
            text = f"{scan.title} is this image's by its name alone, which another build may carry"
            yield Deduction("B7", text, 0, 0, scan.at)
