"""Each import contract is broken on purpose: a contract that cannot fail holds nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contracts.code import PACKAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["name"]: contract["id"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}

#: An import that must not be, by the contracts that it breaks.
BROKEN = [
    ("model/record.py", "from gate.syntax import tree", {"floors"}),
    ("readers/compose.py", "from gate.boundary import facts", {"floors"}),
    ("syntax/tree.py", "from gate.dialects import reading", {"floors"}),
    ("linking/link.py", "from gate.reporters import text", {"floors"}),
    ("pipeline/run.py", "def late():\n    from gate.cli import check", {"floors"}),
    ("verdict.py", "if TYPE_CHECKING:\n    from gate.pipeline import run", {"floors"}),
    ("another.py", "", {"floors"}),
    ("model/location.py", "from gate.model import record, report", {"acyclic"}),
    ("readers/compose.py", "from gate.readers import kubernetes", {"readers"}),
    ("rules/isolation/host_ipc.py", "from gate.rules.isolation import host_network", {"rules"}),
    ("rules/isolation/host_ipc.py", "from gate.rules.template import host_share", {"rules"}),
    ("rules/isolation/host_ipc.py", "from gate.readers import compose", {"pure"}),
    ("scores/isolation_fitness.py", "from gate.data import tables", {"pure"}),
    ("judge.py", "from gate.policy import shipped", {"pure"}),
    ("boundary/level.py", "from gate.syntax import tree", {"pure"}),
    ("cli/check.py", "import pydantic", {"light"}),
    ("model/record.py", "import dataclasses", {"light"}),
    ("reporters/text.py", "def f():\n    import logging", {"light"}),
    ("pipeline/run.py", "import subprocess", {"closed"}),
    ("cli/check.py", "from socket import socket", {"closed"}),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package, without its tables of dates, which import nothing."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy2(ROOT / "pyproject.toml", folder)
    shutil.copytree(
        PACKAGE, folder / "gate", ignore=shutil.ignore_patterns("__pycache__", "*.md", "w_*.py", "lifecycles")
    )
    return folder


def broken(folder: Path) -> set[str]:
    """Return the ids of the contracts that are broken in the folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--cache-dir", str(folder / "cache")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    found = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b.*$", done.stdout, re.MULTILINE))
    assert found.keys() == CONTRACTS.keys(), done.stdout + done.stderr
    names = {CONTRACTS[name] for name, state in found.items() if state == "BROKEN"}
    assert bool(names) == bool(done.returncode)
    return names


@pytest.fixture
def added(copy: Path) -> Iterator[Path]:
    """Return the copy, and afterwards make it what it was."""
    before = {file: file.read_text(encoding="utf-8") for file in (copy / "gate").rglob("*.py")}
    yield copy
    for file in (copy / "gate").rglob("*.py"):
        if file not in before:
            file.unlink()
        elif file.read_text(encoding="utf-8") != before[file]:
            file.write_text(before[file], encoding="utf-8")


def test_every_contract_is_kept(copy: Path) -> None:
    assert broken(copy) == set()


@pytest.mark.parametrize(("file", "line", "expected"), BROKEN)
def test_a_bad_import_is_seen(added: Path, file: str, line: str, expected: set[str]) -> None:
    path = added / "gate" / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    assert expected <= broken(added)


def test_every_contract_is_tried() -> None:
    assert set().union(*(expected for _, _, expected in BROKEN)) == set(CONTRACTS.values())
