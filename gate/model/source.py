"""The bytes of one input, read once."""

from __future__ import annotations

from bisect import bisect_right

from gate.model.loading import module
from gate.model.location import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Protocol

    class Sum(Protocol):
        """A sum that is being taken."""

        def hexdigest(self) -> str:
            """Return it in hexadecimal."""

    Start = Callable[[bytes], Sum]
else:
    Protocol = object


def sha256(data: bytes) -> Sum:
    """Start a SHA-256 sum with the interpreter's own module, where it has one: `hashlib` loads all of OpenSSL first."""
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            start: Start = module(name).sha256
        except ImportError:
            continue
        return start(data)
    raise ImportError("this interpreter has no SHA-256")


class Source:
    """One file as it was read: the buffer that is hashed is the buffer that is parsed.

    `trees` is where a grammar keeps what it has parsed, so that several readers share one parse.
    """

    __slots__ = ("_digest", "_starts", "_text", "data", "path", "trees")

    def __init__(self, path: str, data: bytes) -> None:
        """Take the path relative to the root of the scan, with forward slashes, and the bytes."""
        self.path = path
        self.data = data
        self.trees: dict[str, object] = {}
        self._text: str | None = None
        self._digest: str | None = None
        self._starts: list[int] | None = None

    @property
    def text(self) -> str:
        """The bytes as UTF-8; what is not UTF-8 survives as lone surrogates and encodes back to the same bytes."""
        if self._text is None:
            self._text = self.data.decode("utf-8", "surrogateescape")
        return self._text

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        if self._digest is None:
            self._digest = sha256(self.data).hexdigest()
        return self._digest

    def location(self, start: int, end: int) -> Location:
        """Return the region between two offsets into `text`; lines end with a line feed only."""
        if self._starts is None:
            starts = [0]
            find = self.text.find
            here = find("\n")
            while here >= 0:
                starts.append(here + 1)
                here = find("\n", here + 1)
            self._starts = starts
        starts = self._starts
        line = bisect_right(starts, start)
        end_line = bisect_right(starts, end)
        return Location(
            self.path, line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1, start, end
        )


class Stream(Protocol):
    """A file that is read in pieces, because it may be larger than one buffer; whoever opens it closes it."""

    @property
    def size(self) -> int:
        """Its length in bytes when it was opened."""

    def piece(self, start: int, length: int) -> bytes:
        """Return the bytes from an offset on: fewer than asked for at the end, and none behind it."""

    def close(self) -> None:
        """Give the file back."""


class Held:
    """Bytes at hand, as a stream."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        """Take the bytes."""
        self._data = data

    @property
    def size(self) -> int:
        """Their number."""
        return len(self._data)

    def piece(self, start: int, length: int) -> bytes:
        """Return some of them."""
        return self._data[start : start + length]

    def close(self) -> None:
        """Do nothing."""


class Archive(Source):
    """A file that is read as a stream: `data` is only how it begins."""

    __slots__ = ("_sum",)

    def __init__(self, path: str, data: bytes, sum: Callable[[], str]) -> None:  # noqa: A002
        """Take the path, the first bytes, and what sums up the whole file when somebody asks for its digest."""
        super().__init__(path, data)
        self._sum = sum

    @property
    def digest(self) -> str:
        """The SHA-256 of the whole file, in hexadecimal."""
        if self._digest is None:
            self._digest = self._sum()
        return self._digest


class Sources(Protocol):
    """What a reader may open: the files under the root of the scan, and nothing beyond it.

    Every path that was asked for is remembered, absent ones too, because links and caches depend on that set.
    """

    def open(self, path: str) -> Source | None:
        """Return the file at this path relative to the root, or None when it is absent or outside the root.

        Raises InputError for a file that exists and may not be read (a device, over the size limit, unreadable).
        """

    def stream(self, path: str) -> Stream | None:
        """Open a file to read it in pieces; the answer and the errors are those of `open`, the limit is larger."""

    def list(self, folder: str) -> Iterable[str]:
        """Return the paths of the files directly in this folder, sorted."""
