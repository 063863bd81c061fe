"""The step of the GitHub Action: runs the gate on the inputs, and hands its answers to the runner.

Nothing that was scanned may speak to the runner. Log lines are commands there, so the report is printed while commands
are stopped; outputs are closed by a random word, and the summary by a fence that the text cannot end.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Option of `gate check` by the variable that the action sets from an input.
OPTIONS = {
    "GATE_POLICY": "--policy",
    "GATE_DECLARATION": "--declaration",
    "GATE_STAGE": "--stage",
    "GATE_KUBERNETES_VERSION": "--kubernetes-version",
    "GATE_BASELINE": "--baseline",
    "GATE_SCANNER": "--scanner",
    "GATE_TRIVY": "--trivy",
    "GATE_TRIVY_CACHE": "--trivy-cache",
}

#: Options without a value, asked for by `true`.
SWITCHES = {"GATE_ONLINE": "--online", "GATE_RENDER": "--render"}

#: Options that name a commit. `base` is the one that a pull request or a merge queue starts from, `none` is none.
COMMITS = {"GATE_TRUSTED_REF": "--trusted-ref", "GATE_AGAINST": "--against"}
BASE, NONE = "base", "none"

#: Verdicts that fail the step although the command ended in 0, and statuses that do not fail it, by `fail-on`.
FAILS = {"fail": ((), ()), "warn": (("warn", "undecided"), ()), "never": ((), (1, 3))}

VERDICTS = ("pass", "warn", "fail", "undecided")

#: The runner drops a summary of more than 1 MiB as a whole.
LONGEST_SUMMARY = 900 * 1024

USAGE, INTERNAL = 2, 70


def main(environ: Mapping[str, str]) -> int:
    """Run the gate and return the exit status of the step."""
    fail_on = environ["GATE_FAIL_ON"]
    if fail_on not in FAILS:
        print(f"::error::the input 'fail-on' is one of {', '.join(FAILS)}")
        return USAGE
    for variable in SWITCHES:
        if environ[variable] not in ("true", "false"):
            print(f"::error::the input '{variable.removeprefix('GATE_').lower()}' is one of true, false")
            return USAGE
    folder = Path(environ["RUNNER_TEMP"], "boundary-gate")
    report = folder / "report.json"
    sarif = Path(environ["GITHUB_WORKSPACE"], environ["GATE_SARIF_FILE"] or folder / "report.sarif")
    text, annotations = folder / "report.txt", folder / "annotations.txt"
    objection = cleared((report, sarif, text, annotations), Path(environ["GITHUB_WORKSPACE"]))
    if objection:
        log(objection)
        print("::error::the input 'sarif-file' names nothing that a report can replace")
        return USAGE

    try:
        commits = named_commits(environ)
    except ValueError as error:
        print(f"::error::{error}")
        return USAGE
    status = judge(environ, commits, {"json": report, "sarif": sarif, "text": text, "github": annotations})
    verdict = verdict_of(report)
    if text.exists():
        said = text.read_text(encoding="utf-8")
        log(said)
        if environ["GATE_SUMMARY"] == "true":
            append(environ["GITHUB_STEP_SUMMARY"], summary(verdict, said))
    if annotations.exists():
        print(annotations.read_text(encoding="utf-8"), end="", flush=True)
    answers = {"verdict": verdict, "exit-status": str(status), "report": str(report), "sarif": str(sarif)}
    append(environ["GITHUB_OUTPUT"], "".join(output(name, value) for name, value in answers.items()))
    return step_status(status, verdict, fail_on)


def cleared(files: Iterable[Path], workspace: Path) -> str:
    """Remove what stands where reports go, so that no older one is taken for this run's; return why that cannot be."""
    for file in files:
        folder = file.parent.resolve()
        if file.is_relative_to(workspace) and not folder.is_relative_to(workspace.resolve()):
            return f"{file} leads out of the workspace"
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            return f"{file} cannot be replaced: {error.strerror}"
    return ""


def step_status(status: int, verdict: str, fail_on: str) -> int:
    """Return the exit status of the step; without a verdict it is never 0."""
    if verdict not in VERDICTS:
        return status or INTERNAL
    fails, forgiven = FAILS[fail_on]
    if status in forgiven:
        return 0
    return status or (1 if verdict in fails else 0)


def named_commits(environ: Mapping[str, str]) -> list[str]:
    """Return the options that name a commit; raise ValueError where `base` is asked for and there is none."""
    options = []
    for variable, option in COMMITS.items():
        name = environ[variable]
        if name == BASE:
            name = base(environ)
            if not name and variable != "GATE_TRUSTED_REF":
                raise ValueError("the input 'against' is `base`, and this event has no base to compare with")
        if name and name != NONE:
            options += [f"{option}={name}"]
    return options


def base(environ: Mapping[str, str]) -> str:
    """Return the commit that the runner's event says the change starts from; nothing for events without one."""
    with Path(environ["GITHUB_EVENT_PATH"]).open(encoding="utf-8") as file:
        event = json.load(file)
    found = (event.get("pull_request") or {}).get("base", {}).get("sha") or (event.get("merge_group") or {}).get(
        "base_sha", ""
    )
    if found and not re.fullmatch("[0-9a-f]{40,64}", found):
        raise ValueError("the event names a base that is no commit")
    return str(found)


def is_asked(environ: Mapping[str, str], variable: str) -> bool:
    """Say whether a switch is on; without an image nobody is to be asked for one, which the command calls a mistake."""
    return environ[variable] == "true" and (variable != "GATE_ONLINE" or bool(lines(environ["GATE_IMAGES"])))


def judge(environ: Mapping[str, str], commits: list[str], formats: Mapping[str, Path]) -> int:
    """Run `gate check` in the workspace; what it says besides the reports goes to the log."""
    command = [sys.executable, "-I", "-m", "gate", "check"]
    for variable, option in OPTIONS.items():
        if environ[variable]:
            command += [f"{option}={environ[variable]}"]
    command += commits
    command += (option for variable, option in SWITCHES.items() if is_asked(environ, variable))
    for name, file in formats.items():
        command += ["--format", f"{name}={file}"]
    for image in lines(environ["GATE_IMAGES"]):
        command += ["--image", image]
    done = subprocess.run(  # noqa: S603 - an argument list, and no shell
        [*command, "--", *lines(environ["GATE_PATHS"])],
        cwd=environ["GITHUB_WORKSPACE"],
        capture_output=True,
        check=False,
    )
    log((done.stdout + done.stderr).decode("utf-8", "replace"))
    return done.returncode


def lines(text: str) -> list[str]:
    """Return what an input lists, one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def verdict_of(report: Path) -> str:
    """Return the report's verdict, or `error` when there is no report."""
    try:
        verdict = json.loads(report.read_text(encoding="utf-8"))["verdict"]
    except (OSError, ValueError, KeyError):
        return "error"
    return verdict if verdict in VERDICTS else "error"


def log(text: str) -> None:
    """Print text, none of whose lines the runner takes for a command."""
    if text:
        word = secrets.token_hex(16)
        print(f"::stop-commands::{word}\n{text.rstrip()}\n::{word}::", flush=True)


def output(name: str, value: str) -> str:
    """Set an output to a value that may hold anything."""
    word = secrets.token_hex(16)
    return f"{name}<<{word}\n{value}\n{word}\n"


def summary(verdict: str, text: str) -> str:
    """Show the text as it is, whatever Markdown it holds."""
    data = text.encode()
    cut = "\nThe report goes on; see the outputs of the step.\n" if len(data) > LONGEST_SUMMARY else ""
    shown = data[:LONGEST_SUMMARY].decode("utf-8", "ignore").rstrip()
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"### boundary-gate: {verdict}\n\n{fence}text\n{shown}\n{fence}\n{cut}"


def append(file: str, text: str) -> None:
    """Add to one of the runner's files."""
    with Path(file).open("a", encoding="utf-8") as handle:
        handle.write(text)


if __name__ == "__main__":
    sys.exit(main(os.environ))
