"""A file of any compression in which indexes of packages come: unpacked in pieces, and no more of it than such have."""

from __future__ import annotations

from gate.syntax.oci_archive import compression
from gate.syntax.oci_unpack import PIECE, Budget, DamagedError, Raw, Unpacked, UnreadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Stream

__all__ = ["DamagedError", "Packed", "UnreadError"]

#: Bytes that one file may unpack to: Debian's largest index has 60 MB, Fedora's 200.
MAX_UNPACKED = 512 << 20

#: How a file begins that apt has packed for itself.
_LZ4 = b"\x04\x22\x4d\x18"

#: Bytes of memory that one xz stream may ask for.
_XZ_MEMORY = 128 << 20


class Packed:
    """A file that is unpacked as it passes, and its digest as it lies there."""

    __slots__ = ("_head", "_kind", "_raw")

    def __init__(self, stream: Stream, algorithm: str = "sha256") -> None:
        """Take a stream that whoever opened it closes, and the algorithm of its digest."""
        self._head = stream.piece(0, 16)
        self._kind = compression(self._head)
        self._raw = Raw(stream, algorithm)

    def pieces(self) -> Iterator[bytes]:
        """Yield what it unpacks to; raise DamagedError for what does not, UnreadError for what cannot be read here."""
        passed = 0
        if self._head.startswith(_LZ4):
            raise UnreadError("it is compressed with lz4")
        for piece in _xz(self._raw) if self._kind == "xz" else Unpacked(self._raw, self._head, Budget()).pieces():
            passed += len(piece)
            if passed > MAX_UNPACKED:
                raise DamagedError(f"it unpacks to more than {MAX_UNPACKED} bytes")
            yield piece

    def digest(self) -> str:
        """Return the sum, after the last piece."""
        return self._raw.drain()


def _xz(raw: Raw) -> Iterator[bytes]:
    """Unpack streams of xz, one after the other."""
    from lzma import FORMAT_XZ, LZMADecompressor, LZMAError

    machine = LZMADecompressor(FORMAT_XZ, memlimit=_XZ_MEMORY)
    try:
        for piece in raw.pieces():
            data = piece
            while data or not (machine.needs_input or machine.eof):
                if machine.eof:
                    machine = LZMADecompressor(FORMAT_XZ, memlimit=_XZ_MEMORY)
                yield machine.decompress(data, PIECE)
                data = machine.unused_data if machine.eof else b""
    except LZMAError:
        raise DamagedError("its compressed bytes are damaged") from None
    if not machine.eof:
        raise DamagedError("its compressed bytes end early")
