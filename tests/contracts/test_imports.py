"""A commit hook starts an interpreter for every commit: what it imports is what it costs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.contracts.code import ROOT

if TYPE_CHECKING:
    from pathlib import Path

#: Each costs more than reading and judging a file does.
HEAVY = frozenset(
    "argparse ast asyncio concurrent dataclasses difflib dockerfile_parse email html http importlib.metadata inspect "
    "json jsonschema locale logging multiprocessing pathlib pydantic rich shutil socket sqlite3 ssl subprocess tarfile "
    "tempfile tokenize tree_sitter tree_sitter_hcl typing unittest urllib xml zipfile".split()
)

DOCKERFILE = "FROM debian:12\nRUN apt-get update\nUSER 1000\n"
COMPOSE = "services:\n  web:\n    image: web:1\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n"
PACKER = 'source "qemu" "a" {\n  iso_url = "https://example.org/a.iso"\n}\n'
DECLARATION = "version: 1\nworkloads:\n- {name: all, paths: ['**'], sensitivity: internal}\n"

#: As `python -I -m gate` does, from the source tree: isolated, and with nothing of the folder on the path.
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from gate.cli.main import console; console()"


def imported(folder: Path, *arguments: str) -> set[str]:
    """Return the modules that a run of the gate imports, beyond those of an interpreter that does nothing."""
    return _modules(folder, START, str(ROOT), *arguments) - _modules(folder, "pass")


def _modules(folder: Path, program: str, *arguments: str) -> set[str]:
    command = [sys.executable, "-I", "-X", "importtime", "-c", program, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def heavy(names: set[str]) -> set[str]:
    """Return the heavy ones, or their parts, among the names."""
    return {name for name in names if name in HEAVY or name.partition(".")[0] in HEAVY}


def written(folder: Path, **files: str) -> Path:
    """Write files into the folder."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def test_a_dockerfile_costs_no_library(tmp_path: Path) -> None:
    names = imported(written(tmp_path, Dockerfile=DOCKERFILE), "check", "Dockerfile")
    assert "gate.readers.dockerfile" in names
    assert not heavy(names)
    assert not {name for name in names if name.partition(".")[0] == "yaml"}


def test_a_dockerfile_costs_no_other_reader(tmp_path: Path) -> None:
    names = imported(written(tmp_path, Dockerfile=DOCKERFILE), "check", "Dockerfile")
    assert {name for name in names if name.startswith("gate.readers.")} == {"gate.readers.dockerfile"}
    assert not {name for name in names if name.startswith("gate.tools")}


def test_a_dockerfile_costs_nothing_of_workloads(tmp_path: Path) -> None:
    names = imported(written(tmp_path, Dockerfile=DOCKERFILE), "check", "Dockerfile")
    assert {"gate.rules.age", "gate.rules.packages"} <= names
    assert not {"gate.model.workload", "gate.rules.isolation", "gate.rules.template", "gate.rules.registry"} & names
    assert not {name for name in names if name.startswith(("gate.boundary", "gate.linking"))}


def test_a_dockerfile_costs_no_regular_expression(tmp_path: Path) -> None:
    assert "re" not in imported(written(tmp_path, Dockerfile=DOCKERFILE), "check", "Dockerfile")


def test_a_pod_costs_neither_another_reader_nor_what_no_text_shows(tmp_path: Path) -> None:
    names = imported(written(tmp_path, pod__yaml=POD), "check", "pod.yaml")
    assert {name for name in names if name.startswith("gate.readers.")} == {"gate.readers.kubernetes"}
    assert not {name for name in names if name.startswith(("gate.boundary.pod_security", "gate.boundary.escapes"))}


def test_a_declaration_costs_yaml_alone(tmp_path: Path) -> None:
    names = imported(written(tmp_path, Dockerfile=DOCKERFILE, **{".gate.yaml": DECLARATION}), "check", "Dockerfile")
    assert "yaml" in names
    assert not heavy(names)


def test_a_manifest_costs_yaml_alone(tmp_path: Path) -> None:
    names = imported(written(tmp_path, compose__yaml=COMPOSE), "check", "compose.yaml")
    assert {"yaml", "gate.readers.compose"} <= names
    assert not heavy(names)


def test_a_template_costs_its_grammar(tmp_path: Path) -> None:
    names = imported(written(tmp_path, a__pkr__hcl=PACKER), "check", "a.pkr.hcl")
    assert {name.partition(".")[0] for name in heavy(names)} <= {"tree_sitter", "tree_sitter_hcl", "typing"}
    assert "tree_sitter_hcl" in names


def test_the_version_costs_nothing(tmp_path: Path) -> None:
    names = {name for name in imported(tmp_path, "--version") if name.partition(".")[0] != "gate"}
    assert names <= {"__future__", "gc"}


@pytest.mark.parametrize("command", [["--help"], ["check", "--help"]])
def test_help_costs_no_judging(tmp_path: Path, command: list[str]) -> None:
    names = imported(tmp_path, *command)
    assert not {name for name in names if name.startswith(("gate.readers", "gate.rules", "yaml", "pydantic"))}
