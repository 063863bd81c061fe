"""Asks the real admission module, compiled into a small program that is kept in the cache folder of the repository."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conformance.pod_security.manifests import Manifest

HERE = Path(__file__).resolve().parent
ORACLE = HERE / "oracle"
CACHE = HERE.parents[2] / ".cache" / "conformance"
MODULE = "k8s.io/pod-security-admission"

#: The answer about a version, in the strings below: the pod is admitted or refused, or there is no such check.
ADMITTED, REFUSED, ABSENT = "1", "0", "-"


class Answers(TypedDict):
    """What is said about one pod: by each level and each check, one character for every version and for "latest"."""

    baseline: str
    restricted: str
    checks: dict[str, str]


def admission(manifests: Iterable[Manifest]) -> list[Answers]:
    """Return the answers of the admission module."""
    lines = "".join(json.dumps(manifest) + "\n" for manifest in manifests)
    done = subprocess.run([_program()], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the oracle failed: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def module() -> str:
    """Return the name and version of the admission module."""
    return _go("list", "-m", MODULE)


def fixtures() -> Path:
    """Return the folder of the admission module's own fixtures."""
    return Path(_go("list", "-m", "-f", "{{.Dir}}", MODULE)) / "test" / "testdata"


def _program() -> str:
    """Build the program where there is none for these sources yet."""
    sources = (ORACLE / name for name in ("go.mod", "go.sum", "main.go"))
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    program = CACHE / f"pod-security-{digest[:16]}"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        _go("build", "-o", str(program), ".")
    return str(program)


def _go(*arguments: str) -> str:
    try:
        done = subprocess.run(["go", *arguments], cwd=ORACLE, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SystemExit("Go is needed to build the oracle, and is not installed") from None
    if done.returncode:
        raise SystemExit(f"go {arguments[0]} failed: {done.stderr}")
    return done.stdout.strip()
