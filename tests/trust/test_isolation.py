"""Nothing in the scanned tree or in the environment is executed or changes the verdict, however the gate is started.

`python -I -m gate` is how the hook and the Action start it, and nothing reaches it. The entry script is for people: the
interpreter imports some modules before any code of the gate runs, and what PYTHONPATH puts under their names has run.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.surfaces.runner import Runner
from tests.trust import hostile
from tests.verbs import NOW, gate

INSTALL = frozenset({"Install the gate from its own checkout"})


class Trees(NamedTuple):
    """A hostile tree, the same without anything hostile, and where its code would leave its name."""

    hostile: Path
    plain: Path
    canary: Path


class Ended(NamedTuple):
    """How a process ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    """Both trees."""
    canary = tmp_path / "canary"
    return Trees(hostile.tree(tmp_path / "hostile", canary), hostile.plain(tmp_path / "plain"), canary)


def started(command: Sequence[object], cwd: Path, variables: dict[str, str] | None = None) -> Ended:
    """Run a command in a folder, with nothing in its environment but what is given."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **(variables or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def check(*paths: str) -> list[str]:
    """The arguments of a check with a report that can be compared."""
    return ["check", "--now", NOW, "--format", "json", "--", *paths]


def run_of(canary: Path) -> list[str]:
    """The names that were left."""
    return canary.read_text(encoding="utf-8").split() if canary.exists() else []


def without_count(text: str) -> Any:
    """The report without the number of files that were seen: the hostile ones are."""
    report = json.loads(text)
    assert report["coverage"].pop("seen")
    return report


def test_isolated_nothing_is_executed_and_nothing_changes(programs: Path, trees: Trees) -> None:
    command = [programs / "python", "-I", "-m", "gate", *check(*hostile.JUDGED)]
    attacked = started(command, trees.hostile, hostile.variables(trees.hostile))
    assert run_of(trees.canary) == []
    assert attacked == started(command, trees.plain)
    assert attacked.status == 1
    assert attacked.err == ""


def test_isolated_the_whole_tree_says_the_same(programs: Path, trees: Trees) -> None:
    command = [programs / "python", "-I", "-m", "gate", *check(".")]
    attacked = started(command, trees.hostile, hostile.variables(trees.hostile))
    left_alone = started(command, trees.plain)
    assert run_of(trees.canary) == []
    assert attacked.status == left_alone.status == 1
    assert without_count(attacked.out) == without_count(left_alone.out)


@pytest.mark.parametrize("name", hostile.CONFIGURATION)
def test_no_configuration_is_discovered(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each alone, beside what is judged and above it."""
    plain = hostile.plain(tmp_path / "plain")
    found = hostile.write(tmp_path / "found", {**hostile.JUDGED, name: hostile.CONFIGURATION[name]})
    hostile.write(found, {f"deploy/{name}": hostile.CONFIGURATION[name]})
    expected, answer = gate(capsys, *check(str(plain))), gate(capsys, *check(str(found)))
    assert answer.status == expected.status == 1
    assert without_count(answer.out) == without_count(expected.out)


@pytest.mark.parametrize("arguments", [["--version"], ["explain", "ISO004"], ["policy", "show"], ["data", "verify"]])
def test_isolated_no_other_command_executes_anything(programs: Path, trees: Trees, arguments: list[str]) -> None:
    command = [programs / "python", "-I", "-m", "gate", *arguments]
    attacked = started(command, trees.hostile, hostile.variables(trees.hostile))
    assert run_of(trees.canary) == []
    assert attacked == started(command, trees.plain)


def test_the_tree_would_be_executed(programs: Path, trees: Trees) -> None:
    """The canary sings where nobody isolates: by the folder, and by every variable that can."""
    assert started([programs / "python", "-m", "gate", "--version"], trees.hostile).status == 0
    assert run_of(trees.canary) != []
    trees.canary.unlink()
    started([programs / "python", "-c", "0"], trees.hostile, {"PYTHONPATH": "."})
    assert run_of(trees.canary) != []


def test_the_hook_executes_nothing(programs: Path, trees: Trees) -> None:
    text = (hostile.ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    for hook in yaml.safe_load(text):
        entry = [*shlex.split(hook["entry"]), *hook["args"]]
        files = [*hostile.JUDGED] if hook.get("pass_filenames", True) else []
        at = entry.index("check") + 1
        command = [programs / entry[0], *entry[1:at], "--now", NOW, "--format", "json", *entry[at:], *files]
        attacked = started(command, trees.hostile, hostile.variables(trees.hostile))
        left_alone = started(command, trees.plain)
        assert run_of(trees.canary) == [], hook["id"]
        assert attacked.status == left_alone.status == 1
        assert without_count(attacked.out) == without_count(left_alone.out)


def test_the_action_executes_nothing(programs: Path, trees: Trees) -> None:
    reports = {}
    for workspace in (trees.hostile, trees.plain):
        runner = Runner(hostile.ROOT, workspace, programs.parents[1] / workspace.name)
        runner.temporary = programs.parents[1]
        if workspace == trees.hostile:
            runner.environment = hostile.variables(workspace)
        before = set(workspace.rglob("*"))
        ended = runner.run(INSTALL)
        assert ended.status == 1, ended.log
        assert ended.outputs["verdict"] == "fail"
        assert set(workspace.rglob("*")) == before
        reports[workspace] = without_count(Path(ended.outputs["report"]).read_text(encoding="utf-8"))
        del reports[workspace]["now"]
    assert run_of(trees.canary) == []
    assert reports[trees.hostile] == reports[trees.plain]


@pytest.mark.slow
def test_the_action_installs_without_executing_anything(trees: Trees, tmp_path: Path) -> None:
    runner = Runner(hostile.ROOT, trees.hostile, tmp_path / "runner")
    runner.environment = hostile.variables(trees.hostile)
    ended = runner.run()
    assert run_of(trees.canary) == []
    assert (ended.status, ended.outputs["verdict"]) == (1, "fail"), ended.log


@pytest.mark.parametrize("script", hostile.SCRIPTS)
def test_the_script_executes_nothing_of_its_folder(programs: Path, trees: Trees, script: str) -> None:
    command = [programs / f"gate-{script}", *check(*hostile.JUDGED)]
    attacked = started(command, trees.hostile, hostile.LENIENT)
    assert run_of(trees.canary) == []
    assert attacked == started(command, trees.plain)
    assert attacked.status == 1


@pytest.mark.parametrize("script", hostile.SCRIPTS)
def test_the_script_takes_no_module_from_pythonpath_that_it_imports_itself(
    programs: Path, tmp_path: Path, script: str
) -> None:
    canary = tmp_path / "canary"
    folder = hostile.plain(tmp_path / "tree")
    for name in ("json", "yaml", "_yaml", "hashlib", "difflib", "fnmatch", "tree_sitter", "tree_sitter_hcl"):
        hostile.module(folder / f"{name}.py", canary, name)
    command = [programs / f"gate-{script}", *check(*hostile.JUDGED)]
    attacked = started(command, folder, {"PYTHONPATH": f".{os.pathsep}{folder}/"})
    assert run_of(canary) == []
    assert attacked.status == 1
    assert attacked.out == started(command, hostile.plain(tmp_path / "plain")).out


def test_the_script_cannot_keep_pythonpath_from_what_the_interpreter_imports_first(
    programs: Path, tmp_path: Path
) -> None:
    """Hence `python -I`: these have run before any code of the gate, and could have ended the process with 0."""
    for name in ("sitecustomize", "gate"):
        canary = tmp_path / f"canary-{name}"
        folder = hostile.plain(tmp_path / f"tree-{name}")
        hostile.module(folder / f"{name}.py", canary, name)
        ended = started([programs / "gate-new", *check(".")], folder, {"PYTHONPATH": "."})
        assert (run_of(canary), ended.status, ended.out) == ([name], 0, "")


def test_the_script_dies_of_a_pythonhome_without_a_library(programs: Path, trees: Trees) -> None:
    ended = started([programs / "gate-new", "--version"], trees.plain, {"PYTHONHOME": str(trees.plain)})
    assert ended.status != 0


REFUSING = "from gate.cli import isolation; isolation.drop_foreign_folders(); isolation.refuse_unless_isolated()"


@pytest.mark.parametrize(
    ("flags", "variables", "cause"),
    [
        ([], {"PYTHONPATH": "."}, "PYTHONPATH is set"),
        ([], {"PYTHONPATH": ""}, "PYTHONPATH is set"),
        ([], {"PYTHONUSERBASE": "."}, "PYTHONUSERBASE is set"),
        ([], {"PYTHONPYCACHEPREFIX": "cache"}, "PYTHONPYCACHEPREFIX is set"),
        ([], {"PYTHONSAFEPATH": "1", "PYTHONWARNINGS": "default"}, "PYTHONSAFEPATH is set"),
        ([], {}, "was searched for modules"),
        (["-E"], {"PYTHONPATH": "."}, "PYTHONPATH is set"),
        (["-P"], {}, ""),
        (["-P"], {"PYTHONUNBUFFERED": "1", "PYTHON_VERSION": "3.11.7", "PYTHONUTF8": "1"}, ""),
        (["-I"], {"PYTHONPATH": ".", "PYTHONUSERBASE": "."}, ""),
    ],
)
def test_what_is_not_isolated_is_refused(
    programs: Path, tmp_path: Path, flags: list[str], variables: dict[str, str], cause: str
) -> None:
    ended = started([programs / "python", *flags, "-c", REFUSING], tmp_path, variables)
    assert (ended.status == 0) is (cause == "")
    assert cause in ended.err
    assert bool(cause) is ("start it as `python -I -m gate check`" in ended.err or "UsageError" in ended.err)


def test_the_folder_of_the_gate_itself_stays(tmp_path: Path) -> None:
    """A folder that PYTHONPATH names may be where the gate and what it needs are installed."""
    copy = hostile.installed(tmp_path / "there").parent
    (packages,) = copy.glob("lib/python*/site-packages")
    folder = hostile.plain(tmp_path / "tree")
    program = "from gate.cli.main import console; console()"
    variables = {"PYTHONPATH": str(packages)}
    ended = started([copy / "bin" / "python", "-c", program, *check(".")], folder, variables)
    assert ended.status == 1, ended.err


def test_a_folder_that_is_gone_does_not_end_it(programs: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    command = f"mkdir {gone} && cd {gone} && rmdir {gone} && {programs}/gate-new --version"
    assert started(["sh", "-c", command], tmp_path).status == 0
