"""The dates that other sources state for distributions, for the tests to compare the tables with.

distro-info-data has those of Debian and Ubuntu, and trivy has a table of its own for what it scans.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import re
import subprocess

from .writing import HEAD, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pathlib


#: The products of trivy's drivers, by their folders; where one holds several tables, by a part of the table's name.
DRIVERS = {
    "alma": "almalinux",
    "alpine": "alpine-linux",
    "amazon": "amazon-linux",
    "debian": "debian",
    "opensuse": "opensuse",
    "oracle": "oracle-linux",
    "photon": "vmware-photon",
    "redhat": "rhel",
    "rocky": "rocky-linux",
    "sles": "sles",
    "ubuntu": "ubuntu",
}

#: trivy writes a day that will not come where it knows of no end; nobody compares what ended before this year.
NEVER, FIRST_COMPARED = 2999, 2010

_TABLE = re.compile(r"(\w+)\s*=\s*map\[string\]time\.Time\{(.*?)\n\s*\}", re.DOTALL)
_ENTRY = re.compile(r'^\s*"([\d.]+)":\s+time\.Date\((\d+), (?:time\.)?(\w+), (\d+)', re.MULTILINE)
_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}


def of_trivy(repository: str) -> dict[str, dict[str, str]]:
    """Read the ends of support that trivy warns after, by product and release."""
    found: dict[str, dict[str, str]] = {}
    for folder in ("alma", "alpine", "amazon", "debian", "oracle", "photon", "redhat", "rocky", "suse", "ubuntu"):
        command = ["git", f"--git-dir={repository}", "show", f"HEAD:pkg/detector/ospkg/{folder}/{folder}.go"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for name, body in _TABLE.findall(text):
            named = name.removesuffix("EOLDates").removesuffix("EolDates") if folder in ("redhat", "suse") else folder
            if named in DRIVERS:
                found[DRIVERS[named]] = {
                    release: dt.date(int(year), _MONTHS.get(month) or int(month), int(day)).isoformat()
                    for release, year, month, day in _ENTRY.findall(body)
                    if FIRST_COMPARED <= int(year) < NEVER
                }
    return found


def rendered(folder: pathlib.Path, trivy: str) -> str:
    """Render release day and end of security support of every release, and what trivy says of others too."""
    tables = []
    for name in ("debian", "ubuntu"):
        with (folder / f"{name}.csv").open(encoding="ascii") as lines:
            rows = [row for row in csv.DictReader(lines) if row["version"] and row["eol"] and row["release"] > "2010"]
        body = "".join(
            f"    {quoted(row['version'].removesuffix(' LTS'))}: ({quoted(row['release'])}, {quoted(row['eol'])}),\n"
            for row in rows
        )
        tables.append(f"{name.upper()} = {{\n{body}}}\n")
    commit = subprocess.run(
        ["git", f"--git-dir={trivy}", "log", "-1", "--format=%h of %cs"], check=True, capture_output=True, text=True
    ).stdout.strip()
    products = of_trivy(trivy)
    ends = "".join(f"    {quoted(product)}: {{\n{_ends(products[product])}    }},\n" for product in sorted(products))
    tables.append(f"TRIVY = {{\n{ends}}}\n")
    about = f"When support ends by others: distro-info-data {version(folder)} (ISC), trivy {commit} (Apache-2.0)."
    return f'"""{about}\n\n{HEAD}\n"""\n\n' + "\n".join(tables)


def _ends(releases: dict[str, str]) -> str:
    return "".join(f"        {quoted(release)}: {quoted(end)},\n" for release, end in releases.items())


def version(folder: pathlib.Path) -> str:
    """Return the version of the package that installed the folder."""
    command = ["dpkg-query", "--showformat=${Version}", "--show", "distro-info-data"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def day(folder: pathlib.Path) -> str:
    """Return the day the files were last changed."""
    changed = max(path.stat().st_mtime for path in folder.glob("*.csv"))
    return dt.datetime.fromtimestamp(changed, dt.UTC).date().isoformat()
