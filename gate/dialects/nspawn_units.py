"""The units that start containers of systemd-nspawn, and where their settings files lie.

Sources: systemd.unit(5) for drop-ins, systemd.nspawn(5) for the folders of settings files. A folder of the tree stands
for one of the host where it ends as that does.
"""

from __future__ import annotations

from gate.dialects.docker_flags import Word
from gate.dialects.interpolation import GAP
from gate.dialects.nspawn_options import PROGRAM, SETS
from gate.dialects.nspawn_settings import Given
from gate.dialects.nspawn_workload import Command, template
from gate.dialects.unit_commands import SERVICE, unit_commands
from gate.model.errors import InputError
from gate.syntax.systemd_unit import Unit, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location
    from gate.model.source import Source, Sources

#: Drop-ins of one unit, and bytes of one, that are looked at.
MAX_DROP_INS = 50
MAX_BYTES = 256 * 1024

#: What a unit says of its containers.
_PROPERTIES = ("MemoryMax", "MemoryLimit", "TasksMax", "DevicePolicy", "DeviceAllow")

#: Where the host has units, and where it has settings files.
_UNITS = ("etc/systemd/system", "run/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
_SETTINGS = ("etc/systemd/nspawn", "run/systemd/nspawn")


def properties(unit: Unit) -> dict[str, list[Given]]:
    """Return what a unit limits."""
    found: dict[str, list[Given]] = {}
    for name in _PROPERTIES:
        given = [Given(entry.value.text, entry.at) for entry in unit.all(SERVICE, name)]
        if given:
            found[name] = given
    return found


def starter(path: str, name: str, at: Location, sources: Sources) -> Command | None:
    """Return the command that starts the container of a settings file; None where no unit of it is in sight."""
    here = path.rpartition("/")[0]
    root = next((here.removesuffix(one) for one in _SETTINGS if here.endswith(one)), None)
    for folder in (here, *(() if root is None else (f"{root}{one}" for one in _UNITS))):
        command = _unit(folder, name, at, sources)
        if command is not None:
            return command
    return None


def added(source: Source, sources: Sources) -> Command | None:
    """Return the command of the unit that a drop-in adds to; None where it starts no container."""
    folder, _, inner = source.path.rpartition("/")[0].rpartition("/")
    name = inner.removesuffix(".d")
    if name.startswith(f"{PROGRAM}@"):
        instance = name.removeprefix(f"{PROGRAM}@").removesuffix(".service")
        at = Unit(source, " ").at(SERVICE)
        return _unit(folder, instance or GAP, at, sources) or template(instance or GAP, at, {}, ())
    return _command(Unit(source, " "), f"{folder}/{name}")


def settings_paths(path: str, command: Command) -> Iterator[tuple[str, bool]]:
    """Yield where the settings file of a command's container may lie, and whether it is trusted there."""
    name, here = command.name, path.rpartition("/")[0]
    root = _root_of(here)
    for folder in _SETTINGS:
        yield f"{root}{folder}/{name}{_ENDING}", True
    folder = here.rpartition("/")[0] if here.endswith(".service.d") else here
    yield f"{folder}/{name}{_ENDING}".lstrip("/"), True
    for flag in ("directory", "image"):
        given = command.flags.last(flag)
        inside = given is not None and not given.value.startswith(("/", "~", "..")) and GAP not in given.value
        if given is not None and inside:
            beside = given.value.strip("/").removeprefix("./").rpartition("/")[0]
            yield "/".join(part for part in (here, beside, f"{name}{_ENDING}") if part), False


_ENDING = ".nspawn"


def _root_of(folder: str) -> str:
    """Return the folder that stands for the host's root, with its slash; the tree's own where none does."""
    for one in _UNITS:
        place = f"/{folder}/".find(f"/{one}/")
        if place >= 0:
            return folder[:place]
    return ""


def _unit(folder: str, name: str, at: Location, sources: Sources) -> Command | None:
    """Return the command of the unit of a container in a folder, with its drop-ins; None where there is neither."""
    path = f"{folder}/{PROGRAM}@{name}.service".lstrip("/")
    own = _opened(path, sources) or _opened(f"{folder}/{PROGRAM}@.service".lstrip("/"), sources)
    parts = [Unit(one, " ") for one in (own, *_drop_ins(folder, name, sources)) if one is not None]
    if not parts:
        return None
    unit = parts[0]
    for part in parts[1:]:
        unit.merge(part)
    if own is not None or unit.all(SERVICE, "ExecStart"):
        return _command(unit, path)
    return template(name, at, properties(unit), tuple(_environment(unit)))


def _command(unit: Unit, path: str) -> Command | None:
    """Return the first command of a unit that starts a container."""
    started = unit.all(SERVICE, "ExecStart")
    unit.entries = [one for one in unit.entries if one.key != "ExecStart" or one in started]
    for invocation in unit_commands(unit, path):
        command = Command.of(invocation, properties(unit)) if invocation.engine == PROGRAM else None
        if command is not None and command.starts:
            return command
    return None


def _environment(unit: Unit) -> Iterator[Word]:
    for entry in unit.all(SERVICE, "Environment"):
        for word in words(entry.value):
            if word.text.partition("=")[0] in SETS:
                yield Word(word.text, entry.at)


def _drop_ins(folder: str, name: str, sources: Sources) -> Iterator[Source]:
    """Yield the drop-ins in the order of their names; of one name that of the container counts."""
    found: dict[str, str] = {}
    for inner in (f"{PROGRAM}@{name}.service.d", f"{PROGRAM}@.service.d"):
        for path in sources.list(f"{folder}/{inner}".lstrip("/")):
            if path.endswith(".conf"):
                found.setdefault(path.rpartition("/")[2], path)
    for file in sorted(found)[:MAX_DROP_INS]:
        source = _opened(found[file], sources)
        if source is not None:
            yield source


def _opened(path: str, sources: Sources) -> Source | None:
    try:
        found = sources.open(path)
    except InputError:
        return None
    return found if found is not None and len(found.data) <= MAX_BYTES else None
