"""The dates that a second source states for Debian and Ubuntu, for the tests to compare the tables with."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess

from .writing import HEAD, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pathlib


def rendered(folder: pathlib.Path) -> str:
    """Render release day and end of security support of every release."""
    tables = []
    for name in ("debian", "ubuntu"):
        with (folder / f"{name}.csv").open(encoding="ascii") as lines:
            rows = [row for row in csv.DictReader(lines) if row["version"] and row["eol"] and row["release"] > "2010"]
        body = "".join(
            f"    {quoted(row['version'].removesuffix(' LTS'))}: ({quoted(row['release'])}, {quoted(row['eol'])}),\n"
            for row in rows
        )
        tables.append(f"{name.upper()} = {{\n{body}}}\n")
    about = f"Release day and end of security support, as distro-info-data {version(folder)} (ISC) states them."
    return f'"""{about}\n\n{HEAD}\n"""\n\n' + "\n".join(tables)


def version(folder: pathlib.Path) -> str:
    """Return the version of the package that installed the folder."""
    command = ["dpkg-query", "--showformat=${Version}", "--show", "distro-info-data"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def day(folder: pathlib.Path) -> str:
    """Return the day the files were last changed."""
    changed = max(path.stat().st_mtime for path in folder.glob("*.csv"))
    return dt.datetime.fromtimestamp(changed, dt.UTC).date().isoformat()
