"""A rule that a policy requires blocks whatever the level is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

COMPOSE = "services:\n  web:\n    image: nginx\n"
DECLARATION = "version: 1\npolicy: ours.yaml\nworkloads:\n- {name: web, paths: [compose.yaml], sensitivity: internal}\n"


def check(folder: Path, require: str, declaration: str = DECLARATION) -> dict[str, Any]:
    standard = (ROOT / "policies" / "standard.yaml").read_text()
    (folder / "ours.yaml").write_text(standard.replace("require: [ISO044, ISO100]", f"require: [{require}]"))
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / ".gate.yaml").write_text(declaration)
    command = [sys.executable, "-m", "gate", "check", "compose.yaml", "--now", "2026-11-23", "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    report: dict[str, Any] = json.loads(run.stdout)
    assert report["exit_status"] == run.returncode
    return report


@pytest.mark.parametrize("declaration", [DECLARATION, "version: 1\npolicy: ours.yaml\n"])
def test_a_required_rule_fails_what_is_fit_otherwise(tmp_path: Path, declaration: str) -> None:
    assert check(tmp_path, "", declaration)["verdict"] == "pass"
    report = check(tmp_path, "ISO042", declaration)
    assert (report["verdict"], report["exit_status"]) == ("fail", 1)
    assert "the policy requires ISO042" in report["subjects"][0]["reasons"][0]["text"]


def test_a_required_rule_that_cannot_be_answered_is_no_pass(tmp_path: Path) -> None:
    assert check(tmp_path, "ISO027")["verdict"] == "undecided"
