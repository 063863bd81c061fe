"""What others read of this repository, judged by their own validators."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from tests.surfaces.conftest import ROOT, ran

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_hooks_are_a_manifest() -> None:
    ran("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)


def test_the_action_is_one() -> None:
    ran("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml", cwd=ROOT)


def test_the_workflows_are_workflows() -> None:
    ran("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS, cwd=ROOT)


def test_a_bad_action_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    (tmp_path / "action.yml").write_text(text.replace("using: composite", "using: bash"), encoding="utf-8")
    ran("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml", cwd=tmp_path, status=1)


def test_an_auditor_finds_nothing() -> None:
    ran("zizmor", "--offline", "--persona", "auditor", "--format", "plain", "action.yml", *WORKFLOWS, cwd=ROOT)


def test_the_auditor_would_find_something(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    bad = text.replace('"$GITHUB_ACTION_PATH/', '"${{ inputs.paths }}/')
    (tmp_path / "action.yml").write_text(bad, encoding="utf-8")
    said = ran("zizmor", "--offline", "--persona", "auditor", "action.yml", cwd=tmp_path, status=None)
    assert said.returncode > 1
    assert "template-injection" in said.stdout


@pytest.mark.skipif(not shutil.which("go"), reason="actionlint is built from its source, with Go")
def test_the_workflows_lint(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("actionlint")
    ran("go", "install", ACTIONLINT, cwd=folder, env={"GOBIN": str(folder), "GOFLAGS": "-mod=mod"})
    ran(folder / "actionlint", *WORKFLOWS, cwd=ROOT)


def test_shell_scripts_lint() -> None:
    ran("shellcheck", *scripts(), cwd=ROOT)


def test_scripts_can_be_started() -> None:
    for script in scripts():
        assert script.stat().st_mode & stat.S_IXUSR, script


def scripts() -> list[Path]:
    """Return every shell script of the repository that is run; those that are only read are input of tests."""
    names = ran("git", "ls-files", ":!tests/parity/workloads", cwd=ROOT).stdout.splitlines()
    files = [ROOT / name for name in names if (ROOT / name).is_file()]
    found = [file for file in files if file.read_bytes().startswith((b"#!/usr/bin/env bash\n", b"#!/bin/sh\n"))]
    assert ROOT / ".ci" / "run" in found
    return found
