"""Asks the loader and the converter of Docker's own command line, compiled into a small program in the cache folder."""

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

#: The folder that paths of a stack are relative to.
FOLDER = "/project"


def ask(stacks: Iterable[str]) -> list[dict[str, Any]]:
    """Return the answers, one for each stack; for an empty one the lists of what is dropped and forbidden."""
    lines = "".join(json.dumps({"stack": stack, "folder": FOLDER}) + "\n" for stack in stacks).encode()
    done = subprocess.run([build(HERE)], input=lines, capture_output=True, check=False, env={"HOME": "/home/user"})
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:].decode(errors='replace')}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def modules() -> str:
    """Return the names and versions of the compiled modules."""
    return versions(HERE, *MODULES)
