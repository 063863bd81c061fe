"""Asks the readers of kubectl and of Docker Compose, compiled into a small program that is kept in the cache folder."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.conformance.golang import build, versions

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
MODULES = ("k8s.io/apimachinery", "github.com/compose-spec/compose-go/v2")


class Answer(NamedTuple):
    """The documents up to the first error, and the error, empty when there is none."""

    documents: list[Any]
    error: str


def ask(dialect: str, inputs: Iterable[bytes]) -> list[Answer]:
    """Return the answers, one for each input."""
    lines = "".join(
        json.dumps({"dialect": dialect, "input": b64encode(data).decode()}) + "\n" for data in inputs
    ).encode()
    done = subprocess.run([build(HERE)], input=lines, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:].decode(errors='replace')}")
    answers = (json.loads(line) for line in done.stdout.decode("utf-8", "replace").split("\n") if line)
    return [Answer(answer["documents"] or [], answer.get("error", "")) for answer in answers]


def modules() -> str:
    """Return the names and versions of the compiled modules."""
    return versions(HERE, *MODULES)
