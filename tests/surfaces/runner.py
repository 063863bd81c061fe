"""As much of GitHub's runner as a composite action meets: expressions, files for answers, commands in the log.

Facts from actions/runner: a `bash` step is `bash --noprofile --norc -e -o pipefail {0}`; a line of the log is a command
when `::` is the first thing on it or `##[` is anywhere in it, unless commands are stopped; a value in a file of answers
is `name=value`, or ends with a word of the writer's choice.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
INPUT = re.compile(r"inputs\.([a-z-]+)")
OUTPUT = re.compile(r"steps\.([a-z-]+)\.outputs\.([a-z-]+)")
COMMAND = re.compile(r"\s*::([a-z-]+)(?: [^:]*)?::(.*)|.*##\[([a-z-]+)")


class Ended(NamedTuple):
    """What a run of the action left behind."""

    status: int
    outputs: dict[str, str]
    summary: str
    log: str
    commands: list[str]


class Runner:
    """Runs an action on a workspace."""

    def __init__(self, action: Path, workspace: Path, folder: Path) -> None:
        """Take the action's checkout, the caller's, and a folder for everything else."""
        self.action, self.workspace, self.folder = action, workspace, folder
        self.definition: dict[str, Any] = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        self.temporary = folder / "temp"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self.environment: dict[str, str] = {}
        self.event: dict[str, Any] = {}

    def run(self, skip: frozenset[str] = frozenset(), **inputs: str) -> Ended:
        """Run the steps, but for those named, until one fails."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= self.definition["inputs"].keys()
        values = {name: given.get(name, about["default"]) for name, about in self.definition["inputs"].items()}
        files = {name: self.folder / name for name in ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH", "STATE")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        (self.folder / "EVENT").write_text(json.dumps(self.event), encoding="utf-8")
        status, log, outputs = 0, "", {}
        for step in self.definition["runs"]["steps"]:
            if status == 0 and step["name"] not in skip:
                files["OUTPUT"].write_text("", encoding="utf-8")
                status, said = self._step(step, values, files)
                log += said
                outputs[step.get("id", "")] = dict(answers(files["OUTPUT"].read_text(encoding="utf-8")))
        assert not files["ENV"].read_text(encoding="utf-8")
        assert not files["PATH"].read_text(encoding="utf-8")
        summary = files["STEP_SUMMARY"].read_text(encoding="utf-8")
        return Ended(status, self._outputs(outputs), summary, log, list(commands(log)))

    def _step(self, step: dict[str, Any], values: dict[str, str], files: dict[str, Path]) -> tuple[int, str]:
        assert step.keys() <= {"name", "id", "shell", "env", "run"}, "a key that this runner does not know"
        assert step["shell"] == "bash"
        assert not EXPRESSION.search(step["run"]), "an input would become part of a script"
        script = self.folder / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        environment = {
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
            **self.environment,
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_EVENT_PATH": str(self.folder / "EVENT"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
            **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))},
            **{f"GITHUB_{name}": str(file) for name, file in files.items()},
            **{name: expanded(value, values) for name, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout

    def _outputs(self, outputs: dict[str, dict[str, str]]) -> dict[str, str]:
        found = {}
        for name, about in self.definition["outputs"].items():
            expression = EXPRESSION.fullmatch(about["value"])
            wanted = expression and OUTPUT.fullmatch(expression[1])
            assert wanted, about["value"]
            found[name] = outputs.get(wanted[1], {}).get(wanted[2], "")
        return found


def expanded(text: str, values: dict[str, str]) -> str:
    """Replace expressions by the inputs they name; any other expression fails."""

    def value(found: re.Match[str]) -> str:
        wanted = INPUT.fullmatch(found[1])
        assert wanted, found[0]
        return values[wanted[1]]

    return EXPRESSION.sub(value, text)


def answers(text: str) -> Iterator[tuple[str, str]]:
    """Read a file of answers."""
    lines = iter(text.splitlines())
    for line in lines:
        name, delimited, word = line.partition("<<")
        if not delimited or "=" in name:
            name, equals, value = line.partition("=")
            assert equals, f"not an answer: {line}"
            yield name, value
            continue
        value_lines: list[str] = []
        for inner in lines:
            if inner == word:
                break
            value_lines.append(inner)
        else:
            raise AssertionError(f"{name} does not end")
        yield name, "\n".join(value_lines)


def commands(log: str) -> Iterator[str]:
    """Name the commands that the runner would carry out."""
    waiting_for = ""
    for line in log.splitlines():
        found = COMMAND.match(line)
        if waiting_for:
            waiting_for = "" if line.strip() == f"::{waiting_for}::" else waiting_for
        elif found and found[1] == "stop-commands":
            waiting_for = found[2]
        elif found:
            yield found[1] or found[3]
    assert not waiting_for, "commands stay stopped"
