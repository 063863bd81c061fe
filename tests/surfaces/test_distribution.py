"""The package: built from its source distribution, complete, repeatable, installed where nothing else is."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from gate import __version__
from tests.surfaces.conftest import BIN, ROOT, ran

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def built(checkout: Path, target: Path) -> dict[str, Path]:
    """Build both distributions, the wheel from the unpacked source distribution, and return them by their suffix."""
    epoch = {"SOURCE_DATE_EPOCH": "1700000000"}
    ran(BIN / "python", "-m", "build", "--no-isolation", "--outdir", target, checkout, cwd=target, env=epoch)
    return {file.suffix: file for file in target.iterdir()}


@pytest.fixture(scope="module")
def distributions(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return both distributions by their suffix."""
    return built(checkout, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(distributions: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment that holds the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("installed")
    ran(BIN / "python", "-m", "venv", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    listed = ROOT / "requirements" / "run.txt"
    ran(python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", listed, cwd=folder)
    ran(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", distributions[".whl"], cwd=folder)
    ran(python, "-m", "pip", "check", cwd=folder)
    return python.parent


def test_the_wheel_holds_everything_and_nothing_else(distributions: dict[str, Path], checkout: Path) -> None:
    with zipfile.ZipFile(distributions[".whl"]) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
        text = wheel.read(f"boundary_gate-{__version__}.dist-info/METADATA").decode()
    code = {path.relative_to(checkout).as_posix() for path in (checkout / "gate").rglob("*") if path.is_file()}
    policies = checkout / "policies"
    packs = {f"gate/policies/{path.relative_to(policies).as_posix()}" for path in policies.rglob("*.yaml")}
    schemas = {f"gate/schemas/{path.name}" for path in (checkout / "schemas").glob("*.json")}
    assert packs
    assert schemas
    assert held == code | packs | schemas
    assert "License-Expression: Apache-2.0" in text


def test_the_source_distribution_holds_everything(distributions: dict[str, Path], checkout: Path) -> None:
    with tarfile.open(distributions[".gz"]) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    tracked = set(ran("git", "ls-files", cwd=checkout).stdout.splitlines())
    assert {name for name in tracked if not name.startswith(".github/")} <= held


def test_the_build_is_repeatable(distributions: dict[str, Path], checkout: Path, tmp_path: Path) -> None:
    again = built(checkout, tmp_path)
    for suffix, file in distributions.items():
        assert hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(again[suffix].read_bytes()).digest(), suffix


def test_the_installed_command_judges(installed: Path) -> None:
    examples = ROOT / "examples"
    said = ran(installed / "gate", "check", "--now", "2026-11-23", examples, cwd=installed, status=1).stdout
    assert "FAIL" in said
    here = ran(BIN / "python", "-m", "gate", "check", "--now", "2026-11-23", examples, cwd=ROOT, status=1).stdout
    assert said == here


def test_the_installed_command_finds_its_pages_and_schemas(installed: Path) -> None:
    assert "host" in ran(installed / "gate", "explain", "ISO004", cwd=installed).stdout
    for name in ("policy", "declaration", "report"):
        said = ran(installed / "gate", "schema", name, cwd=installed).stdout
        assert said == (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")


def test_the_installed_tables_are_whole(installed: Path) -> None:
    ran(installed / "gate", "data", "verify", cwd=installed)


def test_it_starts_isolated(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "gate.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    said = ran(installed / "python", "-I", "-m", "gate", "--version", cwd=tmp_path).stdout
    assert said == f"boundary-gate {__version__}\n"
