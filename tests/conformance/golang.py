"""Builds the programs, written in Go, that ask a format's own consumer; they are kept in the cache folder."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "conformance"


def build(folder: Path) -> str:
    """Return the program of a suite's folder, built where there is none for its sources yet."""
    sources = (folder / name for name in ("go.mod", "go.sum", "main.go"))
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    program = CACHE / f"{folder.name}-{digest[:16]}"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        _go(folder, "build", "-o", str(program), ".")
    return str(program)


def versions(folder: Path, *modules: str) -> str:
    """Return the names and versions of modules that the program is made of."""
    return ", ".join(_go(folder, "list", "-m", *modules).splitlines())


def _go(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["go", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SystemExit("Go is needed to build the oracle, and is not installed") from None
    if done.returncode:
        raise SystemExit(f"go {arguments[0]} failed: {done.stderr}")
    return done.stdout.strip()
