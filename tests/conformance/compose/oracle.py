"""Asks the loader of Docker Compose, compiled into a small program that is kept in the cache folder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.golang import build, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
MODULES = ("github.com/compose-spec/compose-go/v2",)

#: The home folder and the only environment that the loader is given.
HOME = "/home/user"


def ask(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the answers, one for each request."""
    lines = "".join(json.dumps(request) + "\n" for request in requests).encode()
    done = subprocess.run([build(HERE)], input=lines, capture_output=True, check=False, env={"HOME": HOME})
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:].decode(errors='replace')}")
    return [json.loads(line) for line in done.stdout.decode("utf-8", "replace").split("\n") if line]


def modules() -> str:
    """Return the names and versions of the compiled modules."""
    return versions(HERE, *MODULES)
