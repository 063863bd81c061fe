"""Commands of `docker run`, `podman run` and `nerdctl run` in shell scripts, makefiles, CI pipelines and units."""

from __future__ import annotations

import re

from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading
from gate.model.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.shell_engines import Invocation
    from gate.model.source import Source, Sources

#: Characters of one file that are read; scripts that people write are far shorter.
MAX_TEXT = 1024 * 1024

#: Workloads of one file.
MAX_WORKLOADS = 300

_KEY = "docker_run"

#: The least that a command which counts is made of.
_ENGINE = re.compile(rb"docker|podman|nerdctl", re.IGNORECASE)
_VERB = re.compile(rb"\b(?:run|create|build|bake|b)\b")

_SHELL = re.compile(rb"#![^\n]{0,80}\b(?:ba|da|a|k|z)?sh\b")

_MAKEFILES = ("makefile", "gnumakefile")

#: What make works out by itself and is known: the folder that it runs in.
_FOLDER = frozenset({"CURDIR", "PWD", "shell pwd", "realpath .", "abspath .", "shell git rev-parse --show-toplevel"})


def claims(source: Source) -> bool:
    """Claim a file with a command that starts a container, or that asks for special rights to build."""
    data = source.data
    if not _ENGINE.search(data) or not _VERB.search(data) or b"\0" in data:
        return False
    reading = _reading(source)
    return bool(reading.subjects or reading.problems)


def read(source: Source, sources: Sources) -> Reading:
    """Read the workloads that the file's commands start."""
    return _reading(source)


def _reading(source: Source) -> Reading:
    kept = source.trees.get(_KEY)
    if kept is None:
        kept = source.trees[_KEY] = _read(source)
    return kept  # type: ignore[return-value]


def _read(source: Source) -> Reading:
    from gate.dialects.docker_workload import Found

    if len(source.data) > MAX_TEXT:
        cause = f"is a script of more than {MAX_TEXT} bytes"
        return Reading(problems=(InputError(cause, at=whole_file(source.path), remedy="split the file"),))
    invocations, skipped = _invocations(source)
    subjects = tuple(Found(invocations, source.path).workloads())
    if len(subjects) > MAX_WORKLOADS:
        cause = f"starts more than {MAX_WORKLOADS} containers"
        return Reading(problems=(InputError(cause, at=subjects[MAX_WORKLOADS].at, remedy="split the file"),))
    return Reading(subjects, skipped=skipped)


def _invocations(source: Source) -> tuple[list[Invocation], tuple[Skipped, ...]]:
    """Return the engines' commands in a file of any of the kinds, and what is for shells that are not read."""
    name = source.path.rpartition("/")[2].lower()
    if name.endswith((".yaml", ".yml")):
        return _pipeline(source)
    if name.endswith(".service"):
        from gate.dialects.unit_commands import unit_commands
        from gate.syntax.systemd_unit import Unit

        return unit_commands(Unit(source, " "), source.path), ()
    if is_makefile(name):
        return _makefile(source), ()
    if not name.endswith((".sh", ".bash", ".zsh", ".ksh")) and not _SHELL.match(source.data):
        return [], ()
    if _SHELL.match(source.data) or not source.data.startswith(b"#!"):
        from gate.dialects.shell_engines import engine_commands
        from gate.dialects.shell_variables import Variables
        from gate.syntax.mapped_text import whole

        return engine_commands(whole(source), Variables()), ()
    return [], ()


def is_makefile(name: str) -> bool:
    """Match `Makefile`, `GNUmakefile`, `Makefile.ci`, `common.mk`."""
    return name.endswith(".mk") or name.partition(".")[0] in _MAKEFILES


def _makefile(source: Source) -> list[Invocation]:
    from gate.dialects.shell_engines import engine_commands
    from gate.dialects.shell_variables import HERE, Variables
    from gate.syntax.makefile import Makefile

    def known(name: str) -> str:
        return HERE if name in _FOLDER else "~" if name == "HOME" else ""

    found: list[Invocation] = []
    for recipe, home in Makefile(source, known).recipes():
        found += engine_commands(recipe, Variables(), home)
    return found


def _pipeline(source: Source) -> tuple[list[Invocation], tuple[Skipped, ...]]:
    from gate.dialects.ci_scripts import is_pipeline, scripts
    from gate.dialects.shell_engines import engine_commands
    from gate.dialects.shell_variables import Variables
    from gate.syntax.tree import Mapping
    from gate.syntax.yaml import COMPOSE, documents

    found: list[Invocation] = []
    skipped: list[Skipped] = []
    read = documents(source, COMPOSE)
    # Compose refuses a key that stands twice; most services take the last one, and so does Kubernetes's reading.
    for document in documents(source) if any(one.error is not None for one in read) else read:
        root = document.root
        for script in scripts(root) if isinstance(root, Mapping) and is_pipeline(root) else ():
            if not script.foreign:
                commands = engine_commands(script.text, Variables(script.variables), script.at)
                found += [replace(one, doubts=script.doubts) for one in commands] if script.doubts else commands
            elif _ENGINE.search(script.text.text.encode("utf-8", "replace")):
                skipped.append(Skipped(script.at, f"is a script for {script.foreign[:40]}, which is not read"))
    return found, tuple(skipped)


READER = Reader("docker_run", ("docker", "podman"), claims, read)
