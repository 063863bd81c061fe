"""The files of the two sides of a change: what differs between them, and the former side as one tree.

Whatever the change leaves alone is read from the working tree for both sides, so that nothing but the change can make
a difference: not a submodule, a filter of line ends or a file that git does not know.
"""

from __future__ import annotations

import os

from gate.model.source import Archive, Source
from gate.pipeline.files import MAX_BYTES, PASSED_OVER, inside
from gate.pipeline.trees import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gate.model.source import Stream
    from gate.pipeline.files import Files
    from gate.pipeline.revisions import Revision

#: Links that are followed on the way to one file, as many as Linux follows (path_resolution(7)).
MAX_LINKS = 40


class Touched:
    """What a change touches, and whether something that was asked for is part of it."""

    __slots__ = ("_files", "_leading", "_revision", "added", "deleted", "folders", "links", "modified", "paths")

    def __init__(self, files: Files, revision: Revision, named: Iterable[str]) -> None:
        """Compare the commit with the working tree, in folders too that are only looked into where they are `named`."""
        self._files = files
        self._revision = revision
        changes, entries = revision.changes, revision.tree.entries
        inner = {path for one in named if is_passed_over(one, "") for path in files.walk(one)}
        self.added = changes.added | (inner - entries.keys())
        self.modified, self.deleted = changes.modified, changes.deleted
        self.paths = self.added | self.modified | self.deleted
        self.links = frozenset(path for path, entry in entries.items() if entry.is_link) | frozenset(
            path for path in self.added | self.modified if os.path.islink(os.path.join(files.root, path))
        )
        both = {led(path, link, last=True) for path in self.links for link in (self.was_link, self.is_link)}
        self._leading = tuple(f"{folder}/" if folder else "" for folder in both if folder is not None)
        listed = self.added | self.deleted | (self.modified & self.links)
        self.folders = frozenset(f"{path.rpartition('/')[0]}/" for path in listed)

    def any(self, asked: Iterable[str]) -> bool:
        """Say whether a reading that asked for these, folders as `folder/`, may come out otherwise on the two sides."""
        return any(self.has(path) for path in asked)

    def has(self, path: str) -> bool:
        """Say whether a path, or a folder's list of files, leads to something else on the other side."""
        if path in self.paths or path in self.folders:
            return True
        if not self.links:
            return False
        tail = "/" if path.endswith("/") else ""
        was, now = (led(path, link, last=bool(tail)) for link in (self.was_link, self.is_link))
        return was != now or f"{was}{tail}" in self.paths or f"{was}{tail}" in self.folders

    def was(self, path: str, *, last: bool = False) -> str | None:
        """Return where a path led in the commit, through links, the `last` part included; None for out of the tree."""
        return led(path, self.was_link, last=last) if self.links else path

    def now(self, path: str) -> str | None:
        """Return where a path leads in the working tree."""
        return led(path, self.is_link) if self.links else path

    def is_behind_link(self, path: str) -> bool:
        """Say whether a link to a folder, on either side, is another way to a path."""
        return path.startswith(self._leading)

    def was_link(self, path: str) -> str | None:
        """Return what a link of the commit says; None for what was no link."""
        entry = self._revision.tree.entries.get(path)
        if entry is None or not entry.is_link:
            return None
        data = self._revision.tree.blob(entry, MAX_BYTES) or b""
        return self._rooted(data.decode("utf-8", "surrogateescape"))

    def is_link(self, path: str) -> str | None:
        """Return what a link of the working tree says; None for what is no link."""
        if path not in self.links:
            return None
        if path not in self.paths:
            return self.was_link(path)
        try:
            return self._rooted(os.readlink(os.path.join(self._files.root, path)))
        except OSError:
            return None

    def _rooted(self, target: str) -> str:
        """Let an absolute path begin at the root of the tree; one that leaves it leads nowhere."""
        below = self._files.root.rstrip("/") + "/"
        if not target.startswith("/"):
            return target
        return f"/{target[len(below) :]}" if target.startswith(below) else "/.."


class Former(Tree):
    """The tree of the commit, with what the change leaves alone taken from the working tree."""

    __slots__ = ("_files", "_touched", "_tree")

    def __init__(self, files: Files, revision: Revision, touched: Touched) -> None:
        """Take the working tree, the commit, and what differs."""
        super().__init__(revision.repository, revision.commit, revision.tree.entries)
        self._files = files
        self._touched = touched
        self._tree = revision.tree

    def open(self, path: str) -> Source | None:
        """Return the file, or None when it was absent; raise InputError when it may not be read.

        It is never the other side's own source: what a reader keeps in that would cross over.
        """
        clean = inside(path)
        if clean is None:
            return None
        if clean not in self._cache:
            source = self._was(clean) if self._touched.has(clean) else self._files.open(clean)
            self._cache[clean] = None if source is None else Source(clean, source.data)
        self.consulted[clean] = self._cache[clean] is not None
        return self._cache[clean]

    def stream(self, path: str) -> Stream | None:
        """Open a file to read it in pieces; answer and raise as `open` does."""
        clean = inside(path)
        if clean is None:
            return None
        if self._touched.has(clean):
            where = self._touched.was(clean)
            stream = super().stream(where) if where is not None else None
        else:
            stream = self._files.stream(clean)
        self.consulted[clean] = stream is not None
        return stream

    def archive(self, path: str) -> Archive | None:
        """Return a file that is only ever read in pieces."""
        clean = inside(path) or ""
        if self._touched.has(clean):
            where = self._touched.was(clean)
            archive = super().archive(where) if where is not None else None
        else:
            archive = self._files.archive(clean)
        self.consulted[clean] = archive is not None
        return archive

    def list(self, folder: str) -> tuple[str, ...]:
        """Return the regular files directly in this folder, sorted."""
        clean = inside(folder or ".")
        if clean is None:
            return ()
        self.consulted[f"{clean}/"] = True
        if not self._touched.has(f"{clean}/"):
            return self._files.list(clean)
        where = self._touched.was(clean, last=True)
        if where is None:
            return ()
        here = {path.rpartition("/")[2] for path in self._files.list(where) if path not in self._touched.paths}
        changed = self._touched.modified | self._touched.deleted
        here |= {
            name
            for folder_of, _, name in (path.rpartition("/") for path in changed if self.entries[path].is_regular)
            if folder_of == where
        }
        return tuple(f"{clean}/{name}" if clean else name for name in sorted(here))

    def target_of(self, path: str) -> str | None:
        """Return the regular file of the tree that a link led to; None for anything else."""
        if self._touched.was_link(path) is None:
            return None
        target = self._touched.was(path, last=True)
        if target is not None and not self._touched.has(target):
            return target if os.path.isfile(os.path.join(self.root, target)) else None
        entry = self.entries.get(target or "")
        return target if entry is not None and entry.is_regular else None

    def _was(self, clean: str) -> Source | None:
        where = self._touched.was(clean)
        return self._tree.open(where) if where is not None else None


def led(path: str, link: Callable[[str], str | None], *, last: bool = False) -> str | None:
    """Follow the links among the folders of a path, and its `last` part on request; None for out of the tree."""
    done: list[str] = []
    left = path.split("/")[::-1]
    followed = 0
    while left:
        part = left.pop()
        if part == "..":
            if not done:
                return None
            done.pop()
        elif part not in ("", "."):
            done.append(part)
            target = link("/".join(done)) if last or any(left) else None
            if target is not None:
                followed += 1
                if followed > MAX_LINKS:
                    return None
                done = [] if target.startswith("/") else done[:-1]
                left += target.split("/")[::-1]
    return "/".join(done)


def below(paths: Iterable[str], named: str) -> list[str]:
    """Return the files at or below a path that a walk from there comes to, in its order."""
    start = f"{named}/" if named else ""
    found = (path for path in paths if path == named or path.startswith(start))
    return sorted((path for path in found if not is_passed_over(path, named)), key=lambda path: path.split("/"))


def is_passed_over(path: str, named: str) -> bool:
    """Say whether a walk from a named path does not come to another below it."""
    return not PASSED_OVER.isdisjoint(path[len(named) :].split("/"))
