"""SARIF: valid against the official schema, and against the table of what GitHub's code scanning reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gate.reporters.sarif import uri
from tests.verbs import NOW, gate, write_all

ROOT = Path(__file__).parents[2]
OFFICIAL = ROOT.parent / "shared" / "schemas" / "sarif-schema-2.1.0.json"
SHOP = ROOT / "examples" / "shop"

HOSTILE = {
    "javascript:alert(1)/compose.yaml": "services: {web: {image: x, privileged: true}}\n",
    "ä ö/%2e%2e/compose.yaml": "services: {web: {image: x, pid: '${X}'}}\n",
    "broken/compose.yaml": "services: [\n",
}


#: A declaration that permits one thing of two.
EXCEPTED = {
    "compose.yaml": "services: {web: {image: x, privileged: true, pid: host}}\n",
    ".gate.yaml": "version: 1\nexceptions:\n- {rule: ISO004, workload: web, reason: until the move, owner: ops, "
    "created: 2026-11-01, expires: 2026-12-15}\n",
}


def sarif(capsys: pytest.CaptureFixture[str], path: Path, form: str = "sarif") -> Any:
    """Return the log of one run."""
    return json.loads(gate(capsys, "check", "--now", NOW, "--format", form, path).out)


@pytest.fixture
def log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """The log of a run over hostile names, failures, doubts and a gap."""
    return sarif(capsys, write_all(tmp_path, HOSTILE))


def test_the_log_is_valid(log: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not OFFICIAL.is_file():
        pytest.skip("the official SARIF schema is not beside this repository")
    validator = jsonschema.Draft4Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))
    excepted = sarif(capsys, write_all(tmp_path / "excepted", EXCEPTED), "sarif-full")
    for one in (log, sarif(capsys, SHOP), sarif(capsys, SHOP, "sarif-full"), excepted):
        assert [error.message for error in validator.iter_errors(one)] == []


def test_rules_have_what_code_scanning_shows(log: Any) -> None:
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert rules
    for rule in rules:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["properties"]["precision"] == "very-high"
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert len(rule["properties"]["tags"]) <= 20


def test_results_have_places_and_fingerprints(log: Any) -> None:
    results = log["runs"][0]["results"]
    assert results
    for result in results:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert (region["endLine"], region["endColumn"]) > (region["startLine"], region["startColumn"])
        assert result["message"]["text"]
        assert log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]
    assert len(set(prints)) == len(prints)


def test_only_failures_have_a_level(log: Any) -> None:
    kinds = {(result["kind"], result["level"] == "none") for result in log["runs"][0]["results"]}
    assert kinds == {("fail", False), ("open", True)}


def test_what_blocks_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    results = sarif(capsys, SHOP)["runs"][0]["results"]
    assert [result["ruleId"] for result in results if result["level"] == "error"] == ["ISO048"]


def test_what_only_warns_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_all(tmp_path, {"compose.yaml": "services: {web: {image: x, pid: host}}\n"})
    levels = {one["ruleId"]: one["level"] for one in sarif(capsys, folder)["runs"][0]["results"]}
    assert levels["ISO004"] == "warning"
    assert "error" not in levels.values()


def test_a_gap_is_a_notification(log: Any) -> None:
    (invocation,) = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"]


#: A demand of a later day and a template that fails then.
COMING = {
    "compose.yaml": "services: {web: {image: x}}\n",
    "pod.yaml": "{{ if .Values.on }}\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n{{ end }}\n",
    "ours.yaml": "version: 1\nname: ours\nextends: [standard, {pack: strict, effective_on: 2027-01-01}]\n"
    "require: [{rule: ISO042, effective_on: 2027-02-01}]\n",
    ".gate.yaml": "version: 1\npolicy: ours.yaml\nworkloads:\n"
    "- {name: web, match: {name: web}, sensitivity: restricted, placement: dedicated}\n",
}


@pytest.mark.parametrize("form", ["sarif", "sarif-full"])
def test_what_fails_later_is_a_note_that_fails_no_check(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule with a `security-severity` fails the check from `high` on, even as a note."""
    folder = write_all(tmp_path, COMING)
    report = json.loads(gate(capsys, "check", "--now", NOW, "--format", "json", folder).out)
    said = [one["text"] for subject in report["subjects"] for one in subject["reasons"] if "on this" in one["text"]]
    said += [one["reason"] for one in report["coverage"]["skipped"] if "on this fails" in one["reason"]]
    log = sarif(capsys, folder, form)
    (run,) = log["runs"]
    notes = [one for one in run["results"] if one["ruleId"] == "coming-demand"]
    assert len(said) > 1
    assert [one["message"]["text"] for one in notes] == [f"{text}." for text in said]
    assert {(one["level"], one["kind"]) for one in notes} == {("note", "fail")}
    rule = run["tool"]["driver"]["rules"][notes[0]["ruleIndex"]]
    assert rule["id"] == "coming-demand"
    assert "security-severity" not in rule["properties"]
    assert "security" not in rule["properties"]["tags"]
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]
    assert len(set(prints)) == len(prints)
    write_all(tmp_path, {"compose.yaml": f"# moved\n{COMING['compose.yaml']}"})
    later = sarif(capsys, folder, form)["runs"][0]["results"]
    assert [one["partialFingerprints"] for one in later] == [one["partialFingerprints"] for one in run["results"]]
    if OFFICIAL.is_file():
        validator = jsonschema.Draft4Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))
        assert [error.message for error in validator.iter_errors(log)] == []


def test_without_such_a_demand_there_is_no_such_rule(log: Any) -> None:
    assert "coming-demand" not in [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]


def test_fingerprints_survive_lines_above(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def prints() -> list[str]:
        found = sarif(capsys, tmp_path)["runs"][0]["results"]
        return sorted(result["partialFingerprints"]["primaryLocationLineHash"] for result in found)

    compose = tmp_path / "compose.yaml"
    compose.write_text("services: {web: {image: x, privileged: true, pid: host}}\n")
    before = prints()
    compose.write_text("# one\n# two\n" + compose.read_text())
    assert prints() == before


def test_fingerprints_are_those_of_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_all(tmp_path, {**EXCEPTED, "other/compose.yaml": EXCEPTED["compose.yaml"]})
    report = json.loads(gate(capsys, "check", "--now", NOW, "--format", "json", folder).out)
    found = [finding["fingerprint"] for subject in report["subjects"] for finding in subject["findings"]]
    results = sarif(capsys, folder, "sarif-full")["runs"][0]["results"]
    marks = [result["partialFingerprints"]["primaryLocationLineHash"].split(":") for result in results]
    assert sorted(mark for mark, _ in marks) == sorted(found)
    assert {number for _, number in marks} == {"1", "2"}


def test_all_results_of_the_full_log_say_whether_they_are_suppressed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = sarif(capsys, write_all(tmp_path, EXCEPTED), "sarif-full")["runs"][0]["results"]
    assert {(one["ruleId"], len(one["suppressions"])) for one in results if one["ruleId"] in ("ISO001", "ISO004")} == {
        ("ISO001", 0),
        ("ISO004", 1),
    }
    (suppressed,) = (one for one in results if one["suppressions"])
    assert (suppressed["kind"], suppressed["level"]) == ("fail", "warning")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("deploy/web.yaml", "deploy/web.yaml"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("a b/ä.yaml", "a%20b/%C3%A4.yaml"),
        ("100%/x", "100%25/x"),
        ("\udcff", "%FF"),
        ("", "./"),
    ],
)
def test_a_uri_has_no_scheme(path: str, expected: str) -> None:
    assert uri(path) == expected
