"""What a user sees of the ways out: the count in the text, the table in JSON, the matrix from `gate explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.verbs import NOW, check, gate, rules, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SOCKET = "services:\n  web:\n    image: web:1.2.3\n    volumes:\n    - /var/run/docker.sock:/s\n"
PLAIN = "services:\n  web:\n    image: web:1.2.3\n"


def test_the_text_counts_what_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "check", "--now", NOW, write(tmp_path, compose__yaml=SOCKET))
    assert "escape paths open: 1 (E09)" in answer.out


def test_on_request_the_text_says_what_may_be_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "check", "--now", NOW, "--verbose", write(tmp_path, compose__yaml=PLAIN))
    assert "escape paths open: 0\n" in answer.out
    assert "E15 undecided: take the credentials of the cloud's metadata server" in answer.out


def test_the_table_points_at_what_opens_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    escapes = check(capsys, write(tmp_path, compose__yaml=SOCKET)).subject("web")["escapes"]
    row = {line["id"]: line for line in escapes["table"]}
    assert len(row) == 65
    assert row["E09"]["state"] == "open"
    assert row["E09"]["location"]["line"] == 5
    assert row["E32"]["state"] == "not judged"
    assert escapes["open"] == ["E09"]


def test_a_declared_version_opens_a_row_and_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = 'version: 1\nplatform: {versions: {runc: "1.1.11", kernel: "6.12.1"}}\n'
    subject = check(capsys, write(tmp_path, compose__yaml=PLAIN, __gate__yaml=declared)).subject("web")
    assert "E32" in subject["escapes"]["open"]
    (found, *_) = (one for one in subject["findings"] if "CVE-2024-21626" in one["aspects"])
    assert found["rule"] == "ISO093"
    assert {at["path"] for at in found["related"]} == {".gate.yaml"}


def test_the_version_of_the_cluster_is_that_of_its_kubelet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  volumes:\n"
        "  - {name: v, gitRepo: {repository: 'https://example.org/a'}}\n"
        "  containers: [{name: web, image: 'web:1.2.3'}]\n"
    )
    declared = 'version: 1\nplatform: {kubernetes: {version: "1.34"}}\n'
    subject = check(capsys, write(tmp_path, pod__yaml=pod, __gate__yaml=declared)).subject("web")
    assert "E48" in subject["escapes"]["open"]
    assert "ISO093" in rules(subject)


def test_a_program_that_no_row_asks_about_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = 'version: 1\nplatform: {versions: {bash: "5.2"}}\n'
    answer = gate(capsys, "check", "--now", NOW, write(tmp_path, compose__yaml=PLAIN, __gate__yaml=declared))
    assert answer.status == 2


def test_the_matrix_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(gate(capsys, "explain", "escapes").out.splitlines()) == 65
    one = gate(capsys, "explain", "e32").out
    assert "in runc from 1.0.0-rc93 before 1.1.12" in one
    assert "stopped by gvisor" in one
