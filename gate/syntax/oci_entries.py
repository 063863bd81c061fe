"""The entries of a layer's archive, read as they pass, as Go's `archive/tar` reads them.

A layer has many entries and few that matter: of those that are plain and do not, no more is read than when they were
changed, in one loop without calls. Nothing is extracted: a name is only ever compared, wherever it leads.
"""

from __future__ import annotations

from struct import Struct
from zlib import adler32

from gate.syntax.oci_unpack import DamagedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from typing import TypeAlias

    from gate.syntax.oci_unpack import Budget

    #: Its type, its name, where a link leads, and when it was changed, in seconds since 1970.
    Entry: TypeAlias = tuple[int, bytes, bytes, int]

BLOCK = 512

#: Entries of all layers of one layout or archive.
MAX_ENTRIES = 4_000_000
MAX_LAYER_ENTRIES = 1_000_000

#: Folders to remember in which nothing matters.
MAX_HARMLESS = 4096

#: Bytes of one extended header, as in Go.
MAX_EXTENSION = 1 << 20

#: Types of entries; every other is `OTHER`.
FILE, HARD_LINK, LINK, FOLDER, SPARSE = b"0125S"
OTHER = -1

_OLD_FILE, _CONTIGUOUS = b"\x007"
_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL = b"LKxg"
_EXTENSIONS = frozenset(b"LKxg")
_HEADER_ONLY = frozenset(b"123456")
_ZEROES = bytes(BLOCK)

#: Types of the entries that are passed over at once, what ends their numbers, and how odd names start.
_PLAIN, _ENDS, _ODD, _OCTAL = b"025", b"\0 ", b"./", b"01234567"

#: The fields of a header that such entries are told by: name, size, time, sum, type and how the prefix begins, with the
#: bytes that end the numbers.
_fields = Struct("100s24x11sc11sc6s2sc188xc").unpack_from

#: What Adler-32 adds to the sum of bytes, and what the checksum of a header counts for its own eight.
_ADLER, _BLANKS = 1, 256


class Entries:
    """Yields the entries, and reads the bytes of the one at hand when it is asked to.

    Plain entries that are in none of the `folders`, and have none of the `names`, may be passed over; `newest` is when
    the latest of them was changed.
    """

    __slots__ = (
        *("_at", "_budget", "_data", "_folders", "_harmless", "_left", "_names", "_padding", "_pieces"),
        *("count", "newest"),
    )

    def __init__(
        self, pieces: Iterator[bytes], budget: Budget, folders: Container[bytes] = (), names: Container[bytes] = ()
    ) -> None:
        """Take the unpacked bytes, and where those entries are that must not be passed over."""
        self._folders = folders
        self._harmless: set[bytes] = set()
        self._names = names
        self.newest: tuple[int, bytes] | None = None
        self._pieces = pieces
        self._budget = budget
        self._data = b""
        self._at = 0
        self._left = 0
        self._padding = 0
        self.count = 0

    def __iter__(self) -> Iterator[Entry]:
        """Yield each entry; raise DamagedError for what is no archive, or one that ends early."""
        said: dict[bytes, bytes] = {}
        while True:
            if self._left or self._padding:
                self._skip(self._left, self._padding)
                self._left = self._padding = 0
            while not said and self._pass_over():
                pass
            header = self._header()
            if header is None:
                return
            kind = header[156]
            size = _number(header[124:136])
            if kind in _EXTENSIONS:
                self._tally()
                self._extend(said, kind, size)
                continue
            name, link = _name(header), header[157:257].partition(b"\0")[0]
            time = _number(header[136:148], signed=True)
            if said:
                name, link, size, time = _renamed(said, name, link, size, time)
                kind = SPARSE if any(key.startswith(b"GNU.sparse.") for key in said) else kind
                said = {}
            self._left = 0 if kind in _HEADER_ONLY else size
            self._padding = -self._left % BLOCK
            if kind == SPARSE and header[482] and header[257:263] != b"ustar\0":
                self._skip_map()
            self._tally()
            if self.newest is None or time > self.newest[0]:
                self.newest = (time, name)
            yield _kind(kind, name), name, link, time

    def _pass_over(self) -> bool:
        """Pass over the entries that come next in the piece at hand, as far as they are plain and do not matter.

        Return whether there were any.
        """
        data, here, names, harmless = self._data, self._at, self._names, self._harmless
        newest, latest = self.newest or (None, b"")
        count, body, last = 0, b"0", len(data) - BLOCK
        while here <= last:
            field, size, size_end, time, time_end, total, total_end, kind, prefix = _fields(data, here)
            if kind not in _PLAIN or size_end not in _ENDS or time_end not in _ENDS:
                break
            if (size + time + total).strip(_OCTAL) or total_end.strip(_ENDS):
                break
            header = data[here : here + BLOCK]
            written = field.partition(b"\0")[0] if prefix == b"\0" else _name(header)
            name = written.removeprefix(b"./").removesuffix(b"/")
            folder, _, base = name.rpartition(b"/")
            if base in names or (folder not in harmless and not self._is_harmless(folder)):
                break
            if int(total, 8) - _BLANKS != (adler32(header[156:], adler32(header[:148])) & 0xFFFF) - _ADLER:
                break
            if newest is None or int(time, 8) > newest:
                newest, latest = int(time, 8), name
            count, body = count + 1, size if kind == b"0" else b"0"
            here += BLOCK - (-int(size, 8) // BLOCK) * BLOCK if kind == b"0" else BLOCK
        if count:
            self.newest = (newest or 0, latest)
            self._tally(count)
            padding = -int(body, 8) % BLOCK
            self._skip(here - self._at - padding, padding)
        return count > 0

    def _is_harmless(self, folder: bytes) -> bool:
        """Say whether nothing in a folder matters, by its name, which has to be one that can be compared."""
        if folder in self._folders or folder[0] in _ODD or b"//" in folder or b"/." in folder:
            return False
        if len(self._harmless) < MAX_HARMLESS:
            self._harmless.add(folder)
        return True

    def content(self, most: int) -> bytes | None:
        """Return the bytes of the entry at hand; None when there are more than `most`."""
        if self._left > most:
            return None
        return self.head(most)

    def head(self, most: int) -> bytes:
        """Return how the entry at hand begins."""
        count = min(self._left, most)
        self._left -= count
        return self._take(count)

    def tail(self, most: int) -> bytes:
        """Return how the entry at hand ends."""
        ahead = max(0, self._left - most)
        self._skip(ahead)
        self._left -= ahead
        return self.head(most)

    def _tally(self, count: int = 1) -> None:
        self.count += count
        self._budget.entries += count
        if self.count > MAX_LAYER_ENTRIES:
            raise DamagedError(f"it has more than {MAX_LAYER_ENTRIES} entries")
        if self._budget.entries > MAX_ENTRIES:
            raise DamagedError(f"the layers have more than {MAX_ENTRIES} entries")

    def _header(self) -> bytes | None:
        """Return the next header; None at the end, which two blocks of zeroes mark, or the bytes' own."""
        end = self._at + BLOCK
        if end <= len(self._data):
            header = self._data[self._at : end]
            self._at = end
        else:
            header = self._take(BLOCK, or_none=True)
            if not header:
                return None
        if header == _ZEROES:
            if self._take(BLOCK, or_none=True).strip(b"\0"):
                raise DamagedError("an entry follows the end of its archive")
            return None
        field = header[148:156].strip(b" \0")
        total = sum(header) - sum(header[148:156]) + _BLANKS
        if not field.isdigit() or field.strip(b"01234567"):
            raise DamagedError("it is no tar archive")
        stated = int(field, 8)
        if stated != total and stated != total - 256 * sum(byte > 127 for byte in header):
            raise DamagedError("the header of an entry does not add up to its checksum")
        return header

    def _extend(self, said: dict[bytes, bytes], kind: int, size: int) -> None:
        """Take what is said of the next entry. What is said of all entries, Go leaves to whoever asks."""
        if size > MAX_EXTENSION:
            raise DamagedError("a name in it is longer than any file's")
        data = self._take(size)
        self._skip(-size % BLOCK)
        self._left = self._padding = 0
        if kind == _LONG_NAME:
            said[b"path"] = data.partition(b"\0")[0]
        elif kind == _LONG_LINK:
            said[b"linkpath"] = data.partition(b"\0")[0]
        elif kind == _EXTENDED:
            said.update(_records(data))

    def _skip_map(self) -> None:
        """Skip the blocks that go on with the map of a sparse file."""
        while self._take(BLOCK)[504]:
            self._tally()

    def _take(self, count: int, *, or_none: bool = False) -> bytes:
        end = self._at + count
        if end <= len(self._data):
            found = self._data[self._at : end]
            self._at = end
            return found
        parts, missing = [self._data[self._at :]], end - len(self._data)
        self._data, self._at = b"", 0
        while missing > 0:
            piece = next(self._pieces, None)
            if piece is None:
                if or_none and not any(parts):
                    return b""
                raise DamagedError("its archive ends early")
            parts.append(piece[:missing])
            self._data, self._at = piece, min(missing, len(piece))
            missing -= len(piece)
        return b"".join(parts)

    def _skip(self, count: int, padding: int = 0) -> None:
        """Skip bytes and their padding, which Go lets an archive end without, as `umoci insert` writes it."""
        end = self._at + count + padding
        if end <= len(self._data):
            self._at = end
            return
        missing = end - len(self._data)
        self._data, self._at = b"", 0
        for piece in self._pieces:
            if missing <= len(piece):
                self._data, self._at = piece, missing
                return
            missing -= len(piece)
        if missing > padding:
            raise DamagedError("its archive ends early")


def _kind(kind: int, name: bytes) -> int:
    """Reduce the types to those that matter; old programs mark a folder by the end of its name alone."""
    if kind in (FILE, _OLD_FILE, _CONTIGUOUS):
        return FOLDER if name.endswith(b"/") else FILE
    return kind if kind in (HARD_LINK, LINK, FOLDER, SPARSE) else OTHER


def _name(header: bytes) -> bytes:
    name = header[:100].partition(b"\0")[0]
    if header[345] and header[257:263] == b"ustar\0":
        return header[345:500].partition(b"\0")[0] + b"/" + name
    return name


def _number(field: bytes, *, signed: bool = False) -> int:
    """Read octal digits, or a binary number with the first bit set."""
    digits = field[:-1] if field[-1] in b" \0" else field
    if not digits.isdigit():
        if field[0] & 0x80:
            value = int.from_bytes(field, "big") & ((1 << 95) - 1)
            value -= (1 << 95) if field[0] & 0x40 else 0
            return _possible(value, signed=signed)
        digits = field.strip(b" \0") or b"0"
    if digits.strip(b"01234567"):
        raise DamagedError("an entry has no possible size or time")
    return int(digits, 8)


def _possible(value: int, *, signed: bool) -> int:
    if abs(value) >> 62 or (value < 0 and not signed):
        raise DamagedError("an entry has no possible size or time")
    return value


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Read the records of an extended header: `LENGTH KEY=VALUE`, each with a line feed that the length counts."""
    here = 0
    while here < len(data):
        space = data.find(b" ", here, here + 20)
        digits = data[here:space] if space > here else b""
        length = int(digits) if digits.isdigit() else 0
        record = data[space + 1 : here + length]
        key, equals, value = record[:-1].partition(b"=")
        if not equals or not key or not record.endswith(b"\n") or here + length > len(data):
            raise DamagedError("an extended header is broken")
        yield key, value
        here += length


def _renamed(said: dict[bytes, bytes], name: bytes, link: bytes, size: int, time: int) -> tuple[bytes, bytes, int, int]:
    """Put what an extended header says into the place of what the header says."""
    name = said.get(b"GNU.sparse.name", said.get(b"path", name))
    link = said.get(b"linkpath", link)
    if b"size" in said:
        size = _decimal(said[b"size"])
    whole, _, _fraction = said.get(b"mtime", b"").partition(b".")
    if whole:
        time = _decimal(whole.removeprefix(b"-")) * (-1 if whole.startswith(b"-") else 1)
    return name, link, size, time


def _decimal(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 18:
        raise DamagedError("an entry has no possible size or time")
    return int(digits)
