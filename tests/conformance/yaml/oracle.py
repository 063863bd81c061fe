"""Asks the readers of kubectl and of Docker Compose, compiled into a small program that is kept in the cache folder."""

from __future__ import annotations

import hashlib
import json
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "conformance"
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
    done = subprocess.run([_program()], input=lines, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:].decode(errors='replace')}")
    answers = (json.loads(line) for line in done.stdout.decode("utf-8", "replace").split("\n") if line)
    return [Answer(answer["documents"] or [], answer.get("error", "")) for answer in answers]


def modules() -> str:
    """Return the names and versions of the compiled modules."""
    return ", ".join(_go("list", "-m", *MODULES).splitlines())


def _program() -> str:
    """Build the program where there is none for these sources yet."""
    sources = (HERE / name for name in ("go.mod", "go.sum", "main.go"))
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    program = CACHE / f"yaml-{digest[:16]}"
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
