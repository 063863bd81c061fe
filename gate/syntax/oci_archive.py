"""The members of a tar archive by their headers alone: nothing is extracted, decompressed or followed.

The reading is that of Go's `archive/tar`, which every engine loads images with; what it and other readers of tar take
differently, such as sparse members and global headers that rename things, is refused.
"""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from gate.model.source import Stream

BLOCK = 512

#: Members of one archive, and bytes of their long names and extended headers: of one (as in Go), and of all.
MAX_MEMBERS = 20_000
MAX_EXTENSION = 1 << 20
MAX_EXTENSIONS = 16 << 20

_ZEROES = bytes(BLOCK)
_POSIX = b"ustar\0"
_MAX_SIZE = 2**63 - 1

_FILES, _LINKS, _BARE, _SYMBOLIC = "\0" + "07", "12", "123456", "2"
_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL, _SPARSE = "LKxgS"

#: Records of an extended header that change which bytes a member is.
_CHANGING = frozenset({"path", "size", "linkpath"})

#: Beginnings of compressed files, and what made them.
COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz"}


class Member(Record):
    """One member: where its bytes are, whether it is a plain file or a link, and what a symbolic link says."""

    name: str
    start: int
    size: int
    is_file: bool
    is_link: bool
    target: str


def is_archive(head: bytes) -> bool:
    """Say whether a file begins as a tar archive does."""
    return len(head) >= BLOCK and head[:BLOCK] != _ZEROES and _is_summed(head[:BLOCK])


def compression(head: bytes) -> str:
    """Name what a file is compressed with; empty for what is not compressed."""
    return next((name for mark, name in COMPRESSED.items() if head.startswith(mark)), "")


def members(stream: Stream, path: str) -> Iterator[Member]:
    """Yield the members in their order; raise InputError for what another reader may see otherwise, or not at all."""
    yield from _Headers(stream, path).members()


class _Headers:
    """Reads one header after the other; `extension` are the bytes of long names and extended headers so far."""

    __slots__ = ("extension", "path", "stream")

    def __init__(self, stream: Stream, path: str) -> None:
        self.stream = stream
        self.path = path
        self.extension = 0

    def members(self) -> Iterator[Member]:
        here, count = 0, 0
        said: dict[str, str] = {}
        while (header := self._header(here)) is not None:
            count += 1
            if count > MAX_MEMBERS:
                self.refuse(f"has more than {MAX_MEMBERS} members")
            kind = chr(header[156])
            size = self._number(header[124:136])
            start = here + BLOCK
            if kind in (_LONG_NAME, _LONG_LINK, _EXTENDED, _GLOBAL):
                self._extend(said, kind, self._extension(start, size))
                here = self._after(start, size)
                continue
            member = self._member(header, kind, start, size, said)
            said = {}
            yield member
            here = self._after(start, member.size)

    def refuse(self, cause: str) -> NoReturn:
        raise InputError(f"is no archive that can be read: {cause}", at=whole_file(self.path), remedy="save it again")

    def _header(self, here: int) -> bytes | None:
        """Return the header at an offset; None at the end, which two blocks of zeroes mark, or the file's own."""
        if here == self.stream.size:
            return None
        header = self.stream.piece(here, BLOCK)
        if len(header) < BLOCK:
            self.refuse("it ends within a header")
        if header == _ZEROES:
            if self.stream.piece(here + BLOCK, BLOCK).strip(b"\0"):
                self.refuse("a member follows its end")
            return None
        if not _is_summed(header):
            self.refuse(f"the header at byte {here} does not add up to its checksum")
        return header

    def _member(self, header: bytes, kind: str, start: int, size: int, said: dict[str, str]) -> Member:
        name = said["path"] if "path" in said else _name(header)
        if kind == _SPARSE or any(key.startswith("GNU.sparse.") for key in said):
            self.refuse("it has a sparse member")
        if kind in _BARE:
            size = 0
        elif "size" in said:
            size = self._decimal(said["size"])
        target = said.get("linkpath", _text(header[157:257])) if kind == _SYMBOLIC else ""
        is_file = kind in _FILES and not name.endswith("/")
        return Member(self._clean(name), start, size, is_file, kind in _LINKS, target)

    def _after(self, start: int, size: int) -> int:
        """Return where the next header is."""
        if start + size > self.stream.size:
            self.refuse("it ends within a member")
        return min(start + -(-size // BLOCK) * BLOCK, self.stream.size)

    def _extension(self, start: int, size: int) -> bytes:
        self.extension += size
        if size > MAX_EXTENSION or self.extension > MAX_EXTENSIONS:
            self.refuse("its names are longer than any image's")
        self._after(start, size)
        return self.stream.piece(start, size)

    def _extend(self, said: dict[str, str], kind: str, data: bytes) -> None:
        """Take what is said of the next member; of all members nothing may be said that matters."""
        if kind in (_LONG_NAME, _LONG_LINK):
            records = {"path" if kind == _LONG_NAME else "linkpath": _text(data)}
        else:
            records = self._records(data)
        if kind == _GLOBAL:
            if _CHANGING & records.keys():
                self.refuse("a global header renames its members")
            return
        if _CHANGING & records.keys() & said.keys():
            self.refuse("a member is named twice")
        said.update(records)

    def _records(self, data: bytes) -> dict[str, str]:
        """Read the records of an extended header: `LENGTH KEY=VALUE`, each with a line feed that the length counts."""
        records: dict[str, str] = {}
        while data:
            digits, space, _ = data[:20].partition(b" ")
            length = self._decimal(_text(digits)) if space else 0
            key, equals, value = data[len(digits) + 1 : length - 1].partition(b"=")
            if length < 5 or not equals or not key or data[length - 1 : length] != b"\n":
                self.refuse("an extended header is broken")
            if _text(key) in records:
                self.refuse("an extended header says something twice")
            records[_text(key)] = value.decode("utf-8", "surrogateescape")
            data = data[length:]
        return records

    def _number(self, field: bytes) -> int:
        """Read a size: octal digits, or a binary number with the first bit set."""
        if field[0] & 0x80:
            value = int.from_bytes(bytes((field[0] & 0x7F,)) + field[1:], "big")
            if value > _MAX_SIZE:
                self.refuse("a member has no possible size")
            return value
        digits = field.strip(b" \0")
        if digits.strip(b"01234567"):
            self.refuse("a member has no possible size")
        return int(digits or b"0", 8)

    def _decimal(self, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            self.refuse("a member has no possible size")
        return int(text)

    def _clean(self, name: str) -> str:
        """Normalise a name; one that leads out of the archive is refused, as nobody honest writes it."""
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or "\0" in name:
            self.refuse("the name of a member leads out of it")
        return "/".join(part for part in parts if part not in ("", "."))


def _is_summed(header: bytes) -> bool:
    """Say whether the checksum of a header is right; old programs added signed bytes."""
    field = header[148:156].strip(b" \0")
    if not field or field.strip(b"01234567"):
        return False
    counted = header[:148] + b" " * 8 + header[156:]
    total = sum(counted)
    return int(field, 8) in (total, total - 256 * sum(byte > 127 for byte in counted))


def _name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == _POSIX else ""
    return f"{prefix}/{name}" if prefix else name


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")
