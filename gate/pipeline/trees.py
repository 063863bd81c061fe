"""The files of one commit, as `gate.pipeline.files.Files` are those of a folder."""

from __future__ import annotations

from gate.model.errors import InputError, UsageError
from gate.model.location import whole_file
from gate.model.source import Archive, Held, Source
from gate.pipeline.files import MAX_BYTES, PASSED_OVER, VERSION_CONTROL, Walked, inside
from gate.tools.git import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from gate.model.source import Stream
    from gate.pipeline.files import Files
    from gate.tools.git import Entry, Repository

    AnyFiles: TypeAlias = "Files | Tree"

#: Bytes of a file of a commit that is only read in pieces: it has to fit into memory.
MAX_HELD = 256 * 1024 * 1024

HEAD = 1024


class UnfetchedError(UsageError):
    """A file of a commit is not in this clone."""


class Tree:
    """The tree of one commit; links are not followed, and submodules are not there."""

    __slots__ = ("_cache", "_folders", "_repository", "commit", "consulted", "entries", "root")

    def __init__(self, repository: Repository, commit: str, entries: dict[str, Entry] | None = None) -> None:
        """List a commit's tree, unless its entries are known; raise GitError when it cannot be listed."""
        self.root = repository.root
        self.commit = commit
        self.consulted: dict[str, bool] = {}
        self.entries: dict[str, Entry] = repository.files(commit) if entries is None else entries
        self._repository = repository
        self._cache: dict[str, Source | None] = {}
        self._folders: dict[str, tuple[str, ...]] | None = None

    def open(self, path: str) -> Source | None:
        """Return the file, or None when it is absent; raise InputError when it may not be read."""
        clean = inside(path)
        if clean is None:
            return None
        if clean not in self._cache:
            data = self._bytes(clean, MAX_BYTES)
            self._cache[clean] = None if data is None else Source(clean, data)
        self.consulted[clean] = self._cache[clean] is not None
        return self._cache[clean]

    def held(self, path: str) -> Source | None:
        """Return a file that has been opened, without opening it."""
        return self._cache.get(path)

    def stream(self, path: str) -> Stream | None:
        """Hold the whole file; answer and raise as `open` does, for a larger limit."""
        clean = inside(path)
        if clean is None:
            return None
        data = self._bytes(clean, MAX_HELD)
        self.consulted[clean] = data is not None
        return None if data is None else Held(data)

    def archive(self, path: str) -> Archive | None:
        """Return a file that is only ever read in pieces."""
        from gate.model.source import sha256

        clean = inside(path) or ""
        data = self._bytes(clean, MAX_HELD)
        self.consulted[clean] = data is not None
        return None if data is None else Archive(clean, data[:HEAD], lambda: sha256(data).hexdigest())

    def list(self, folder: str) -> tuple[str, ...]:
        """Return the regular files directly in this folder, sorted."""
        clean = inside(folder or ".")
        if clean is None:
            return ()
        self.consulted[f"{clean}/"] = True
        return tuple(path for path in self._in_folders().get(clean, ()) if self.entries[path].is_regular)

    def walk(self, path: str, walked: Walked | None = None) -> Iterator[str]:
        """Yield the files at or below a path in the order of a folder's walk."""
        walked = walked or Walked()
        clean = inside(path or ".")
        if clean is None:
            return
        below = f"{clean}/" if clean else ""
        passed: dict[str, None] = {}
        inner = (path for path in self.entries if path.startswith(below))
        for found in (clean,) if clean in self.entries else sorted(inner, key=lambda one: one.split("/")):
            folder = _passed_over(found, len(below))
            if folder:
                passed[folder] = None
            elif self.entries[found].is_regular or self.entries[found].is_link:
                yield found
        walked.passed_over += passed

    def target_of(self, path: str) -> str | None:
        """Return the regular file of the tree that a link leads to directly; None for anything else."""
        entry = self.entries.get(path)
        if entry is None or not entry.is_link:
            return None
        target = self.blob(entry, MAX_BYTES) or b""
        folder = path.rpartition("/")[0]
        written = target.decode("utf-8", "surrogateescape")
        clean = None if written.startswith("/") else inside(f"{folder}/{written}")
        return clean if clean is not None and clean in self.entries and self.entries[clean].is_regular else None

    def blob(self, entry: Entry, most: int) -> bytes | None:
        """Return a file's bytes, None when it has more than `most`; raise UnfetchedError where they are not here."""
        try:
            return self._repository.blob(entry, most)
        except GitError as error:
            remedy = "fetch the whole commit: a partial clone does not hold every file"
            raise UnfetchedError(f"{self.commit[:12]}: {error}", remedy=remedy) from None

    def _bytes(self, clean: str, most: int) -> bytes | None:
        entry = self.entries.get(clean)
        if entry is None:
            return None
        if not entry.is_regular:
            raise InputError("is a link", at=whole_file(clean), remedy="judge the file that it points at")
        data = self.blob(entry, most)
        if data is None:
            remedy = "split it, or leave it out of the paths"
            raise InputError(f"is larger than {most} bytes", at=whole_file(clean), remedy=remedy)
        return data

    def _in_folders(self) -> dict[str, tuple[str, ...]]:
        if self._folders is None:
            folders: dict[str, dict[str, None]] = {}
            for path in sorted(self.entries):
                folders.setdefault(path.rpartition("/")[0], {})[path] = None
            self._folders = {folder: tuple(paths) for folder, paths in folders.items()}
        return self._folders


def _passed_over(path: str, start: int) -> str:
    """Return the outermost folder of a path that nobody looks into, from an offset on; empty when there is none."""
    here = start
    while (slash := path.find("/", here)) >= 0:
        name = path[here:slash]
        if name in PASSED_OVER and name not in VERSION_CONTROL:
            return path[:slash]
        here = slash + 1
    return ""
