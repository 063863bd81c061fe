"""The converters: programs of other projects, kept in the cache folder, and what each makes of a text."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from tests.conformance.compose import oracle as compose_go

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "conformance"

#: The version of podlet that is built.
PODLET = "0.3.1"


class Missing(Exception):
    """A converter that cannot be had here, with the reason."""


class Converted(NamedTuple):
    """What a converter made: the name of the file and its text, or why there is none."""

    name: str
    text: str
    error: str = ""


def composerize(commands: list[list[str]]) -> list[Converted]:
    """Make Compose files of commands."""
    return _node("composerize", [" ".join(words) for words in commands], "compose.yaml", "")


def decomposerize(files: list[str]) -> list[Converted]:
    """Make commands of Compose files."""
    return _node("decomposerize", files, "run.sh", "#!/bin/sh\n")


def loaded(files: list[Path]) -> list[Converted]:
    """Make of Compose files what Docker Compose loads, in one file without its short forms."""
    answers = compose_go.ask({"file": str(path)} for path in files)
    return [
        Converted("compose.yaml", "", answer["error"])
        if answer.get("error")
        else Converted("compose.yaml", json.dumps(_project(answer), indent=1))
        for answer in answers
    ]


def podlet(commands: list[list[str]]) -> list[Converted]:
    """Make quadlets of commands, as Podman's own command line would understand them."""
    program = _podlet()
    made = []
    for words in commands:
        done = subprocess.run(
            [program, "podman", "run", *words[2:]], capture_output=True, text=True, check=False, timeout=30
        )
        made.append(Converted("web.container", done.stdout, done.stderr.strip() if done.returncode else ""))
    return made


def kompose(files: list[Path]) -> list[Converted]:
    """Make Deployments of Compose files; the program is taken from where programs are."""
    made = []
    for path in files:
        command = [_program("kompose"), "convert", "--stdout", "--suppress-warnings", "--file", str(path)]
        done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False, timeout=60)
        made.append(Converted("web.yaml", done.stdout, done.stderr.strip() if done.returncode else ""))
    return made


def _project(answer: dict[str, Any]) -> dict[str, Any]:
    services = {name: {"container_name": name, **service} for name, service in answer["services"].items()}
    parts = {part: answer.get(part) or {} for part in ("volumes", "networks")}
    return {"services": services, **{part: held for part, held in parts.items() if held}}


def _node(converter: str, texts: list[str], name: str, before: str) -> list[Converted]:
    program = _program("node")
    lines = "".join(json.dumps({"converter": converter, "text": text}) + "\n" for text in texts)
    done = subprocess.run(
        [program, str(HERE / "convert.js"), str(_packages())], input=lines, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Missing(f"{converter} failed: {done.stderr[-500:]}")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [Converted(name, before + one.get("text", "").rstrip() + "\n", one.get("error", "")) for one in answers]


def _packages() -> Path:
    """Install the packages where they are not yet."""
    manifest = (HERE / "package.json").read_bytes()
    folder = CACHE / f"parity-{hashlib.sha256(manifest).hexdigest()[:16]}"
    if not (folder / "node_modules").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_bytes(manifest)
        _do([_program("npm"), "install", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
    return folder


def _podlet() -> str:
    """Build podlet where there is none yet."""
    folder = CACHE / f"podlet-{PODLET}"
    if not (folder / "bin" / "podlet").exists():
        _do([_program("cargo"), "install", "--quiet", "--root", str(folder), f"podlet@{PODLET}"], CACHE)
    return str(folder / "bin" / "podlet")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed")
    return found


def _do(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} {command[1]} failed: {done.stderr[-300:]}")
