"""Whatever is wrong with the input has a message, a place in the ledger and an exit status, and hides nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.cli.check import VALUED
from tests.verbs import check, gate, write, write_all

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
"""


def test_a_folder_with_nothing_to_judge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, notes__txt="nothing\n")
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert "nothing to judge" in gap["reason"]
    assert gap["remedy"]


def test_a_named_file_that_no_reader_knows_is_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, notes__txt="nothing\n")
    answer = check(capsys, tmp_path / "notes.txt")
    assert answer.status == 0
    (skipped,) = answer.report["coverage"]["skipped"]
    assert skipped["location"]["path"] == "notes.txt"


def test_paths_outside_a_repository_have_their_folder_in_common(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"a/pod.yaml": POD, "b/c/pod.yaml": POD})
    answer = check(capsys, tmp_path / "a", tmp_path / "b" / "c" / "pod.yaml")
    assert [one["location"]["path"] for one in answer.report["subjects"]] == ["a/pod.yaml", "b/c/pod.yaml"]


def test_a_path_in_another_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"a/pod.yaml": POD, "b/pod.yaml": POD})
    (tmp_path / "a" / ".git").mkdir()
    answer = check(capsys, tmp_path / "a", tmp_path / "b")
    assert answer.status == 2
    assert "run of its own" in answer.err


def test_a_path_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, tmp_path / "absent")
    assert answer.status == 2
    assert "there is no file or folder" in answer.err
    assert answer.out == ""


def test_a_broken_file_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = "services:\n  web:\n    image: [\n"
    write_all(tmp_path, {"a/compose.yaml": broken, "b/pod.yaml": POD})
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    assert answer.subject("Pod/web")["verdict"] == "pass"
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["location"]["path"] == "a/compose.yaml"
    assert gap["location"]["line"] >= 3


def test_a_broken_document_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=f"apiVersion: v1\nkind: Pod\nspec: [\n---\n{POD}")
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    assert answer.subject("Pod/web")["verdict"] == "pass"


def test_a_failure_counts_more_than_a_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    privileged = POD.replace("1.4.2}", "1.4.2, securityContext: {privileged: true}}")
    write_all(tmp_path, {"a/compose.yaml": "services: [\n", "b/pod.yaml": privileged})
    answer = check(capsys, tmp_path)
    assert answer.status == 1
    assert answer.report["verdict"] == "fail"
    assert answer.report["coverage"]["not_understood"]


def test_a_dockerfile_that_no_builder_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, Dockerfile="FORM debian\n")
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["location"]["line"] == 1
    assert "FORM" in gap["reason"]


def test_a_base_that_hangs_on_an_argument(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, Dockerfile="ARG BASE\nFROM $BASE\nUSER 10001\n")
    answer = check(capsys, tmp_path)
    undecided = [one for one in answer.subject("Dockerfile")["findings"] if one["outcome"] == "undecided"]
    assert any("BASE" in one["message"] for one in undecided)


def test_an_unknown_key_of_the_declaration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD, __gate__yaml="version: 1\nworkload: []\n")
    answer = check(capsys, tmp_path)
    assert answer.status == 2
    assert ".gate.yaml:2" in answer.err
    assert "`workload`" in answer.err
    assert "did you mean `workloads`?" in answer.err


def test_an_unknown_key_of_a_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD, own__yaml="version: 1\nname: own\nundeclard: warn\n")
    answer = check(capsys, tmp_path / "pod.yaml", "--policy", tmp_path / "own.yaml")
    assert answer.status == 2
    assert "own.yaml:3" in answer.err
    assert "did you mean `undeclared`?" in answer.err


def test_an_exception_for_a_rule_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grant = "{rule: ISO999, workload: web, reason: none is left, owner: me, created: 2026-11-01, expires: 2026-12-01}"
    write(tmp_path, pod__yaml=POD, __gate__yaml=f"version: 1\nexceptions:\n- {grant}\n")
    answer = check(capsys, tmp_path)
    (finding,) = answer.report["findings"]
    assert (finding["rule"], finding["location"]["line"]) == ("DCL009", 3)
    assert "there is no rule ISO999" in finding["message"]
    assert [line["state"] for line in answer.report["exceptions"]] == ["refused"]


def test_a_runtime_class_that_is_not_in_sight(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD.replace("spec:", "spec:\n  runtimeClassName: gvisor"))
    subject = check(capsys, tmp_path).subject("Pod/web")
    assert subject["boundary"]["level"] == "L2"
    assert subject["boundary"]["grade"] == "asserted"
    (finding,) = (one for one in subject["findings"] if one["rule"] == "ISO049")
    assert "RuntimeClass" in finding["remedy"]


def test_a_template_that_nobody_rendered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = POD.replace("{name: web}", "\n  name: {{ .Release.Name }}-web")
    write(tmp_path, pod__yaml=template)
    answer = check(capsys, tmp_path / "pod.yaml")
    assert answer.status == 0
    assert answer.report["verdict"] == "warn"
    strict = check(capsys, tmp_path / "pod.yaml", "--policy", "strict")
    assert strict.status == 3
    (gap,) = strict.report["coverage"]["not_understood"]
    assert "render" in gap["remedy"]


def test_standard_input_that_is_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Piped:
        class buffer:  # noqa: N801
            @staticmethod
            def read(_size: int) -> bytes:
                return b"hello\n"

    monkeypatch.setattr("sys.stdin", Piped)
    assert check(capsys, "-").status == 3


@pytest.mark.parametrize("name", ["Dockerfile", "pod.yaml", "compose.yaml", "index.pkr.hcl"])
def test_a_device_is_never_read(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / name)
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    (gap,) = (one for one in answer.report["coverage"]["not_understood"] if one["location"]["path"] == name)
    assert "regular file" in gap["reason"]


def test_a_folder_that_cannot_be_listed_is_a_gap(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tmp_path, {"closed/pod.yaml": POD, "open/pod.yaml": POD})
    listdir = os.listdir

    def refusing(path: str) -> list[str]:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr("os.listdir", refusing)  # the tests may run as root, whom no mode keeps out
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["location"]["path"] == "closed"
    assert answer.subject("open/pod.yaml#Pod/web")["verdict"] == "pass"


def test_other_peoples_code_is_passed_over_and_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"node_modules/x/pod.yaml": POD, "pod.yaml": POD})
    answer = check(capsys, tmp_path)
    assert len(answer.report["subjects"]) == 1
    assert [one["location"]["path"] for one in answer.report["coverage"]["skipped"]] == ["node_modules"]
    assert len(check(capsys, tmp_path / "node_modules").report["subjects"]) == 1


def test_a_link_out_of_the_tree_is_never_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = write(tmp_path / "outside", pod__yaml=POD)
    inside = write(tmp_path / "inside", other__yaml=POD)
    (inside / ".git").mkdir()
    (inside / "pod.yaml").symlink_to(outside / "pod.yaml")
    answer = check(capsys, inside)
    assert answer.status == 3
    assert [one["location"]["path"] for one in answer.report["subjects"]] == ["other.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--polcy", "standard"),
        ("--policy",),
        ("--policy", "none-of-ours"),
        ("--format", "word"),
        ("--format", "json="),
        ("--now", "2026-02-30"),
        ("--now", "yesterday"),
        ("--stage", "later"),
        ("--kubernetes-version", "new"),
        ("--policy", "standard", "--policy", "strict"),
        ("--declaration", "absent.yaml"),
        *((option, "") for option in VALUED),
        *((f"{option}=",) for option in VALUED),
    ],
)
def test_a_wrong_option(arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD)
    answer = gate(capsys, "check", tmp_path, *arguments)
    assert answer.status == 2
    assert answer.err.startswith("gate: ")
    assert answer.out == ""


def test_a_defect_of_the_gate_is_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("secret")

    monkeypatch.setattr("gate.pipeline.run.judge", broken)
    write(tmp_path, pod__yaml=POD)
    answer = check(capsys, tmp_path)
    assert answer.status == 70
    assert answer.out == ""
    assert "defect of the gate" in answer.err
    assert "secret" not in answer.err


def test_a_folder_of_templates_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD.replace("{name: web}", "\n  name: {{ .Release.Name }}-web"))
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert "rendered" in gap["reason"]


def test_a_recipe_of_the_declaration_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = "version: 1\nplatform:\n  images: {registry.example/web: web/Dockerfile}\n"
    write(tmp_path, pod__yaml=POD, __gate__yaml=images)
    answer = check(capsys, tmp_path)
    assert answer.status == 2
    assert ".gate.yaml:3" in answer.err
    assert "web/Dockerfile" in answer.err


def test_no_report_takes_the_place_of_an_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD)
    answer = gate(capsys, "check", tmp_path, "--format", f"json={tmp_path}/pod.yaml")
    assert answer.status == 2
    assert (tmp_path / "pod.yaml").read_text() == POD


def test_two_formats_do_not_share_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD)
    answer = gate(capsys, "check", tmp_path, "--format", "json", "--format", "sarif")
    assert answer.status == 2
    assert answer.out == ""


def test_a_report_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD)
    answer = gate(capsys, "check", tmp_path, "--format", f"json={tmp_path}/absent/report.json")
    assert answer.status == 2
    assert not list(tmp_path.glob("*.partial"))


def test_a_link_that_is_named_has_its_target_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The target is in the tree, and nobody named it."""
    write(tmp_path, pod__yaml=POD.replace("spec:\n", "spec:\n  hostPID: true\n"))
    (tmp_path / "link.yaml").symlink_to("pod.yaml")
    found = check(capsys, tmp_path / "link.yaml")
    assert [(one["id"], one["verdict"]) for one in found.report["subjects"]] == [("pod.yaml#Pod/web", "warn")]


def test_a_link_out_of_the_judged_folder_has_its_target_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the name of the link, where the target's own is nobody's."""
    write_all(tmp_path, {"common/recipe": "FROM debian:8\n", "web/note.txt": "", ".git/HEAD": ""})
    (tmp_path / "web" / "Dockerfile").symlink_to("../common/recipe")
    found = check(capsys, tmp_path / "web")
    assert [(one["id"], one["verdict"]) for one in found.report["subjects"]] == [("common/recipe", "warn")]
    assert found.status == 0


def test_a_folder_that_is_named_by_a_link_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it is in the tree; a folder elsewhere is refused, with what to do."""
    write_all(tmp_path / "here", {"apps/web/pod.yaml": POD, ".git/HEAD": ""})
    (tmp_path / "here" / "web").symlink_to("apps/web")
    (tmp_path / "here" / "out").symlink_to(tmp_path)
    assert check(capsys, tmp_path / "here" / "web").subject("Pod/web")["id"] == "apps/web/pod.yaml#Pod/web"
    refused = check(capsys, tmp_path / "here" / "out")
    assert refused.status == 2
    assert "out of" in refused.err


def test_what_two_files_of_a_project_say_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An override has the project read a second time."""
    broken = "services:\n  web: {image: web}\n  tool: {image: tool, provider: {type: x}}\n  bad: 1\n"
    write(tmp_path, compose__yaml=broken, **{"compose.override.yaml": "services: {web: {user: '1'}}\n"})
    coverage = check(capsys, tmp_path).report["coverage"]
    assert (len(coverage["skipped"]), len(coverage["not_understood"])) == (1, 1)


def test_an_empty_folder_is_said_to_be_empty_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not that it holds no files, and then that it holds nothing to judge."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "empty").mkdir()
    assert len(check(capsys, tmp_path / "empty").report["coverage"]["not_understood"]) == 1


def test_a_declaration_with_the_other_ending_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever wrote it believes that it counts."""
    write_all(tmp_path, {".gate.yml": "version: 1\n", "pod.yaml": POD})
    answer = check(capsys, tmp_path)
    assert answer.status == 2
    assert "rename it to .gate.yaml" in answer.err


@pytest.mark.parametrize(
    ("text", "cause", "remedy"),
    [
        ("version: 1\nworkloads: [a\n", "is not YAML", "mend this line"),
        ("version: 2\n", "`version` must be 1", "write `version: 1`"),
        ("version: 1\nplatform: {kubernetes: {seccomp_default: 'on'}}\n", "must be true or false", "without quotes"),
    ],
)
def test_what_is_wrong_with_a_declaration_has_a_remedy(
    text: str, cause: str, remedy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, __gate__yaml=text, pod__yaml=POD)
    first, second = check(capsys, tmp_path).err.splitlines()
    assert cause in first
    assert remedy in second


@pytest.mark.parametrize("option", ["--vex", "--declaration"])
def test_a_file_that_is_not_there_is_asked_for_by_what_it_is(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, pod__yaml=POD)
    what = {"--vex": "VEX document", "--declaration": "declaration"}[option]
    assert f"name an existing {what}\n" in check(capsys, option, "nope", tmp_path).err


def test_an_empty_repository_has_a_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (gap,) = check(capsys).report["coverage"]["not_understood"]
    assert gap["location"]["path"] == "."
