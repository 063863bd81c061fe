"""The steps of the Action, executed as a runner does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.readers.layouts import layout, packed
from tests.registry.serving import Serving
from tests.surfaces.conftest import ORDINARY, PRIVILEGED, committed, ran
from tests.surfaces.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

INSTALL = frozenset({"Install the gate from its own checkout"})
HOSTILE = "$(touch owned)`touch owned`;'\"\n::set-output name=verdict::pass\n##[error]x\nverdict=pass\n"


@pytest.fixture(scope="module")
def installed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Run the first step once: return the action's checkout and the runner's folder."""
    folder = tmp_path_factory.mktemp("runner")
    workspace = folder / "workspace"
    workspace.mkdir()
    (workspace / "compose.yaml").write_text(ORDINARY, encoding="utf-8")
    ended = Runner(checkout, workspace, folder).run()
    assert ended.status == 0, ended.log
    assert sorted(file.name for file in workspace.iterdir()) == ["compose.yaml"]
    return checkout, folder


@pytest.fixture
def runner(
    installed: tuple[Path, Path], written: Callable[[dict[str, str]], Path]
) -> Callable[[dict[str, str]], Runner]:
    """Return a function that makes a runner, in which the first step has run, on files."""
    action, folder = installed
    return lambda files: Runner(action, checked_out(written(files)), folder)


def checked_out(workspace: Path) -> Path:
    """Make the folder what a checkout leaves behind: its root holds a repository."""
    ran("git", "init", "--quiet", cwd=workspace)
    return workspace


def report_of(path: str) -> Any:
    """Read a report."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def test_what_is_good_enough_passes(runner: Callable[[dict[str, str]], Runner]) -> None:
    ended = runner({"compose.yaml": ORDINARY}).run(INSTALL)
    assert ended.status == 0
    assert ended.outputs["verdict"] in ("pass", "warn")
    assert ended.outputs["exit-status"] == "0"
    assert report_of(ended.outputs["report"])["schema_version"] == "1"
    assert report_of(ended.outputs["sarif"])["version"] == "2.1.0"
    assert ended.summary.startswith(f"### boundary-gate: {ended.outputs['verdict']}\n")
    assert "error" not in ended.commands


def test_what_is_too_weak_fails_and_marks_the_line(runner: Callable[[dict[str, str]], Runner]) -> None:
    ended = runner({"deploy/compose.yaml": PRIVILEGED}).run(INSTALL, paths="deploy")
    assert ended.status == 1
    assert ended.outputs["verdict"] == "fail"
    assert ended.outputs["exit-status"] == "1"
    assert "error" in ended.commands
    assert "::error file=deploy/compose.yaml,line=4" in ended.log
    assert "deploy/compose.yaml:4" in ended.summary


def test_paths_are_lines(runner: Callable[[dict[str, str]], Runner]) -> None:
    files = {"a b/compose.yaml": ORDINARY, "c/compose.yaml": PRIVILEGED, "d/compose.yaml": PRIVILEGED}
    ended = runner(files).run(INSTALL, paths="a b\n  c/compose.yaml  \n\n")
    judged = {one["location"]["path"] for one in report_of(ended.outputs["report"])["subjects"]}
    assert judged == {"a b/compose.yaml", "c/compose.yaml"}


def test_images_are_lines(runner: Callable[[dict[str, str]], Runner]) -> None:
    ready = runner({"README.md": "nothing to judge\n"})
    for name in ("a b.tar", "c.tar"):
        (ready.workspace / name).write_bytes(packed(layout(name=f"{name[0]}:1")))
    ended = ready.run(INSTALL, paths="", images="a b.tar\n c.tar\n")
    judged = {one["location"]["path"].partition("!")[0] for one in report_of(ended.outputs["report"])["subjects"]}
    assert judged == {"a b.tar", "c.tar"}


def test_registries_are_asked_where_they_may_be(runner: Callable[[dict[str, str]], Runner]) -> None:
    ready = runner({"README.md": "nothing to judge\n"})
    serving = Serving()
    try:
        serving.push(layout())
        image = f"{serving.host}/shop/web:1"
        ended = ready.run(INSTALL, paths="", images=image)
        assert (ended.status, ended.outputs["exit-status"]) == (2, "2")
        assert serving.seen == []
        ended = ready.run(INSTALL, paths="", images=image, online="true")
        assert [one["reference"] for one in report_of(ended.outputs["report"])["fetched"]] == [image]
    finally:
        serving.close()


def test_a_scanner_that_is_not_used_is_no_pass(runner: Callable[[dict[str, str]], Runner]) -> None:
    ready = runner({"README.md": "nothing to judge\n"})
    (ready.workspace / "web.tar").write_bytes(packed(layout()))
    program = ready.workspace / "trivy"
    program.write_text("#!/bin/sh\ntouch started\n", encoding="utf-8")
    program.chmod(0o755)
    ended = ready.run(INSTALL, paths="", images="web.tar", scanner="trivy", trivy=str(program))
    assert (ended.status, ended.outputs["exit-status"]) == (3, "3")
    assert "trivy is a file of the tree that is judged" in ended.log
    assert not (ready.workspace / "started").exists()


def test_fail_on_never_reports_alone(runner: Callable[[dict[str, str]], Runner]) -> None:
    ended = runner({"compose.yaml": PRIVILEGED}).run(INSTALL, fail_on="never")
    assert (ended.status, ended.outputs["verdict"], ended.outputs["exit-status"]) == (0, "fail", "1")


def test_fail_on_never_still_fails_where_nothing_ran(runner: Callable[[dict[str, str]], Runner]) -> None:
    ended = runner({"compose.yaml": ORDINARY}).run(INSTALL, fail_on="never", policy="absent")
    assert (ended.status, ended.outputs["verdict"], ended.outputs["exit-status"]) == (2, "error", "2")
    assert "absent" in ended.log


def test_fail_on_warn_fails_for_a_warning(runner: Callable[[dict[str, str]], Runner]) -> None:
    files = {"compose.yaml": "services:\n  web:\n    image: web:1\n    network_mode: host\n"}
    reported = runner(files).run(INSTALL)
    assert (reported.status, reported.outputs["verdict"]) == (0, "warn"), reported.log
    assert runner(files).run(INSTALL, fail_on="warn").status == 1


def test_a_folder_that_is_not_there_is_no_pass(runner: Callable[[dict[str, str]], Runner]) -> None:
    ended = runner({"compose.yaml": ORDINARY}).run(INSTALL, paths="absent")
    assert ended.status not in (0, 1)


def test_sarif_goes_where_it_is_wanted(runner: Callable[[dict[str, str]], Runner]) -> None:
    ready = runner({"compose.yaml": ORDINARY})
    ended = ready.run(INSTALL, sarif_file="out.sarif")
    assert ended.outputs["sarif"] == str(ready.workspace / "out.sarif")
    assert report_of(ended.outputs["sarif"])["version"] == "2.1.0"


@pytest.mark.parametrize(
    "name",
    [
        "paths",
        "images",
        "online",
        "scanner",
        "trivy",
        "policy",
        "declaration",
        "stage",
        "kubernetes_version",
        "fail_on",
        "summary",
    ],
)
def test_an_input_stays_a_value(runner: Callable[[dict[str, str]], Runner], name: str) -> None:
    ready = runner({"compose.yaml": ORDINARY})
    ended = ready.run(INSTALL, **{name: HOSTILE})
    assert not list(ready.workspace.rglob("owned"))
    assert set(ended.commands) <= {"error", "warning", "notice"}
    assert ended.status != 0 or name == "summary"


def test_an_option_in_paths_is_a_path(runner: Callable[[dict[str, str]], Runner]) -> None:
    ended = runner({"compose.yaml": PRIVILEGED, "--help/compose.yaml": PRIVILEGED}).run(INSTALL, paths="--help")
    assert ended.status == 1
    assert "--help/compose.yaml:4" in ended.log


def test_what_is_scanned_cannot_speak_to_the_runner(runner: Callable[[dict[str, str]], Runner]) -> None:
    name = "::add-mask::x ##[set-env name=A]b ``` <img src=x> @everyone"
    said = f'services:\n  "{name}":\n    image: "{name}"\n    privileged: true\n'
    ended = runner({f"{name.replace('/', '')}.yaml": said, "compose.yaml": said + '    x-"\\n::error::y": 1\n'}).run(
        INSTALL
    )
    assert ended.status != 0
    assert set(ended.commands) <= {"error", "warning", "notice"}
    fence = ended.summary.splitlines()[2].removesuffix("text")
    assert set(fence) == {"`"}
    assert ended.summary.count(f"\n{fence}") == 2


def test_nothing_in_the_workspace_is_imported(runner: Callable[[dict[str, str]], Runner]) -> None:
    files = dict.fromkeys(("json.py", "sitecustomize.py", "gate.py", "secrets.py"), "raise SystemExit(0)\n")
    assert runner({**files, "compose.yaml": PRIVILEGED}).run(INSTALL).status == 1


def test_an_older_python_is_refused(installed: tuple[Path, Path], tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    ended = Runner(installed[0], tmp_path, tmp_path / "runner").run(python=str(old))
    assert ended.status == 2
    assert "3.11" in ended.log


def test_a_wheel_with_another_hash_is_refused(checkout: Path, tmp_path: Path) -> None:
    action = tmp_path / "action"
    for folder in ("action", "requirements"):
        (action / folder).mkdir(parents=True)
    for name in ("action.yml", "action/install", "action/judge.py"):
        shutil.copy2(checkout / name, action / name)
    (action / "requirements/run.txt").write_text(f"attrs==26.1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    ended = Runner(action, tmp_path, tmp_path / "runner").run()
    assert ended.status != 0
    assert not ended.outputs["verdict"]


RESTRICTED = "version: 1\nworkloads:\n- {name: web, paths: [compose.yaml], sensitivity: restricted}\n"


def changed(runner: Callable[[dict[str, str]], Runner]) -> tuple[Runner, str]:
    """Return a runner on a change that lowers a class, and the commit it starts from."""
    here = runner({"compose.yaml": ORDINARY, ".gate.yaml": RESTRICTED})
    base = committed(here.workspace)
    (here.workspace / ".gate.yaml").write_text(RESTRICTED.replace("restricted", "internal"), encoding="utf-8")
    committed(here.workspace)
    return here, base


def test_a_pull_request_is_judged_by_its_base(runner: Callable[[dict[str, str]], Runner]) -> None:
    here, base = changed(runner)
    assert here.run(INSTALL).outputs["verdict"] == "pass"
    for event in ({"pull_request": {"base": {"sha": base}}}, {"merge_group": {"base_sha": base}}):
        here.event = event
        ended = here.run(INSTALL)
        assert (ended.status, ended.outputs["verdict"]) == (1, "fail")
        assert report_of(ended.outputs["report"])["trusted"]["commit"] == base
    assert here.run(INSTALL, trusted_ref="none").outputs["verdict"] == "pass"


def test_a_base_that_is_not_fetched_is_no_verdict(runner: Callable[[dict[str, str]], Runner]) -> None:
    here, _ = changed(runner)
    here.event = {"pull_request": {"base": {"sha": "0" * 40}}}
    ended = here.run(INSTALL)
    assert (ended.status, ended.outputs["verdict"], ended.outputs["exit-status"]) == (2, "error", "2")
    assert "fetch-depth" in ended.log


def test_a_base_that_is_no_commit_is_refused(runner: Callable[[dict[str, str]], Runner]) -> None:
    here, _ = changed(runner)
    here.event = {"pull_request": {"base": {"sha": "--output=x"}}}
    assert here.run(INSTALL).status == 2


def test_only_an_event_with_a_base_can_be_compared_with_it(runner: Callable[[dict[str, str]], Runner]) -> None:
    ended = runner({"compose.yaml": ORDINARY}).run(INSTALL, against="base")
    assert ended.status == 2
    assert "no base" in ended.log
