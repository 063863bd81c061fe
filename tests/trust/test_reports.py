"""A file of a report holds this run's whole report, or is not there: nothing stale, half-written or sent elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gate.cli import outputs
from gate.cli.check import FORMATS
from tests.readers.layouts import layout, packed
from tests.surfaces.runner import Runner
from tests.trust import hostile
from tests.verbs import NOW, Answer, gate, write_all

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web:1}]}\n"
DOCKERFILE = "FROM debian:12\nUSER 1000\n"
STALE = '{"schema_version": "1", "verdict": "pass", "exit_status": 0}\n'
INSTALL = frozenset({"Install the gate from its own checkout"})


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, which is the current folder."""
    folder = write_all(tmp_path / "tree", {"pod.yaml": POD, ".git/HEAD": ""})
    monkeypatch.chdir(folder)
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """Run a check as of the tests' day."""
    return gate(capsys, "check", "--now", NOW, *arguments)


def verdict(file: Path) -> str:
    """The verdict of a report, which has to be whole."""
    return str(json.loads(file.read_text(encoding="utf-8"))["verdict"])


def left(folder: Path) -> set[str]:
    """The names of what is in a folder."""
    return {path.name for path in folder.iterdir()} - {".git"}


def test_an_older_report_is_replaced(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tree, {f"report.{name}": "old\n" for name in FORMATS})
    wanted = [word for name in FORMATS for word in ("--format", f"{name}=report.{name}")]
    assert run(capsys, ".", *wanted).status == 0
    first = {name: (tree / f"report.{name}").read_bytes() for name in FORMATS}
    assert run(capsys, ".", *wanted).status == 0
    assert {name: (tree / f"report.{name}").read_bytes() for name in FORMATS} == first
    assert left(tree) == {"pod.yaml", *(f"report.{name}" for name in FORMATS)}


@pytest.mark.parametrize("name", ["manifest.json", "config.json", "index.json", "report.sarif.json", "out.txt"])
def test_a_report_may_have_any_name(tree: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    for _ in range(2):
        assert run(capsys, "pod.yaml", "--format", f"json={name}").status == 0
        assert verdict(tree / name) == "pass"


@pytest.mark.parametrize("mode", [0o444, 0o000])
def test_a_file_that_may_only_be_read_is_replaced(tree: Path, capsys: pytest.CaptureFixture[str], mode: int) -> None:
    (tree / "report.json").write_text("old\n", encoding="utf-8")
    (tree / "report.json").chmod(mode)
    assert run(capsys, ".", "--format", "json=report.json").status == 0
    assert verdict(tree / "report.json") == "pass"


@pytest.mark.parametrize("target", ["elsewhere/secret", "elsewhere/absent"])
def test_a_link_is_replaced_and_not_what_it_points_at(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    write_all(tmp_path, {"elsewhere/secret": "precious\n"})
    (tree / "report.json").symlink_to(tmp_path / target)
    assert run(capsys, ".", "--format", "json=report.json").status == 0
    assert not (tree / "report.json").is_symlink()
    assert verdict(tree / "report.json") == "pass"
    assert left(tmp_path / "elsewhere") == {"secret"}
    assert (tmp_path / "elsewhere" / "secret").read_text(encoding="utf-8") == "precious\n"


def test_what_is_no_file_is_refused(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "folder").mkdir()
    os.mkfifo(tree / "pipe")
    (tree / "to-folder").symlink_to("folder")
    (tree / "to-pipe").symlink_to("pipe")
    (tree / "to-null").symlink_to("/dev/null")
    for name in ("folder", "pipe", "to-folder", "to-pipe", "to-null"):
        answer = run(capsys, ".", "--format", f"json={name}")
        assert (answer.status, answer.out) == (2, ""), name
        assert "it is no regular file" in answer.err
        assert os.path.lexists(name)
    assert left(tree) == {"pod.yaml", "folder", "pipe", "to-folder", "to-pipe", "to-null"}


@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/stderr", "/dev/null", "/dev/fd/1", "/proc/self/fd/1", "/dev/x"])
def test_the_systems_own_files_are_refused(path: str) -> None:
    """Even where standard output goes to a file. Not tried on the whole: a run by root would remove them."""
    assert outputs._objection(path) in ("it is no regular file", "there is no such folder")


def test_a_link_in_the_repository_does_not_lead_a_report_out_of_it(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"elsewhere/report.json": "precious\n"})
    (tree / "out").symlink_to(tmp_path / "elsewhere")
    answer = run(capsys, ".", "--format", "json=out/report.json")
    assert answer.status == 2
    assert "leads out of it" in answer.err
    assert (tmp_path / "elsewhere" / "report.json").read_text(encoding="utf-8") == "precious\n"
    write_all(tree, {"reports/x": ""})
    (tree / "here").symlink_to("reports")
    assert run(capsys, ".", "--format", "json=here/report.json").status == 0
    assert verdict(tree / "reports" / "report.json") == "pass"
    assert run(capsys, ".", "--format", f"json={tmp_path}/elsewhere/report.json").status == 0


@pytest.mark.parametrize(
    ("name", "text", "arguments"),
    [
        ("pod.yaml", POD, ["."]),
        ("recipe.txt", DOCKERFILE, ["."]),
        ("pod.json", '{"apiVersion": "v1", "kind": "Pod"}', ["pod.yaml"]),
        (".gate.yaml", "version: 1\n", ["."]),
        ("strict.yaml", "not even a policy\n", ["pod.yaml"]),
        ("notes.md", "named\n", ["notes.md"]),
        ("policy", "named\n", ["pod.yaml", "--policy", "policy"]),
        ("declaration", "named\n", ["pod.yaml", "--declaration", "declaration"]),
        ("image.img", "named\n", ["pod.yaml", "--image", "image.img"]),
        ("a.pkr.hcl", "", ["pod.yaml"]),
    ],
)
def test_an_input_is_no_place_for_a_report(
    tree: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, arguments: list[str]
) -> None:
    write_all(tree, {name: text})
    answer = run(capsys, *arguments, "--format", f"text={name}")
    assert (answer.status, answer.out) == (2, "")
    assert name in answer.err
    assert (tree / name).read_text(encoding="utf-8") == text


def test_an_archive_of_an_image_is_no_place_for_a_report(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = packed(layout(name="web:1"))
    (tree / "web.tar").write_bytes(data)
    assert run(capsys, "pod.yaml", "--format", "json=web.tar").status == 2
    assert (tree / "web.tar").read_bytes() == data


def test_two_reports_do_not_share_a_file(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, ".", "--format", "json=a", "--format", "sarif=./a")
    assert answer.status == 2
    assert left(tree) == {"pod.yaml"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["absent"],
        [".", "--policy", "absent"],
        [".", "--declaration", "absent.yaml"],
        ["--image", "absent.tar"],
    ],
)
def test_a_run_that_cannot_start_leaves_no_older_report(
    tree: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    write_all(tree, {"report.json": STALE, "report.sarif": STALE})
    answer = run(capsys, *arguments, "--format", "json=report.json", "--format", "sarif=report.sarif")
    assert answer.status == 2
    assert left(tree) == {"pod.yaml"}


def test_a_defect_of_the_gate_leaves_no_older_report(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError

    write_all(tree, {"report.json": STALE})
    monkeypatch.setattr("gate.pipeline.run.judge", broken)
    assert run(capsys, ".", "--format", "json=report.json").status == 70
    assert left(tree) == {"pod.yaml"}


def test_a_file_that_cannot_be_cleared_is_refused(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    write_all(tree, {"report.json": STALE})
    monkeypatch.setattr("gate.cli.outputs.os.unlink", refused)
    answer = run(capsys, ".", "--format", "text", "--format", "json=report.json")
    assert (answer.status, answer.out) == (2, "")
    assert "report.json cannot be written: permission denied" in answer.err


def test_a_folder_that_is_not_there_is_said_before_anything_is_read(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate.pipeline.run.Run", None)
    answer = run(capsys, ".", "--format", "json=absent/report.json")
    assert answer.status == 2
    assert "there is no such folder" in answer.err


@pytest.mark.parametrize("number", [0, 1])
def test_all_reports_are_written_or_none(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    replace, failing = os.replace, ("a.json", "b.sarif")[number]

    def full(source: str, target: str) -> None:
        if target == failing:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr("gate.cli.outputs.os.replace", full)
    answer = run(capsys, ".", "--format", "json=a.json", "--format", "sarif=b.sarif")
    assert answer.status == 2
    assert f"{failing} cannot be written: no space left on device" in answer.err
    assert left(tree) == {"pod.yaml"}


def test_a_report_that_does_not_fit_leaves_nothing(tree: Path) -> None:
    """The system refuses the bytes of a file after some of them."""
    assert process(tree, FULL) == 2
    assert left(tree) == {"pod.yaml"}


def test_somebody_elses_partial_file_is_left_alone(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tree, {f"report.json.{os.getpid()}.partial": "theirs\n"})
    assert run(capsys, ".", "--format", "json=report.json").status == 2
    assert left(tree) == {"pod.yaml", f"report.json.{os.getpid()}.partial"}


FULL = """\
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.dont_write_bytecode = True
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
from gate.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
CLOSED = "import os, sys; os.close(1); from gate.cli.main import main; sys.exit(main(sys.argv[1:]))"
KILLED = """\
import os, sys
from gate.cli import outputs
from gate.pipeline.run import Run
real, left = os.replace, int(sys.argv.pop(1))

def die(*_):
    os.kill(os.getpid(), 9)

def replace(source, target):
    global left
    left -= 1
    real(source, target) if left > 0 else die()

if left:
    outputs.os.replace = replace
else:
    Run.report = die
from gate.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def process(folder: Path, program: str, *arguments: str) -> int:
    """Run a program on the gate in a process of its own, and return how it ended."""
    wanted = ["check", "--now", NOW, ".", "--format", "json=a.json", "--format", "sarif=b.sarif"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments, *wanted],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(hostile.ROOT)},
        capture_output=True,
        check=False,
    )
    return done.returncode


@pytest.mark.parametrize("renamed", [0, 1, 2])
def test_a_run_that_is_killed_leaves_nothing_half_written(tree: Path, renamed: int) -> None:
    """While it judges, before the first report is put in place, and between two."""
    write_all(tree, {"a.json": STALE, "b.sarif": STALE})
    assert process(tree, KILLED, str(renamed)) == -signal.SIGKILL
    names = {name for name in left(tree) if not name.endswith(".partial")}
    assert names == ({"pod.yaml", "a.json"} if renamed == 2 else {"pod.yaml"})
    if renamed == 2:
        assert json.loads((tree / "a.json").read_text(encoding="utf-8"))["coverage"]["judged"] == 1


def test_the_next_run_is_not_kept_by_what_a_killed_one_left(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process(tree, KILLED, "1")
    assert run(capsys, ".", "--format", "json=a.json", "--format", "sarif=b.sarif").status == 0
    assert verdict(tree / "a.json") == "pass"


def test_without_standard_output_there_is_no_report(tree: Path) -> None:
    program = CLOSED.replace("from", "sys.argv += ['--format', 'text']; from", 1)
    write_all(tree, {"a.json": STALE})
    assert process(tree, program) not in (0, 1)
    assert left(tree) == {"pod.yaml"}


@pytest.mark.parametrize("place", ["out/report.sarif", "folder", "../elsewhere/report.sarif"])
def test_the_action_writes_nothing_elsewhere(programs: Path, tree: Path, tmp_path: Path, place: str) -> None:
    write_all(tmp_path, {"elsewhere/report.sarif": "precious\n"})
    (tree / "out").symlink_to(tmp_path / "elsewhere")
    (tree / "folder").mkdir()
    runner = Runner(hostile.ROOT, tree, tmp_path / "runner")
    runner.temporary = programs.parents[1]
    ended = runner.run(INSTALL, sarif_file=place)
    assert ended.status == 2
    assert "error" in ended.commands
    assert (tmp_path / "elsewhere" / "report.sarif").read_text(encoding="utf-8") == "precious\n"


def test_the_action_takes_no_older_report_for_its_own(programs: Path, tree: Path, tmp_path: Path) -> None:
    runner = Runner(hostile.ROOT, tree, tmp_path / "runner")
    runner.temporary = programs.parents[1]
    write_all(programs.parent, {"report.json": STALE})
    write_all(tree, {"out.sarif": STALE})
    ended = runner.run(INSTALL, policy="absent", sarif_file="out.sarif")
    assert (ended.status, ended.outputs["verdict"]) == (2, "error")
    assert not (programs.parent / "report.json").exists()
    assert left(tree) == {"pod.yaml"}
