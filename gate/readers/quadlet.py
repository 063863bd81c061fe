"""Podman quadlets: `.container`, `.pod` and `.kube` units with their drop-ins, and the units that these name."""

from __future__ import annotations

import re

from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.quadlet import Quadlet
    from gate.model.source import Source, Sources
    from gate.model.workload import Workload

#: The section that a unit of each kind has.
SECTIONS = {".container": "Container", ".pod": "Pod", ".kube": "Kube"}

_SECTION = re.compile(rb"(?m)^(?:\xef\xbb\xbf)?[ \t]*\[(Container|Pod|Kube)\][ \t]*\r?$")

#: Bytes of one unit, files of its drop-ins, and units of one folder that are looked at.
MAX_BYTES = 256 * 1024
MAX_DROP_INS = 50
MAX_UNITS = 500


def claims(source: Source) -> bool:
    """Claim a unit with the section of its kind, and drop-ins for one."""
    kind = _kind(source.path)
    return bool(kind) and any(match[1].decode() == SECTIONS[kind] for match in _SECTION.finditer(source.data))


def _kind(path: str) -> str:
    """Return the ending of the unit that a file is, or adds to; empty for any other file."""
    folder, _, name = path.rpartition("/")
    if name.endswith(".conf"):
        name = folder.rpartition("/")[2].removesuffix(".d")
    return next((one for one in SECTIONS if name.endswith(one) or f".{name}" == one), "")


def read(source: Source, sources: Sources) -> Reading:
    """Read the unit that a file is or adds to, and the containers of a pod."""
    if len(source.data) > MAX_BYTES:
        at = source.location(0, 0)
        problem = InputError(f"is a unit of more than {MAX_BYTES} bytes", at=at, remedy="split the unit")
        return Reading(problems=(problem,))
    units = _Units(sources)
    kind = _kind(source.path)
    if source.path.endswith(".conf"):
        return _added(source, units, kind)
    unit = units.load(source)
    if kind == ".container":
        return Reading((_container(unit, units),))
    if kind == ".kube":
        return _kube(unit, units)
    return _pod(unit, units)


def _added(source: Source, units: _Units, kind: str) -> Reading:
    """Read the units that a drop-in adds to; where there is none in sight, what it says by itself."""
    folder, _, name = source.path.rpartition("/")[0].rpartition("/")
    name = name.removesuffix(".d")
    found = [one for one in units.names(folder, kind) if f".{name}" == kind or units.takes(one, name)]
    readings = [read(opened, units.sources) for one in found if (opened := units.open(folder, one)) is not None]
    if readings:
        return Reading(
            tuple(subject for one in readings for subject in one.subjects),
            (),
            tuple(problem for one in readings for problem in one.problems),
            tuple(skipped for one in readings for skipped in one.skipped),
        )
    if kind != ".container":
        return Reading(skipped=(Skipped(source.location(0, 0), "adds to a unit that is not in sight"),))
    return Reading((_container(units.alone(source, f"{folder}/{name}" if folder else name), units, alone=True),))


def _container(unit: Quadlet, units: _Units, *, alone: bool = False) -> Workload:
    from gate.dialects.quadlet_workload import container

    return container(unit, units.sibling(unit.path), alone=alone)


def _pod(unit: Quadlet, units: _Units) -> Reading:
    """Read the containers that join a pod."""
    folder, _, name = unit.path.rpartition("/")
    found = []
    for one in units.names(folder, ".container"):
        opened = units.open(folder, one)
        member = units.load(opened) if opened is not None else None
        joined = member.value("Container", "Pod") if member is not None else None
        if member is not None and joined is not None and joined.text == name:
            found.append(_container(member, units))
    if found:
        return Reading(tuple(found))
    at = unit.unit.at("Pod")
    return Reading(skipped=(Skipped(at, "is a pod that no container of its folder joins"),))


def _kube(unit: Quadlet, units: _Units) -> Reading:
    """Read what a unit adds to the pods of a manifest, which is judged where it stands."""
    from gate.dialects.quadlet_workload import adds, kube

    at = unit.unit.at("Kube")
    named = unit.value("Kube", "Yaml")
    if named is None:
        return Reading(problems=(InputError("names no manifest", at=at, remedy="write `Yaml=` with its path"),))
    if units.manifest(unit, named.text) is None:
        cause = f"starts the pods of {named.text[:80]!r}, which is not in sight".replace("\\x00", "…")
        return Reading(problems=(InputError(cause, at=named.at, remedy="keep the manifest beside the unit"),))
    skipped = Skipped(at, f"starts the pods of {named.text[:80]}, which is judged as a manifest")
    workload = kube(unit, units.sibling(unit.path))
    return Reading((workload,) if adds(workload) else (), skipped=(skipped,))


class _Units:
    """The units of the folders that are asked for."""

    __slots__ = ("_loaded", "sources")

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._loaded: dict[str, Quadlet] = {}

    def names(self, folder: str, kind: str) -> list[str]:
        """Return the names of the units of a kind in a folder."""
        found = [path.rpartition("/")[2] for path in self.sources.list(folder)]
        return [name for name in found if name.endswith(kind)][:MAX_UNITS]

    def open(self, folder: str, name: str) -> Source | None:
        """Open a unit of a folder; None for one that is not in sight or cannot be read."""
        try:
            found = self.sources.open(f"{folder}/{name}" if folder else name)
        except InputError:
            return None
        return found if found is not None and len(found.data) <= MAX_BYTES else None

    def load(self, source: Source) -> Quadlet:
        """Read a unit with its drop-ins."""
        from gate.dialects.quadlet import Quadlet
        from gate.syntax.systemd_unit import Unit

        if source.path not in self._loaded:
            unit = Unit(source, "")
            for drop_in in self._drop_ins(source.path):
                unit.merge(Unit(drop_in, ""))
            self._loaded[source.path] = Quadlet(unit, source.path)
        return self._loaded[source.path]

    @staticmethod
    def alone(source: Source, path: str) -> Quadlet:
        """Read a drop-in as the unit that it adds to."""
        from gate.dialects.quadlet import Quadlet
        from gate.syntax.systemd_unit import Unit

        return Quadlet(Unit(source, ""), path)

    def sibling(self, path: str) -> Sibling:
        """Return what opens the units beside one."""
        folder = path.rpartition("/")[0]

        def find(name: str) -> Quadlet | None:
            source = self.open(folder, name) if "/" not in name else None
            return self.load(source) if source is not None else None

        return find

    def manifest(self, unit: Quadlet, name: str) -> Source | None:
        """Open the manifest that a unit names, from the unit's folder."""
        from gate.dialects.compose_paths import joined

        path = joined(unit.path.rpartition("/")[0], name)
        try:
            return None if path.startswith("/") or "\0" in path else self.sources.open(path)
        except InputError:
            return None

    def takes(self, name: str, folder: str) -> bool:
        """Say whether the drop-ins of a folder, without its ending, are a unit's."""
        return f"{folder}.d" in drop_in_folders(name)

    def _drop_ins(self, path: str) -> Iterator[Source]:
        """Yield the drop-ins of a unit in the order of their names; of one name the most particular counts."""
        folder, _, name = path.rpartition("/")
        found: dict[str, str] = {}
        for inner in drop_in_folders(name):
            for one in self.sources.list(f"{folder}/{inner}" if folder else inner):
                if one.endswith(".conf"):
                    found.setdefault(one.rpartition("/")[2], one)
        for one in sorted(found)[:MAX_DROP_INS]:
            source = self.open("", found[one])
            if source is not None:
                yield source


def drop_in_folders(name: str) -> list[str]:
    """Return the names of the folders that a unit's drop-ins may lie in, the most particular first."""
    stem, _, ending = name.rpartition(".")
    template, mark, instance = stem.partition("@")
    found = [f"{name}.d"]
    if instance:
        found.append(f"{template}@.{ending}.d")
    parts = template.split("-")[:-1]
    for count in range(len(parts), 0, -1):
        start = "-".join(parts[:count]) + "-"
        found += [f"{start}@.{ending}.d"] if mark else []
        found.append(f"{start}.{ending}.d")
    return [*found, f"{ending}.d"]


if TYPE_CHECKING:
    from gate.dialects.quadlet import Sibling

READER = Reader("quadlet", ("podman",), claims, read)
