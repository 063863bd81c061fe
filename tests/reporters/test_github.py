"""No name in the input can make a runner do something: standard output is read with the runner's own grammar."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.verbs import NOW, gate, write_all

#: actions/runner `ActionCommand.cs`: the new form at the start of a line, after white space; the old form anywhere.
NEW = re.compile(r"^\s*::(?P<name>[^ :]+)(?: (?P<properties>[^:]*(?:%3A[^:]*)*))?::")
OLD = ("##[", "##vso[")

NAMES = (
    "::error::x",
    "::add-mask::x",
    "x\n::error::y",
    "##[error]x",
    "##vso[task.complete]x",
    "\x1b[31mred",
    "a,line=1::b",
    "\u2028::stop-commands::z",
)


def hostile(folder: Path) -> Path:
    """Write manifests whose paths and names try to be commands."""
    files = {}
    for number, name in enumerate(NAMES):
        quoted = name.encode("unicode_escape").decode("ascii").replace('"', '\\"')
        files[f"{name.replace('/', '_')}/{number}.yaml"] = (
            f'apiVersion: v1\nkind: Pod\nmetadata: {{name: "{quoted}"}}\n'
            f'spec:\n  containers:\n  - {{name: "{quoted}", image: x, securityContext: {{privileged: true}}}}\n'
        )
    return write_all(folder, files)


@pytest.mark.parametrize("form", ["text", "github"])
def test_only_our_own_commands_reach_the_runner(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "check", "--now", NOW, "--format", form, "--verbose", hostile(tmp_path))
    assert answer.status == 1
    commands = [match for line in re.split(r"[\r\n\u2028\u2029\x85]", answer.out) if (match := NEW.match(line))]
    assert {match["name"] for match in commands} <= ({"error", "warning", "notice"} if form == "github" else set())
    assert not any(command in answer.out for command in OLD)
    assert all(char == "\n" or char.isprintable() for char in answer.out)


def test_an_annotation_says_where_and_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"compose.yaml": "services:\n  web:\n    image: x\n    privileged: true\n"})
    lines = gate(capsys, "check", "--now", NOW, "--format", "github", tmp_path).out.splitlines()
    assert any(line.startswith("::error file=compose.yaml,line=4,col=5,title=ISO001") for line in lines)


def test_what_a_boundary_lacks_takes_one_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"compose.yaml": "services:\n  web:\n    image: x\n    privileged: true\n"})
    lines = gate(capsys, "check", "--now", NOW, "--format", "github", tmp_path).out.splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert sum(",line=2," in line for line in errors) == 1
    assert "has L0 host-equivalent and needs L2" in errors[0]


def test_what_only_warns_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"compose.yaml": "services:\n  web:\n    image: x\n    pid: host\n"})
    answer = gate(capsys, "check", "--now", NOW, "--format", "github", tmp_path)
    assert answer.status == 0
    assert "::error" not in answer.out
    assert "::warning file=compose.yaml,line=4,col=5,title=ISO004" in answer.out


def test_the_worst_come_first_and_the_rest_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = "".join(f"  s{number}: {{image: x, privileged: true}}\n" for number in range(30))
    write_all(tmp_path, {"compose.yaml": f"services:\n{services}"})
    lines = gate(capsys, "check", "--now", NOW, "--format", "github", tmp_path).out.splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == 10
    assert re.search(r"::\d+ more are in the full report", errors[-1])


def test_every_subject_has_one_before_any_has_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = "".join(f"  s{number}: {{image: x, privileged: true, pid: host}}\n" for number in range(30))
    write_all(tmp_path, {"compose.yaml": f"services:\n{services}"})
    lines = gate(capsys, "check", "--now", NOW, "--format", "github", tmp_path).out.splitlines()
    errors = [line for line in lines if line.startswith("::error file=")]
    assert len({line.partition(",col=")[0] for line in errors}) == len(errors) == 9
    assert all("To fix it, " in line for line in errors)


def test_a_runner_shows_every_warning_that_there_is_room_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The age of the tables is the tenth."""
    services = "".join(f"  s{number}: {{image: x, pid: host}}\n" for number in range(30))
    write_all(tmp_path, {"compose.yaml": f"services:\n{services}", "Dockerfile": "FROM debian:13\nUSER 1\n"})
    lines = gate(capsys, "check", "--now", "2027-11-23", "--format", "github", tmp_path).out.splitlines()
    warnings = [line for line in lines if line.startswith("::warning ")]
    assert len(warnings) == 10
    assert "more are in the full report" in warnings[8]
    assert "the tables of" in warnings[9]


def test_what_the_policy_requires_is_an_error_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = "services:\n  web:\n    image: x\n    build: {context: ., privileged: true}\n"
    write_all(tmp_path, {"a/compose.yaml": build, "b/daemon.json": '{"hosts": ["tcp://0.0.0.0:2375"]}'})
    lines = gate(capsys, "check", "--now", NOW, "--format", "github", tmp_path / "a").out.splitlines()
    assert ["ISO044" in line for line in lines if line.startswith("::error ")] == [True]
    lines = gate(capsys, "check", "--now", NOW, "--format", "github", tmp_path / "b").out.splitlines()
    assert ["ISO100" in line for line in lines if line.startswith("::error ")] == [True]
