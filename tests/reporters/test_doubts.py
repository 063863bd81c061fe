"""One thing that cannot be read is told once, however many rules ask about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.verbs import NOW, gate, write_all

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_one_cause_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"run.sh": "#!/bin/sh\n[ -t 0 ] && more=$(cat more)\ndocker run $more image\n"})
    said = [
        line for line in gate(capsys, "check", "--now", NOW, tmp_path).out.splitlines() if "cannot be decided" in line
    ]
    assert len(said) == 1
    assert "ISO001" in said[0]
    assert "and 2" in said[0], "the rules that are not named are counted"
    every = gate(capsys, "check", "--verbose", "--now", NOW, tmp_path).out
    assert every.count("cannot be decided") > 20, "on request every rule speaks for itself"


def test_what_is_asked_stays_where_all_ask_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"run.sh": "#!/bin/sh\ndocker run -v $(cat where):/data image\n"})
    out = gate(capsys, "check", "--now", NOW, tmp_path).out
    assert "ISO009, ISO010, ISO011 what image mounts of the host at /data cannot be decided: " in out


def test_an_annotation_of_each_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A step may make ten of a kind: thirty of one cause would hide everything else."""
    write_all(
        tmp_path,
        {
            "run.sh": "#!/bin/sh\n[ -t 0 ] && more=$(cat more)\ndocker run $more image\n",
            ".gate.yaml": "version: 1\nworkloads:\n- {name: a, paths: ['run.sh'], sensitivity: confidential}\n",
        },
    )
    out = gate(capsys, "check", "--format", "github", "--now", NOW, tmp_path).out
    warnings = [line for line in out.splitlines() if line.startswith("::warning file=")]
    assert sum("cannot be decided" in line for line in warnings) == 1
    assert len(warnings) <= 3


def test_nobody_is_told_to_remove_what_may_not_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"run.sh": "#!/bin/sh\n[ -t 0 ] && more=$(cat more)\ndocker run --pid host $more image\n"})
    out = gate(capsys, "check", "--now", NOW, tmp_path).out
    next_steps = out.partition("next  ")[2]
    assert "make this known: the variable more is set under a condition" in next_steps
    assert next_steps.count("make this known") == 1
    assert "pid: host" in next_steps, "what is there is to be removed"
    assert "SYS_MODULE" not in next_steps
