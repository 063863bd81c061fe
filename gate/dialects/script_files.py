"""The commands of container engines in shell scripts, makefiles, CI pipelines and units, by the kind of file."""

from __future__ import annotations

from gate.dialects.script_kinds import PIPELINES, is_makefile, is_script
from gate.model.record import Record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.shell_engines import Invocation
    from gate.model.location import Location
    from gate.model.source import Source

_KEPT = "script_files"

#: What make works out by itself and is known: the folder that it runs in.
_FOLDER = frozenset({"CURDIR", "PWD", "shell pwd", "realpath .", "abspath .", "shell git rev-parse --show-toplevel"})


class Foreign(Record):
    """A script for a shell that is not read."""

    shell: str
    text: str
    at: Location


class Commands(Record):
    """The engines' commands of a file in order, and the scripts in it that are for shells that are not read."""

    invocations: list[Invocation]
    foreign: list[Foreign]


def of_source(source: Source) -> Commands:
    """Return the commands of a file; whoever asks first has it read."""
    kept = source.trees.get(_KEPT)
    if kept is None:
        kept = source.trees[_KEPT] = _read(source)
    return kept  # type: ignore[return-value]


def _read(source: Source) -> Commands:
    name = source.path.rpartition("/")[2].lower()
    if name.endswith(PIPELINES):
        return _pipeline(source)
    return Commands(_plain(source, name), [])


def _plain(source: Source, name: str) -> list[Invocation]:
    if name.endswith(".service"):
        from gate.dialects.unit_commands import unit_commands
        from gate.syntax.systemd_unit import Unit

        return unit_commands(Unit(source, " "), source.path)
    if is_makefile(name):
        return _makefile(source)
    if not is_script(source):
        return []
    from gate.dialects.shell_engines import engine_commands
    from gate.dialects.shell_variables import Variables
    from gate.syntax.mapped_text import whole

    return engine_commands(whole(source), Variables())


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


def _pipeline(source: Source) -> Commands:
    from gate.dialects.ci_scripts import is_pipeline, scripts
    from gate.dialects.shell_engines import engine_commands
    from gate.dialects.shell_variables import Variables
    from gate.syntax.tree import Mapping
    from gate.syntax.yaml import COMPOSE, documents

    found = Commands([], [])
    read = documents(source, COMPOSE)
    # Compose refuses a key that stands twice; most services take the last one, and so does Kubernetes's reading.
    for document in documents(source) if any(one.error is not None for one in read) else read:
        root = document.root
        for script in scripts(root) if isinstance(root, Mapping) and is_pipeline(root) else ():
            if not script.foreign:
                commands = engine_commands(script.text, Variables(script.variables), script.at)
                found.invocations.extend(
                    [replace(one, doubts=script.doubts) for one in commands] if script.doubts else commands
                )
            else:
                found.foreign.append(Foreign(script.foreign, script.text.text, script.at))
    return found
