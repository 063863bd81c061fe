"""The hooks, as pre-commit installs and runs them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from gate.readers import READERS
from tests.surfaces.conftest import ORDINARY, PRIVILEGED, ROOT, committed, ran

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where pre-commit keeps the environments of its hooks: each is installed once for all tests."""
    return {"PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit"))}


@pytest.fixture
def repository(written: Callable[[dict[str, str]], Path], checkout: Path, home: dict[str, str]) -> Path:
    """Return a repository whose commits and pushes are judged."""
    revision = ran("git", "rev-parse", "HEAD", cwd=checkout).stdout.strip()
    hooks = [{"id": "gate"}, {"id": "gate-all"}]
    configuration = {"repos": [{"repo": str(checkout), "rev": revision, "hooks": hooks}]}
    folder = written({".pre-commit-config.yaml": yaml.safe_dump(configuration), "compose.yaml": ORDINARY})
    committed(folder)
    ran("pre-commit", "install", "--hook-type=pre-commit", "--hook-type=pre-push", cwd=folder, env=home)
    return folder


def commit(folder: Path, home: dict[str, str], *, status: int) -> CompletedProcess[str]:
    """Commit everything as a person would."""
    ran("git", "add", "--all", cwd=folder)
    return ran("git", "commit", "--message=more", cwd=folder, env=home, status=status)


def test_a_good_commit_is_made(repository: Path, home: dict[str, str]) -> None:
    (repository / "other.yaml").write_text("a: 1\n", encoding="utf-8")
    (repository / "compose.yaml").write_text(ORDINARY + "    read_only: true\n", encoding="utf-8")
    assert "Passed" in commit(repository, home, status=0).stderr


def test_a_commit_without_anything_to_judge_is_made(repository: Path, home: dict[str, str]) -> None:
    (repository / "other.yaml").write_text("a: 1\n", encoding="utf-8")
    (repository / "notes.txt").write_text("FROM scratch\n", encoding="utf-8")
    commit(repository, home, status=0)


def test_a_bad_commit_is_refused_with_the_line(repository: Path, home: dict[str, str]) -> None:
    (repository / "compose.yaml").write_text(PRIVILEGED, encoding="utf-8")
    said = commit(repository, home, status=1).stderr
    assert "exit code: 1" in said
    assert "compose.yaml:4" in said


def test_nothing_in_the_repository_is_imported(repository: Path, home: dict[str, str]) -> None:
    for name in ("json.py", "sitecustomize.py", "gate.py", "yaml.py"):
        (repository / name).write_text("raise SystemExit(0)\n", encoding="utf-8")
    (repository / "compose.yaml").write_text(PRIVILEGED, encoding="utf-8")
    # Not by a commit: the script that pre-commit installs runs `python -m pre_commit`, and such a file ends that.
    said = ran("pre-commit", "run", "gate", "--all-files", cwd=repository, env=home, status=1).stdout
    assert "exit code: 1" in said
    assert "compose.yaml:4" in said


def test_a_file_named_like_an_option_is_a_file(repository: Path, home: dict[str, str]) -> None:
    excuse = {
        "version": 1,
        "workloads": [{"name": "agent", "sensitivity": "public", "role": "privileged-agent"}],
    }
    (repository / "--declaration=loose.yaml").write_text(yaml.safe_dump(excuse), encoding="utf-8")
    (repository / "loose.yaml").write_text(yaml.safe_dump(excuse), encoding="utf-8")
    (repository / "--help.yaml").write_text("a: 1\n", encoding="utf-8")
    (repository / "compose.yaml").write_text(PRIVILEGED, encoding="utf-8")
    said = commit(repository, home, status=1).stderr
    assert "exit code: 1" in said
    assert "compose.yaml:4" in said


def test_a_push_is_judged_as_a_whole(repository: Path, home: dict[str, str], tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    ran("git", "init", "--quiet", "--bare", remote, cwd=tmp_path)
    ran("git", "push", "--quiet", remote, "main", cwd=repository, env=home)
    (repository / "compose.yaml").write_text(PRIVILEGED, encoding="utf-8")
    ran("git", "commit", "--all", "--no-verify", "--message=skipped", cwd=repository)
    said = ran("git", "push", "--quiet", remote, "main", cwd=repository, env=home, status=1)
    assert "compose.yaml:4" in said.stdout + said.stderr


def test_try_repo(checkout: Path, home: dict[str, str], written: Callable[[dict[str, str]], Path]) -> None:
    folder = written({"compose.yaml": PRIVILEGED})
    committed(folder)
    said = ran("pre-commit", "try-repo", checkout, "gate", "--all-files", cwd=folder, env=home, status=1)
    assert "compose.yaml:4" in said.stdout


@pytest.mark.parametrize(
    "name",
    "Dockerfile a/Dockerfile.prod api.dockerfile Containerfile x-containerfile_2 DOCKERFILE a.yml deploy/a.YAML "
    "compose.yaml task.json vm/a.pkr.hcl lxc/web/config config_base etc/lxc/default.conf a.lxc microk8s.profile "
    "main.tf stack.template daemon.json.j2 docker-bake.hcl app.xml app.vmx app.vbox app.cfg app.hvm app.pv app.pvh "
    "web.nomad web.nomad.tpl web.nspawn app.xl Vagrantfile Vagrantfile.box make.ps1 machines.psm1 "
    "pod.yaml.in pod.yml.j2 pod.json.jinja2 a.YAML.tmpl".split(),
)
def test_the_hook_is_given_what_readers_may_read(name: str) -> None:
    (hook, _) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert any(may_be(Path(name).name) for may_be in READERS.values())
    assert re.search(hook["files"], name)
