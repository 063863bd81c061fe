"""Asks the libraries of CycloneDX and SPDX for bills, in an interpreter of their own; see `models.py`."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "conformance"

#: What writes and validates bills, and what reads URLs of packages.
MODELS = ("cyclonedx-python-lib[json-validation]==11.12.0", "spdx-tools==0.8.3")


def bills(question: Any) -> Any:
    """Return random bills, each with what it says."""
    folder = CACHE / f"bills-{hashlib.sha256(repr(MODELS).encode()).hexdigest()[:16]}"
    complete = folder / "complete"
    if not complete.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *MODELS]
        subprocess.run(pip, check=True)
        complete.touch()
    program = [str(folder / "bin" / "python"), str(HERE / "models.py")]
    done = subprocess.run(program, input=json.dumps(question), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the models failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)
