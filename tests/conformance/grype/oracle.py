"""grype itself, and a program that writes its databases with grype's own code; both are kept in the repository's cache.

grype's module has hundreds of dependencies. What they are and have to be, its own `go.mod` and the checksum database of
Go say, so that nothing of it is kept here but the version.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "conformance"
MODULE, VERSION = "github.com/anchore/grype", "v0.121.2"

#: It would ask the network for a database and for a newer version of itself, and refuse an old database.
QUIET = {"GRYPE_DB_AUTO_UPDATE": "false", "GRYPE_DB_VALIDATE_AGE": "false", "GRYPE_CHECK_FOR_APP_UPDATE": "false"}


def database(folder: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Have grype take in a database with some holes and ends of releases, in a cache of its own."""
    made = folder / "made"
    made.mkdir(parents=True)
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    _run([_program("oracle"), made], lines)
    archive = shutil.make_archive(str(folder / "database"), "gztar", made, "vulnerability.db")
    grype(folder, "db", "import", archive)


def report(folder: Path, target: str) -> dict[str, Any]:
    """Have grype scan something with the database in a folder."""
    found: dict[str, Any] = json.loads(grype(folder, target, "--output", "json"))
    return found


def grype(folder: Path, *arguments: str) -> str:
    """Run grype."""
    program = os.environ.get("GATE_GRYPE") or _program("grype")
    return _run([program, *arguments], "", {"GRYPE_DB_CACHE_DIR": str(folder / "cache"), **QUIET})


def _program(name: str) -> Path:
    """Build both programs where there is none of these sources yet; that takes a quarter of an hour."""
    digest = hashlib.sha256((HERE / "main.go").read_bytes() + VERSION.encode()).hexdigest()
    folder = CACHE / f"grype-{digest[:16]}"
    if not (folder / name).exists():
        shutil.rmtree(folder / "module", ignore_errors=True)
        (folder / "module").mkdir(parents=True)
        shutil.copy(HERE / "main.go", folder / "module")
        for arguments in (
            ("mod", "init", "boundary-gate/tests/conformance/grype"),
            ("get", f"{MODULE}/cmd/grype@{VERSION}"),
            ("mod", "tidy", "-e"),
            ("build", "-o", str(folder / "oracle"), "."),
            ("build", "-mod=mod", "-o", str(folder / "grype"), f"{MODULE}/cmd/grype"),
        ):
            _run(["go", *arguments], "", {"GOFLAGS": "-buildvcs=false"}, folder / "module")
    return folder / name


def _run(command: list[Any], text: str, more: Mapping[str, str] | None = None, folder: Path | None = None) -> str:
    try:
        done = subprocess.run(
            [str(word) for word in command],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env={**os.environ, **(more or {})},
        )
    except FileNotFoundError:
        raise SystemExit(f"{command[0]} is needed to compare with grype, and is not installed") from None
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed: {done.stderr[-2000:]}")
    return done.stdout
