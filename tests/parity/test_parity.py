"""The same workload gets the same level, facts and verdicts however it is written, but for what a platform is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gate.boundary.facts import FACTS as CATALOGUE
from tests.parity.forms import CLASSES, FACTS, FORMS, HERE, LADDER, RISKS, VERDICTS, Other, declared, files
from tests.verbs import check, write_all

EVERY = [pytest.param(form, strength, id=f"{form}-{strength}") for form in FORMS for strength in FORMS[form].strengths]


def judged(folder: Path, capsys: pytest.CaptureFixture[str], form: str, strength: str, sensitivity: str) -> Any:
    """Judge a form as declared."""
    write_all(folder, {**files(form, strength), ".gate.yaml": declared(sensitivity, FORMS[form].platform)})
    report = check(capsys, folder).report
    assert report["coverage"]["not_understood"] == []
    (subject,) = (one for one in report["subjects"] if one["kind"] == "workload")
    return subject


def expected(form: str, strength: str) -> tuple[int, Other]:
    """Return the level a form has at a strength, and its exception."""
    other = FORMS[form].other.get(strength, Other(""))
    return (LADDER[strength] if other.level is None else other.level), other


@pytest.mark.parametrize(("form", "strength"), EVERY)
def test_the_level_is_that_of_the_ladder(
    form: str, strength: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = judged(tmp_path, capsys, form, strength, "internal")["boundary"]
    level, _ = expected(form, strength)
    assert (found["worst"], found["best"]) == (f"L{level}", f"L{level}")
    assert "?" not in found["modifiers"]


@pytest.mark.parametrize(("form", "strength"), EVERY)
def test_the_facts_are_those_of_the_strength(
    form: str, strength: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = judged(tmp_path, capsys, form, strength, "internal")["boundary"]["facts"]
    holding = {line["id"] for line in lines if line["holds"] == "yes"}
    _, other = expected(form, strength)
    wanted = {*FACTS.get(strength, ()), *other.facts} - set(other.lacks)
    assert wanted <= holding
    assert holding & set(other.lacks) == set()
    risks = {one for one in holding if one.startswith(RISKS)}
    if strength == "weak":
        assert "H.seccomp_explicit" not in holding or "G.privileged" not in holding
    elif strength != "privileged":
        assert risks <= set(other.facts)


@pytest.mark.parametrize("sensitivity", CLASSES)
@pytest.mark.parametrize(("form", "strength"), EVERY)
def test_the_verdict_is_that_of_the_level(
    form: str, strength: str, sensitivity: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = judged(tmp_path, capsys, form, strength, sensitivity)
    level, _ = expected(form, strength)
    assert found["verdict"] == VERDICTS[level][CLASSES.index(sensitivity)]


def test_the_table_and_the_folders_are_the_same() -> None:
    folders = {(path.parent.name, path.name) for path in HERE.glob("*/*") if path.is_dir()}
    assert folders == {(form, strength) for form, entry in FORMS.items() for strength in entry.strengths}


@pytest.mark.parametrize("form", FORMS)
def test_an_exception_has_a_reason_and_names_facts(form: str) -> None:
    entry = FORMS[form]
    assert entry.missing or {"weak", "default", "hardened", "vm"} <= set(entry.strengths)
    assert set(entry.other) <= set(entry.strengths)
    for other in entry.other.values():
        assert other.reason
        assert {*other.facts, *other.lacks} <= set(CATALOGUE)
