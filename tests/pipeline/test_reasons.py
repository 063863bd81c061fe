"""What a clause of a verdict rests on: a requirement of the boundary, a score, or a rule that the policy requires."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.cli.check import parse
from gate.pipeline.run import Run
from tests.verbs import NOW, write

ROOT = Path(__file__).parents[2]
STANDARD = (ROOT / "policies" / "standard.yaml").read_text()


def reasons(folder: Path, monkeypatch: pytest.MonkeyPatch, require: str = "", **files: str) -> set[tuple[bool, str]]:
    """Judge a folder; return whether each clause is a veto, and its rule."""
    policy = STANDARD.replace("require: [ISO044, ISO100]", f"require: [{require}]")
    write(folder, ours__yaml=policy, **files)
    monkeypatch.chdir(folder)
    report = Run(parse(["--now", NOW, "--policy", "ours.yaml", "."])).report()
    return {(reason.veto, reason.rule) for subject in report.subjects for reason in subject.reasons}


@pytest.mark.parametrize("settings", ["pid: host", "pid: $HOW"])
def test_a_level_that_is_too_low_is_a_veto(settings: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compose = f"services:\n  web:\n    image: nginx\n    {settings}\n"
    declared = "version: 1\nworkloads:\n- {name: web, paths: [compose.yaml], sensitivity: internal}\n"
    assert reasons(tmp_path, monkeypatch, compose__yaml=compose, __gate__yaml=declared) == {(True, "")}


def test_a_demand_beside_the_level_is_a_veto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compose = "services:\n  web:\n    image: nginx\n"
    axes = "sensitivity: internal, host_trust: untrusted-operator"
    declared = f"version: 1\nworkloads:\n- {{name: web, paths: [compose.yaml], {axes}}}\n"
    write(tmp_path, compose__yaml=compose, __gate__yaml=declared)
    monkeypatch.chdir(tmp_path)
    (subject,) = Run(parse(["--now", NOW, "."])).report().subjects
    (demand,) = (reason for reason in subject.reasons if "confidential computing" in reason.text)
    assert (demand.veto, demand.rule) == (True, "")


def test_a_required_rule_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compose = "services:\n  web:\n    image: nginx\n"
    assert reasons(tmp_path, monkeypatch, "ISO042", compose__yaml=compose) == {(False, "ISO042")}


def test_a_score_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reasons(tmp_path, monkeypatch, Dockerfile="FROM debian:10\n") == {(False, "image_age")}
