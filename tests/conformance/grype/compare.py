"""Holds what the gate makes of grype's reports against what grype was told."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from gate.model.source import Source
from gate.syntax.json_outline import Outline
from gate.tools import grype_report
from tests.conformance.grype import oracle
from tests.packages.scanning import put, system
from tests.readers.layouts import Layout, config, packed
from tests.verbs import write_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.packages import Scan

FIXED = "3.5.1-1+deb13u1"

#: What the gate calls the kinds of days; a day of another kind dates nothing.
KINDS = {
    "advisory": "available",
    "release": "available",
    "first-observed": "observed",
    "commit": "written",
    "pr": "written",
    "issue": "written",
    "": "",
}
SEVERITIES = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "negligible": "low", "": None}


def rows() -> Iterator[dict[str, str]]:
    """Yield holes of openssl in Debian 13: each kind of day, each severity, exploited or not, and without a fix."""
    number = 1000
    for kind in KINDS:
        number += 1
        date = f"2026-03-{number % 28 + 1:02}"
        yield hole(number, Severity="high", Fixed=FIXED, State="fixed", Date=date if kind else "", Kind=kind)
    for severity in SEVERITIES:
        number += 1
        exploited = "2026-04-01" if number % 2 else ""
        yield hole(number, Severity=severity, Fixed=FIXED, State="fixed", Exploited=exploited)
    for state in ("not-fixed", "wont-fix"):
        number += 1
        yield hole(number, Severity="low", State=state)


def hole(number: int, **said: str) -> dict[str, str]:
    return {"Name": f"CVE-2026-{number}", "Package": "openssl", **said}


def main() -> int:
    """Compare everything, print what differs, and return the exit status."""
    wrong = 0
    for end in ("", "2026-10-01", "2035-01-01"):
        with TemporaryDirectory() as name:
            folder = Path(name)
            given = list(rows())
            oracle.database(folder, [*given, *([{"Release": "13", "Date": end}] if end else [])])
            for target in _targets(folder):
                found = _scan(oracle.report(folder, target))
                differences = list(_differences(found, given, ended=end == "2026-10-01"))
                holes, shown = len(found.vulnerabilities), f"{target.partition(':')[0]}, end {end or 'unknown'}"
                sys.stdout.write(f"{shown}: {holes} holes, {len(differences)} differ\n")
                for one in differences:
                    sys.stdout.write(f"  {one}\n")
                wrong += len(differences)
    return int(wrong > 0)


def _targets(folder: Path) -> Iterator[str]:
    # A point release is not in grype's table of ends, and falls back to nothing.
    own = {name: text for name, text in system().items() if name != "etc/debian_version"}
    layer = packed({name: text.encode() for name, text in own.items()})
    made = Layout()
    made.add(made.manifest(config([layer]), [layer]), "web:1")
    yield f"oci-dir:{put(folder / 'layout', made.files())}"
    yield f"dir:{write_all(folder / 'root', own)}"


def _scan(document: dict[str, Any]) -> Scan:
    source = Source("scan.json", json.dumps(document).encode())
    return grype_report.read(source.data, Outline(source, grype_report.WANTED).at)


def _differences(scan: Scan, given: list[dict[str, str]], *, ended: bool) -> Iterator[str]:
    """Yield what the gate says otherwise than the database."""
    if scan.system is None or (scan.system.family, scan.system.ended) != ("debian", ended):
        yield f"the system is {scan.system}"
    if scan.blind:
        yield f"it is blind: {scan.blind}"
    if not scan.database:
        yield "the day of the database is not known"
    found = {one.id: one for one in scan.vulnerabilities}
    if len(found) != len(scan.vulnerabilities) or found.keys() != {row["Name"] for row in given}:
        yield f"the holes are {sorted(found)}"
        return
    for row in given:
        one, kind = found[row["Name"]], KINDS[row.get("Kind", "")]
        expected: dict[str, object] = {
            "origin": "deb:openssl",
            "installed": "3.5.1-1",
            "fixed": (row["Fixed"],) if row.get("Fixed") else (),
            "status": row["State"],
            "severity": SEVERITIES[row["Severity"]],
            "exploited": bool(row.get("Exploited")),
            "listed": row.get("Exploited", ""),
            "is_system": True,
        }
        for name, value in expected.items():
            if getattr(one, name) != value:
                yield f"{one.id}: {name} is {getattr(one, name)!r}, and was given as {value!r}"
        dates = [(date.day[:10], date.kind) for date in one.fix_dates]
        if dates != ([(row["Date"], kind)] if kind and row.get("Date") else []):
            yield f"{one.id}: its fix is dated {dates}, and was given as {row.get('Date')} {row.get('Kind')}"
