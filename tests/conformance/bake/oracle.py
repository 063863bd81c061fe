"""Asks Bake, as buildx has it, compiled into a small program in the cache folder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.golang import build, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
MODULES = ("github.com/docker/buildx",)


def ask(sets: Iterable[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the answers, one for each set of files by their names; nothing is taken from the environment."""
    files = ([{"name": name, "text": text} for name, text in one.items()] for one in sets)
    lines = "".join(json.dumps(one) + "\n" for one in files).encode()
    home = {"HOME": "/home/user", "BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP": "1"}
    done = subprocess.run([build(HERE)], input=lines, capture_output=True, check=False, env=home)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:].decode(errors='replace')}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def modules() -> str:
    """Return the names and versions of the compiled modules."""
    return versions(HERE, *MODULES)
