"""What `gate policy lint` and `gate policy show` say."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.model.policy import NEEDS
from gate.model.source import Source
from gate.policy.describe import describe
from gate.policy.lint import Problem, lint
from gate.policy.pack import load_policy
from gate.policy.shipped import shipped_policy
from gate.rules.registry import RULES

ROOT = Path(__file__).parents[2]
STANDARD = (ROOT / "policies" / "standard.yaml").read_text()


def problems(text: str, rules: tuple[str, ...] = ()) -> list[Problem]:
    return lint(Source("ours.yaml", text.encode()), rules)


@pytest.mark.parametrize("name", ["standard", "strict"])
def test_the_shipped_packs_have_no_problems(name: str) -> None:
    path = ROOT / "policies" / f"{name}.yaml"
    assert lint(Source(path.name, path.read_bytes()), RULES) == []


def test_every_section_reports_its_first_error() -> None:
    text = STANDARD.replace("unrendered:", "unrended:").replace("{exposure: internet}", "{exposed: internet}")
    text = text.replace("undeclared: warn", "undeclared: maybe").replace("remediation: default", "remediation: soon")
    found = problems(text)
    assert {problem.severity for problem in found} == {"error"}
    words = ("maybe", "unrended", "exposed", "soon")
    assert [word in problem.cause for problem, word in zip(found, words, strict=True)] == [True] * 4
    assert all(problem.remedy for problem in found)


@pytest.mark.parametrize("text", ["", "[]", "version: [", "a: 1\n---\nb: 1\n"])
def test_what_is_no_pack_is_one_error(text: str) -> None:
    assert [problem.severity for problem in problems(text)] == ["error"]


def test_a_rule_that_there_is_not_would_never_block() -> None:
    text = STANDARD.replace("require: [ISO044, ISO100]", "require: [ISO004, ISO400]")
    (problem,) = problems(text, ("ISO004", "ISO040"))
    assert (problem.severity, "`ISO400`" in problem.cause) == ("error", True)
    assert "ISO040" in problem.remedy
    assert problems(text) == []


def test_a_workload_that_needs_nothing_is_doubtful() -> None:
    found = problems(STANDARD.replace("when: {}", "when: {exposure: {at-least: none}}"))
    assert ["needs nothing" in problem.cause for problem in found] == [True]
    assert found[0].severity == "warning"


def test_a_permission_without_a_waiver_is_doubtful() -> None:
    (problem,) = problems(STANDARD.replace("needs: [waiver, ", "needs: ["))
    assert "`R18` permits L0" in problem.cause
    assert problem.at is not None
    assert STANDARD.splitlines()[problem.at.line - 1].endswith("id: R18")


def test_a_demand_that_stops_short_is_doubtful() -> None:
    """Hostile code must not get away with less than untrusted code."""
    text = STANDARD.replace("{code_trust: hostile}", "{code_trust: hostile, exposure: internet}")
    causes = [problem.cause for problem in problems(text)]
    assert "`R5` asks for L4, and nothing asks for as much when `code_trust` is `hostile`" in causes
    assert all("`hostile`" in cause for cause in causes)


def test_showing_a_policy_shows_every_requirement_its_reason_and_its_source() -> None:
    policy = shipped_policy()
    lines = list(describe(policy))
    text = "\n".join(lines)
    assert policy.digest in text
    for rule in policy.requirements:
        assert any(line.startswith(f"{rule.id}: ") for line in lines)
        assert rule.text in text
        assert rule.source in text
        assert all(NEEDS[need] in text for need in rule.needs)
    assert "R8: at least L4 (L3 on a dedicated placement), when tenancy is hard" in lines
    assert "R18: L0 is permitted, when (code_trust is not hostile or untrusted)" in text
    assert "R1: at least L2, always" in lines
    assert any(line.startswith("confidential") and "75 (undecided: fail)" in line for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_showing_a_policy_shows_what_it_inherits_and_from_which_day_on() -> None:
    text = "version: 1\nname: ours\nextends: [standard, {pack: strict, effective_on: 2027-01-01, until: 2027-12-31}]\n"
    text += "require: [ISO002, {rule: ISO003, until: 2027-01-01}]\nnever_excepted: [ISO048]\nrequirements:\n"
    text += "- {id: OURS-1, when: {}, level: L4, text: Ours., source: us, effective_on: 2028-01-01}\n"
    lines = list(describe(load_policy(Source("ours.yaml", text.encode()))))
    now, then = lines[: lines.index("from 2027-01-01 to 2027-12-31, as strict asks:")], lines
    assert "R20: at least L7, when code_trust is hostile and tenancy is hard" in now
    assert "OURS-1: at least L4, always, from 2028-01-01 on" in now
    assert "rules that block whatever the level is: ISO002, ISO044, ISO100, ISO003 (until 2027-01-01)" in now
    assert "rules that no exception permits: ISO048" in now
    added = then[len(now) + 1 :]
    assert "    undeclared workloads: count as restricted" in added
    assert "    R8: at least L5 (L3 on a dedicated placement), when tenancy is hard" in added
    assert (
        "        Tenants who do not trust each other have a hypervisor between them, or are hardened on hosts"
        in "\n".join(added)
    )
    assert not any("R20" in line or "no exception permits" in line for line in added)
    assert all(line == line.rstrip() for line in lines)
