"""What a policy asks from a later day on is said beforehand, and fails on that day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.verbs import gate, write_all

if TYPE_CHECKING:
    from tests.verbs import Answer

BEFORE, ON, LAST, AFTER = "2026-12-31", "2027-01-01", "2027-06-30", "2027-07-01"
TERM = f"effective_on: {ON}, until: {LAST}"

COMPOSE = "services:\n  web: {image: 'registry.example/web:1', mem_limit: 1g}\n"
DECLARED = "version: 1\npolicy: ours.yaml\nworkloads:\n- {name: web, paths: [compose.yaml], sensitivity: internal}\n"
UNDECLARED = "version: 1\npolicy: ours.yaml\n"

LEVEL = f"requirements:\n- {{id: OURS-1, when: {{}}, level: L5, text: Ours., source: us, {TERM}}}\n"
REQUIRED = f"require: [{{rule: ISO042, {TERM}}}]\n"


def on(
    day: str, folder: Path, capsys: pytest.CaptureFixture[str], policy: str, files: dict[str, str] | None = None
) -> Answer:
    """Judge a small repository under a policy of its own as of a day."""
    whole = {"compose.yaml": COMPOSE, ".gate.yaml": DECLARED, "ours.yaml": policy, **(files or {})}
    return gate(capsys, "check", write_all(folder, whole), "--now", day, "--format", "json")


def heir(more: str = "", *parents: str) -> str:
    return f"version: 1\nname: ours\nextends: [{', '.join(('standard', *parents))}]\n{more}"


def reasons(answer: Answer) -> list[tuple[str, str]]:
    (subject,) = answer.report["subjects"]
    return [(reason["verdict"], reason["text"]) for reason in subject["reasons"]]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (LEVEL, "web has L2 default-shared-kernel and needs L5 hardware-virtualized-container (OURS-1)"),
        (REQUIRED, "the policy requires ISO042: "),
    ],
)
def test_a_demand_warns_before_its_days_fails_on_them_and_is_gone_after(
    more: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"compose.yaml": COMPOSE.replace(", mem_limit: 1g", "")}
    before = on(BEFORE, tmp_path, capsys, heir(more), files)
    assert (before.status, before.report["verdict"]) == (0, "warn")
    ((verdict, said),) = reasons(before)
    assert verdict == "warn"
    assert said.startswith(f"from {ON} on this fails: {text}")
    for day in (ON, LAST):
        answer = on(day, tmp_path, capsys, heir(more), files)
        assert (answer.status, answer.report["verdict"]) == (1, "fail")
        assert reasons(answer)[0][1].startswith(text)
    after = on(AFTER, tmp_path, capsys, heir(more), files)
    assert (after.status, after.report["verdict"], reasons(after)) == (0, "pass", [])


def test_what_is_met_already_is_not_announced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = on(BEFORE, tmp_path, capsys, heir(LEVEL.replace("L5", "L2")))
    assert (answer.report["verdict"], reasons(answer)) == ("pass", [])


def test_what_fails_today_fails_and_what_comes_is_said_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = {"compose.yaml": "services:\n  web: {image: 'registry.example/web:1', pid: host}\n"}
    answer = on(BEFORE, tmp_path, capsys, heir(LEVEL), host)
    assert (answer.status, [verdict for verdict, _ in reasons(answer)]) == (1, ["fail", "warn"])


def test_every_day_that_is_still_to_come_is_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    later = "- {id: OURS-2, when: {}, level: L6, text: Ours., source: us, effective_on: 2028-01-01}\n"
    found = reasons(on(BEFORE, tmp_path, capsys, heir(LEVEL + later)))
    assert [(verdict, text.split(":")[0]) for verdict, text in found] == [
        ("warn", "from 2027-01-01 on this fails"),
        ("warn", "from 2028-01-01 on this fails"),
    ]


def test_a_whole_pack_may_come_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parent = f"{{pack: strict, effective_on: {ON}}}"
    host = {
        "compose.yaml": "services:\n  web: {image: 'registry.example/web:1', uts: host}\n",
        ".gate.yaml": UNDECLARED,
    }
    before, after = (on(day, tmp_path, capsys, heir("", parent), host) for day in (BEFORE, ON))
    # Today nobody declared it, and it only warns; from then on that counts as restricted.
    assert (before.status, before.report["verdict"]) == (0, "warn")
    assert any(text.startswith(f"from {ON} on this fails: web has ") for _, text in reasons(before))
    assert (after.status, after.report["verdict"]) == (1, "fail")
    assert before.report["policy"] == after.report["policy"]


def test_of_an_undeclared_workload_it_only_warns_then_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    undeclared = {".gate.yaml": UNDECLARED}
    before, after = (on(day, tmp_path, capsys, heir(LEVEL), undeclared) for day in (BEFORE, ON))
    assert [text.split(":")[0] for _, text in reasons(before)] == [f"from {ON} on this warns"]
    assert (before.report["verdict"], after.report["verdict"], after.status) == ("warn", "warn", 0)


def test_a_permission_that_ends_is_announced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An exception that the policy of a later day no longer takes."""
    grant = "exceptions:\n- {rule: ISO004, workload: web, reason: metrics, owner: us, "
    grant += "created: 2026-12-01, expires: 2027-02-01}\n"
    host = {
        "compose.yaml": "services:\n  web: {image: 'registry.example/web:1', pid: host}\n",
        ".gate.yaml": DECLARED + grant,
    }
    for more in (
        "never_excepted: [ISO004]\n",
        "longest_exception: {public: 9, internal: 9, confidential: 9, restricted: 9}\n",
    ):
        files = {**host, "later.yaml": f"version: 1\nname: later\nextends: standard\n{more}"}
        parent = f"{{pack: later.yaml, effective_on: {ON}}}"
        before, after = (on(day, tmp_path, capsys, heir("", parent), files) for day in (BEFORE, ON))
        assert (before.status, after.status) == (0, 1)
        assert any(text.startswith(f"from {ON} on this fails: web has L1") for _, text in reasons(before))
        assert [line["state"] for line in before.report["exceptions"]] == ["used"]


def test_scores_and_suggestions_come_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = on(BEFORE, tmp_path, capsys, heir(LEVEL))
    (subject,) = answer.report["subjects"]
    assert subject["suggestions"]
    old = {
        "compose.yaml": "services: {}\n",
        "Dockerfile": "FROM debian:12.0\nUSER 1000\n",
        ".gate.yaml": DECLARED.replace("compose.yaml", "Dockerfile"),
    }
    high = "thresholds: {internal: {image_age: {minimum: 100}}, confidential: {image_age: {minimum: 100}}, "
    high += "restricted: {image_age: {minimum: 100}}}\n"
    old["later.yaml"] = f"version: 1\nname: later\nextends: standard\n{high}"
    answer = on(BEFORE, tmp_path / "b", capsys, heir("", f"{{pack: later.yaml, effective_on: {ON}}}"), old)
    found: list[Any] = [one for subject in answer.report["subjects"] for one in subject["reasons"]]
    assert any("100 is required" in one["text"] and one["text"].startswith(f"from {ON}") for one in found)


def test_templates_that_nobody_rendered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec: {containers: [{name: a, image: b}]}\n"
    )
    chart = {"templates/pod.yaml": pod}
    parent = f"{{pack: strict, effective_on: {ON}}}"
    before = on(BEFORE, tmp_path, capsys, heir("", parent), chart)
    skipped = [one["reason"] for one in before.report["coverage"]["skipped"]]
    assert any(reason.endswith(f"; from {ON} on this fails") for reason in skipped)
    assert on(ON, tmp_path, capsys, heir("", parent), chart).status != 0


def test_findings_about_the_declaration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = f"require: [{{rule: DCL006, {TERM}}}]\n"
    stale = {".gate.yaml": DECLARED + "- {name: gone, match: {name: gone}, sensitivity: public}\n"}
    before = on(BEFORE, tmp_path, capsys, heir(more), stale)
    assert before.status == 0
    assert [one["message"].endswith(f"; from {ON} on this fails") for one in before.report["findings"]] == [True]
    assert on(ON, tmp_path, capsys, heir(more), stale).status == 1


def test_a_baseline_hides_nothing_that_comes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    on(BEFORE, tmp_path, capsys, heir(REQUIRED), {"compose.yaml": COMPOSE.replace(", mem_limit: 1g", "")})
    arguments = (tmp_path, "--now", BEFORE, "--format", "json")
    assert gate(capsys, "check", *arguments, "--write-baseline").status == 0
    answer = gate(capsys, "check", *arguments, "--baseline", tmp_path / ".gate-baseline.json")
    assert [text.split(":")[0] for _, text in reasons(answer)] == [f"from {ON} on this fails"]
