"""Asks dockerd, compiled into a small program in the cache folder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.golang import build, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
MODULES = ("github.com/moby/moby/v2",)


def ask(configurations: Iterable[str]) -> list[dict[str, Any]]:
    """Return the answers, one for each configuration; for an empty one the names of all options."""
    lines = "".join(json.dumps(one) + "\n" for one in configurations).encode()
    home = {"HOME": "/home/user", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    done = subprocess.run([build(HERE)], input=lines, capture_output=True, check=False, env=home)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:].decode(errors='replace')}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def modules() -> str:
    """Return the names and versions of the compiled modules."""
    return versions(HERE, *MODULES)
