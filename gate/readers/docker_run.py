"""Commands of `docker run`, `podman run` and `nerdctl run` in shell scripts, makefiles, CI pipelines and units.

Scripts in other languages that start a container are named in the ledger.
"""

from __future__ import annotations

import re

from gate.dialects.resource_claims import is_terraform, mentions
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading
from gate.model.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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

#: A manifest that stands in a script, and what would be given it.
_MANIFEST = re.compile(r"(?m)^[ \t]*apiVersion:[ \t]*\S")
_GIVEN_TO = re.compile(r"\b(?:kubectl|oc|k3s)\b")

_SHELL = re.compile(rb"#![^\n]{0,80}\b(?:ba|da|a|k|z)?sh\b")

#: Scripts in languages that are not read, by how their names end; a line that is no comment and starts a container.
_FOREIGN = {
    **dict.fromkeys((".ps1", ".psm1"), "PowerShell"),
    **dict.fromkeys((".bat", ".cmd"), "cmd"),
    **dict.fromkeys((".groovy", ".jenkinsfile"), "Groovy"),
}
_STARTS = re.compile(
    rb"(?im)^(?![ \t]*(?:#|//|\*|rem\b|::))[^\n]{0,400}?\b(?:docker|podman|nerdctl)(?:\.exe)?[ \t]+(?:container[ \t]+)?"
    rb"(?:run|create)[ \t]+\S"
)

_MAKEFILES = ("makefile", "gnumakefile")

#: What make works out by itself and is known: the folder that it runs in.
_FOLDER = frozenset({"CURDIR", "PWD", "shell pwd", "realpath .", "abspath .", "shell git rev-parse --show-toplevel"})


def claims(source: Source) -> bool:
    """Claim a file with a command that starts a container, or that asks for special rights to build.

    A script that only starts some in a way that is not read is claimed for the ledger.
    """
    data = source.data
    if is_terraform(source.path):
        return mentions(source, rb"docker_container")
    commands = _ENGINE.search(data) and _VERB.search(data)
    if b"\0" in data or not (commands or (b"apiVersion:" in data and is_script(source))):
        return False
    if _language(source.path) and b"new-vm" in data.lower():
        return False
    reading = _reading(source)
    return bool(reading.subjects or reading.problems or reading.skipped)


def read(source: Source, sources: Sources) -> Reading:
    """Read the workloads that the file's commands start."""
    if is_terraform(source.path):
        return _module(source, sources)
    return _reading(source)


def _module(source: Source, sources: Sources) -> Reading:
    """Read the containers of a file of Terraform."""
    from gate.dialects.docker_terraform import started
    from gate.dialects.docker_workload import Found

    invocations, problems = started(source, sources)
    return Reading(tuple(Found(invocations, source.path).workloads()), problems=tuple(problems))


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
    if language := _language(name):
        return [], _foreign(source, language)
    if not is_script(source):
        return [], ()
    from gate.dialects.shell_engines import engine_commands
    from gate.dialects.shell_variables import Variables
    from gate.syntax.mapped_text import whole

    return engine_commands(whole(source), Variables()), tuple(_handed_over(source))


def is_script(source: Source) -> bool:
    """Say whether a file is a script for a shell."""
    named = source.path.lower().endswith((".sh", ".bash", ".zsh", ".ksh"))
    return bool(_SHELL.match(source.data)) or (named and not source.data.startswith(b"#!"))


def _handed_over(source: Source) -> Iterator[Skipped]:
    """Name a shell script by the first manifest in it that starts something and that kubectl would be given."""
    text = source.text
    if "<<" not in text or not _GIVEN_TO.search(text):
        return
    from gate.dialects.pod_rendering import starts_something

    for found in _MANIFEST.finditer(text):
        end = text.find("apiVersion:", found.end())
        if starts_something(text[found.start() : end if end > 0 else len(text)]):
            yield Skipped(
                source.location(*found.span()), "hands a manifest to kubectl in a here-document, which is not read"
            )
            return


def _language(path: str) -> str:
    """Return the language of a script that is not read; empty for any other file."""
    name = path.rpartition("/")[2].lower()
    if name.partition(".")[0] == "jenkinsfile":
        return "Groovy"
    return next((language for ending, language in _FOREIGN.items() if name.endswith(ending)), "")


def _foreign(source: Source, language: str) -> tuple[Skipped, ...]:
    """Name a script in another language, where it starts a container."""
    found = _STARTS.search(source.data)
    if found is None:
        return ()
    start, end = (len(source.data[:at].decode("utf-8", "replace")) for at in found.span())
    return (Skipped(source.location(start, end), f"is a script for {language}, which is not read"),)


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
            elif _STARTS.search(script.text.text.encode("utf-8", "replace")):
                skipped.append(Skipped(script.at, f"is a script for {script.foreign[:40]}, which is not read"))
    return found, tuple(skipped)


READER = Reader("docker_run", ("docker", "podman"), claims, read)
