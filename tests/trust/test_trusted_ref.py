"""A change is judged by what stood in the repository before it (threats B1, B2 and B14)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.histories import committed, git
from tests.verbs import Answer, check, write_all

SERVICE = "services:\n  payments:\n    image: registry.example/payments:1.4.2\n    user: '1000'\n"
RESTRICTED = "version: 1\nworkloads:\n- {name: payments, paths: [compose.yaml], sensitivity: restricted}\n"
INTERNAL = RESTRICTED.replace("restricted", "internal")
EXCEPTED = (
    INTERNAL + "exceptions:\n"
    "- {rule: ISO048, workload: payments, reason: later, owner: us, created: 2026-11-20, expires: 2026-12-20}\n"
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose one service is restricted and too weak for that."""
    folder = tmp_path / "repository"
    committed(write_all(folder, {"compose.yaml": SERVICE, ".gate.yaml": RESTRICTED}))
    git(folder, "switch", "--quiet", "--create", "change")
    return folder


def trusted(capsys: pytest.CaptureFixture[str], folder: Path, *more: object, ref: str = "main") -> Answer:
    return check(capsys, folder, "--trusted-ref", ref, *more)


def texts(answer: Answer, rule: str) -> list[str]:
    return [finding["message"] for finding in answer.report["findings"] if finding["rule"] == rule]


def test_a_lowered_class_and_an_added_exception_change_no_verdict(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = check(capsys, repository)
    committed(write_all(repository, {".gate.yaml": EXCEPTED}))
    alone = check(capsys, repository)
    answer = trusted(capsys, repository)
    assert (before.status, alone.status, answer.status) == (1, 0, 1)
    was, now = before.report["subjects"][0], answer.report["subjects"][0]
    assert {key: was[key] for key in ("verdict", "required", "reasons")} == {
        key: now[key] for key in ("verdict", "required", "reasons")
    }
    assert texts(answer, "DCL007") == [
        "this change lowers payments from restricted to internal; that does not count here",
        "this change adds the exception of payments from ISO048 until 2026-12-20; that does not count here",
    ]
    assert answer.report["trusted"]["commit"] == git(repository, "rev-parse", "main")


def test_a_change_that_is_not_committed_yet_is_one_too(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(repository, {".gate.yaml": INTERNAL})
    assert trusted(capsys, repository).status == 1


def test_a_deleted_declaration_still_counts(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".gate.yaml").unlink()
    committed(repository)
    answer = trusted(capsys, repository)
    assert answer.status == 1
    assert "this change removes the declaration .gate.yaml; that does not count here" in texts(answer, "DCL007")


def test_what_a_change_makes_stricter_is_told_and_counts_later(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(repository, {".gate.yaml": INTERNAL}))
    git(repository, "branch", "--force", "main")
    committed(write_all(repository, {".gate.yaml": RESTRICTED}))
    answer = trusted(capsys, repository)
    assert answer.status == 0
    assert texts(answer, "DCL007") == []
    assert [change["text"] for change in answer.report["trusted"]["changes"]] == [
        "raises payments from internal to restricted"
    ]


@pytest.mark.parametrize("where", ["renamed.yaml", "deploy/compose.yaml"])
def test_a_renamed_file_keeps_what_was_declared_of_it(
    repository: Path, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    (repository / where).parent.mkdir(exist_ok=True)
    git(repository, "mv", "compose.yaml", where)
    committed(repository)
    answer = trusted(capsys, repository)
    assert answer.status == 1
    assert answer.subject("payments")["sensitivity"]["class"] == "restricted"


def test_a_workload_that_moves_to_another_file_keeps_it_too(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "compose.yaml").unlink()
    rewritten = '{"services": {"payments": {"image": "other.example/paying:2", "user": "1001"}, "x": {"image": "x:1"}}}'
    committed(write_all(repository, {"other/compose.yaml": rewritten}))
    answer = trusted(capsys, repository)
    assert answer.subject("payments")["sensitivity"]["class"] == "restricted"


def test_a_label_that_is_taken_away_still_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def pod(annotations: str) -> str:
        return (
            f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: payments\n{annotations}"
            "spec:\n  containers:\n  - {name: app, image: 'registry.example/payments:1'}\n"
        )

    committed(write_all(tmp_path, {"pod.yaml": pod("  annotations: {boundary-gate.io/sensitivity: restricted}\n")}))
    write_all(tmp_path, {"pod.yaml": pod("")})
    assert check(capsys, tmp_path).subject("payments")["sensitivity"] == {"declared": False}
    answer = trusted(capsys, tmp_path, ref="HEAD")
    assert answer.subject("payments")["sensitivity"]["class"] == "restricted"
    assert answer.status != 0
    assert texts(answer, "DCL007") == ["this change takes back that payments is restricted; that does not count here"]


def test_a_key_taken_from_an_included_file_still_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outer = "include: [inner.yaml]\n"
    inner = SERVICE + "    x-gate: {sensitivity: restricted}\n"
    committed(write_all(tmp_path, {"compose.yaml": outer, "inner.yaml": inner}))
    write_all(tmp_path, {"inner.yaml": SERVICE})
    answer = trusted(capsys, tmp_path / "compose.yaml", ref="HEAD")
    assert answer.subject("payments")["sensitivity"]["class"] == "restricted"


def test_a_new_workload_that_only_the_change_declares_is_named(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = RESTRICTED + "- {name: worker, paths: [worker.yaml], sensitivity: internal}\n"
    worker = SERVICE.replace("payments", "worker")
    committed(write_all(repository, {"worker.yaml": worker, ".gate.yaml": declared}))
    answer = trusted(capsys, repository)
    assert texts(answer, "DCL008") == ["this change adds worker, which nobody declared"]
    assert not answer.subject("worker")["sensitivity"]["declared"]


def test_a_new_workload_is_judged_as_the_trusted_policy_says(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "switch", "--quiet", "main")
    committed(write_all(repository, {".gate.yaml": "version: 1\npolicy: strict\n"}))
    worker = SERVICE.replace("payments", "worker")
    write_all(repository, {"worker.yaml": worker, ".gate.yaml": "version: 1\npolicy: standard\n"})
    answer = trusted(capsys, repository)
    assert answer.report["policy"]["name"] == "strict"
    assert answer.subject("worker")["verdict"] == "fail"
    assert "has the repository judged by policy standard instead of strict" in texts(answer, "DCL007")[0]


def test_a_policy_file_is_the_trusted_commits(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parents[2]
    strict = (root / "policies" / "strict.yaml").read_text(encoding="utf-8")
    standard = (root / "policies" / "standard.yaml").read_text(encoding="utf-8")
    git(repository, "switch", "--quiet", "main")
    committed(write_all(repository, {"policy.yaml": strict.replace("name: strict", "name: ours")}))
    write_all(repository, {"policy.yaml": standard.replace("name: standard", "name: ours")})
    for named in ("policy.yaml", str(repository / "policy.yaml")):
        answer = trusted(capsys, repository, "--policy", named)
        assert answer.subject("payments")["scores"]["isolation_fitness"]["threshold"] == 90


def test_a_policy_that_only_the_change_has_is_not_there(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(repository, {"policy.yaml": "version: 1\n"})
    answer = trusted(capsys, repository, "--policy", str(repository / "policy.yaml"))
    assert (answer.status, answer.out) == (2, "")
    assert "there is no file" in answer.err


def test_a_declaration_that_the_change_breaks_is_not_passed_over(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "switch", "--quiet", "main")
    committed(write_all(repository, {".gate.yaml": INTERNAL}))
    write_all(repository, {".gate.yaml": INTERNAL + "exceptionz: []\n"})
    answer = trusted(capsys, repository)
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert (gap["location"]["path"], gap["location"]["line"]) == (".gate.yaml", 4)
    assert "exceptionz" in gap["reason"]


@pytest.mark.parametrize("ref", ["nowhere", "0" * 40, "--help", "HEAD^9"])
def test_a_ref_that_cannot_be_read_is_a_usage_error(
    repository: Path, capsys: pytest.CaptureFixture[str], ref: str
) -> None:
    answer = check(capsys, repository, f"--trusted-ref={ref}")
    assert (answer.status, answer.out) == (2, "")


def test_an_empty_ref_is_a_usage_error(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, repository, "--trusted-ref", "").status == 2


def test_without_a_repository_there_is_nothing_to_trust(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"compose.yaml": SERVICE})
    answer = trusted(capsys, tmp_path)
    assert answer.status == 2
    assert "git repository" in answer.err


def test_a_shallow_clone_without_the_commit_is_a_usage_error(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = git(repository, "rev-parse", "main")
    committed(write_all(repository, {".gate.yaml": INTERNAL}))
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=change", f"file://{repository}", "shallow")
    answer = trusted(capsys, tmp_path / "shallow", ref=base)
    assert (answer.status, answer.out) == (2, "")
    assert "fetch-depth" in answer.err
    git(tmp_path / "shallow", "fetch", "--quiet", "origin", base)
    assert trusted(capsys, tmp_path / "shallow", ref=base).status == 1


def test_on_a_merge_commit_the_first_parent_can_be_trusted(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(repository, {".gate.yaml": INTERNAL}))
    git(repository, "switch", "--quiet", "--detach", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--no-edit", "change")
    assert check(capsys, repository).status == 0
    assert trusted(capsys, repository, ref="HEAD^1").status == 1


def test_a_renamed_branch_is_the_same_commit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {".gate.yaml": INTERNAL}))
    git(repository, "branch", "--move", "main", "trunk")
    assert trusted(capsys, repository, ref="trunk").status == 1
    assert trusted(capsys, repository, ref="main").status == 2


def test_a_worktree_and_a_folder_below_the_root_are_judged_alike(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(repository, {".gate.yaml": INTERNAL, "sub/Dockerfile": "FROM scratch\n"}))
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "tree"), "HEAD~0", "--detach")
    assert trusted(capsys, tmp_path / "tree").status == 1
    below = trusted(capsys, repository / "sub")
    assert [subject["id"] for subject in below.report["subjects"]] == ["sub/Dockerfile"]


def test_settings_of_the_repository_start_nothing(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canary = tmp_path / "canary"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{canary}'\ncat\n", encoding="utf-8")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "filter.evil.clean"):
        git(repository, "config", name, str(program))
    write_all(repository, {".gitattributes": "* filter=evil diff=evil\n", "compose.yaml": SERVICE + "# more\n"})
    canary.unlink(missing_ok=True)
    assert trusted(capsys, repository).status == 1
    assert not canary.exists()


def test_git_is_not_taken_from_the_tree(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "canary"
    write_all(repository, {"git": f"#!/bin/sh\ntouch '{canary}'\n"})
    (repository / "git").chmod(0o755)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert check(capsys, ".", "--trusted-ref", "main").status == 1
    assert not canary.exists()


def test_a_replaced_commit_is_not_used(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lowered = committed(write_all(repository, {".gate.yaml": INTERNAL}))
    git(repository, "replace", "main", lowered)
    assert trusted(capsys, repository).status == 1


def test_a_required_rule_fails_a_change_that_weakens(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parents[2]
    policy = (root / "policies" / "standard.yaml").read_text(encoding="utf-8")
    ours = policy.replace("name: standard", "name: ours").replace("require: [ISO044, ISO100]", "require: [DCL007]")
    git(repository, "switch", "--quiet", "main")
    committed(write_all(repository, {"policy.yaml": ours, ".gate.yaml": INTERNAL}))
    calm = trusted(capsys, repository, "--policy", "policy.yaml")
    write_all(repository, {".gate.yaml": INTERNAL.replace("internal", "public")})
    answer = trusted(capsys, repository, "--policy", "policy.yaml")
    assert (calm.status, calm.report["verdict"]) == (0, "pass")
    assert (answer.status, answer.report["verdict"]) == (1, "fail")
    (finding,) = answer.report["findings"]
    assert (finding["rule"], finding["blocks"]) == ("DCL007", True)


def test_who_trusts_a_commit_starts_isolated(repository: Path) -> None:
    command = ["-m", "gate", "check", "--trusted-ref", "main"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, *command], cwd=repository, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "PYTHONPATH is set" in done.stderr
