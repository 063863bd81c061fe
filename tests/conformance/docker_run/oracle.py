"""Asks the command line of Docker, compiled into a small program that is kept in the cache folder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.golang import build, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
MODULES = ("github.com/docker/cli",)


def ask(commands: Iterable[list[str]]) -> list[dict[str, Any]]:
    """Return what the engine would be asked to create, one answer for each command."""
    lines = "".join(json.dumps(words) + "\n" for words in commands).encode()
    done = subprocess.run([build(HERE)], input=lines, capture_output=True, check=False, env={"HOME": "/home/user"})
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:].decode(errors='replace')}")
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def modules() -> str:
    """Return the names and versions of the compiled modules."""
    return versions(HERE, *MODULES)
