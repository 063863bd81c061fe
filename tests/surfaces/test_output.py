"""What a command does where its output goes nowhere: it ends in silence, or says so, and is never green."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPOSE = "services:\n  web:\n    image: registry.example/web:1\n"


def start(folder: Path, *arguments: str, stdout: int | None, before: str = "") -> tuple[int, str]:
    """Run a command in a folder; `before` is what Python runs first."""
    (folder / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {before}\nfrom gate.cli.main import console; console()"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


COMMANDS = [("check",), ("explain",), ("explain", "ISO001"), ("policy", "show"), ("data", "show"), ("schema", "report")]
COMMANDS += [("--help",), ("--version",), ("check", "--help"), ("except", "--help")]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_reader_who_went_away_is_no_defect(arguments: tuple[str, ...], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert start(tmp_path, *arguments, stdout=writing) == (141, "")
    finally:
        os.close(writing)


@pytest.mark.parametrize("arguments", [("check",), ("explain",), ("--version",)], ids=" ".join)
def test_what_cannot_be_written_is_said(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        status, said = start(tmp_path, *arguments, stdout=full.fileno())
    assert (status, said.splitlines()[0]) == (2, "gate: standard output cannot be written: no space left on device")
    status, said = start(tmp_path, *arguments, stdout=None, before="sys.stdout = None")
    assert (status, said.splitlines()[0]) == (2, "gate: standard output is closed")


def test_an_error_that_nobody_hears_keeps_its_status(tmp_path: Path) -> None:
    assert start(tmp_path, "check", "--nope", stdout=subprocess.DEVNULL, before="sys.stderr = None") == (2, "")
