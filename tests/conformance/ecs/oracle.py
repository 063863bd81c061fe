"""Asks others: a small Go program for values, and the models of AWS, installed beside it, for keys and types."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "conformance"

#: What has the API model and validates against it, and what has CloudFormation's schema.
MODELS = ("botocore==1.44.8", "cfn-lint==1.58.0")


def ask(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what modules and templates come to, one answer for each."""
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([_program()], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def models(question: Any) -> Any:
    """Ask the models, in an interpreter of their own; see `models.py`."""
    program = [environment(), str(HERE / "models.py")]
    done = subprocess.run(program, input=json.dumps(question), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the models failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def environment() -> str:
    """Return an interpreter that has the models, made where there is none yet."""
    folder = CACHE / f"ecs-models-{hashlib.sha256(repr(MODELS).encode()).hexdigest()[:16]}"
    complete = folder / "complete"
    if not complete.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *MODELS]
        subprocess.run(pip, check=True)
        complete.touch()
    return str(folder / "bin" / "python")


def _program() -> str:
    """Build the program where there is none for these sources yet."""
    sources = (HERE / name for name in ("go.mod", "go.sum", "main.go"))
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    program = CACHE / f"ecs-{digest[:16]}"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        try:
            done = subprocess.run(
                ["go", "build", "-o", str(program), "."], cwd=HERE, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise SystemExit("Go is needed to build the oracle, and is not installed") from None
        if done.returncode:
            raise SystemExit(f"go build failed: {done.stderr}")
    return str(program)
