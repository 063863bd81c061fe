"""systemd-nspawn: settings files, drop-ins of units, and commands in scripts, makefiles, pipelines and units."""

from __future__ import annotations

import re

from gate.model.coverage import Skipped
from gate.model.errors import InputError, UnrenderedError
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading
from gate.model.record import replace
from gate.model.workload import RefusedKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.nspawn_settings import Settings
    from gate.dialects.nspawn_workload import Command
    from gate.model.source import Source, Sources
    from gate.model.workload import Workload

#: Bytes of one file, and workloads of one script.
MAX_BYTES = 1024 * 1024
MAX_WORKLOADS = 300

ENDING = ".nspawn"

_PROGRAM = rb"nspawn"
_SECTION = re.compile(rb"(?m)^(?:\xef\xbb\xbf)?[ \t]*\[(?:Exec|Files|Network)\b")
#: The program may stand on a later line than the key.
_START = re.compile(rb"(?m)^[ \t]*ExecStart[ \t]*=")


def claims(source: Source) -> bool:
    """Claim settings files, drop-ins of the units of containers, and files with a command that starts one."""
    folder, _, name = source.path.rpartition("/")
    if name.endswith(ENDING):
        return _SECTION.search(source.data) is not None
    if name.endswith(".conf"):
        unit = folder.rpartition("/")[2]
        ours = unit.startswith("systemd-nspawn@") and unit.endswith(".service.d")
        return unit.endswith(".service.d") and (ours or _starts(source.data))
    if _PROGRAM not in source.data or b"\0" in source.data:
        return False
    return len(source.data) > MAX_BYTES or bool(_commands(source)) or bool(_foreign(source))


def _starts(data: bytes) -> bool:
    return b"systemd-nspawn" in data and _START.search(data) is not None


def read(source: Source, sources: Sources) -> Reading:
    """Read the containers that a file configures or starts."""
    if len(source.data) > MAX_BYTES:
        cause = f"is a file of more than {MAX_BYTES} bytes"
        return Reading(problems=(InputError(cause, at=whole_file(source.path), remedy="split the file"),))
    if source.path.endswith(ENDING):
        return _settings_file(source, sources)
    if source.path.endswith(".conf"):
        return _drop_in(source, sources)
    names: dict[str, int] = {}
    found = [_numbered(_started(source.path, one, sources), names) for one in _commands(source)]
    if len(found) > MAX_WORKLOADS:
        cause = f"starts more than {MAX_WORKLOADS} containers"
        return Reading(problems=(InputError(cause, at=found[MAX_WORKLOADS].at, remedy="split the file"),))
    return Reading(tuple(found), skipped=_foreign(source))


def _numbered(workload: Workload, names: dict[str, int]) -> Workload:
    """Return a workload with an identity that no other of its file has."""
    count = names[workload.id] = names.get(workload.id, 0) + 1
    return workload if count == 1 else replace(workload, id=f"{workload.id}:{count}")


def _commands(source: Source) -> list[Command]:
    from gate.dialects.nspawn_options import PROGRAM
    from gate.dialects.nspawn_units import properties
    from gate.dialects.nspawn_workload import Command
    from gate.dialects.script_files import of_source
    from gate.syntax.systemd_unit import Unit

    invocations = [one for one in of_source(source).invocations if one.engine == PROGRAM]
    of_unit = properties(Unit(source, " ")) if invocations and source.path.endswith(".service") else {}
    return [one for one in (Command.of(invocation, of_unit) for invocation in invocations) if one.starts]


def _foreign(source: Source) -> tuple[Skipped, ...]:
    from gate.dialects.script_files import of_source

    scripts = [one for one in of_source(source).foreign if "systemd-nspawn" in one.text]
    return tuple(Skipped(one.at, f"is a script for {one.shell[:40]}, which is not read") for one in scripts)


def _started(path: str, command: Command, sources: Sources) -> Workload:
    """Return the container that a command starts, with its settings file where that is in sight."""
    from gate.dialects.nspawn_workload import workload

    found = _settings_for(path, command, sources) if command.mode != "no" else None
    file, trusted = found if found is not None else (None, False)
    return replace(workload(path, command, file, trusted=trusted), doubts=command.doubts)


def _settings_file(source: Source, sources: Sources) -> Reading:
    from gate.dialects.nspawn_units import starter
    from gate.dialects.nspawn_workload import alone, workload

    if "{%" in source.text or "{{" in source.text:
        problem = UnrenderedError(
            "is a template that nobody has rendered",
            at=whole_file(source.path),
            remedy="render it and check the result",
        )
        return Reading(problems=(problem,))
    settings, refusal = _loaded(source)
    if refusal is not None:
        return Reading(problems=(refusal,))
    name = source.path.rpartition("/")[2].removesuffix(ENDING)
    command = starter(source.path, name, settings.at, sources)
    trusted = _is_trusted(source.path)
    if command is None:
        return Reading((alone(source.path, settings, trusted=trusted, name=name),))
    one = workload(source.path, command, settings, trusted=trusted, name=name)
    return Reading((replace(one, at=settings.at),))


def _loaded(source: Source) -> tuple[Settings, InputError | None]:
    """Read a settings file, with the error for one that systemd-nspawn refuses."""
    from gate.dialects.nspawn_settings import of_file
    from gate.syntax.systemd_unit import Unit

    unit = Unit(source, " ")
    settings = of_file(unit)
    if unit.unclosed is not None:
        cause = "has a section without its closing bracket, so systemd-nspawn refuses the file"
        settings.refused.append(RefusedKey(source.path.rpartition("/")[2], f"it {cause}", unit.unclosed))
        return settings, InputError(cause, at=unit.unclosed, remedy="close it; systemd.nspawn(5) lists the sections")
    return settings, None


def _is_trusted(path: str) -> bool:
    """Say whether a settings file has its full say: not where it lies beside the images."""
    return "var/lib/machines/" not in path


def _settings_for(path: str, command: Command, sources: Sources) -> tuple[Settings, bool] | None:
    """Return the settings file of a command's container, and whether it is trusted; None for one not in sight."""
    from gate.dialects.nspawn_units import settings_paths

    for candidate, trusted in settings_paths(path, command):
        try:
            source = sources.open(candidate)
        except InputError:
            continue
        if source is not None and len(source.data) <= MAX_BYTES:
            return _loaded(source)[0], trusted and _is_trusted(candidate)
    return None


def _drop_in(source: Source, sources: Sources) -> Reading:
    """Read the unit that a drop-in adds to; where a settings file is in sight, the container is that file's."""
    from gate.dialects.nspawn_units import added, settings_paths

    command = added(source, sources)
    if command is None:
        return Reading(skipped=(Skipped(whole_file(source.path), "adds to a unit that starts no container"),))
    for candidate, _ in settings_paths(source.path, command):
        try:
            file = sources.open(candidate)
        except InputError:
            continue
        if file is not None and _SECTION.search(file.data) and len(file.data) <= MAX_BYTES:
            return _settings_file(file, sources)
    return Reading((_started(source.path, command, sources),))


READER = Reader("nspawn", ("systemd-nspawn",), claims, read)
