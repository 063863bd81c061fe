"""Asks BuildKit itself, compiled into a small program that is kept in the cache folder of the repository.

Texts cross as strings in which every character is one byte, so that nothing is lost that is not UTF-8.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.golang import build, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
MODULE = "github.com/moby/buildkit"


def ask(questions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return BuildKit's answers, one for each question."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([build(HERE)], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def module() -> str:
    """Return the name and version of the compiled module."""
    return versions(HERE, MODULE)
