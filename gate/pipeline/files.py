"""The files under the root of a scan, each opened once and never through a link out of the tree.

Everything here is hostile: a name may be a device, a pipe, a link to somebody's secrets or a folder without end.
"""

from __future__ import annotations

import os
import stat

from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.source import Archive, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Stream

#: Bytes of one text file; larger ones are named in the ledger and not read.
MAX_BYTES = 4 * 1024 * 1024

#: Bytes of one file that is read in pieces, and of one piece.
MAX_STREAM = 16 * 1024 * 1024 * 1024
PIECE = 1 << 20

#: Bytes that show what a file is that is read in pieces.
HEAD = 1024

#: Entries one walk may see before it stops with an error.
MAX_ENTRIES = 100_000

VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})

#: Folders that hold other people's code or none at all; the ledger names them, but for those of version control.
PASSED_OVER = VERSION_CONTROL | {"node_modules", ".venv", "venv", "__pycache__", ".tox", ".terraform"}


class Walked:
    """What one walk did not look into: folders of other people's code, and folders that cannot be listed.

    Those of version control, of which no ledger says a word, are `hidden`.
    """

    __slots__ = ("hidden", "passed_over", "unread")

    def __init__(self) -> None:
        """Start empty."""
        self.hidden: list[str] = []
        self.passed_over: list[str] = []
        self.unread: list[InputError] = []


class Files:
    """The tree below `root`, as `gate.model.source.Sources`."""

    __slots__ = ("_cache", "_states", "consulted", "root")

    def __init__(self, root: str) -> None:
        """Take the root as an absolute path without links in it."""
        self.root = root
        self.consulted: dict[str, bool] = {}
        self._cache: dict[str, Source | None] = {}
        self._states: dict[str, tuple[int, ...]] = {}

    def open(self, path: str) -> Source | None:
        """Return the file, or None when it is absent or outside the root; raise InputError when it may not be read."""
        clean = inside(path)
        if clean is None:
            return None
        if clean not in self._cache:
            self._cache[clean] = self._read(clean)
        self.consulted[clean] = self._cache[clean] is not None
        return self._cache[clean]

    def held(self, path: str) -> Source | None:
        """Return a file that has been opened as a whole, without opening it."""
        return self._cache.get(path)

    def stream(self, path: str) -> Stream | None:
        """Open a regular file to read it in pieces; answer and raise as `open` does, for a larger limit."""
        return self._stream(path)

    def _stream(self, path: str) -> _File | None:
        """Open it, and see to it that it is what it was when it was opened before."""
        clean = inside(path)
        if clean is None:
            return None
        handle = self._handle(clean)
        self.consulted[clean] = handle is not None
        if handle is None:
            return None
        file = _File(handle, clean)
        if self._states.setdefault(clean, file.state) != file.state:
            file.close()
            raise _changed(clean)
        return file

    def archive(self, path: str) -> Archive | None:
        """Return a file that is only ever read in pieces."""
        stream = self.stream(path)
        if stream is None:
            return None
        try:
            return Archive(inside(path) or "", stream.piece(0, HEAD), lambda: self._sum(path))
        finally:
            stream.close()

    def list(self, folder: str) -> tuple[str, ...]:
        """Return the regular files directly in this folder, sorted; nothing for a folder that is not there."""
        clean = inside(folder or ".")
        if clean is None or not self._within(clean):
            return ()
        self.consulted[f"{clean}/"] = True
        try:
            with os.scandir(os.path.join(self.root, clean)) as entries:
                names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
        except OSError:
            return ()
        return tuple(f"{clean}/{name}" if clean else name for name in names)

    def walk(self, path: str, walked: Walked | None = None) -> Iterator[str]:
        """Yield the files at or below a path, sorted, depth first; links are not followed.

        What is passed over or cannot be listed is put down in `walked`.
        """
        walked = walked or Walked()
        start = inside(path or ".")
        if start is None:
            return
        stack = [start]
        seen = 0
        while stack:
            here = stack.pop()
            full = os.path.join(self.root, here) if here else self.root
            try:
                mode = os.lstat(full).st_mode
            except OSError:
                continue
            if not stat.S_ISDIR(mode):
                yield here
                continue
            try:
                names = sorted(os.listdir(full), reverse=True)
            except OSError as error:
                walked.unread.append(_unreadable(here or ".", error))
                continue
            seen += len(names)
            if seen > MAX_ENTRIES:
                raise InputError(
                    f"more than {MAX_ENTRIES} files",
                    at=whole_file(here or "."),
                    remedy="name the folders to judge instead of the whole tree",
                )
            for name in names:
                below = f"{here}/{name}" if here else name
                if name not in PASSED_OVER:
                    stack.append(below)
                else:
                    (walked.hidden if name in VERSION_CONTROL else walked.passed_over).append(below)

    def target_of(self, path: str) -> str | None:
        """Return the regular file of the same tree that a link leads to; None for anything else."""
        full = os.path.join(self.root, path)
        real, below = os.path.realpath(full), self.root.rstrip("/") + "/"
        if not os.path.islink(full) or not real.startswith(below) or not os.path.isfile(real):
            return None
        return real[len(below) :].replace(os.sep, "/")

    def _within(self, clean: str) -> bool:
        """Say whether the folder of the file, with every link resolved, is still below the root."""
        folder = os.path.dirname(os.path.join(self.root, clean))
        real = os.path.realpath(folder)
        return real == self.root or real.startswith(self.root.rstrip("/") + "/")

    def _read(self, clean: str) -> Source | None:
        handle = self._handle(clean)
        if handle is None:
            return None
        try:
            return Source(clean, _bytes(handle, clean))
        finally:
            os.close(handle)

    def _handle(self, clean: str) -> int | None:
        """Open a file below the root without following a link; None when there is none."""
        if not self._within(clean):
            return None
        try:
            return os.open(os.path.join(self.root, clean), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise _unreadable(clean, error) from None

    def _sum(self, path: str) -> str:
        """Sum up a whole file, piece by piece."""
        from hashlib import sha256

        stream = self._stream(path)
        if stream is None:
            raise _changed(path)
        before = stream.state
        try:
            total, here = sha256(), 0
            while here < stream.size and (piece := stream.piece(here, PIECE)):
                total.update(piece)
                here += len(piece)
            if stream.state != before:
                raise _changed(path)
            return total.hexdigest()
        finally:
            stream.close()


class _File:
    """A regular file that stays open until it is closed."""

    __slots__ = ("_handle", "_path", "size")

    def __init__(self, handle: int, path: str) -> None:
        """Take a handle over, or close it and raise InputError for what is no regular file within the limit."""
        self._handle = handle
        self._path = path
        try:
            self.size = _size(handle, path, MAX_STREAM)
        except InputError:
            os.close(handle)
            raise

    @property
    def state(self) -> tuple[int, ...]:
        """What is another when the file is another or has been written to; nobody can set the time of a change."""
        status = os.fstat(self._handle)
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def piece(self, start: int, length: int) -> bytes:
        """Return the bytes from an offset on."""
        try:
            return os.pread(self._handle, length, start)
        except OSError as error:
            raise _unreadable(self._path, error) from None

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)


def _bytes(handle: int, path: str) -> bytes:
    """Read a regular file within the limit, from the handle that was checked."""
    _size(handle, path, MAX_BYTES)
    pieces = []
    left = MAX_BYTES + 1
    while left > 0 and (piece := os.read(handle, min(left, PIECE))):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        raise _changed(path)
    return b"".join(pieces)


def _changed(path: str) -> InputError:
    remedy = "judge files that nobody changes meanwhile"
    return InputError("was changed while it was read", at=whole_file(path), remedy=remedy)


def _size(handle: int, path: str, most: int) -> int:
    """Return the size of a regular file; raise InputError for anything else and for what is over the limit."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise InputError("is not a regular file", at=whole_file(path), remedy="name a regular file")
    if status.st_size > most:
        remedy = "split it, or leave it out of the paths"
        raise InputError(f"is larger than {most} bytes", at=whole_file(path), remedy=remedy)
    return status.st_size


def _unreadable(path: str, error: Exception) -> InputError:
    if isinstance(error, OSError) and error.errno in (40, 62):  # ELOOP, on Linux and on macOS
        return InputError("is a link", at=whole_file(path), remedy="judge the file that it points at")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable name"
    return InputError(
        f"cannot be read: {reason.lower()}", at=whole_file(path), remedy="make it readable, or name others"
    )


def inside(path: str) -> str | None:
    """Normalise a path relative to the root; None when it leaves the root."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return None if path.startswith("/") or "\0" in path else "/".join(parts)


def root_of(path: str) -> str:
    """Return the repository that holds a path: the nearest folder upward with a `.git`, else the path's own folder."""
    real = os.path.realpath(path)
    folder = real if os.path.isdir(real) else os.path.dirname(real)
    here = folder
    while True:
        if os.path.exists(os.path.join(here, ".git")):
            return here
        above = os.path.dirname(here)
        if above == here:
            return folder
        here = above
