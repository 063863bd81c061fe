"""The text report: a table, reasons with places, the next step, colours only where they are wanted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.verbs import NOW, gate, write_all

SHOP = Path(__file__).parents[2] / "examples" / "shop"


def test_the_reason_has_a_place_and_a_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    out = gate(capsys, "check", "--now", NOW, SHOP).out
    assert "deploy/plugins.yaml:1:1  plugins has L3" in out
    assert "next  run it behind gVisor" in out
    assert "R5  L4" in out


def test_everything_that_passes_is_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"compose.yaml": "services: {web: {image: x}}\n"})
    lines = gate(capsys, "check", "--now", NOW, tmp_path).out.splitlines()
    assert len(lines) == 5
    assert lines[-1].startswith("PASS  1 pass")


def test_what_was_skipped_is_listed_while_the_list_is_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning that rests on it alone would otherwise have no reason."""
    workflow = "apiVersion: example.com/v1\nkind: Workflow\nspec: {templates: [{container: {image: x}}]}\n"
    write_all(tmp_path, {"0.yaml": workflow})
    out = gate(capsys, "check", "--now", NOW, tmp_path / "0.yaml").out
    assert "0.yaml:1: Workflow of group example.com may start pods" in out
    assert "WARN  nothing to judge" in out
    write_all(tmp_path, {f"{number}.yaml": workflow for number in range(9)})
    assert "may start pods" not in gate(capsys, "check", "--now", NOW, tmp_path).out


def test_what_the_policy_requires_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = "services:\n  web:\n    image: x\n    build: {context: ., privileged: true}\n"
    out = gate(capsys, "check", "--now", NOW, write_all(tmp_path, {"compose.yaml": build})).out
    assert out.count("is built by a privileged builder") == 1
    assert "  next  remove `privileged` and the entitlement from the build\n" in out


def test_findings_beside_the_subjects_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"daemon.json": '{"hosts": ["tcp://0.0.0.0:2375"]}'})
    out = gate(capsys, "check", "--now", NOW, tmp_path).out
    assert "everybody who reaches it, which the policy fails\n  next  listen on the socket alone" in out
    assert "FAIL  no subject, 1 failing finding  (" in out
    write_all(tmp_path, {"Dockerfile": "FROM debian:13\nUSER 1\n"})
    assert "FAIL  1 pass, 1 failing finding  (" in gate(capsys, "check", "--now", NOW, tmp_path).out
    write_all(tmp_path / "warns", {"daemon.json": '{"hosts": ["tcp://127.0.0.1:2375"]}'})
    assert "WARN  no subject, 1 finding  (" in gate(capsys, "check", "--now", NOW, tmp_path / "warns").out


def test_one_reason_is_told_once_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partial = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
    write_all(tmp_path, {"assert.yaml": "---\n".join([partial] * 3)})
    out = gate(capsys, "check", "--now", NOW, tmp_path).out
    assert out.count("has no `spec.template`") + out.count("has no pod to start") == 1
    assert "(and on 2 more lines)" in out
    assert "3 not understood" in out


def test_one_reason_of_many_files_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partial = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
    write_all(tmp_path, {f"{number}.yaml": partial for number in range(6)})
    out = gate(capsys, "check", "--now", NOW, tmp_path).out
    assert "(and in 5 more files; --verbose)" in out
    assert "5.yaml" not in out
    assert "5.yaml" in gate(capsys, "check", "--now", NOW, "--verbose", tmp_path).out


def test_a_declaration_that_is_named_is_not_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hook names every file of a commit."""
    write_all(
        tmp_path, {"compose.yaml": "services: {web: {image: x}}\n", ".gate.yaml": "version: 1\n", "x.yaml": "a: 1\n"}
    )
    named = [tmp_path / name for name in (".gate.yaml", "compose.yaml", "x.yaml")]
    out = gate(capsys, "check", "--now", NOW, *named).out
    assert "skipped x.yaml:1: no reader claims its content" in out
    assert ".gate.yaml" not in out


def test_no_colour_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in gate(capsys, "check", "--now", NOW, SHOP).out


def test_colour_on_a_terminal_unless_it_is_unwanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gate.cli import check

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert check._colourful()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not check._colourful()
    capsys.readouterr()


def test_a_report_goes_to_its_file_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"compose.yaml": "services: {web: {image: x}}\n"})
    target = tmp_path / "report.json"
    target.write_text("old")
    answer = gate(capsys, "check", "--now", NOW, tmp_path, "--format", "text", "--format", f"json={target}")
    assert answer.status == 0
    assert "PASS" in answer.out
    assert target.read_text().startswith("{")


GRANT = 'rule: ISO011, workload: web, reason: "\\e[2Juntil", owner: ops, ticket: OPS-1'
EXCEPTED = {
    "compose.yaml": "services:\n  web: {image: x, volumes: ['/srv/a:/a', '/srv/b:/b']}\n",
    ".gate.yaml": f"version: 1\nexceptions:\n- {{{GRANT}, created: 2026-11-01, expires: 2026-12-15}}\n",
}


def test_what_is_excepted_has_a_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = gate(capsys, "check", "--now", NOW, write_all(tmp_path, EXCEPTED)).out.splitlines()
    said = "ISO011  compose.yaml#services/web  until 2026-12-15, ops: \\u{1b}[2Juntil (OPS-1) (2 findings)"
    assert lines[lines.index("excepted") + 1] == f"  {said}"


def test_fingerprints_are_shown_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, EXCEPTED)
    report = json.loads(gate(capsys, "check", "--now", NOW, "--format", "json", tmp_path).out)
    marks = [finding["fingerprint"] for finding in report["subjects"][0]["findings"]]
    shown = gate(capsys, "check", "--now", NOW, "--verbose", tmp_path).out
    assert all(mark in shown for mark in marks)
    assert not any(mark in gate(capsys, "check", "--now", NOW, tmp_path).out for mark in marks)


def written(folder: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], *options: str) -> str:
    return gate(capsys, "check", "--now", NOW, *options, write_all(folder, files)).out


def test_only_what_is_missed_explains_a_requirement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"compose.yaml": "services:\n  web: {image: x, privileged: true}\n"}
    assert "\nrequirements\n" in written(tmp_path, capsys, files)
    grant = "{rule: ISO001, workload: web, reason: a, owner: b, created: 2026-11-01, expires: 2026-12-01}"
    assert "\nrequirements\n" not in written(tmp_path, capsys, {".gate.yaml": f"version: 1\nexceptions:\n- {grant}\n"})


def test_the_gravest_come_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = "services:\n  a: {image: x}\n  b: {image: x, pid: host}\n  c: {image: x, privileged: true}\n"
    out = written(tmp_path, capsys, {"compose.yaml": services})
    table, *blocks = out.split("\n\n")
    assert [line.split()[0] for line in table.splitlines()] == ["VERDICT", "FAIL", "warn", "pass"]
    assert [block.split()[1].rpartition("/")[2] for block in blocks if block[:4] in ("FAIL", "WARN")][:2] == ["c", "b"]


def test_a_column_with_nothing_in_it_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = {"Dockerfile": "FROM debian:13\nUSER 1000\n"}
    assert written(tmp_path, capsys, recipe).split("\n")[0].split() == ["VERDICT", "AGE", "SUBJECT"]
    both = {**recipe, "compose.yaml": "services:\n  a: {image: x}\n"}
    assert written(tmp_path, capsys, both).split("\n")[0].split() == ["VERDICT", "HAS", "NEEDS", "AGE", "SUBJECT"]


ANCHORED = """\
x-base: &base
  image: x
  pid: host
services:
  web:
    <<: *base
  worker:
    <<: *base
  other:
    image: x
    pid: host
"""


def test_what_several_inherit_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = written(tmp_path, capsys, {"compose.yaml": ANCHORED, "b/compose.yaml": ANCHORED})
    assert out.count("WARN  compose.yaml#services/web") == 1
    assert "WARN  compose.yaml#services/worker" not in out
    assert out.count("  the same of 1 more of this file\n        worker:7\n") == 2
    # Its own line has to be mended as well.
    assert "WARN  compose.yaml#services/other" in out
    assert "WARN  compose.yaml#services/worker" in written(tmp_path, capsys, {}, "--verbose").replace("PASS", "WARN")


def test_one_remedy_for_several_lines_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service = "services:\n  a:\n    image: x\n    volumes:\n    - /etc:/e\n    - /root:/r\n"
    out = written(tmp_path, capsys, {"compose.yaml": service})
    assert out.count("mount the one file or folder that is needed") == 1
    assert "# compose.yaml:5, 6: mount the one" in out
