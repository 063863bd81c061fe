"""Makes `gate/data/points.py`: when each point release of a distribution appeared, and each release of .NET.

The days are facts of endoflife-date/release-data, of all its commits, since it drops releases that have ended. What it
lacks is filled in from the tags of official images, which follow a release by weeks at most: such a release appeared
between `TRAILS` days before its tag and the tag itself. The facts are re-expressed in this project's own schema.
"""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
from importlib import import_module
from typing import Any

from gate.data.point import line_of
from gate.model.days import days

from .writing import HEAD, write

TARGET = pathlib.Path("gate/data/points.py")

#: Products, and the official images whose tags are their point releases.
PRODUCTS = {
    "almalinux": "almalinux",
    "alpine-linux": "alpine",
    "amazon-linux": "",
    "centos": "centos",
    "debian": "debian",
    "dotnet": "",
    "oracle-linux": "oraclelinux",
    "rocky-linux": "rockylinux",
    "ubuntu": "",
}

#: Days that the tag of an official image may trail its release.
TRAILS = 45

#: Tags of the first day that an image was listed are of no day; those of this day are the oldest that say anything.
OLDEST = days("2015-03-01")

#: Before Docker there were no images.
EARLIEST = days("2012-01-01")

_POINT = re.compile(r"\d+(?:\.\d+)+")

#: What of the tags is a point release: neither a release line of Alpine, nor a build of Rocky Linux of one day.
_TAG = re.compile(r"\d+\.\d+(?:\.\d{1,4})?")
_ALPINE = re.compile(r"\d+\.\d+\.\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

#: The first and the last day on which a point release may have appeared.
Days = tuple[int, int]


def generate(repository: str) -> None:
    """Write the table."""
    rows = []
    for product, official in PRODUCTS.items():
        found = ordered(product, tagged(official) | dated(repository, product))
        lines = "".join(f"{point}={_days(row)}\n" for point, row in found.items())
        rows.append(f'    "{product}": """\\\n{lines}""",\n')
    head = f'"""When point releases of distributions appeared, in days since 1970. {HEAD}"""\n\n'
    write(TARGET, f"{head}POINTS = {{\n{''.join(rows)}}}\n")


def tagged(official: str) -> dict[str, Days]:
    """Read the point releases that have a tag of their own."""
    if not official:
        return {}
    table: str = import_module(f"gate.data.windows.w_{official}").WINDOWS
    pattern = _ALPINE if official == "alpine" else _TAG
    found: dict[str, Days] = {}
    for line in table.splitlines():
        tags, _, row = line.rpartition("=")
        first = int(row.split(",")[0])
        points = (tag for tag in tags.split() if first >= OLDEST and pattern.fullmatch(tag))
        found |= {tag: (min(_month(tag, first), first - TRAILS), first) for tag in points}
    return found


def _month(tag: str, first: int) -> int:
    """Return the month that CentOS ends its numbers with: that of the release it was rebuilt from."""
    last = tag.rpartition(".")[2]
    return days(f"20{last[:2]}-{last[2:]}-01") if len(last) == len("yymm") else first


def dated(repository: str, product: str) -> dict[str, Days]:
    """Read the point releases of every version of a file; the newest counts."""
    path = f"releases/{product}.json"
    found: dict[str, Days] = {}
    for commit in _git(repository, "log", "--reverse", "--format=%H", "--", path).split():
        for point, said in _versions(json.loads(_git(repository, "show", f"{commit}:{path}") or "{}")).items():
            day = str(said.get("date", "") if isinstance(said, dict) else said)
            name = f"{point}.0" if product == "debian" and point.isdecimal() else point
            if _POINT.fullmatch(name) and _DAY.fullmatch(day):
                found[name] = (days(day), days(day))
    return found


def ordered(product: str, found: dict[str, Days]) -> dict[str, Days]:
    """Sort the releases, and leave out those that one with a higher number of their line came before."""
    kept: dict[str, Days] = {}
    line, following = "", 0
    for point, row in sorted(found.items(), key=_order, reverse=True):
        if line != (line := line_of(product, point)):
            following = row[1]
        if EARLIEST <= row[1] <= following:
            kept[point], following = row, row[1]
    return dict(reversed(kept.items()))


def _versions(document: dict[str, Any]) -> dict[str, Any]:
    versions = document.get("versions", document)
    return versions if isinstance(versions, dict) else {}


def _git(repository: str, *arguments: str) -> str:
    found = subprocess.run(["git", f"--git-dir={repository}", *arguments], capture_output=True, text=True, check=False)
    return found.stdout


def _order(row: tuple[str, Days]) -> tuple[int, ...]:
    return tuple(int(part) for part in row[0].split("."))


def _days(row: Days) -> str:
    return str(row[0]) if row[0] == row[1] else f"{row[0]},{row[1]}"
