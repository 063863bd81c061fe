"""Every rule's page is judged: its examples find exactly what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.model.record import replace
from gate.model.report import Report
from gate.pipeline.options import Options
from gate.pipeline.run import Run
from gate.rules.registry import RULES, load
from tests.histories import committed
from tests.rules.pages import OUTCOMES, Example, Expected, examples
from tests.verbs import write_all

ROOT = Path(__file__).parents[2]
NOW = "2026-11-23"
PAGES = {rule_id: ROOT / (entry.module.replace(".", "/") + ".md") for rule_id, entry in RULES.items()}
EXAMPLES = [
    pytest.param(rule_id, example, id=f"{rule_id}-{example.heading}")
    for rule_id, page in PAGES.items()
    if page.is_file()
    for example in examples(page)
]


def judged(folder: Path, trusted_ref: str) -> Report:
    """Judge a folder as `gate check` does, with the reports, VEX documents and indexes that are named as such."""
    options = Options((str(folder),), (), "", "", "", NOW, None, verbose=False, formats=(), trusted_ref=trusted_ref)
    trivy, grype, vex = (
        tuple(str(path) for path in sorted(folder.glob(f"*.{kind}.json"))) for kind in ("trivy", "grype", "vex")
    )
    indexes = tuple(("deb", str(path)) for path in sorted(folder.glob("Packages")))
    known = folder / ".gate-baseline.json"
    baseline = str(known) if known.exists() else ""
    options = replace(options, trivy_reports=trivy, grype_reports=grype, vex=vex, indexes=indexes)
    return Run(replace(options, baseline=baseline)).report()


def found(report: Report) -> set[Expected]:
    """Return what a report says, in the words of a page."""
    findings = [*report.findings, *(finding for subject in report.subjects for finding in subject.findings)]
    return {
        Expected(finding.outcome, finding.rule, finding.at.path, finding.at.line)
        for finding in findings
        if finding.outcome in OUTCOMES
    }


@pytest.mark.parametrize(("rule_id", "example"), EXAMPLES)
def test_an_example_finds_what_it_says(rule_id: str, example: Example, tmp_path: Path) -> None:
    if example.before:
        committed(write_all(tmp_path, example.before))
    write_all(tmp_path, example.files)
    report = judged(tmp_path, "HEAD" if example.before else "")
    actual = found(report)
    assert report.coverage.not_understood == ()
    assert {one for one in actual if one.rule == rule_id} == {one for one in example.expected if one.rule == rule_id}
    assert example.expected <= actual


@pytest.mark.parametrize("rule_id", RULES)
def test_a_page_fails_once_and_passes_once(rule_id: str) -> None:
    page = PAGES[rule_id]
    assert page.is_file(), f"{rule_id} has no page"
    shown = examples(page)
    marked = [any(one.rule == rule_id for one in example.expected) for example in shown]
    assert True in marked
    assert False in marked


@pytest.mark.parametrize("rule_id", RULES)
def test_a_page_begins_with_its_rule(rule_id: str) -> None:
    rule = load(rule_id)
    assert PAGES[rule_id].read_text(encoding="utf-8").startswith(f"# {rule.id} {rule.name}\n")
    assert rule.id == rule_id
    assert set(rule.facts) == set(RULES[rule_id].facts)
