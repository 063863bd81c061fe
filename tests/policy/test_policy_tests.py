"""Policies have tests of their own: cases in words, run without any tree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.model.errors import UsageError
from gate.model.record import replace
from gate.model.source import Source
from gate.pipeline.policy_cases import outcomes, wrong
from gate.policy.cases import PolicyCase, load_cases
from gate.policy.shipped import shipped_policy
from gate.policy.starter import starter
from tests.verbs import gate, write_all

if TYPE_CHECKING:
    from gate.model.policy import Policy

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "policies" / "tests"
STANDARD = shipped_policy()

ONE = "version: 1\npolicy: {policy}\ncases:\n- name: a case\n  workload: {workload}\n  expect: {expect}\n"
OURS = "version: 1\nname: ours\nextends: standard\n"


def case(expect: str, workload: str = "{sensitivity: internal}", policy: str = "standard", more: str = "") -> str:
    return ONE.format(policy=policy, workload=workload, expect=expect) + more


def cases(name: str) -> tuple[PolicyCase, ...]:
    path = TESTS / f"{name}.yaml"
    return load_cases(Source(path.name, path.read_bytes()))


def failing(policy: Policy, name: str) -> list[str]:
    return [one.name for one in cases(name) if [*wrong(one, policy)]]


def test_the_shipped_packs_pass_their_tests(capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "policy", "test", TESTS)
    assert (answer.status, answer.out.strip()) == (
        0,
        f"{len(cases('standard')) + len(cases('strict'))} cases, 0 failed",
    )


@pytest.mark.parametrize("rule", [rule.id for rule in STANDARD.requirements])
def test_the_tests_of_standard_miss_every_requirement_that_is_taken_out(rule: str) -> None:
    without = tuple(one for one in STANDARD.requirements if one.id != rule)
    assert failing(replace(STANDARD, requirements=without), "standard") != []


@pytest.mark.parametrize("rule", [rule for rule in STANDARD.requirements if rule.level], ids=lambda rule: rule.id)
def test_and_every_level_that_is_lowered(rule: object) -> None:
    lowered = tuple(
        replace(one, level=f"L{int(one.level[1]) - 1}", dedicated_level="") if one is rule else one
        for one in STANDARD.requirements
    )
    found = failing(replace(STANDARD, requirements=lowered), "standard")
    # Where another requirement asks for as much, what is lowered changes nothing for anybody.
    covered = {"R4", "R16", "R17"}
    assert found or {one.id for one in STANDARD.requirements if one is rule} <= covered


def test_the_tests_of_strict_tell_it_from_standard() -> None:
    names = {one.name for one in cases("strict")}
    assert len(failing(STANDARD, "strict")) == len(names) - 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (case("{level: L3}"), "needs L2 and not L3"),
        (case("{level: L2, highest: L3}"), "needs L2 and not L2 to L3"),
        (case("{verdict: fail}"), "the verdict is pass and not fail"),
        (case("{verdict: pass}", more="  has: L1\n"), "the verdict is fail and not pass (the workload has L1"),
        (case("{verdict: pass}", more="  scores: {image_age: 59}\n"), "(image age is 59 and 60 is required)"),
        (case("{verdict: pass}", more="  failed: [ISO001]\n", policy="strict"), "the policy requires ISO001"),
        (case("{because: [R1, R2, ISO004]}"), "R2 does not apply; ISO004 does not apply"),
        (case("{needs: [cc]}"), "needs nothing beside the level and not cc"),
        (case("{needs: []}", workload="{host_trust: untrusted-operator}"), "needs cc beside the level and not nothing"),
        (case("{level: L2}", workload="undeclared", policy="strict"), "needs L3 to L5 and not L2"),
    ],
)
def test_a_failing_case_is_named_with_its_line(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = gate(capsys, "policy", "test", write_all(tmp_path, {"tests.yaml": text}) / "tests.yaml")
    failed, summary = answer.out.strip().splitlines()
    assert answer.status == 1
    assert "tests.yaml:4:" in failed
    assert ": failed: a case: " in failed
    assert said in failed
    assert summary == "1 case, 1 failed"


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        (case("{}"), 6, "the case expects nothing"),
        (case("{level: L9}"), 6, "`cases.expect.level` cannot be `L9`"),
        (case("{level: L2}", workload="{class: internal}"), 5, "in `cases.workload` there is no key `class`"),
        (case("{level: L2}", workload="nobody"), 5, "`cases.workload` cannot be `nobody`"),
        (case("{level: L2}").replace("policy: standard\n", ""), 3, "the case names no policy"),
        (case("{level: L2}", policy="standart"), 4, "there is no policy pack `standart`"),
        (case("{level: L2}", policy="none.yaml"), 4, "there is no file"),
        (case("{level: L2}", more="  failed: [ISO400]\n"), 4, "there is no rule ISO400"),
        (case("{level: L2}", more="  scores: {image_age: [80, 60]}\n"), 7, "goes down from 80 to 60"),
        (case("{level: L2}", more="  scores: {image_age: [80]}\n"), 7, "the least and the most"),
        ("version: 1\ncases: []\n", 2, "`cases` must not be empty"),
        ("version: 1\n", 1, "the key `cases` is missing"),
    ],
)
def test_what_is_no_case_is_a_usage_error(text: str, line: int, cause: str, tmp_path: Path) -> None:
    write_all(tmp_path, {"tests.yaml": text})
    with pytest.raises(UsageError) as caught:
        list(outcomes(str(tmp_path / "tests.yaml")))
    assert cause in caught.value.cause
    assert caught.value.at is not None
    assert (caught.value.at.path.rpartition("/")[2], caught.value.at.line) == ("tests.yaml", line)


def test_a_policy_is_found_relative_to_its_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "ours.yaml": OURS + "undeclared: confidential\n",
        "tests/one.yaml": case("{level: L3}", workload="undeclared", policy="../ours.yaml"),
        "tests/more/two.yml": case("{level: L2}", policy="../../ours.yaml"),
        "tests/readme.txt": "no tests",
    }
    answer = gate(capsys, "policy", "test", write_all(tmp_path, files) / "tests")
    assert (answer.status, answer.out) == (0, "2 cases, 0 failed\n")


@pytest.mark.parametrize("name", ["none", "none.yaml"])
def test_a_place_without_tests_is_a_usage_error(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert gate(capsys, "policy", "test", tmp_path / name).status == 2
    assert "holds no tests" in gate(capsys, "policy", "test", tmp_path / "empty").err
    assert gate(capsys, "policy", "test").status == 2


def test_cases_are_asked_on_their_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    later = "require: [{rule: ISO004, effective_on: 2027-01-01, until: 2027-06-30}]\n"
    days = [("2026-12-31", "warn"), ("2027-01-01", "fail"), ("2027-06-30", "fail"), ("2027-07-01", "pass")]
    text = "version: 1\npolicy: ours.yaml\ncases:\n" + "".join(
        f"- {{name: on {day}, day: {day}, workload: {{sensitivity: internal}}, has: L2, failed: [ISO004], "
        f"expect: {{verdict: {verdict}{', because: [ISO004]' if verdict == 'fail' else ''}}}}}\n"
        for day, verdict in days
    )
    write_all(tmp_path, {"ours.yaml": OURS + later, "tests.yaml": text})
    answer = gate(capsys, "policy", "test", tmp_path / "tests.yaml")
    assert (answer.status, answer.out) == (0, "4 cases, 0 failed\n")
    write_all(tmp_path, {"tests.yaml": case("{level: L2}", policy="ours.yaml")})
    answer = gate(capsys, "policy", "test", tmp_path / "tests.yaml")
    assert answer.status == 2
    assert "ours has dates, and the case no day" in answer.err


def test_the_documented_examples_are_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "policy.md").read_text()
    ours, tests = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    shared = "version: 1\nname: shared\nextends: standard\n"
    write_all(tmp_path, {"shared.yaml": shared, "ours.yaml": ours, "tests/ours.yaml": tests})
    assert gate(capsys, "policy", "lint", tmp_path / "ours.yaml").out == ""
    assert gate(capsys, "policy", "test", tmp_path / "tests").out == "2 cases, 0 failed\n"


def test_a_starter_is_a_pack_without_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "policy", "new", "ours")
    assert (answer.status, answer.out) == (0, starter("ours"))
    write_all(tmp_path, {"ours.yaml": answer.out})
    assert gate(capsys, "policy", "lint", tmp_path / "ours.yaml").out == ""
    assert gate(capsys, "policy", "show", tmp_path / "ours.yaml").out.startswith("ours (sha256 ")


def test_everything_that_a_starter_suggests_may_be_switched_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = ("extends:", "undeclared:", "requirements:", "thresholds:", "require:", "longest_", "never_", "- ", "  ")
    lines = [line for line in starter("ours").splitlines() if not line.startswith("extends:")]
    text = "\n".join(line[2:] if line.startswith(tuple(f"# {key}" for key in keys)) else line for line in lines)
    assert text.count("\n# ") < starter("ours").count("\n# ") - 10
    write_all(tmp_path, {"ours.yaml": text})
    answer = gate(capsys, "policy", "lint", tmp_path / "ours.yaml")
    assert (answer.status, answer.out) == (0, "")


@pytest.mark.parametrize("name", ["standard", "strict", "Ours", "our standard", "-x", "../x", ""])
def test_what_cannot_be_a_packs_name_starts_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "policy", "new", "--", name) if name.startswith("-") else gate(capsys, "policy", "new", name)
    assert (answer.status, answer.out) == (2, "")
