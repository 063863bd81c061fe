"""The files that a folder is read with, asked for again by whoever takes what another has made of it.

What a file leads to decides what a change of another may do to it. So the second file of a folder asks for the same as
the first, though the first has left nothing to read.
"""

from __future__ import annotations

from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.source import Source, Sources, Stream


class Asked:
    """A tree that remembers what it was asked for."""

    __slots__ = ("_files", "_folders", "_sources")

    def __init__(self, sources: Sources, path: str) -> None:
        """Take the tree to ask, and the path of the file that asks, which the others of its folder are read with."""
        self._sources = sources
        self._files: dict[str, None] = {path: None}
        self._folders: dict[str, None] = {}

    def open(self, path: str) -> Source | None:
        """Return the file; answer and raise as the tree does."""
        self._files[path] = None
        return self._sources.open(path)

    def stream(self, path: str) -> Stream | None:
        """Open a file to read it in pieces; answer and raise as the tree does."""
        return self._sources.stream(path)

    def list(self, folder: str) -> Iterable[str]:
        """Return the regular files directly in a folder, sorted."""
        self._folders[folder] = None
        return self._sources.list(folder)

    def again(self) -> None:
        """Ask for everything again."""
        for folder in self._folders:
            self._sources.list(folder)
        for path in self._files:
            try:
                self._sources.open(path)
            except InputError:
                continue
