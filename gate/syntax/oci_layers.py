"""Layers: each blob read once, its digests taken while it passes, and of its files no more kept than was asked for.

Nothing is extracted. A file that is wanted becomes a value as soon as it has passed, and its bytes are let go.

Source: OCI image-spec 1.1 `layer.md`.
"""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.record import Record
from gate.syntax.oci_entries import FILE, FOLDER, HARD_LINK, LINK, OTHER, SPARSE, Entries
from gate.syntax.oci_unpack import OTHER_TOOL, Budget, DamagedError, Raw, Unpacked, UnreadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from gate.model.location import Location
    from gate.model.source import Stream

    Part = Literal["whole", "head", "tail"]
    Kind = Literal["file", "folder", "link", "hard-link", "whiteout", "opaque"]

WHITEOUT, OPAQUE = b".wh.", b".wh..wh..opq"

#: Bytes of one name that can matter: no system has longer ones.
MAX_NAME = 4096

#: Changes of one layer to files that are watched.
MAX_CHANGES = 200_000

HEAD = 8

IN_HOLES = f"is stored in a sparse form, which is not read here: {OTHER_TOOL}"

REMEDY = "build the image again, or scan it with `--scanner trivy`"

_KINDS: dict[int, Kind] = {FILE: "file", SPARSE: "file", OTHER: "file", FOLDER: "folder", LINK: "link"}


class Keep(Record):
    """What to do with a wanted file: how much of it to read, and what to make of that.

    A file that is wanted whole is not read when it has more than `most` bytes. Without `take` only its time matters.
    """

    most: int = 0
    part: Part = "whole"
    take: Callable[[bytes], object] | None = None


class Unread(Record):
    """Stands for a file that was not read; the reason is a clause."""

    reason: str


class Change(Record):
    """One thing that a layer does to a path that is watched; `value` is what its file came to."""

    kind: Kind
    path: str
    target: str
    second: int
    value: object


class Layer(Record):
    """One layer as it was read.

    `digest` is the blob's, `inner` that of its archive without compression, empty where it was not unpacked: `unread`
    then says why, and `problem` where that is a fault of the layer. `newest` is when its latest entry was changed.
    """

    size: int
    digest: str
    head: bytes
    inner: str
    changes: tuple[Change, ...]
    newest: int | None
    newest_path: str
    unread: str
    problem: InputError | None


def left_out(reason: str) -> Layer:
    """Return what stands for a layer that is not there to be read."""
    return Layer(0, "", b"", "", (), None, "", reason, None)


class Watch:
    """The paths that matter, by their folders: patterns may have `*` as a whole folder, or at the start of a name."""

    __slots__ = ("_below", "folders")

    def __init__(self, patterns: dict[str, Keep]) -> None:
        """Take the patterns."""
        self.folders: dict[bytes, tuple[dict[bytes, Keep | None], list[tuple[bytes, Keep]]]] = {}
        self._below: dict[bytes, tuple[bytes, Keep]] = {}
        for pattern, keep in patterns.items():
            self._add(pattern.encode(), keep)

    def _add(self, path: bytes, keep: Keep | None) -> None:
        folder, _, name = path.rpartition(b"/")
        names, ends = self.folders.setdefault(folder, ({}, []))
        if folder.endswith(b"/*") and keep is not None:
            del self.folders[folder]
            self._below[name] = (folder[:-2], keep)
            folder = folder[:-2]
            self.folders.setdefault(folder, ({}, []))
        elif name.startswith(b"*") and keep is not None:
            ends.append((name[1:], keep))
        else:
            names.setdefault(name, keep)
        if folder:
            self._add(folder, None)

    @property
    def names(self) -> frozenset[bytes]:
        """The names that matter in folders of any name, and those that are no names."""
        return frozenset((*self._below, b"", b".", b".."))

    def of(self, path: bytes) -> Keep | bool | None:
        """Return what to do with a file; None for a folder on the way to one, and False for what does not matter."""
        folder, _, name = path.rpartition(b"/")
        known = self.folders.get(folder)
        if known is None:
            below = self._below.get(name)
            return below[1] if below is not None and folder.rpartition(b"/")[0] == below[0] else False
        names, ends = known
        if name in names:
            return names[name]
        for end, keep in ends:
            if name.endswith(end):
                return keep
        return None if name.startswith(WHITEOUT) or any(folder == one for one, _keep in self._below.values()) else False

    def is_watched(self, path: str) -> bool:
        """Say whether what stands at a path is known."""
        return self.of(path.encode("utf-8", "surrogateescape")) is not False


class Layers:
    """Reads the layers of one layout or archive."""

    __slots__ = ("_budget", "_watch")

    def __init__(self, watch: Watch | None) -> None:
        """Take what is wanted of them; without, they are only summed up."""
        self._budget = Budget()
        self._watch = watch

    def read(self, stream: Stream, algorithm: str, at: Location, unread: str) -> Layer:
        """Read one; `unread` says why it cannot be unpacked, where that is known."""
        head = stream.piece(0, HEAD)
        raw = Raw(stream, algorithm)
        found = _Found(self._watch)
        inner, problem = "", None
        try:
            if not unread and self._watch is not None:
                inner = self._walk(raw, head, found)
        except UnreadError as error:
            unread = str(error)
        except DamagedError as error:
            unread = str(error)
            problem = InputError(f"a layer cannot be read: {unread}", at=at, remedy=REMEDY)
        digest = raw.drain()
        if not unread and self._watch is not None:
            inner = inner or (digest if algorithm == "sha256" else "")
        return Layer(
            stream.size,
            f"{algorithm}:{digest}",
            head,
            f"sha256:{inner}" if inner else "",
            () if unread else tuple(found.changes),
            None if unread else found.newest,
            found.newest_path.decode("utf-8", "surrogateescape"),
            unread,
            problem,
        )

    def _walk(self, raw: Raw, head: bytes, found: _Found) -> str:
        unpacked = Unpacked(raw, head, self._budget)
        watch = found.watch
        entries = Entries(unpacked.pieces(), self._budget, watch.folders, watch.names)
        found.take(entries)
        return unpacked.drain()


class _Found:
    """What a layer does to the paths that are watched."""

    __slots__ = ("changes", "newest", "newest_path", "watch")

    def __init__(self, watch: Watch | None) -> None:
        self.watch = watch or Watch({})
        self.changes: list[Change] = []
        self.newest: int | None = None
        self.newest_path = b""

    def take(self, entries: Entries) -> None:
        """Go through all entries."""
        of = self.watch.of
        for kind, written, link, second in entries:
            name = clean(written)
            keep = of(name)
            if keep is not False and len(name) <= MAX_NAME:
                assert keep is not True
                self._change(entries, kind, name, link, second, keep)
        if entries.newest is not None:
            self.newest, self.newest_path = entries.newest[0], clean(entries.newest[1])

    def _change(self, entries: Entries, kind: int, name: bytes, link: bytes, second: int, keep: Keep | None) -> None:
        if len(self.changes) >= MAX_CHANGES:
            raise DamagedError(f"it changes more than {MAX_CHANGES} files of the package manager")
        folder, slash, base = name.rpartition(b"/")
        if base == OPAQUE:
            self._add("opaque", folder, b"", second, None)
        elif base.startswith(WHITEOUT):
            self._add("whiteout", folder + slash + base[len(WHITEOUT) :], b"", second, None)
        elif kind == HARD_LINK:
            self._add("hard-link", name, clean(link), second, None)
        elif keep is not None or kind not in (FILE, OTHER, SPARSE):
            value = _value(entries, kind, keep) if keep is not None and kind in (FILE, OTHER, SPARSE) else None
            self._add(_KINDS[kind], name, link, second, value)
        else:
            self._add("file", name, b"", second, None)

    def _add(self, kind: Kind, path: bytes, target: bytes, second: int, value: object) -> None:
        self.changes.append(Change(kind, _text(path), _text(target[: MAX_NAME + 1]), second, value))


def clean(name: bytes) -> bytes:
    """Normalise a name below the root, which nothing leads out of."""
    if name.startswith(b"./"):
        name = name[2:]
    if name.endswith(b"/"):
        name = name[:-1]
    if b"//" not in name and b"." != name[:1] != b"/" and b"/." not in name:
        return name
    parts: list[bytes] = []
    for part in name.split(b"/")[: MAX_NAME // 2]:
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def _value(entries: Entries, kind: int, keep: Keep) -> object:
    """Make of a wanted file what is wanted of it."""
    if keep.take is None:
        return None
    if kind != FILE:
        return Unread(IN_HOLES if kind == SPARSE else "is no plain file")
    if keep.part == "head":
        return keep.take(entries.head(keep.most))
    if keep.part == "tail":
        return keep.take(entries.tail(keep.most))
    data = entries.content(keep.most)
    return Unread(f"is larger than {keep.most} bytes") if data is None else keep.take(data)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
