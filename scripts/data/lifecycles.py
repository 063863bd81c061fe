"""Makes `gate/data/lifecycles/`: until when each product's releases get updates.

The dates are facts of endoflife.date and distro-info-data; they are re-expressed in this project's own schema, and
nothing else is taken over.
"""

from __future__ import annotations

import csv
import datetime as dt
import pathlib
import subprocess
from typing import Any

import yaml

from .curated import CURATED
from .products import AGREED_DIFFERENCES, PRODUCTS
from .writing import HEAD, literal, quoted, write

TARGET = pathlib.Path("gate/data/lifecycles")

#: Cycle, then: released, end of active support, end of security support, end of extended support.
Cycles = dict[str, tuple[str, str, str, str]]
KEYS = ("releaseDate", "eoas", "eol", "eoes")

#: Two sources of one date may differ by this many days before somebody has to look.
TOLERANCE = 31

#: Nobody agrees about what came before, and no container was ever made of it.
FIRST_CHECKED = "2010-01-01"
FIRST_NAMED = "2007-01-01"


def generate(repository: str, folder: pathlib.Path) -> dict[str, str]:
    """Write one module for each product, and the code names; return the products with their names."""
    pages = {product: page(repository, product) for product in PRODUCTS}
    titles = {product: str(fields["title"]) for product, fields in pages.items()}
    found = {product: cycles_of(product, fields["releases"]) for product, fields in pages.items()}
    for product in ("debian", "ubuntu"):
        cross_check(product, found[product], distro_info(folder, product))
    prolong(found["ubuntu"], folder)
    for product, (title, _source, cycles) in CURATED.items():
        titles[product], found[product] = title, cycles
    for stale in TARGET.glob("*.py"):
        stale.unlink()
    write(TARGET / "__init__.py", f'"""Support dates, one module for each product. {HEAD}"""\n')
    for product, cycles in found.items():
        write(TARGET / f"{product.replace('-', '_')}.py", module(product, cycles))
    write(TARGET.parent / "codenames.py", codenames(folder))
    return titles


def page(repository: str, product: str) -> dict[str, Any]:
    """Read the fields of one product from the newest commit."""
    fields: dict[str, Any] = yaml.safe_load(show(repository, f"products/{product}.md").split("\n---", 1)[0])
    return fields


def cycles_of(product: str, releases: list[dict[str, object]]) -> Cycles:
    """Read one product's cycles."""
    cycles: Cycles = {}
    for release in releases:
        cycle = str(release["releaseCycle"])
        released, active, security, extended = (plain(release.get(key)) for key in KEYS)
        cycles[cycle] = (released, active, AGREED_DIFFERENCES.get((product, cycle), security), extended)
    return cycles


def plain(value: object) -> str:
    """Turn a date into ISO form, `true` into `ended`, and everything that says no day into nothing."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return "ended" if value is True else ""


def codenames(folder: pathlib.Path) -> str:
    """Render the code names of releases that a container could be made of."""
    tables = []
    for name in ("debian", "ubuntu"):
        with (folder / f"{name}.csv").open(encoding="ascii") as lines:
            rows = [row for row in csv.DictReader(lines) if row["version"] and row["created"] > FIRST_NAMED]
        pairs = "".join(
            f"    {quoted(row['series'])}: {quoted(row['version'].removesuffix(' LTS'))},\n" for row in rows
        )
        tables.append(f"{name.upper()} = {{\n{pairs}}}\n")
    return f'"""Code names of releases. {HEAD}"""\n\n' + "\n".join(tables)


def distro_info(folder: pathlib.Path, name: str) -> dict[str, tuple[str, str]]:
    """Read the release day and the end of security support of each version."""
    with (folder / f"{name}.csv").open(encoding="ascii") as lines:
        rows = list(csv.DictReader(lines))
    return {
        row["version"].removesuffix(" LTS"): (row["release"] or "", row["eol"] or "") for row in rows if row["version"]
    }


def cross_check(product: str, cycles: Cycles, other: dict[str, tuple[str, str]]) -> None:
    """Stop when two sources disagree about the end of a release's security support."""
    for cycle, (released, _active, eol, _extended) in cycles.items():
        theirs = other.get(cycle, ("", ""))[1]
        if not theirs or not eol or released < FIRST_CHECKED:
            continue
        apart = abs((dt.date.fromisoformat(eol) - dt.date.fromisoformat(theirs)).days)
        if apart > TOLERANCE:
            raise SystemExit(f"{product} {cycle}: {eol} and {theirs} are {apart} days apart")


def prolong(cycles: Cycles, folder: pathlib.Path) -> None:
    """Count the support that Canonical sells after the extended one, which endoflife.date leaves out."""
    with (folder / "ubuntu.csv").open(encoding="ascii") as lines:
        legacy = {row["version"].removesuffix(" LTS"): row["eol-legacy"] or "" for row in csv.DictReader(lines)}
    for cycle, (released, active, security, extended) in cycles.items():
        cycles[cycle] = (released, active, security, max(extended, legacy.get(cycle, "")))


def module(product: str, cycles: Cycles) -> str:
    """Render one product."""
    return f'"""Support of {product}. {HEAD}"""\n\nCYCLES = {literal(cycles)}\n'


def show(repository: str, path: str) -> str:
    """Read a file of the newest commit."""
    command = ["git", f"--git-dir={repository}", "show", f"HEAD:{path}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.removeprefix("---\n")
