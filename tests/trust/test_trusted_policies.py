"""What a policy extends is the trusted commit's as well, and a change of its dates is put into words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.histories import committed
from tests.verbs import check, write_all

if TYPE_CHECKING:
    from tests.verbs import Answer

FILES = {
    "compose.yaml": "services:\n  web: {image: 'registry.example/web:1'}\n",
    ".gate.yaml": "version: 1\npolicy: policies/ours.yaml\n"
    "workloads:\n- {name: web, paths: [compose.yaml], sensitivity: internal}\n",
    "policies/ours.yaml": "version: 1\nname: ours\nextends: [standard, ./base.yaml]\n",
    "policies/base.yaml": "version: 1\nname: base\nextends: standard\nrequire: [ISO042]\n",
}

LATER = FILES["policies/base.yaml"].replace("ISO042", "{rule: ISO042, effective_on: 2030-01-01}")
MILD = FILES["policies/base.yaml"].replace("[ISO042]", "[]")
HARD = FILES["policies/base.yaml"].replace("[ISO042]", "[ISO042, ISO041]")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    committed(write_all(folder, FILES))
    return folder


def told(answer: Answer) -> list[str]:
    return [finding["message"] for finding in answer.report["findings"] if finding["rule"] == "DCL007"]


@pytest.mark.parametrize("change", [MILD, LATER, None])
def test_a_change_cannot_loosen_what_its_policy_extends(
    change: str | None, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if change is None:
        write_all(repository, {"policies/ours.yaml": "version: 1\nname: ours\nextends: standard\n"})
        (repository / "policies/base.yaml").unlink()
    else:
        write_all(repository, {"policies/base.yaml": change})
    answer = check(capsys, repository, "--trusted-ref", "main")
    assert answer.status == 1
    assert told(answer) == ["this change has the repository judged by another ours; that does not count here"]


def test_a_change_that_tightens_is_told_and_is_no_finding(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(repository, {"policies/base.yaml": HARD})
    answer = check(capsys, repository, "--trusted-ref", "main")
    (change,) = answer.report["trusted"]["changes"]
    assert (told(answer), change["weakens"]) == ([], False)


def test_a_ceiling_outside_of_the_repository_joins_the_trusted_policy(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"org/org.yaml": "version: 1\nname: org\nextends: ./more.yaml\n"})
    write_all(tmp_path, {"org/more.yaml": "version: 1\nname: more\nextends: strict\n"})
    write_all(repository, {"policies/base.yaml": MILD})
    answer = check(capsys, repository, "--trusted-ref", "main", "--policy", tmp_path / "org/org.yaml")
    assert answer.report["policy"]["name"] == "org+ours"
    assert answer.status == 1
    paths = {one["path"] for one in answer.report["inputs"]}
    assert {"../org/org.yaml", "../org/more.yaml", "policies/base.yaml"} <= paths


def test_a_policy_that_the_trusted_commit_does_not_hold_is_a_usage_error(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(repository, {"new.yaml": "version: 1\nname: new\nextends: standard\n"})
    answer = check(capsys, repository, "--trusted-ref", "main", "--policy", repository / "new.yaml")
    assert answer.status == 2
    assert "there is no file" in answer.err
