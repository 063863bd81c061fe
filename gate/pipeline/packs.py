"""Policies by name: those that ship with the gate, files, and those that installed packages offer."""

from __future__ import annotations

import os

from gate.model.errors import UsageError
from gate.model.record import Record
from gate.model.source import Source
from gate.pipeline.files import Files, root_of
from gate.pipeline.named import opened, whereabouts
from gate.policy.reference import check_digest, is_file, parted
from gate.policy.shipped import SHIPPED, shipped_policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.location import Location
    from gate.model.policy import Policy
    from gate.pipeline.trees import AnyFiles
    from gate.policy.inheritance import Find, Parent
    from gate.policy.lint import Problem

#: How deep packs may extend each other, and how many one of them may come to in all.
DEEPEST = 8
MOST = 32


class Place(Record):
    """A policy file: where it is, and the folder that the names in it start from."""

    source: Source
    full: str

    @property
    def folder(self) -> str:
        """The absolute path of the folder."""
        return os.path.dirname(self.full)


class Packs:
    """The policies of one run, each loaded once."""

    __slots__ = ("_files", "_loaded", "_sources")

    def __init__(self, files: AnyFiles, sources: dict[str, Source]) -> None:
        """Take the files that names are relative to, and where to put down the sources of what is read.

        They are those of the working tree, or of the trusted commit.
        """
        self._files = files
        self._sources = sources
        self._loaded: dict[tuple[str | None, str], Policy] = {}

    def joined(self, wanted: Iterable[tuple[str | None, str]]) -> Policy:
        """Return policies by their folders and names, joined: whatever one of them demands is demanded."""
        distinct = {policy.digest: policy for policy in (self.policy(name, folder) for folder, name in wanted)}
        first, *others = distinct.values()
        if others:
            from gate.policy.ceiling import stricter_of

            for other in others:
                first = stricter_of(first, other)
        return first

    def policy(self, written: str, folder: str | None = None) -> Policy:
        """Return a policy by its name or path, with a digest behind it or without.

        A path is relative to the absolute folder of the file that names it; without one, it is the operator's word.
        """
        if (folder, written) not in self._loaded:
            found = self.find(written, folder)
            self._loaded[folder, written] = self._read(found) if isinstance(found, Place) else found
        return self._loaded[folder, written]

    def find(self, written: str, folder: str | None = None, at: Location | None = None) -> Place | Policy:
        """Find what a name or a path stands for; what ships with the gate need not be read."""
        name, digest = parted(written, at)
        if not is_file(name):
            if name not in SHIPPED:
                return self._kept(_installed(name, digest, self._files.root, at))
            if digest:
                check_digest(name, _shipped(name), digest, at)
            return shipped_policy(name)
        found = self._file(name, folder)
        if found is None:
            raise UsageError(f"there is no file {name}", at=at, remedy="name an existing policy")
        source, full = found
        if full != f"{self._files.root.rstrip('/')}/{source.path}":
            source = Source(os.path.relpath(full, self._files.root), source.data)
        check_digest(source.path, source.data, digest, at)
        return self._kept(Place(source, full))

    def _file(self, name: str, folder: str | None) -> tuple[Source, str] | None:
        """Open a file; what a file of the repository names is one of the repository as well."""
        if folder is None:
            return whereabouts(self._files, name, "policy")
        root, full = self._files.root.rstrip("/") + "/", os.path.normpath(os.path.join(folder, name))
        if not f"{folder}/".startswith(root):
            return whereabouts(self._files, full, "policy")
        source = opened(self._files, full[len(root) :], "policy") if full.startswith(root) else None
        return (source, full) if source is not None else None

    def _read(self, place: Place) -> Policy:
        from gate.policy.pack import load_policy

        return load_policy(place.source, self.heritage(place))

    def heritage(self, place: Place) -> Find:
        """Return what finds the packs that one extends, and those that they extend."""
        return self._finding(place, (place,), [])

    def _finding(self, place: Place, above: tuple[Place, ...], read: list[str]) -> Find:
        def find(parent: Parent) -> Policy:
            from gate.policy.pack import load_policy

            read.append(parent.written)
            if len(read) > MOST:
                raise UsageError(f"a policy extends more than {MOST} packs", at=parent.at, remedy="extend fewer")
            found = self.find(parent.written, place.folder, parent.at)
            if not isinstance(found, Place):
                return found
            if found.full in (one.full for one in above):
                path = " -> ".join(one.source.path for one in (*above, found))
                raise UsageError(f"a pack extends itself: {path}", at=parent.at, remedy="take it out of one of them")
            if len(above) > DEEPEST:
                remedy = "extend what is wanted directly"
                raise UsageError(f"packs extend each other more than {DEEPEST} deep", at=parent.at, remedy=remedy)
            return load_policy(found.source, self._finding(found, (*above, found), read))

        return find

    def _kept(self, place: Place) -> Place:
        self._sources[place.source.path] = place.source
        return place


def pack(name: str) -> Policy:
    """Load a policy by its name or path."""
    return _here().policy(name)


def doubts(name: str) -> list[Problem]:
    """Return what is wrong with a policy file, or doubtful."""
    from gate.policy.lint import lint
    from gate.rules.registry import RULES

    packs = _here()
    place = packs.find(name)
    if not isinstance(place, Place):
        raise UsageError(f"{name} is no file", remedy="name a policy file that ends in .yaml")
    return lint(place.source, RULES, packs.heritage(place))


def _here() -> Packs:
    return Packs(Files(root_of(".")), {})


def _shipped(name: str) -> bytes:
    """Return the bytes of a shipped pack's file."""
    from gate.pipeline.pages import shipped_text

    text = shipped_text("policies", f"{name}.yaml")
    if text is None:
        raise UsageError(f"the file of the pack {name} is not installed", remedy="install the package again")
    return text.encode("utf-8")


def _installed(name: str, digest: str, root: str, at: Location | None) -> Place:
    from gate.pipeline.installed import installed

    source, full = installed(name, root, at)
    check_digest(name, source.data, digest, at)
    return Place(source, full)
