"""How far one scan could see: how old its data is, and what is known of the system that it found."""

from __future__ import annotations

from gate.freshness.instant import day_of
from gate.freshness.support import end, support

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.freshness.support import Support
    from gate.model.lifecycle import Lifecycle, Tables
    from gate.model.packages import Packages, Scan

#: Days from which a scanner's data is too old to know what was published since. Both scanners renew theirs daily.
LIMIT = 2

#: The product of the tables by the name that scanners and `os-release` give a system.
PRODUCTS = {
    "alma": "almalinux",
    "almalinux": "almalinux",
    "alpine": "alpine-linux",
    "amazon": "amazon-linux",
    "amazonlinux": "amazon-linux",
    "amzn": "amazon-linux",
    "arch": "arch-linux",
    "archlinux": "arch-linux",
    "centos": "centos",
    "debian": "debian",
    "fedora": "fedora",
    "ol": "oracle-linux",
    "opensuse-leap": "opensuse",
    "opensuse.leap": "opensuse",
    "opensuse-tumbleweed": "opensuse-tumbleweed",
    "opensuse.tumbleweed": "opensuse-tumbleweed",
    "oracle": "oracle-linux",
    "oraclelinux": "oracle-linux",
    "photon": "vmware-photon",
    "redhat": "rhel",
    "rhel": "rhel",
    "rocky": "rocky-linux",
    "rockylinux": "rocky-linux",
    "sles": "sles",
    "slem": "suse-linux-micro",
    "suse linux enterprise micro": "suse-linux-micro",
    "suse linux enterprise server": "sles",
    "ubuntu": "ubuntu",
}


def moment(text: str) -> int | None:
    """Return the day of a time that a scanner wrote, in days since 1970; zeroed times are none."""
    day = day_of(text)
    return day if day is not None and day > 1 else None


def system(scan: Scan, tables: Tables) -> Lifecycle | None:
    """Find the lifecycle of the system in an image, by what the scanner calls it."""
    if scan.system is None:
        return None
    product = PRODUCTS.get(scan.system.family.lower(), "")
    release = scan.system.release.split(" ")[0]
    return tables.lifecycle(product, release) if product and release else None


def standing(scan: Scan, tables: Tables, now: str) -> Support | None:
    """Say where the system stands that a scan found.

    A bill of materials that only its name ties to an image may be of another: it can say that support has ended.
    """
    lifecycle = system(scan, tables)
    found = support(lifecycle, now, tables.date) if lifecycle is not None else None
    is_loose = scan.is_bill and scan.match == "name"
    return None if found is not None and is_loose and found.state not in ("ended", "contract") else found


def systems(packages: Packages, tables: Tables, now: str) -> tuple[Support, ...]:
    """Say where every system stands that a scan found."""
    found = (standing(scan, tables, now) for scan in packages.scans)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def last_fixes(scan: Scan, tables: Tables) -> int | None:
    """Return the last day of the last support of the system: after it no fix appears."""
    lifecycle = system(scan, tables)
    return end(lifecycle) if lifecycle is not None else None


def made_by(scan: Scan, today: int) -> int:
    """Return the day by which a scan's data was made; a report that knows what came after it has a wrong clock."""
    stated = [day for text in (scan.database, scan.created) if (day := moment(text)) is not None]
    newest = max((day for one in scan.vulnerabilities if (day := moment(one.published)) is not None), default=0)
    return min([today, *(day for day in stated if day >= newest)])


def data_age(scan: Scan, today: int) -> tuple[int, int | None]:
    """Return the age of a scan's data in days, at least and at most.

    Where the report does not say it, the data is no newer than the report; it is never older than what it knows of.
    """
    stated = moment(scan.database)
    told = (text for one in scan.vulnerabilities for text in (one.published, one.modified))
    newest = max((day for text in told if (day := moment(text)) is not None), default=None)
    if stated is not None:
        age = max(0, today - max(stated, newest or stated))
        return age, age
    least = max(0, today - made_by(scan, today))
    return least, None if newest is None else max(least, today - newest)


def aged(least: int, most: int | None) -> str:
    """Say how old something is."""
    if most is None:
        return f"{least} days old or more"
    return f"{least if least == most else f'{least}..{most}'} days old"
