"""What a declaration excludes is not judged, stands in the ledger with its reason, and is never the whole answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.histories import committed
from tests.verbs import check, gate, write_all

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostPID: true, containers: [{name: web, image: x}]}\n"
COMPOSE = "services:\n  web: {image: x, pid: host}\n"


def excluding(*globs: str, reason: str = "copied from upstream") -> str:
    """A declaration that excludes some files."""
    return f"version: 1\nexclude:\n- paths: {[*globs]}\n  reason: {reason}\n"


def judged(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, set[str], list[str]]:
    """Judge a folder: the exit status, the ids of the subjects, and what the ledger says of what was skipped."""
    answer = check(capsys, *(arguments or (folder,)))
    skipped = [f"{one['location']['path']} {one['reason']}" for one in answer.report["coverage"]["skipped"]]
    return answer.status, {subject["id"] for subject in answer.report["subjects"]}, skipped


def test_what_is_excluded_is_named_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"a.yaml": POD, "vendor/deep/b.yaml": POD, ".gate.yaml": excluding("vendor/")})
    status, subjects, skipped = judged(tmp_path, capsys)
    assert (status, subjects) == (0, {"a.yaml#Pod/web"})
    assert skipped == ["vendor/deep/b.yaml is excluded by .gate.yaml:3: copied from upstream"]


def test_to_name_it_does_not_help(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"vendor/b.yaml": POD, ".gate.yaml": excluding("vendor/*.yaml"), ".git/HEAD": ""})
    status, subjects, skipped = judged(tmp_path, capsys, tmp_path / "vendor" / "b.yaml")
    assert (status, subjects, len(skipped)) == (0, set(), 1)


def test_a_folder_with_nothing_left_is_no_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"b.yaml": POD, ".gate.yaml": excluding("**")})
    answer = check(capsys, tmp_path)
    assert (answer.status, answer.report["verdict"]) == (3, "undecided")
    (gap,) = answer.report["coverage"]["not_understood"]
    assert "but what a declaration excludes" in gap["reason"]


@pytest.mark.parametrize(
    ("folder", "glob", "left"),
    [
        ("", "shop/vendor/", {"shop/a.yaml#Pod/web"}),
        ("shop/", "vendor/", {"shop/a.yaml#Pod/web"}),
        ("shop/", "shop/vendor/", {"shop/a.yaml#Pod/web", "shop/vendor/b.yaml#Pod/web"}),
        ("shop/vendor/", "b.yaml", {"shop/a.yaml#Pod/web"}),
    ],
)
def test_globs_are_relative_to_their_declaration(
    folder: str, glob: str, left: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"shop/a.yaml": POD, "shop/vendor/b.yaml": POD, f"{folder}.gate.yaml": excluding(glob)})
    assert judged(tmp_path, capsys)[1] == left


def test_what_is_excluded_may_have_a_broken_declaration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = {"cases/a.yaml": POD, "cases/.gate.yaml": "version: 2\n", "cases/deep/b.yaml": POD}
    write_all(tmp_path, {**broken, "a.yaml": POD, ".gate.yaml": excluding("cases/")})
    assert judged(tmp_path, capsys)[1] == {"a.yaml#Pod/web"}


def test_what_is_excluded_need_not_be_readable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = "#" * (4 * 1024 * 1024 + 1)
    write_all(tmp_path, {"a.yaml": POD, "large.yaml": large, ".gate.yaml": excluding("large.yaml")})
    status, subjects, skipped = judged(tmp_path, capsys)
    assert (status, subjects, len(skipped)) == (0, {"a.yaml#Pod/web"}, 1)


def test_a_project_is_judged_without_its_excluded_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    override = "services:\n  other: {image: y}\n"
    files = {"compose.yaml": COMPOSE, "compose.override.yaml": override, ".gate.yaml": excluding("compose.yaml")}
    _, subjects, skipped = judged(write_all(tmp_path, files), capsys)
    assert subjects == {"compose.yaml#services/other"}
    assert len(skipped) == 1


def test_a_link_into_what_is_excluded_leads_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"a.yaml": POD, "vendor/b.yaml": POD, ".gate.yaml": excluding("vendor/")})
    (tmp_path / "b.yaml").symlink_to("vendor/b.yaml")
    assert judged(tmp_path, capsys)[1] == {"a.yaml#Pod/web"}


def test_what_is_excluded_is_evidence_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compose = "services:\n  web: {build: ./image}\n"
    recipe = "FROM debian:13\nUSER 1000\n"
    files = {"compose.yaml": compose, "image/Dockerfile": recipe, ".gate.yaml": excluding("image/")}
    answer = check(capsys, write_all(tmp_path, files))
    assert [subject["id"] for subject in answer.report["subjects"]] == ["compose.yaml#services/web"]
    assert "H.nonroot" in {fact["id"] for fact in answer.subject("web")["boundary"]["facts"] if fact["holds"] == "yes"}


def trusted(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    return check(capsys, folder, "--trusted-ref", "HEAD").report


def test_a_change_does_not_exclude_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(tmp_path, {"a.yaml": POD}))
    write_all(tmp_path, {".gate.yaml": excluding("a.yaml", reason="slow")})
    report = trusted(tmp_path, capsys)
    assert [subject["id"] for subject in report["subjects"]] == ["a.yaml#Pod/web"]
    (finding,) = report["findings"]
    assert finding["rule"] == "DCL007"
    assert finding["message"] == "this change has a.yaml no longer judged: slow; that does not count here"
    assert finding["location"]["line"] == 3


def test_a_change_that_takes_it_back_has_it_judged_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(tmp_path, {"a.yaml": POD, "b.yaml": POD, ".gate.yaml": excluding("b.yaml")}))
    write_all(tmp_path, {".gate.yaml": "version: 1\n"})
    report = trusted(tmp_path, capsys)
    assert [subject["id"] for subject in report["subjects"]] == ["a.yaml#Pod/web"]
    assert [(change["text"], change["weakens"]) for change in report["trusted"]["changes"]] == [
        ("has b.yaml judged again", False)
    ]


def test_the_text_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"a.yaml": POD, "vendor/b.yaml": POD, ".gate.yaml": excluding("vendor/")})
    assert "skipped vendor/b.yaml:1: is excluded by .gate.yaml:3" in gate(capsys, "check", tmp_path).out


def test_what_a_change_adds_where_nothing_is_judged_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"a.yaml": POD, "vendor/old.yaml": POD, ".gate.yaml": excluding("vendor/", "gen/")}
    committed(write_all(tmp_path, files))
    added = {f"vendor/{number}.yaml": POD for number in range(7)}
    write_all(tmp_path, {**added, "vendor/old.yaml": POD + "# changed\n", "vendor/read.me": "", "b.yaml": POD})
    findings = [one for one in trusted(tmp_path, capsys)["findings"] if one["rule"] == "DCL013"]
    (finding,) = findings
    names = ", ".join(f"vendor/{number}.yaml" for number in range(5))
    assert finding["message"].startswith(f"this change adds {names} and 2 more, and what it adds there is excluded by")
    assert finding["location"]["path"] == "vendor/0.yaml"
