"""Asks Nomad's own parser of jobs, and the schemas of its drivers."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.conformance.golang import build, versions

HERE = Path(__file__).resolve().parent


def version() -> str:
    """Return the version of Nomad that is asked."""
    return versions(HERE, "github.com/hashicorp/nomad")


def answers(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what Nomad makes of each job."""
    text = "".join(json.dumps(one) + "\n" for one in asked)
    done = subprocess.run([build(HERE)], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
