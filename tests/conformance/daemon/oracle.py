"""Asks dockerd, compiled into a small program in the cache folder."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "conformance"
MODULES = ("github.com/moby/moby/v2",)


def ask(configurations: Iterable[str]) -> list[dict[str, Any]]:
    """Return the answers, one for each configuration; for an empty one the names of all options."""
    lines = "".join(json.dumps(one) + "\n" for one in configurations).encode()
    home = {"HOME": "/home/user", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    done = subprocess.run([_program()], input=lines, capture_output=True, check=False, env=home)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:].decode(errors='replace')}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def modules() -> str:
    """Return the names and versions of the compiled modules."""
    return ", ".join(_go("list", "-m", *MODULES).splitlines())


def _program() -> str:
    """Build the program where there is none for these sources yet."""
    sources = (HERE / name for name in ("go.mod", "go.sum", "main.go"))
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    program = CACHE / f"daemon-{digest[:16]}"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        _go("build", "-o", str(program), ".")
    return str(program)


def _go(*arguments: str) -> str:
    try:
        done = subprocess.run(["go", *arguments], cwd=HERE, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SystemExit("Go is needed to build the oracle, and is not installed") from None
    if done.returncode:
        raise SystemExit(f"go {arguments[0]} failed: {done.stderr}")
    return done.stdout.strip()
