"""Asks HashiCorp's own parser, compiled into a small program that is kept in the cache folder of the repository."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.golang import build, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
MODULE = "github.com/hashicorp/hcl/v2"


def ask(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Return the parser's answers, one for each file."""
    lines = "".join(f"{path}\n" for path in paths)
    done = subprocess.run([build(HERE)], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def module() -> str:
    """Return the name and version of the compiled module."""
    return versions(HERE, MODULE)
