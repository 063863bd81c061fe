"""The files of one image store, each read and summed once, and no more of them than any honest image needs."""

from __future__ import annotations

from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from gate.model.location import Location
    from gate.model.source import Source, Stream
    from gate.syntax.oci_layers import Layer, Layers

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

        def linked(self, name: str) -> str | None:
            """Return the plain file of the same archive that a link leads to, empty for none; None for no link."""


#: Bytes of all documents, and of all layers, of one layout or archive.
MAX_DOCUMENTS = 16 * 1024 * 1024
MAX_LAYERS = 16 * 1024 * 1024 * 1024


class Blobs:
    """A store that remembers what it was asked for."""

    __slots__ = ("_documents", "_layer_bytes", "_layers", "_read", "_read_bytes", "_store", "path")

    def __init__(self, store: Store, layers: Layers) -> None:
        """Take the store, and what reads its layers."""
        self._store = store
        self._layers = layers
        self._documents: dict[str, Source | None] = {}
        self._read: dict[tuple[str, str, str], Layer] = {}
        self._read_bytes = 0
        self._layer_bytes = 0
        self.path = store.path

    def place(self, name: str) -> Location:
        """Return the place of a file as such."""
        return self._store.place(name)

    def linked(self, name: str) -> str | None:
        """Return the plain file that a link leads to, empty for none; None for what is no link."""
        return self._store.linked(name)

    def document(self, name: str) -> Source | None:
        """Return a small file; None when there is none."""
        if name not in self._documents:
            source = self._store.document(name)
            self._read_bytes += len(source.data) if source is not None else 0
            if self._read_bytes > MAX_DOCUMENTS:
                raise self._too_much(name, f"its documents are larger than {MAX_DOCUMENTS} bytes")
            self._documents[name] = source
        return self._documents[name]

    def layer(self, name: str, algorithm: str, unread: str = "") -> Layer | None:
        """Read a layer, once for all images that share it; None when there is none.

        `unread` says why it cannot be unpacked, where that is known without reading it.
        """
        known = self._read.get((name, algorithm, unread))
        if known is not None:
            return known
        stream = self._store.stream(name)
        if stream is None:
            return None
        try:
            self._layer_bytes += stream.size
            if self._layer_bytes > MAX_LAYERS:
                raise self._too_much(name, f"its layers are larger than {MAX_LAYERS} bytes")
            found = self._layers.read(stream, algorithm, self._store.place(name), unread)
        finally:
            stream.close()
        self._read[name, algorithm, unread] = found
        return found

    def _too_much(self, name: str, cause: str) -> InputError:
        return InputError(cause, at=self._store.place(name), remedy="judge fewer images at once")
