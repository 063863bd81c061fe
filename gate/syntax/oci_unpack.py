"""The bytes of a layer as they are without its compression, in pieces, and no more of them than a layer has.

Engines go by how a layer begins and not by its media type, and so does this. Several gzip members after another are
one stream, as Go reads them; anything else behind the last one is damage.
"""

from __future__ import annotations

from gate.model.errors import GateError
from gate.model.loading import module
from gate.syntax.oci_archive import compression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol

    from gate.model.source import Stream

    class Sum(Protocol):
        """A sum that is taken piece by piece."""

        def update(self, data: bytes, /) -> None:
            """Add some bytes."""

        def hexdigest(self) -> str:
            """Return it in hexadecimal."""


#: Bytes of all layers of one layout or archive, unpacked.
MAX_UNPACKED = 32 << 30

#: How many times larger than its blob a layer may become, once it has this many bytes.
MAX_RATIO = 200
RATIO_FROM = 64 << 20

#: Bytes that are read at once: more than that, the C library asks the system for anew each time.
PIECE = 128 << 10

#: Memory that one Zstandard stream may ask for, as a power of two.
_ZSTD_WINDOW = 25

OTHER_TOOL = "scan the image with `--scanner trivy`"

#: What to do about a compression that engines know.
_WAYS = {
    "zstd": f", which Python unpacks from 3.14 on or with backports.zstd: copy the image with gzip, or {OTHER_TOOL}"
}


class UnreadError(GateError):
    """A layer, or a file of it, that this program does not read: no fault of the image. The text is a clause."""


class DamagedError(GateError):
    """A layer that no engine would unpack, or that only harms whoever does. The text is a clause."""


class Budget:
    """What the layers of one layout or archive have used up, together."""

    __slots__ = ("entries", "unpacked")

    def __init__(self) -> None:
        """Start at nothing."""
        self.entries = 0
        self.unpacked = 0


class Raw:
    """The bytes of a blob in pieces, summed as they pass; `drain` sums what nobody asked for."""

    __slots__ = ("_stream", "_total", "passed")

    def __init__(self, stream: Stream, algorithm: str) -> None:
        """Take the blob and the algorithm of its digest."""
        self._stream = stream
        self._total = summing(algorithm)
        self.passed = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield what is left."""
        while self.passed < self._stream.size and (piece := self._stream.piece(self.passed, PIECE)):
            self.passed += len(piece)
            self._total.update(piece)
            yield piece

    def drain(self) -> str:
        """Return the digest of the whole blob, in hexadecimal."""
        for _piece in self.pieces():
            pass
        return self._total.hexdigest()


class Unpacked:
    """The bytes of a layer in pieces, summed as they pass."""

    __slots__ = ("_budget", "_is_packed", "_pieces", "_raw", "_total", "passed")

    def __init__(self, raw: Raw, head: bytes, budget: Budget) -> None:
        """Take the blob and how it begins; raise UnreadError for a compression that cannot be undone here."""
        self._raw = raw
        self._budget = budget
        self._pieces = _unpacking(raw, compression(head))
        self._is_packed = bool(compression(head))
        self._total = summing("sha256") if self._is_packed else None
        self.passed = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield them; raise DamagedError for what ends early, is damaged, or is larger than any layer."""
        for piece in self._pieces:
            self.passed += len(piece)
            self._budget.unpacked += len(piece)
            if self._budget.unpacked > MAX_UNPACKED:
                raise DamagedError(f"the layers unpack to more than {MAX_UNPACKED} bytes")
            if self.passed > RATIO_FROM and self.passed > MAX_RATIO * self._raw.passed:
                raise DamagedError(f"it unpacks to more than {MAX_RATIO} times its size")
            if self._total is not None:
                self._total.update(piece)
            yield piece

    def drain(self) -> str:
        """Return the digest of all that was unpacked; empty where it is the blob's own."""
        for _piece in self.pieces():
            pass
        return self._total.hexdigest() if self._total is not None else ""


def summing(algorithm: str) -> Sum:
    """Start a sum; OpenSSL's code is worth loading for whole layers."""
    from hashlib import sha256, sha512

    return sha512() if algorithm == "sha512" else sha256()


def _unpacking(raw: Raw, kind: str) -> Iterator[bytes]:
    """Choose how to unpack."""
    if not kind:
        return raw.pieces()
    if kind == "gzip":
        return _gzip(raw)
    machine = _zstd() if kind == "zstd" else None
    if machine is None:
        raise UnreadError(f"it is compressed with {kind}{_WAYS.get(kind, '')}")
    return _frames(raw, machine)


def _gzip(raw: Raw) -> Iterator[bytes]:
    from zlib import decompressobj, error

    machine = decompressobj(31)
    try:
        for piece in raw.pieces():
            data = piece
            while data:
                if machine.eof:
                    machine = decompressobj(31)
                yield machine.decompress(data, PIECE)
                data = machine.unused_data if machine.eof else machine.unconsumed_tail
        while not machine.eof and (left := machine.decompress(b"", PIECE)):
            yield left
    except error:
        raise DamagedError("its compressed bytes are damaged") from None
    if not machine.eof:
        raise DamagedError("its compressed bytes end early")


def _zstd() -> Any:
    """Return Python's own Zstandard, from Python 3.14 on, or the same for older ones; None where there is neither."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return module(name)
        except ImportError:
            continue
    return None


def _frames(raw: Raw, library: Any) -> Iterator[bytes]:
    """Unpack Zstandard frames, one after the other."""
    options = {library.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
    machine = library.ZstdDecompressor(options=options)
    try:
        for piece in raw.pieces():
            data = piece
            while data or not (machine.needs_input or machine.eof):
                if machine.eof:
                    machine = library.ZstdDecompressor(options=options)
                yield machine.decompress(data, PIECE)
                data = machine.unused_data if machine.eof else b""
    except library.ZstdError:
        raise DamagedError("its compressed bytes are damaged") from None
    if not machine.eof:
        raise DamagedError("its compressed bytes end early")
