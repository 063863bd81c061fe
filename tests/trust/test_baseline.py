"""A baseline hides what it knows, and nothing new behind it; what a boundary lacks it never hides."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from tests.histories import committed, git
from tests.readers.layouts import packed, saved
from tests.verbs import NOW, Answer, check, gate, write_all

if TYPE_CHECKING:
    from collections.abc import Iterable

Json: TypeAlias = Any

#: A policy under which a missing memory limit fails, whatever the level is.
OURS = "version: 1\nname: ours\nextends: standard\nrequire: [ISO042, ISO015, ISO011]\n"
DECLARED = "version: 1\npolicy: ours.yaml\nworkloads:\n- {name: all, paths: ['**'], sensitivity: internal}\n"
PLAIN = {".gate.yaml": DECLARED, "ours.yaml": OURS}


def service(name: str = "web", more: str = "") -> str:
    return f"  {name}:\n    image: registry.example/{name}:1.4.2\n{f'    {more}{chr(10)}' if more else ''}"


WEB = f"services:\n{service()}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one service whose missing limit fails."""
    committed(write_all(tmp_path, {**PLAIN, "compose.yaml": WEB}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def record(capsys: pytest.CaptureFixture[str], *more: object) -> Answer:
    """Write the baseline of the current folder."""
    return check(capsys, "--write-baseline", *more)


def against(capsys: pytest.CaptureFixture[str], *more: object) -> Answer:
    """Check the current folder against its baseline."""
    return check(capsys, "--baseline", ".gate-baseline.json", *more)


def new(answer: Answer) -> set[tuple[str, str]]:
    """What is found and not known: the subject and the rule."""
    return {
        (subject["id"], finding["rule"])
        for subject in answer.report["subjects"]
        for finding in subject["findings"]
        if finding["outcome"] in ("failed", "undecided") and not finding["known"]
    }


def stale(answer: Answer) -> list[str]:
    return [one["message"] for one in answer.report["findings"] if one["rule"] == "DCL020"]


def entries(path: Path | str = ".gate-baseline.json") -> list[Json]:
    found: list[Json] = json.loads(Path(path).read_text())["entries"]
    return found


def rewrite(**changes: Json) -> None:
    """Change the entries of the baseline that are about the missing limit."""
    path = Path(".gate-baseline.json")
    document = json.loads(path.read_text())
    for entry in document["entries"]:
        if entry["rule"] == "ISO042":
            entry.update(changes)
    path.write_text(json.dumps(document))


# --------------------------------------------------------------------------------------------------- what it does


def test_what_was_there_when_it_was_written_only_warns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys).status == 1
    written = record(capsys)
    later = against(capsys)
    for answer in (written, later):
        (subject,) = answer.report["subjects"]
        assert (answer.status, answer.report["verdict"], subject["verdict"]) == (0, "warn", "warn")
        assert new(answer) == set()
        assert [reason["known"] for reason in subject["reasons"]] == [True]


def test_it_is_never_found_by_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    assert check(capsys).status == 1


def test_it_may_have_another_name_and_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = folder / "ci" / "known.json"
    elsewhere.parent.mkdir()
    assert record(capsys, "--baseline", elsewhere).status == 0
    assert not Path(".gate-baseline.json").exists()
    assert check(capsys, "--baseline", "ci/known.json").status == 0


def test_without_a_name_it_stands_at_the_root(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(folder, {"deep/pod/compose.yaml": WEB})
    monkeypatch.chdir(folder / "deep")
    record(capsys, "pod")
    assert (folder / ".gate-baseline.json").exists()


def test_something_new_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    write_all(folder, {"compose.yaml": WEB + service("log")})
    answer = against(capsys)
    assert answer.status == 1
    assert {subject for subject, _rule in new(answer)} == {"compose.yaml#services/log"}
    verdicts = {subject["name"]: subject["verdict"] for subject in answer.report["subjects"]}
    assert verdicts == {"web": "warn", "log": "fail"}


def test_a_note_is_known_too_and_changes_no_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"compose.yaml": f"services:\n{service(more='mem_limit: 1g')}"})
    record(capsys)
    answer = against(capsys)
    (subject,) = answer.report["subjects"]
    assert (subject["verdict"], new(answer)) == ("pass", set())
    assert subject["findings"]


def test_undecided_findings_are_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strict = "version: 1\npolicy: strict\nworkloads:\n- {name: all, paths: ['**'], sensitivity: internal}\n"
    write_all(folder, {".gate.yaml": strict, "compose.yaml": WEB, "Dockerfile": "FROM registry.example/app:1\n"})
    record(capsys)
    answer = against(capsys)
    assert new(answer) == set()
    assert any(one["outcome"] == "undecided" for subject in answer.report["subjects"] for one in subject["findings"])


# ---------------------------------------------------------------------------------------------- what it never hides


def test_a_boundary_that_is_too_weak(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {".gate.yaml": DECLARED.replace("internal", "restricted"), "compose.yaml": WEB})
    written = record(capsys)
    answer = against(capsys)
    assert (written.status, answer.status) == (1, 1)
    (subject,) = answer.report["subjects"]
    gaps = [reason for reason in subject["reasons"] if not reason["known"]]
    assert len(gaps) == 1  # the limit is known
    assert "needs L3" in gaps[0]["text"]
    assert ("compose.yaml#services/web", "ISO048") in new(answer)
    text = gate(capsys, "check", "--now", NOW, "--baseline", ".gate-baseline.json").out
    assert "gate except" in text
    assert gaps[0]["text"] in text
    for form, said in (("github", "::web has L2 default-shared-kernel and needs L3"), ("sarif", "ISO048")):
        shown = gate(capsys, "check", "--now", NOW, "--baseline", ".gate-baseline.json", "--format", form)
        assert said in shown.out


def test_what_keeps_a_workload_below_its_level(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"compose.yaml": f"services:\n{service(more='pid: host')}"})
    record(capsys)
    answer = against(capsys)
    assert answer.status == 1
    assert {rule for _subject, rule in new(answer)} == {"ISO004", "ISO048"}
    assert "ISO048" not in {entry["rule"] for entry in entries()}


def test_an_undeclared_workload_that_is_the_host(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".gate.yaml").unlink()
    write_all(folder, {"compose.yaml": f"services:\n{service(more='privileged: true')}"})
    assert (record(capsys).status, against(capsys).status) == (1, 1)


def test_a_boundary_of_which_not_enough_is_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = DECLARED.replace("internal", "restricted").replace("ours.yaml", "strict")
    secure = "{privileged: $A, security_opt: ['no-new-privileges:true'], cap_drop: [ALL], user: '1'}"
    write_all(folder, {".gate.yaml": declared, "compose.yaml": f"services:\n  web: {secure}\n"})
    record(capsys)
    (subject,) = against(capsys).report["subjects"]
    assert subject["verdict"] != "warn"
    assert any("needs" in reason["text"] and not reason["known"] for reason in subject["reasons"])


def test_what_was_not_understood(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"broken/compose.yaml": "services: {web: {image: [}}"})
    assert (record(capsys).status, against(capsys).status) == (3, 3)


def test_what_is_wrong_with_exceptions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expired = "{rule: ISO001, workload: web, reason: x, owner: us, created: 2026-01-01, expires: 2026-02-01}"
    write_all(folder, {".gate.yaml": f"{DECLARED}exceptions:\n- {expired}\n"})
    record(capsys)
    found = [finding for finding in against(capsys).report["findings"] if finding["rule"] == "DCL002"]
    assert [finding["known"] for finding in found] == [False]


def test_what_an_exception_permits_is_not_recorded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else it would go on for ever once the exception has ended."""
    granted = "{rule: ISO042, workload: web, reason: x, owner: us, created: 2026-11-01, expires: 2026-12-01}"
    write_all(folder, {".gate.yaml": f"{DECLARED}exceptions:\n- {granted}\n"})
    record(capsys)
    assert "ISO042" not in {entry["rule"] for entry in entries()}
    assert against(capsys).status == 0
    assert gate(capsys, "check", "--now", "2026-12-02", "--baseline", ".gate-baseline.json").status == 1


def test_standard_input_has_no_place_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    assert {entry["path"] for entry in entries()} == {"compose.yaml"}


# ------------------------------------------------------------------------------------------- what it survives


MOVED = {
    "lines": {"compose.yaml": f"# a word\n\n\n{WEB}"},
    "keys": {"compose.yaml": "services:\n  web: {labels: {a: b}, image: 'registry.example/web:1.4.2'}\n"},
    "a file": {"compose.yaml": None, "deploy/compose.yaml": WEB},
    "a new digest": {"compose.yaml": WEB.replace(":1.4.2", f":1.4.2@sha256:{'1' * 64}")},
    "a new tag": {"compose.yaml": WEB.replace("1.4.2", "1.4.3")},
}


def apply(folder: Path, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        if text is None:
            (folder / name).unlink()
    write_all(folder, {name: text for name, text in files.items() if text is not None})


def test_a_stage_has_another_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "FROM golang:1.18 AS build\nRUN curl -k https://a.example/a | sh\nFROM debian:9\nCOPY --from=build /a /a\n"
    write_all(folder, {"Dockerfile": text})
    record(capsys)
    write_all(folder, {"Dockerfile": text.replace("build", "compile")})
    answer = against(capsys)
    assert answer.subject("Dockerfile")["findings"]
    assert (answer.status, new(answer), stale(answer)) == (0, set(), [])


@pytest.mark.parametrize("files", MOVED.values(), ids=MOVED)
def test_what_only_moves_is_not_new(
    files: dict[str, str | None], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(capsys)
    apply(folder, files)
    answer = against(capsys)
    assert (answer.status, new(answer), stale(answer)) == (0, set(), [])


def test_days_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"Dockerfile": "FROM python:3.8-slim-buster\n"})
    record(capsys)
    answer = gate(capsys, "check", "--now", "2027-06-01", "--format", "json", "--baseline", ".gate-baseline.json")
    assert (answer.status, new(answer)) == (0, set())
    assert answer.report["baseline"]["written"] == NOW


def pods(*names: str) -> str:
    shown = (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: c, image: i}}]}}\n"
        for name in names
    )
    return "---\n".join(shown)


def test_documents_change_places(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"pods.yaml": pods("a", "b", "c")})
    record(capsys)
    write_all(folder, {"pods.yaml": pods("c", "a", "b")})
    answer = against(capsys)
    assert (answer.status, new(answer), stale(answer)) == (0, set(), [])


def save(path: Path, tag: str, layer: bytes) -> None:
    """Build an image with a label that nobody should set."""
    path.write_bytes(packed(saved(tag, runtime={"Labels": {"containerd.io/restart.loguri": "x"}}, layers=[layer])))


def test_a_rebuilt_image(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "one.tar", "app:3f2a91c", b"1")
    record(capsys, "--image", "one.tar")
    assert entries()
    save(tmp_path / "one.tar", "app:77e01bd", b"2")
    answer = against(capsys, "--image", "one.tar")
    assert (new(answer), stale(answer)) == (set(), [])
    (tmp_path / "one.tar").rename(tmp_path / "two.tar")
    answer = against(capsys, "--image", "two.tar")
    assert (new(answer), stale(answer)) == (set(), [])


# ------------------------------------------------------------------------------- nothing new behind something old


def container(name: str, ports: Iterable[int], more: str = "") -> str:
    listed = ", ".join(f"{{containerPort: {port}, hostPort: {port}}}" for port in ports)
    return f"  - {{name: {name}, image: i, ports: [{listed}]{more}}}\n"


def pod(*containers: str) -> str:
    return "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n" + "".join(containers)


def mount(target: str) -> str:
    return f"services:\n{service(more=f'volumes: [/srv/a:/a, /srv/a:{target}]')}"


def test_another_port_is_new(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"pod.yaml": pod(container("c", [80]))})
    record(capsys)
    write_all(folder, {"pod.yaml": pod(container("c", [22]))})
    assert ("pod.yaml#Pod/p", "ISO015") in new(against(capsys))


def test_the_same_in_another_container_is_new(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"pod.yaml": pod(container("a", [80]), container("b", []))})
    record(capsys)
    write_all(folder, {"pod.yaml": pod(container("a", []), container("b", [80]))})
    assert ("pod.yaml#Pod/p", "ISO015") in new(against(capsys))


def steps(count: int) -> str:
    return "# syntax=docker/dockerfile:1-labs\nFROM debian:13\n" + "RUN --security=insecure mount\n" * count


def test_of_more_than_were_there_the_last_are_new(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"Dockerfile": steps(2)})
    record(capsys)
    assert [entry["count"] for entry in entries() if entry["rule"] == "ISO051"] == [2]
    write_all(folder, {"Dockerfile": steps(4)})
    answer = against(capsys)
    found = [one for one in answer.subject("Dockerfile")["findings"] if one["rule"] == "ISO051"]
    assert sorted((one["location"]["line"], one["known"]) for one in found) == [
        (3, True),
        (4, True),
        (5, False),
        (6, False),
    ]
    for form in (("--verbose",), ("--format", "github")):
        shown = gate(capsys, "check", "--now", NOW, "--baseline", ".gate-baseline.json", *form).out
        assert shown.count("known like it: 2") == 2


def test_a_failure_is_not_known_as_a_doubt(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"compose.yaml": f"services:\n{service(more='read_only: $A')}"})
    record(capsys)
    write_all(folder, {"compose.yaml": f"services:\n{service(more='read_only: false')}"})
    assert ("compose.yaml#services/web", "ISO041") in new(against(capsys))


@pytest.mark.parametrize(("rule", "certain"), [("ISO041", "read_only: false"), ("ISO026", "cap_add: [ALL]")])
def test_a_doubt_is_known_as_the_failure_that_it_was(
    rule: str, certain: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A safeguard that is missing, and a risk."""
    doubtful = certain.replace("false", "$A").replace("ALL", "$A")
    write_all(folder, {"compose.yaml": f"services:\n{service(more=certain)}    cap_drop: [ALL]\n"})
    record(capsys)
    assert rule in {entry["rule"] for entry in entries()}
    write_all(folder, {"compose.yaml": f"services:\n{service(more=doubtful)}    cap_drop: [ALL]\n"})
    answer = against(capsys)
    (found,) = (one for one in answer.subject("web")["findings"] if one["rule"] == rule)
    assert (found["outcome"], found["known"], stale(answer)) == ("undecided", True, [])


def test_the_entry_of_a_file_that_is_still_there_counts_nowhere_else(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(capsys)
    write_all(folder, {"compose.yaml": f"services:\n{service(more='mem_limit: 1g')}", "b/compose.yaml": WEB})
    assert ("b/compose.yaml#services/web", "ISO042") in new(against(capsys))


def test_the_entry_of_a_file_that_is_gone_counts_for_no_file_that_is_known(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limited = f"services:\n{service(more='mem_limit: 1g')}"
    write_all(folder, {"b/compose.yaml": limited})
    record(capsys)
    apply(folder, {"compose.yaml": None, "b/compose.yaml": WEB})
    assert ("b/compose.yaml#services/web", "ISO042") in new(against(capsys))


def test_the_entry_of_a_file_that_is_gone_counts_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    apply(folder, {"compose.yaml": None, "a/compose.yaml": WEB, "b/compose.yaml": WEB})
    found = new(against(capsys))
    assert {subject for subject, _rule in found} == {"b/compose.yaml#services/web"}


def test_a_file_takes_what_it_has_most_in_common_with(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is new in one file is not spread over two."""
    write_all(folder, {"compose.yaml": f"services:\n{service(more='read_only: true')}"})
    record(capsys)
    apply(
        folder,
        {
            "compose.yaml": None,
            "a/compose.yaml": WEB,
            "b/compose.yaml": f"services:\n{service(more='read_only: true')}",
        },
    )
    answer = against(capsys)
    assert {subject for subject, _rule in new(answer)} == {"a/compose.yaml#services/web"}


def test_a_file_that_was_split_takes_its_entries_along(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"pods.yaml": pods("a", "b")})
    record(capsys)
    apply(folder, {"pods.yaml": None, "a.yaml": pods("a"), "b.yaml": pods("b")})
    answer = against(capsys)
    assert (new(answer), stale(answer)) == (set(), [])


# ------------------------------------------------------------------------------------- while no more is demanded


AXES = {
    "class": ("sensitivity: internal", "sensitivity: confidential"),
    "confidentiality": ("confidentiality: low", "confidentiality: moderate"),
    "integrity": ("integrity: moderate", "integrity: high"),
    "availability": ("", "availability: moderate"),
    "label": ("label: unclassified", "label: secret"),
    "tenancy": ("tenancy: single-team", "tenancy: soft"),
    "code_trust": ("", "code_trust: third-party"),
    "exposure": ("exposure: internal", "exposure: internet"),
    "host_trust": ("", "host_trust: untrusted-operator"),
    "regulated": ("", "regulated: [pci]"),
    "another regime": ("regulated: [pci]", "regulated: [pci, phi]"),
    "placement": ("placement: dedicated", "placement: team"),
    "role": ("", "role: ci-builder"),
    "a role that permitted": ("role: csi", ""),
}


def declare(folder: Path, words: str) -> None:
    given = words if "sensitivity" in words else ", ".join(word for word in ("sensitivity: internal", words) if word)
    write_all(folder, {".gate.yaml": DECLARED.replace("sensitivity: internal", given)})


@pytest.mark.parametrize(("low", "high"), AXES.values(), ids=AXES)
def test_raising_the_sensitivity_brings_findings_back(
    low: str, high: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declare(folder, low)
    record(capsys)
    assert ("compose.yaml#services/web", "ISO042") not in new(against(capsys))
    declare(folder, high)
    raised = against(capsys)
    assert ("compose.yaml#services/web", "ISO042") in new(raised)
    assert stale(raised) == []


@pytest.mark.parametrize(("low", "high"), AXES.values(), ids=AXES)
def test_lowering_it_does_not(low: str, high: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declare(folder, high)
    record(capsys)
    declare(folder, low)
    found = {rule for _subject, rule in new(against(capsys))}
    assert "ISO042" not in found
    assert not found or "ISO048" in found


def test_declaring_a_workload_brings_its_findings_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {".gate.yaml": "version: 1\npolicy: ours.yaml\n"})
    record(capsys)
    write_all(folder, {".gate.yaml": DECLARED.replace("internal", "public")})
    assert ("compose.yaml#services/web", "ISO042") in new(against(capsys))


def test_a_class_for_the_undeclared_is_what_they_are_held_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silent = "version: 1\npolicy: ours.yaml\n"
    write_all(folder, {".gate.yaml": silent})
    record(capsys)
    write_all(folder, {"ours.yaml": f"{OURS}undeclared: confidential\n"})
    assert ("compose.yaml#services/web", "ISO042") in new(against(capsys))
    record(capsys)
    write_all(folder, {".gate.yaml": DECLARED})
    assert ("compose.yaml#services/web", "ISO042") not in new(against(capsys))


def test_a_rule_that_the_policy_comes_to_require_brings_its_findings_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(folder, {"ours.yaml": OURS.replace("ISO042, ", "")})
    assert record(capsys).status == 0
    write_all(folder, {"ours.yaml": OURS})
    answer = against(capsys)
    assert (answer.status, new(answer)) == (1, {("compose.yaml#services/web", "ISO042")})
    record(capsys)
    write_all(folder, {"ours.yaml": OURS.replace("ISO042, ", "")})
    assert (against(capsys).status, new(against(capsys))) == (0, set())


# -------------------------------------------------------------------------------------------------------- scores


OLD = "FROM ruby:3.3.5\n"


def reasons(answer: Answer, ending: str = "Dockerfile") -> list[tuple[str, bool]]:
    return [(reason["text"].partition(" is")[0], reason["known"]) for reason in answer.subject(ending)["reasons"]]


@pytest.fixture
def aged(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder whose image is too old, which is known."""
    apply(folder, {"compose.yaml": None, "Dockerfile": OLD})
    assert check(capsys).status == 1
    assert record(capsys).status == 0
    return folder


def test_a_score_that_was_too_low_is_known(aged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = against(capsys)
    assert (answer.status, reasons(answer)) == (0, [("image age", True)])


def test_it_may_fall_by_the_passing_of_days(aged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("Dockerfile")
    path.write_text(OLD)
    answer = gate(capsys, "check", "--now", "2026-12-20", "--format", "json", "--baseline", ".gate-baseline.json")
    assert reasons(answer)[0] == ("image age", True)


def test_another_base_that_is_too_old_is_new(aged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(aged, {"Dockerfile": "FROM ruby:3.3.1\n"})
    answer = against(capsys)
    assert (answer.status, reasons(answer)) == (1, [("image age", False)])


def test_a_base_that_is_better_and_still_too_old_is_known(aged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(aged, {"Dockerfile": "FROM ruby:3.3.1\n"})
    record(capsys)
    write_all(aged, {"Dockerfile": "FROM ruby:3.3.9\n"})
    answer = against(capsys)
    assert (answer.status, reasons(answer)) == (0, [("image age", True)])


def test_more_that_takes_points_is_new(aged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(aged, {"Dockerfile": f"{OLD}RUN echo deb http://archive.debian.org/debian stretch main >> /etc/apt/x\n"})
    answer = against(capsys)
    assert (answer.status, reasons(answer)) == (1, [("image age", False)])


def test_a_higher_threshold_brings_it_back(aged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(aged, {"ours.yaml": f"{OURS}thresholds: {{internal: {{image_age: {{minimum: 61}}}}}}\n"})
    answer = against(capsys)
    assert (answer.status, reasons(answer)) == (1, [("image age", False)])
    assert stale(answer) == []


# --------------------------------------------------------------------------------------------------- stale entries


LIMITED = f"services:\n{service(more='mem_limit: 1g')}"


def test_what_was_mended_leaves_a_stale_entry(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    write_all(folder, {"compose.yaml": LIMITED})
    answer = against(capsys)
    count = len(entries())
    assert stale(answer) == [f"1 entry of {count} in the baseline: what it knows is there no more, or less often"]
    (finding,) = (one for one in answer.report["findings"] if one["rule"] == "DCL020")
    line = Path(".gate-baseline.json").read_text().split("\n")[finding["location"]["line"] - 1]
    assert "ISO042" in line
    assert (answer.status, answer.report["baseline"]["stale"]) == (0, 1)


def test_an_entry_that_knows_more_than_there_is_left_is_stale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    rewrite(count=3)
    assert len(stale(against(capsys))) == 1


def test_entries_of_a_file_that_is_gone_are_stale(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"b/compose.yaml": WEB})
    record(capsys)
    apply(folder, {"b/compose.yaml": None})
    assert against(capsys).report["baseline"]["stale"] == len(entries()) // 2


def test_entries_outside_of_the_run_are_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"b/compose.yaml": WEB, "c/compose.yaml": WEB})
    record(capsys)
    apply(folder, {"b/compose.yaml": None, "compose.yaml": LIMITED})
    assert stale(against(capsys, "c")) == []


def test_entries_of_what_could_not_be_read_are_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    write_all(folder, {"compose.yaml": "services: {web: {image: [}}"})
    answer = against(capsys)
    assert (answer.status, stale(answer)) == (3, [])


def test_entries_of_another_stage_are_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys, "--stage", "deploy")
    write_all(folder, {"compose.yaml": LIMITED})
    assert stale(against(capsys)) == []
    assert len(stale(against(capsys, "--stage", "deploy"))) == 1


def test_entries_of_an_image_that_is_not_given_are_not(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "app.tar", "app:1", b"1")
    record(capsys, "compose.yaml", "--image", "app.tar", "--stage", "build")
    (tmp_path / "app.tar").unlink()
    assert any(entry.get("built") for entry in entries())
    assert stale(against(capsys, "compose.yaml", "--stage", "build")) == []


def test_writing_it_anew_takes_them_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    before = entries()
    write_all(folder, {"compose.yaml": LIMITED + service("log")})
    answer = record(capsys, "--baseline", ".gate-baseline.json")
    line = answer.report["baseline"]
    assert (line["removed"], line["stale"], answer.status) == (1, 0, 0)
    assert line["added"] == len([entry for entry in entries() if entry["subject"].endswith("log")])
    assert len(entries()) == len(before) + line["added"] - 1


# ------------------------------------------------------------------------------------------------------- writing


def test_it_can_be_reviewed_line_by_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"b/compose.yaml": WEB})
    record(capsys)
    text = Path(".gate-baseline.json").read_text()
    lines = [json.loads(line.rstrip(",")) for line in text.split("\n") if line.startswith("    {")]
    assert lines == entries()
    assert [(one["path"], one["rule"]) for one in lines] == sorted((one["path"], one["rule"]) for one in lines)
    assert {"path", "subject", "rule", "outcome", "fingerprint", "count", "sensitivity"} <= lines[0].keys()


def test_writing_it_twice_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    before = Path(".gate-baseline.json").read_bytes()
    answer = record(capsys)
    assert Path(".gate-baseline.json").read_bytes() == before
    assert (answer.report["baseline"]["added"], answer.report["baseline"]["removed"]) == (0, 0)


def test_writing_it_for_a_part_keeps_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {"b/compose.yaml": WEB})
    record(capsys)
    before = entries()
    write_all(folder, {"b/compose.yaml": LIMITED, "compose.yaml": LIMITED})
    record(capsys, "b")
    left = [entry for entry in before if (entry["path"], entry["rule"]) != ("b/compose.yaml", "ISO042")]
    assert entries() == left


def test_moving_a_file_adds_and_removes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    apply(folder, {"compose.yaml": None, "b/compose.yaml": WEB})
    line = record(capsys).report["baseline"]
    assert (line["added"], line["removed"]) == (0, 0)
    assert {entry["path"] for entry in entries()} == {"b/compose.yaml"}


def test_nothing_is_left_beside_it_and_no_half_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    assert {path.name for path in folder.iterdir()} == {".git", *PLAIN, "compose.yaml", ".gate-baseline.json"}
    before = Path(".gate-baseline.json").read_bytes()
    answer = gate(capsys, "check", "--write-baseline", "--baseline", "none/known.json")
    assert (answer.status, "none/known.json" in answer.err) == (2, True)
    assert Path(".gate-baseline.json").read_bytes() == before


def test_a_run_that_breaks_off_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(capsys, "check", "--write-baseline", "--policy", "none.yaml").status == 2
    assert not Path(".gate-baseline.json").exists()


def test_a_file_that_is_no_baseline_is_not_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(capsys, "check", "--write-baseline", "--baseline", "compose.yaml").status == 2
    assert Path("compose.yaml").read_text() == WEB


def test_no_report_takes_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    answer = gate(capsys, "check", "--baseline", ".gate-baseline.json", "--format", "json=.gate-baseline.json")
    assert answer.status == 2
    assert entries()


# ------------------------------------------------------------------------------------------------- a file in error


HEAD = {
    "version": 1,
    "tool": {"name": "boundary-gate", "version": "1"},
    "written": "2026-11-01",
    "stage": "commit",
    "policy": {"name": "standard", "digest": ""},
    "entries": [],
}
ENTRY = {
    "path": "compose.yaml",
    "subject": "compose.yaml#services/web",
    "rule": "ISO042",
    "outcome": "failed",
    "fingerprint": "0" * 16,
    "count": 1,
}
WRONG = {
    "no JSON": "{",
    "a merge that was not finished": "<<<<<<< ours\n{}\n",
    "empty": "",
    "another version": json.dumps({**HEAD, "version": 2}),
    "a version in words": json.dumps({**HEAD, "version": True}),
    "an unknown key": json.dumps({**HEAD, "ignore": []}),
    "a key too few": json.dumps({key: value for key, value in HEAD.items() if key != "stage"}),
    "a count of nothing": json.dumps({**HEAD, "entries": [{**ENTRY, "count": 0}]}),
    "a path out of the tree": json.dumps({**HEAD, "entries": [{**ENTRY, "path": "../compose.yaml"}]}),
    "an absolute path": json.dumps({**HEAD, "entries": [{**ENTRY, "path": "/compose.yaml"}]}),
    "a wildcard": json.dumps({**HEAD, "entries": [{**ENTRY, "fingerprint": "*"}]}),
    "a score without one": json.dumps({**HEAD, "entries": [{**ENTRY, "rule": "image_age"}]}),
    "twice the same": json.dumps({**HEAD, "entries": [ENTRY, {**ENTRY, "count": 9}]}),
    "a key twice": json.dumps({**HEAD, "entries": [ENTRY]}).replace('"count": 1', '"count": 1, "count": 9'),
    "a class that is none": json.dumps({**HEAD, "entries": [{**ENTRY, "sensitivity": {"class": "secret"}}]}),
    "too large": f'{{"version": {"1" * 5_000_000}}}',
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_file_in_error_stops_the_run(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {".gate-baseline.json": text})
    answer = gate(capsys, "check", "--baseline", ".gate-baseline.json")
    assert answer.status == 2
    assert ".gate-baseline.json:1" in answer.err
    assert len(answer.err.strip().split("\n")) >= 2


def test_the_line_of_the_error_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    text = Path(".gate-baseline.json").read_text().replace('"rule": "ISO042"', '"rule": "all"')
    Path(".gate-baseline.json").write_text(text)
    number = next(number for number, line in enumerate(text.split("\n"), 1) if '"all"' in line)
    assert f".gate-baseline.json:{number}" in gate(capsys, "check", "--baseline", ".gate-baseline.json").err


def test_more_entries_than_are_allowed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate.policy.baseline.MAX_ENTRIES", 2)
    assert gate(capsys, "check", "--write-baseline").status == 2
    assert not Path(".gate-baseline.json").exists()
    many = [{**ENTRY, "fingerprint": f"{number:016}"} for number in range(3)]
    write_all(folder, {".gate-baseline.json": json.dumps({**HEAD, "entries": many})})
    assert gate(capsys, "check", "--baseline", ".gate-baseline.json").status == 2


def test_one_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "check", "--baseline", "none.json")
    assert (answer.status, "--write-baseline" in answer.err) == (2, True)


def test_a_link_is_none(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other") / "known.json"
    other.write_text(json.dumps(HEAD))
    (folder / ".gate-baseline.json").symlink_to(other)
    assert gate(capsys, "check", "--baseline", ".gate-baseline.json").status == 2
    assert gate(capsys, "check", "--write-baseline").status == 2
    assert json.loads(other.read_text()) == HEAD


@pytest.mark.parametrize("option", [("--baseline="), ("--baseline", "")])
def test_an_empty_name_is_none(option: str | tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    given = (option,) if isinstance(option, str) else option
    assert gate(capsys, "check", *given).status == 2


def test_the_schema_is_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(gate(capsys, "schema", "baseline").out)["$id"].endswith("baseline:1")


# ------------------------------------------------------------------------------------------------------ the reports


def test_the_text_counts_what_is_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder, {f"{number}/compose.yaml": WEB for number in range(200)})
    written = gate(capsys, "check", "--now", NOW, "--write-baseline").out
    short = gate(capsys, "check", "--now", "2026-12-24", "--baseline", ".gate-baseline.json").out
    count = f"{sum(entry['count'] for entry in entries()):,}"
    assert "," in count
    assert f"{count} known since {NOW} (baseline .gate-baseline.json written: {count} added, 0 removed)" in written
    assert f"{count} known since {NOW} (baseline .gate-baseline.json)" in short
    assert len(short.split("\n")) < 15
    long = gate(capsys, "check", "--now", NOW, "--baseline", ".gate-baseline.json", "--verbose").out
    assert long.count("ISO042") >= 201


def test_the_text_proposes_nothing_for_what_is_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What an undeclared workload lacks is named all the same."""
    apply(folder, {".gate.yaml": None, "compose.yaml": f"services:\n{service(more='pid: host')}"})
    record(capsys)
    write_all(folder, {"compose.yaml": f"services:\n{service(more='pid: host')}{service('log', 'pid: host')}"})
    shown = gate(capsys, "check", "--now", NOW, "--baseline", ".gate-baseline.json").out
    assert "web has L1" in shown
    assert "log has L1" in shown
    assert shown.count("ISO004") == 1
    assert shown.count("  next  ") == gate(capsys, "check", "--now", NOW).out.count("  next  ") // 2 > 0


def test_machines_are_told_what_is_new(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    write_all(folder, {"compose.yaml": WEB + service("log")})

    def results(form: str) -> list[Json]:
        found: list[Json] = json.loads(
            against(capsys, "--format", f"{form}=out.sarif").out and Path("out.sarif").read_text()
        )["runs"][0]["results"]
        return found

    part, full = results("sarif"), results("sarif-full")
    assert min(one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in part) > WEB.count("\n")
    assert all("baselineState" not in one for one in part)
    assert {one["baselineState"] for one in full} == {"unchanged", "new"}
    assert len([one for one in full if one["baselineState"] == "new"]) == len(part)
    shown = gate(capsys, "check", "--now", NOW, "--baseline", ".gate-baseline.json", "--format", "github").out
    assert "log" in shown
    assert "web has no memory limit" not in shown


def test_without_a_baseline_nothing_is_said_of_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys)
    assert answer.report["baseline"] is None
    assert "known" not in gate(capsys, "check", "--now", NOW).out
    assert "baselineState" not in gate(capsys, "check", "--now", NOW, "--format", "sarif-full").out


def test_the_file_is_one_of_the_inputs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    assert ".gate-baseline.json" in {one["path"] for one in against(capsys).report["inputs"]}


# ------------------------------------------------------------------------------------------------- the trusted side


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")


def proposals(answer: Answer) -> list[str]:
    return [change["text"] for change in answer.report["trusted"]["changes"]]


def test_what_a_change_adds_to_it_does_not_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    committed(folder)
    write_all(folder, {"compose.yaml": WEB + service("log")})
    record(capsys)
    answer = against(capsys, "--trusted-ref", "HEAD")
    assert answer.status == 1
    count = len([entry for entry in entries() if entry["subject"].endswith("log")])
    assert proposals(answer) == [f"adds {count} entries to the baseline"]
    weakened = [one for one in answer.report["findings"] if one["rule"] == "DCL007"]
    assert [one["location"]["path"] for one in weakened] == [".gate-baseline.json"]


def test_a_change_that_brings_the_first_one_is_judged_without(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(folder)
    record(capsys)
    answer = against(capsys, "--trusted-ref", "HEAD")
    assert answer.status == 1
    assert proposals(answer) == [f"adds {len(entries())} entries to the baseline"]
    assert answer.report["baseline"]["written"] is None


def test_a_change_that_raises_a_count_weakens(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    committed(folder)
    rewrite(count=9)
    assert proposals(against(capsys, "--trusted-ref", "HEAD")) == ["adds 1 entry to the baseline and removes 1"]


def test_a_change_that_only_takes_away_from_it_weakens_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(capsys)
    committed(folder)
    write_all(folder, {"compose.yaml": LIMITED})
    record(capsys)
    answer = against(capsys, "--trusted-ref", "HEAD")
    assert proposals(answer) == ["removes 1 entry from the baseline"]
    assert not [one for one in answer.report["findings"] if one["rule"] == "DCL007"]
    Path(".gate-baseline.json").unlink()
    assert proposals(against(capsys, "--trusted-ref", "HEAD")) == ["removes the baseline"]


def test_a_change_that_breaks_it_is_not_understood(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    committed(folder)
    Path(".gate-baseline.json").write_text("{")
    answer = against(capsys, "--trusted-ref", "HEAD")
    assert (answer.status, new(answer)) == (3, set())


def test_one_that_neither_side_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(folder)
    assert against(capsys, "--trusted-ref", "HEAD").status == 2


def test_a_change_does_not_write_what_it_is_judged_by(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(folder)
    assert gate(capsys, "check", "--trusted-ref", "HEAD", "--write-baseline").status == 2
    assert not Path(".gate-baseline.json").exists()


def test_a_renamed_branch_and_a_renamed_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(capsys)
    committed(folder)
    git(folder, "branch", "--move", "trunk")
    git(folder, "switch", "--quiet", "--create", "change")
    (folder / "deploy").mkdir()
    git(folder, "mv", "compose.yaml", "deploy/compose.yaml")
    committed(folder)
    answer = against(capsys, "--trusted-ref", "trunk")
    assert (answer.status, new(answer)) == (0, set())


# ----------------------------------------------------------------------------------------------- against a reference


@pytest.fixture
def mended(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A repository whose main branch has mended what its baseline still knows."""
    record(capsys)
    write_all(folder, {"compose.yaml": LIMITED})
    committed(folder)
    git(folder, "switch", "--quiet", "--create", "change")
    return folder


def test_what_is_worse_than_the_reference_may_be_known(mended: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(mended, {"compose.yaml": WEB}))
    alone = check(capsys, "--against", "main")
    both = against(capsys, "--against", "main")
    assert (alone.status, both.status) == (1, 0)
    assert alone.report["against"]["regressions"]
    assert (both.report["against"]["regressions"], new(both)) == ([], set())
    assert both.report["baseline"]["used"] > 0


def test_what_neither_knows_fails(mended: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(mended, {"compose.yaml": WEB + service("log")}))
    answer = against(capsys, "--against", "main")
    assert answer.status == 1
    assert {subject for subject, _rule in new(answer)} == {"compose.yaml#services/log"}


def test_what_was_there_before_the_change_and_nobody_knows_fails_nothing(
    mended: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(mended, "switch", "--quiet", "main")
    committed(write_all(mended, {"compose.yaml": LIMITED + service("log")}))
    git(mended, "switch", "--quiet", "change")
    git(mended, "merge", "--quiet", "main")
    committed(write_all(mended, {"compose.yaml": f"# a word\n{WEB}{service('log')}"}))
    answer = against(capsys, "--against", "main")
    assert (answer.status, new(answer), stale(answer)) == (0, set(), [])


def test_a_boundary_that_a_change_weakens_is_told_all_the_same(
    mended: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(mended, {"compose.yaml": f"services:\n{service(more='pid: host')}"}))
    answer = against(capsys, "--against", "main", "--trusted-ref", "main")
    assert answer.status == 1
    assert answer.report["against"]["regressions"]
