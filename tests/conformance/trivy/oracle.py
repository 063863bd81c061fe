"""Builds trivy from its public Go module, into the cache folder of the repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

CACHE = Path(__file__).resolve().parents[3] / ".cache" / "conformance"

#: The newest release that Go 1.26 builds, and the experiment of Go that it needs for it.
MODULE, VERSION = "github.com/aquasecurity/trivy", "0.74.0"
EXPERIMENT = "jsonv2"


def built() -> str:
    """Return the program, built where it is not there yet."""
    named = os.environ.get("GATE_TRIVY_BUILT")
    if named:
        return named
    folder = CACHE / f"trivy-{VERSION}"
    if not (folder / "trivy").exists():
        # Without the flag it says of itself that its version is `dev`, and the gate starts no trivy of that version.
        flag = f"-s -w -X {MODULE}/pkg/version/app.ver={VERSION}"
        command = ("go", "install", "-ldflags", flag, f"{MODULE}/cmd/trivy@v{VERSION}")
        variables = {"GOBIN": str(folder), "GOEXPERIMENT": EXPERIMENT}
        try:
            done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise SystemExit("Go is needed to build trivy, and is not installed") from None
        if done.returncode:
            raise SystemExit(f"go install failed: {done.stderr[-2000:]}")
    return str(folder / "trivy")
