"""The files of one image store, each read and summed once, and no more of them than any honest image needs."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from gate.model.location import Location
    from gate.model.source import Source, Stream

    class Store(Protocol):
        """Where the files of an image are: a folder, or the members of an archive."""

        @property
        def path(self) -> str:
            """The folder or the archive."""

        def place(self, name: str) -> Location:
            """Return the place of a file as such."""

        def document(self, name: str) -> Source | None:
            """Return a small file; None when there is none. Raise InputError for one that may not be read."""

        def stream(self, name: str) -> Stream | None:
            """Open a file that may be large, with the same answers."""

        def is_link(self, name: str) -> bool:
            """Say whether a file is a link to another of the same archive, which is never followed."""


#: Bytes of all documents, and of all layers, of one layout or archive.
MAX_DOCUMENTS = 16 * 1024 * 1024
MAX_LAYERS = 16 * 1024 * 1024 * 1024

PIECE = 1 << 20
HEAD = 8


class Measured(Record):
    """What a file turned out to be; `head` are its first bytes."""

    size: int
    digest: str
    head: bytes


class Blobs:
    """A store that remembers what it was asked for."""

    __slots__ = ("_documents", "_layer_bytes", "_measured", "_read_bytes", "_store", "path")

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store
        self._documents: dict[str, Source | None] = {}
        self._measured: dict[tuple[str, str], Measured] = {}
        self._read_bytes = 0
        self._layer_bytes = 0
        self.path = store.path

    def place(self, name: str) -> Location:
        """Return the place of a file as such."""
        return self._store.place(name)

    def is_link(self, name: str) -> bool:
        """Say whether a file is a link."""
        return self._store.is_link(name)

    def document(self, name: str) -> Source | None:
        """Return a small file; None when there is none."""
        if name not in self._documents:
            source = self._store.document(name)
            self._read_bytes += len(source.data) if source is not None else 0
            if self._read_bytes > MAX_DOCUMENTS:
                raise self._too_much(name, f"its documents are larger than {MAX_DOCUMENTS} bytes")
            self._documents[name] = source
        return self._documents[name]

    def measured(self, name: str, algorithm: str) -> Measured | None:
        """Return size and digest of a file of any size; None when there is none."""
        known = self._measured.get((name, algorithm))
        if known is not None:
            return known
        stream = self._store.stream(name)
        if stream is None:
            return None
        try:
            self._layer_bytes += stream.size
            if self._layer_bytes > MAX_LAYERS:
                raise self._too_much(name, f"its layers are larger than {MAX_LAYERS} bytes")
            found = Measured(stream.size, _summed(stream, algorithm), stream.piece(0, HEAD))
        finally:
            stream.close()
        self._measured[name, algorithm] = found
        return found

    def _too_much(self, name: str, cause: str) -> InputError:
        return InputError(cause, at=self._store.place(name), remedy="judge fewer images at once")


def _summed(stream: Stream, algorithm: str) -> str:
    from hashlib import sha256, sha512

    total = sha512() if algorithm == "sha512" else sha256()
    here = 0
    while here < stream.size and (piece := stream.piece(here, PIECE)):
        total.update(piece)
        here += len(piece)
    return f"{algorithm}:{total.hexdigest()}"
