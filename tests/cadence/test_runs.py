"""Runs over sensitive recipes: what they say of those who keep them, from which side it is read, and what it costs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gate.model.days import days, iso
from tests.contracts.test_imports import imported
from tests.histories import committed, git
from tests.verbs import NOW, Answer, check, gate, rules, write_all

DECLARED = "version: 1\nworkloads:\n- {name: pay, paths: ['**'], sensitivity: confidential}\n"
RECIPE = "FROM debian:trixie-slim\nUSER 1000\n"
PINNED = f"FROM python:3.13-slim-trixie@sha256:{'0' * 64}\nUSER 1000\n"
WEEKLY = "on: {schedule: [{cron: '0 3 * * 1'}]}\njobs: {a: {steps: [{run: docker build .}]}}\n"
DEPENDABOT = "version: 2\nupdates:\n- {package-ecosystem: docker, directory: /, schedule: {interval: weekly}}\n"
WORKFLOW = ".github/workflows/image.yml"
BOT = ".github/dependabot.yml"


def unattended(answer: Answer, ending: str = "Dockerfile") -> str:
    found = [one for one in answer.subject(ending)["findings"] if one["rule"] == "AGE013"]
    return found[0]["outcome"] if found else "kept"


def test_nothing_is_asked_of_what_is_not_sensitive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"Dockerfile": RECIPE, ".gate.yaml": DECLARED.replace("confidential", "internal")})
    subject = check(capsys, tmp_path).subject("Dockerfile")
    assert "AGE013" not in rules(subject)
    assert (subject["cadence"], subject["scores"]["image_age"]["falls_below"]) == ([], None)


def test_what_nobody_declared_is_asked_where_the_policy_counts_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"Dockerfile": RECIPE})
    assert unattended(check(capsys, tmp_path, "--policy", "strict")) == "failed"
    assert unattended(check(capsys, tmp_path, "--policy", "standard")) == "kept"


def test_the_age_of_what_nothing_keeps_is_projected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"Dockerfile": RECIPE, ".gate.yaml": DECLARED})
    line = check(capsys, tmp_path).subject("Dockerfile")["scores"]["image_age"]
    least, most = line["days"]
    falls = {name: days(day) - days(NOW) for name, day in line["falls_below"].items()}
    # The policy asks for 75, which it has until it is 91 days old, rounded.
    assert line["threshold"] == 75
    assert falls == {"first": 92 - most, "last": 92 - least}


def test_on_the_day_that_is_projected_the_score_is_too_low(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"Dockerfile": RECIPE.replace("trixie-slim", "trixie-20261030"), ".gate.yaml": DECLARED})
    when = check(capsys, tmp_path).subject("Dockerfile")["scores"]["image_age"]["falls_below"]
    for day, name in ((when["first"], "lo"), (when["last"], "hi")):
        for passed, is_below in ((-1, False), (0, True)):
            now = iso(days(day) + passed)
            out = gate(capsys, "check", "--now", now, "--format", "json", tmp_path)
            assert (out.subject("Dockerfile")["scores"]["image_age"][name] < 75) is is_below


@pytest.mark.parametrize(
    ("recipe", "files", "outcome"),
    [
        (RECIPE, {}, "failed"),
        (RECIPE, {WORKFLOW: WEEKLY}, "kept"),
        (RECIPE, {WORKFLOW: WEEKLY.replace("build .", "build other")}, "failed"),
        (RECIPE, {WORKFLOW: WEEKLY.replace("docker build .", "make image")}, "undecided"),
        (RECIPE, {BOT: DEPENDABOT}, "failed"),
        (PINNED, {BOT: DEPENDABOT}, "kept"),
        (PINNED, {WORKFLOW: WEEKLY}, "failed"),
        (PINNED.replace("USER", "RUN apt-get update && apt-get -y upgrade\nUSER"), {WORKFLOW: WEEKLY}, "kept"),
        ("FROM python:3.13-slim\nUSER 1\n", {BOT: DEPENDABOT}, "failed"),
        ("FROM python:3.13.1-slim\nUSER 1\n", {BOT: DEPENDABOT}, "kept"),
        ("FROM python:3.13-slim\nUSER 1\n", {"renovate.json": '{"extends": ["config:best-practices"]}'}, "kept"),
        ("ARG BASE\nFROM $BASE\nUSER 1\n", {WORKFLOW: WEEKLY}, "undecided"),
        ("ARG BASE\nFROM $BASE\nUSER 1\n", {BOT: DEPENDABOT}, "undecided"),
        ("ARG BASE\nFROM $BASE\nUSER 1\n", {}, "failed"),
        ("FROM scratch\nCOPY a /\n", {}, "kept"),
        (PINNED, {"renovate.json": "{"}, "undecided"),
        # What it extends may give digests to what has none.
        (RECIPE, {"renovate.json": '{"extends": ["github>a/b"]}'}, "undecided"),
    ],
)
def test_a_recipe_and_its_keepers(
    recipe: str, files: dict[str, str], outcome: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"Dockerfile": recipe, ".gate.yaml": DECLARED, **files})
    assert unattended(check(capsys, tmp_path)) == outcome


def test_a_link_is_not_followed_and_leaves_a_doubt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"a/Dockerfile": PINNED, "a/.gate.yaml": DECLARED, "a/.git/x": "", "bot": DEPENDABOT})
    (tmp_path / "a" / ".github").mkdir()
    (tmp_path / "a" / ".github" / "dependabot.yml").symlink_to(tmp_path / "bot")
    assert unattended(check(capsys, tmp_path / "a")) == "failed"


@pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")
def test_a_change_cannot_add_what_keeps_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(tmp_path, {"Dockerfile": PINNED, ".gate.yaml": DECLARED}))
    write_all(tmp_path, {BOT: DEPENDABOT})
    assert unattended(check(capsys, tmp_path)) == "kept"
    assert unattended(check(capsys, tmp_path, "--trusted-ref", "HEAD")) == "failed"


@pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")
def test_a_change_that_removes_what_keeps_it_is_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(tmp_path, {"Dockerfile": PINNED, ".gate.yaml": DECLARED, BOT: DEPENDABOT}))
    (tmp_path / BOT).unlink()
    assert unattended(check(capsys, tmp_path, "--trusted-ref", "HEAD")) == "failed"
    answer = check(capsys, tmp_path, "--against", "HEAD")
    assert "AGE013" in rules(answer.subject("Dockerfile"))
    git(tmp_path, "checkout", "--quiet", BOT)
    assert check(capsys, tmp_path, "--against", "HEAD").report["subjects"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")
def test_a_change_that_adds_what_keeps_it_is_better(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(tmp_path, {"Dockerfile": PINNED, ".gate.yaml": DECLARED}))
    write_all(tmp_path, {BOT: DEPENDABOT})
    assert "AGE013" not in check(capsys, tmp_path, "--against", "HEAD").out


def test_what_keeps_it_is_named_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"Dockerfile": RECIPE, ".gate.yaml": DECLARED, WORKFLOW: WEEKLY})
    answer = gate(capsys, "check", "--now", NOW, "--verbose", tmp_path)
    assert f"GitHub Actions rebuilds it every 7 days ({WORKFLOW}:1)" in answer.out
    kept = check(capsys, tmp_path)
    assert [one["tool"] for one in kept.subject("Dockerfile")["cadence"][0]["keepers"]] == ["GitHub Actions"]
    assert WORKFLOW in {one["path"] for one in kept.report["inputs"]}


def test_a_hook_reads_no_yaml_of_others_for_what_is_not_sensitive(tmp_path: Path) -> None:
    write_all(tmp_path, {"Dockerfile": RECIPE, WORKFLOW: WEEKLY})
    names = imported(tmp_path, "check", "Dockerfile")
    assert not {name for name in names if "cadence" in name and name != "gate.model.cadence"}
