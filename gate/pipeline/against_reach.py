"""Which files may, when they are read, ask for another: told from their names and bytes, without parsing them.

Each answer errs on one side: a file that might ask is read, and what it asked for then decides. A reader that has no
line here may ask for anything.
"""

from __future__ import annotations

import re

from gate.dialects.compose_files import NAMES, OVERRIDES
from gate.dialects.pod_rendering import CUSTOMIZATIONS
from gate.model.record import Record
from gate.readers import READERS, WORDS, is_shared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from gate.pipeline.against_files import Touched

    #: Says of a file, by its path and bytes, whether it may ask for something that the change touches.
    Ask: TypeAlias = "Callable[[Reach, str, bytes], bool]"

#: Escapes in a quoted scalar that may spell a letter or a slash, or join two lines: any word may be behind them.
_DISGUISED = re.compile(rb"\\[xuU/\r\n]")

#: Names of the files that are merged into one Compose project without being listed.
PROJECT = (*NAMES, *OVERRIDES)

#: Names of variables that list the files of a Compose project, in the `.env` beside one of them.
_LISTING = b"COMPOSE_FILE"


def spells(data: bytes, word: bytes) -> bool:
    """Say whether a file may hold a word, however it is written."""
    return word in data or _DISGUISED.search(data) is not None


def holds_word(data: bytes, name: str) -> bool:
    """Say whether a file may hold a name as a word of its own, not as a part of a longer one."""
    word = name.encode()
    if word not in data:
        return spells(data, word)
    found = re.search(rb"(?<![A-Za-z0-9_.-])" + re.escape(word) + rb"(?![A-Za-z0-9_.-])", data)
    return found is not None or _DISGUISED.search(data) is not None


class Reach:
    """What a change touches, arranged for the question who may ask for it."""

    __slots__ = ("_beside", "_bytes_of", "_charts", "_touched")

    def __init__(self, touched: Touched, bytes_of: Callable[[str], bytes]) -> None:
        """Take what the change touches, and what returns the bytes of a file, none for one that is not there."""
        self._touched = touched
        self._bytes_of = bytes_of
        parted = [path.rpartition("/") for path in touched.paths]
        self._beside: dict[str, set[str]] = {}
        for folder, _, name in parted:
            self._beside.setdefault(folder, set()).add(name)
        rendering = ("Chart.yaml", *CUSTOMIZATIONS)
        self._charts = frozenset(folder for folder, _, name in parted if name in rendering)

    def may_ask(self, path: str, readers: Iterable[str]) -> bool:
        """Say whether one of these readers, at a file that is untouched itself, may ask for something that is not."""
        asking = [habits(reader, path).asks for reader in readers]
        return any(ask(self, path, self._bytes_of(path)) for ask in asking if ask is not _nothing)

    def beside(self, path: str) -> set[str]:
        """Return the names of what is touched in a file's own folder."""
        return self._beside.get(path.rpartition("/")[0], set())

    def is_rendered(self, path: str) -> bool:
        """Say whether a chart or a customization in a folder above a file is touched."""
        parts = path.split("/")[:-1]
        return any("/".join(parts[:depth]) in self._charts for depth in range(len(parts) + 1))

    def has_below(self, folder: str) -> bool:
        """Say whether anything below a folder is touched, or may be a way to what is."""
        touched = self._touched
        return not folder or any(path.startswith(f"{folder}/") for path in (*touched.paths, *touched.links))

    def leads_on(self, path: str, data: bytes) -> bool:
        """Say whether a Compose file, or one that is merged with it, may take in files of any name."""
        folder, slash, name = path.rpartition("/")
        merged = [self._bytes_of(f"{folder}{slash}{other}") for other in PROJECT] if name in PROJECT else []
        return _LISTING in self._bytes_of(f"{folder}{slash}.env") or any(
            spells(one, b"include") or b"extends" in one for one in (data, *merged)
        )


def _anything(_reach: Reach, _path: str, _data: bytes) -> bool:
    return True


def _nothing(_reach: Reach, _path: str, _data: bytes) -> bool:
    return False


def _compose(reach: Reach, path: str, data: bytes) -> bool:
    return not reach.beside(path).isdisjoint((*PROJECT, ".env")) or reach.leads_on(path, data)


def _kubernetes(reach: Reach, path: str, _data: bytes) -> bool:
    return reach.is_rendered(path)


def _packer(_reach: Reach, path: str, data: bytes) -> bool:
    return path.lower().endswith(".pkr.hcl") or spells(data, b'"builders"')


def _oci(reach: Reach, path: str, data: bytes) -> bool:
    """Expect a layout to ask for what is below its folder, unless a path with `..` in it leads out of that."""
    return not path.endswith(".tar") and (b".." in data or reach.has_below(path.rpartition("/")[0]))


def _incus(reach: Reach, path: str, _data: bytes) -> bool:
    """Expect an instance to ask for the profiles in its folder."""
    return any(name.lower().endswith((".yaml", ".yml", ".profile")) for name in reach.beside(path))


class Habits(Record):
    """What a reader does that leads from file to file.

    `asks` says which files it may ask for. Its subjects may be `workloads`, which name recipes where it `builds`, and
    whose images are written as they are where it is `literal`. One that `shares` names subjects after other files than
    the one it reads.
    """

    asks: Ask
    workloads: bool = True
    literal: bool = True
    builds: bool = False
    shares: bool = False


#: A reader that has no line of its own is taken to do all there is.
ALL_THERE_IS = Habits(_anything, literal=False, builds=True, shares=True)

#: By reader; files of ECS, clusters, LXC, systemd-nspawn and quadlets name others, and few files hold their words.
HABITS: dict[str, Habits] = {
    "dockerfile": Habits(_nothing, workloads=False),
    "compose": Habits(_compose, literal=False, builds=True, shares=True),
    "kubernetes": Habits(_kubernetes),
    "packer": Habits(_packer, workloads=False),
    "ecs": Habits(_anything, literal=False),
    "clusters": Habits(_anything, workloads=False),
    "oci": Habits(_oci, workloads=False),
    "lxc": Habits(_anything),
    "incus": Habits(_incus),
    "docker_run": Habits(_nothing, literal=False, builds=True),
    "nspawn": Habits(_anything, shares=True),
    "quadlet": Habits(_anything, literal=False, shares=True),
    "marathon": Habits(_nothing, literal=False),
    "nomad": Habits(_nothing, literal=False),
    "bake": Habits(_anything, literal=False, builds=True, shares=True),
    "docker_daemon": Habits(_nothing, workloads=False),
    "libvirt": Habits(_nothing),
    "vmx": Habits(_nothing),
    "xen": Habits(_nothing),
    "vbox": Habits(_nothing),
    "vagrant": Habits(_nothing),
    "hyperv": Habits(_nothing),
}

#: Readers of shells, where quotes may part any word, and what every command has that they look for.
SHELLS = frozenset({"docker_run"})
VERBS = re.compile(rb"\b(?:run|create|build|bake|b)\b")


#: What every reader does with a file of Terraform: a folder is one module, and its values come from all of it.
OF_MODULES = Habits(_anything, literal=False)


def habits(reader: str, path: str = "") -> Habits:
    """Return what a reader does, with a file of that name where it is one of several formats."""
    return OF_MODULES if is_shared(path) else HABITS.get(reader, ALL_THERE_IS)


def readers_of(known_as: Iterable[str], bytes_of: Callable[[], bytes]) -> frozenset[str]:
    """Return the readers that may claim a file, by the names that lead to it and, where that counts, its bytes."""
    named = {reader for reader, matches in READERS.items() if any(map(matches, known_as))}
    worded = named & WORDS.keys()
    if not worded:
        return frozenset(named)
    data = bytes_of()
    return frozenset(named - {reader for reader in worded if not any(word in data for word in WORDS[reader])})
