"""Commands of `docker run`, `podman run` and `nerdctl run` in shell scripts, makefiles, CI pipelines and units.

Scripts in other languages that start a container are named in the ledger.
"""

from __future__ import annotations

import re

from gate.dialects.resource_claims import is_terraform, mentions
from gate.dialects.script_kinds import PIPELINES, is_makefile, is_script
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.script_files import Commands
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

#: Scripts in languages that are not read, by how their names end; a line that is no comment and starts a container.
_FOREIGN = {
    **dict.fromkeys((".ps1", ".psm1"), "PowerShell"),
    **dict.fromkeys((".bat", ".cmd"), "cmd"),
    **dict.fromkeys((".groovy", ".jenkinsfile"), "Groovy"),
}
_STARTS = re.compile(
    rb"(?im)^(?![ \t]*(?:['\"]|#|//|\*|rem\b|::))[^\n]{0,400}?\b(?:docker|podman|nerdctl)(?:\.exe)?"
    rb"[ \t]+(?:container[ \t]+)?(?:run|create)[ \t]+\S"
)


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
    from gate.dialects.script_files import of_source

    if len(source.data) > MAX_TEXT:
        cause = f"is a script of more than {MAX_TEXT} bytes"
        return Reading(problems=(InputError(cause, at=whole_file(source.path), remedy="split the file"),))
    commands = of_source(source)
    subjects = tuple(Found(commands.invocations, source.path).workloads())
    if len(subjects) > MAX_WORKLOADS:
        cause = f"starts more than {MAX_WORKLOADS} containers"
        return Reading(problems=(InputError(cause, at=subjects[MAX_WORKLOADS].at, remedy="split the file"),))
    return Reading(subjects, skipped=tuple(_skipped(source, commands)))


def _skipped(source: Source, commands: Commands) -> Iterator[Skipped]:
    """Yield what may start containers in a way that is not read."""
    for one in commands.foreign:
        if _STARTS.search(one.text.encode("utf-8", "replace")):
            yield Skipped(one.at, f"is a script for {one.shell[:40]}, which is not read")
    name = source.path.rpartition("/")[2].lower()
    language = _language(name)
    if language:
        yield from _foreign(source, language)
    elif is_script(source) and not is_makefile(name) and not name.endswith((*PIPELINES, ".service")):
        yield from _handed_over(source)


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


READER = Reader("docker_run", ("docker", "podman"), claims, read)
