"""`gate except` writes an exception that counts, or says why it would not."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.cli.check import FLAGS, VALUED
from tests.histories import committed
from tests.verbs import NOW, check, gate, rules, write_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.verbs import Answer

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: ops}
spec:
  hostPID: true
  containers:
  - name: agent
    image: registry.example/agent:1
    volumeMounts: [{name: a, mountPath: /a}, {name: b, mountPath: /b}]
  volumes:
  - {name: a, hostPath: {path: /srv/log}}
  - {name: b, hostPath: {path: /srv/data}}
"""
DECLARED = """\
version: 1
workloads:
- {name: agents, paths: [deploy/], sensitivity: internal}  # all of them
"""
SUBJECT = "deploy/agent.yaml#ops/Pod/agent"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one agent that is declared, as the folder to be in."""
    write_all(tmp_path, {"deploy/agent.yaml": POD, ".gate.yaml": DECLARED, ".git/HEAD": ""})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Ask for an exception with an owner and a reason."""

    def asked(*arguments: object) -> Answer:
        return gate(capsys, "except", "--reason", "reads logs", "--owner", "ops", "--now", NOW, *arguments)

    return asked


def test_it_judges_what_check_judged(
    tree: Path, ask: Callable[..., Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding of a bill of materials is there for those who give that bill."""
    component = {"type": "operating-system", "name": "debian", "version": "10", "bom-ref": "os"}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [component]}
    document["metadata"] = {"component": {"type": "container", "name": "registry.example/old:1", "bom-ref": "image"}}
    write_all(tree, {"old.json": json.dumps(document)})
    (subject,) = (one for one in check(capsys, "--sbom", "old.json").report["subjects"] if "AGE001" in rules(one))
    assert "there is no subject" in ask("AGE001", subject["id"]).err
    answer = ask("AGE001", subject["id"], "--sbom", "old.json")
    assert (answer.status, answer.err) == (0, "")
    again = check(capsys, "--sbom", "old.json", ".").subject(subject["id"])
    assert "AGE001" not in rules(again)


@pytest.mark.parametrize("option", sorted({*VALUED, *FLAGS} - {"--trusted-ref", "--against", "--format", "--verbose"}))
def test_every_option_that_says_what_is_judged_is_taken(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    taken = option in gate(capsys, "except", "--help").out
    assert taken is (option not in ("--baseline", "--write-baseline"))


def test_what_is_written_counts(tree: Path, ask: Callable[..., Answer], capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask("ISO004", "agents")
    assert (answer.status, answer.err) == (0, "")
    assert tree.joinpath(".gate.yaml").read_text() == DECLARED + (
        "exceptions:\n- rule: ISO004\n  workload: agents\n  reason: reads logs\n  owner: ops\n"
        "  created: 2026-11-23\n  expires: 2026-12-23\n"
    )
    assert answer.out.splitlines()[:3] == ["--- a/.gate.yaml", "+++ b/.gate.yaml", "@@ -1,3 +1,10 @@"]
    report = check(capsys, tree).report
    assert [line["state"] for line in report["exceptions"]] == ["used"]
    assert report["findings"] == []
    assert rules(report["subjects"][0], "excepted") == {"ISO004"}


def test_a_dry_run_writes_nothing(tree: Path, ask: Callable[..., Answer]) -> None:
    answer = ask("host-pid-namespace", "agent", "--dry-run")
    assert "+- rule: ISO004" in answer.out
    assert tree.joinpath(".gate.yaml").read_text() == DECLARED
    assert {path.name for path in tree.iterdir()} == {"deploy", ".gate.yaml", ".git"}


def test_a_new_declaration_is_made_at_the_root(
    tree: Path, ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.joinpath(".gate.yaml").unlink()
    monkeypatch.chdir(tree / "deploy")
    answer = ask("ISO004", SUBJECT, "--ticket", "OPS-1")
    assert (answer.status, answer.out.splitlines()[0]) == (0, "--- /dev/null")
    written = tree.joinpath(".gate.yaml").read_text()
    assert written.startswith(f'version: 1\nexceptions:\n- rule: ISO004\n  subject: "{SUBJECT}"\n')
    assert "  ticket: OPS-1\n" in written


def test_the_nearest_declaration_takes_it(tree: Path, ask: Callable[..., Answer]) -> None:
    write_all(tree, {"deploy/.gate.yaml": "version: 1"})
    assert ask("ISO004", SUBJECT).status == 0
    assert tree.joinpath(".gate.yaml").read_text() == DECLARED
    assert tree.joinpath("deploy/.gate.yaml").read_text().startswith("version: 1\nexceptions:\n- rule: ISO004\n")


def test_one_that_is_named_takes_it_wherever_it_is(
    tree: Path, ask: Callable[..., Answer], tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other") / "ours.yaml"
    other.write_text("version: 1\n")
    assert ask("ISO004", SUBJECT, "--declaration", other).status == 0
    assert "- rule: ISO004" in other.read_text()
    assert tree.joinpath(".gate.yaml").read_text() == DECLARED


def test_permissions_stay(tree: Path, ask: Callable[..., Answer]) -> None:
    tree.joinpath(".gate.yaml").chmod(0o640)
    assert ask("ISO004", "agent").status == 0
    assert stat.S_IMODE(tree.joinpath(".gate.yaml").stat().st_mode) == 0o640


def test_what_cannot_be_written_is_left_as_it_was(
    tree: Path, ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: str, target: str) -> None:
        raise OSError(28, "No space left on device", source, None, target)

    monkeypatch.setattr(os, "replace", fail)
    answer = ask("ISO004", "agent")
    assert (answer.status, ".gate.yaml:1: cannot be written: no space left" in answer.err) == (2, True)
    assert tree.joinpath(".gate.yaml").read_text() == DECLARED
    assert {path.name for path in tree.iterdir()} == {"deploy", ".gate.yaml", ".git"}


def test_a_fingerprint_permits_one_of_two(
    tree: Path, ask: Callable[..., Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    findings = [one for one in check(capsys, tree).report["subjects"][0]["findings"] if one["rule"] == "ISO011"]
    marks = {one["message"]: one["fingerprint"] for one in findings}
    assert len(set(marks.values())) == 2
    (log,) = (mark for message, mark in marks.items() if "/srv/log" in message)
    assert ask("ISO011", "agents", "--fingerprint", log).status == 0
    after = [one for one in check(capsys, tree).report["subjects"][0]["findings"] if one["rule"] == "ISO011"]
    assert {one["message"]: one["outcome"] for one in after} == {
        message: "excepted" if "/srv/log" in message else "failed" for message in marks
    }
    wrong = ask("ISO011", SUBJECT, "--fingerprint", "0" * 16)
    assert (wrong.status, all(mark in wrong.err for mark in marks.values())) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ISO004", "agnet"), "did you mean agent"),
        (("ISO004", "deploy/agent.yaml#ops/Pod/agnt"), SUBJECT),
        (("ISO044x", "agent"), "did you mean ISO044?"),
        (("everything", "agent"), "there is no rule everything"),
        (("ISO004", "*"), "there is no subject"),
        (("DCL002", "agent"), "asks about the declaration itself"),
        (("PKG012", "agent"), "asks about the declaration itself"),
        (("ISO048", "agent", "--policy", "strict"), "policy strict lets nobody be excepted from ISO048"),
        (("ISO004", "agent", "--days", "181"), "write --days 180, or less"),
        (("ISO004", "agent", "--expires", "2026-11-22"), "2026-11-22 is over"),
        (("ISO004", "agent", "--expires", "2026-11-31"), "2026-11-31 is no day"),
        (("ISO004", "agent", "--days", "0"), "is over before it begins"),
        (("ISO004", "agent", "--fingerprint", "12"), "nothing there has the fingerprint 12"),
        (("ISO001", "agent", "--fingerprint", "12"), "`exceptions.fingerprint` cannot be `12`"),
        (("ISO004", "agent", "--owner", " "), "`exceptions.owner` cannot be"),
        (("ISO004", "agent", "--declaration", "no.yaml"), "there is no file no.yaml"),
    ],
)
def test_what_would_not_count_is_refused(
    arguments: tuple[object, ...], said: str, tree: Path, ask: Callable[..., Answer]
) -> None:
    answer = ask(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert tree.joinpath(".gate.yaml").read_text() == DECLARED


def test_the_default_is_as_long_as_the_policy_allows(tree: Path, ask: Callable[..., Answer]) -> None:
    longest = "{public: 7, internal: 7, confidential: 7, restricted: 7}"
    policy = f"version: 1\nname: ours\nextends: standard\nlongest_exception: {longest}\n"
    write_all(tree, {"ours.yaml": policy})
    assert ask("ISO004", "agent", "--policy", "ours.yaml").status == 0
    assert "expires: 2026-11-30" in tree.joinpath(".gate.yaml").read_text()


def test_what_nobody_declared_has_the_shortest_term(tree: Path, ask: Callable[..., Answer]) -> None:
    tree.joinpath(".gate.yaml").write_text("version: 1\n")
    answer = ask("ISO004", "agent", "--days", "91")
    assert "not declared, and counts as restricted" in answer.err


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("ISO004", "agents"), ("ISO004", "agents")),
        (("ISO004", "agents"), ("ISO004", SUBJECT)),
        (("ISO004", "agent"), ("ISO004", SUBJECT, "--days", "60")),
    ],
)
def test_what_is_permitted_already_is_refused(
    first: tuple[object, ...], second: tuple[object, ...], tree: Path, ask: Callable[..., Answer]
) -> None:
    assert ask(*first).status == 0
    before = tree.joinpath(".gate.yaml").read_text()
    answer = ask(*second)
    assert (answer.status, "permits it already, until 2026-12-23" in answer.err) == (2, True)
    assert ".gate.yaml:5" in answer.err
    assert tree.joinpath(".gate.yaml").read_text() == before


def test_what_is_over_is_no_obstacle(tree: Path, ask: Callable[..., Answer]) -> None:
    assert ask("ISO004", "agents", "--now", "2026-09-01").status == 0
    assert ask("ISO004", "agents").status == 0
    assert tree.joinpath(".gate.yaml").read_text().count("ISO004") == 2


def test_a_wider_one_says_which_is_needless(tree: Path, ask: Callable[..., Answer]) -> None:
    assert ask("ISO004", SUBJECT).status == 0
    answer = ask("ISO004", "agents")
    assert answer.out.splitlines()[-1] == "note: the exception in line 5 permits nothing more than this one"


def test_what_is_not_found_now_is_said(tree: Path, ask: Callable[..., Answer]) -> None:
    assert "note: CVE-2026-1 is not found there now" in ask("CVE-2026-1", SUBJECT).out
    assert "- vulnerability: CVE-2026-1\n" in tree.joinpath(".gate.yaml").read_text()


def test_one_name_under_two_declarations_is_not_one_exception(tree: Path, ask: Callable[..., Answer]) -> None:
    write_all(tree, {"other/agent.yaml": POD, "other/.gate.yaml": "version: 1\n"})
    answer = ask("ISO004", "agent")
    assert "agent is under several declarations: .gate.yaml and other/.gate.yaml" in answer.err
    assert "by its id" in answer.err


def test_a_link_is_not_followed(
    tree: Path, ask: Callable[..., Answer], tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.mktemp("elsewhere") / "target.yaml"
    target.write_text("version: 1\n")
    tree.joinpath(".gate.yaml").unlink()
    tree.joinpath(".gate.yaml").symlink_to(target)
    assert ask("ISO004", "agent").status == 2
    assert target.read_text() == "version: 1\n"


def test_a_declaration_that_is_wrong_is_not_touched(tree: Path, ask: Callable[..., Answer]) -> None:
    tree.joinpath(".gate.yaml").write_text("version: 1\nworkload: []\n")
    answer = ask("ISO004", "agent")
    assert (answer.status, "there is no key `workload`" in answer.err) == (2, True)


def test_what_it_prints_moves_no_cursor(tree: Path, ask: Callable[..., Answer]) -> None:
    answer = ask("ISO004", "agent", "--reason", "a\x1b[2Jb\x07")
    assert "\x1b" not in answer.out
    assert "\x07" not in answer.out
    assert tree.joinpath(".gate.yaml").read_text().count('reason: "a\\x1b[2Jb\\x07"') == 1


def test_a_change_that_excepts_itself_is_named(
    tree: Path, ask: Callable[..., Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    tree.joinpath(".git/HEAD").unlink()
    tree.joinpath(".git").rmdir()
    committed(tree)
    assert ask("ISO011", SUBJECT, "--fingerprint", mark(tree, capsys), "--days", "3").status == 0
    report = check(capsys, tree, "--trusted-ref", "HEAD").report
    (finding,) = (one for one in report["findings"] if one["rule"] == "DCL007")
    assert f"adds the exception of {SUBJECT} from ISO011 (" in finding["message"]
    assert "until 2026-11-26" in finding["message"]
    assert report["exceptions"] == []


def mark(tree: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The fingerprint of a mount."""
    findings = check(capsys, tree).report["subjects"][0]["findings"]
    found: str = next(one["fingerprint"] for one in findings if one["rule"] == "ISO011")
    return found
