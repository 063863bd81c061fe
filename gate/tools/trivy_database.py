"""Looks at trivy's database before trivy does: with an empty one it reports that nothing is wrong.

trivy 0.67.2 takes a file without bytes for a database, and 0.67.2 to 0.76.0 take one without a bucket. So the two
descriptions at the head of the file have to be whole, the file as long as they say, and its root not empty.

Sources: bbolt `internal/common` (meta.go, page.go) and `db.go`; trivy-db `pkg/metadata`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

#: Bytes of the file beside the database.
MAX_METADATA = 65_536

#: The version of the database's schema, and that of the file's own format.
SCHEMA = 2
FORMAT = 2

MAGIC = 0xED0CDAED

#: Bytes of a page's header, and of the description behind it that its checksum covers.
_HEADER, _SUMMED = 16, 56

#: The sizes that a page can have.
_SIZES = frozenset(1 << power for power in range(9, 17))

_BRANCH_OR_LEAF = 3


class DatabaseError(Exception):
    """The database cannot be used; the text is a clause whose subject is trivy."""


def made(cache: str) -> str:
    """Return when the database in a cache was made, as it says; raise DatabaseError for one that proves nothing."""
    from json import loads

    folder = os.path.join(cache, "db")
    try:
        with open(os.path.join(folder, "metadata.json"), "rb") as file:
            said = loads(file.read(MAX_METADATA))
        with open(os.path.join(folder, "trivy.db"), "rb") as file:
            is_whole = _is_whole(file)
    except FileNotFoundError:
        raise DatabaseError("has no database") from None
    except (OSError, ValueError, RecursionError):
        raise DatabaseError("has a database that cannot be read") from None
    if not isinstance(said, dict) or said.get("Version") != SCHEMA:
        raise DatabaseError("has a database of another schema")
    if not is_whole:
        raise DatabaseError("has a database that is damaged or empty")
    day = said.get("UpdatedAt")
    if not isinstance(day, str) or not day:
        raise DatabaseError("has a database that does not say when it was made")
    return day


def _is_whole(file: BinaryIO) -> bool:
    """Say whether a file is as long as it says, and holds something."""
    first = _described(file.read(_HEADER + _SUMMED + 8))
    if first is None:
        return False
    size = first[0]
    file.seek(size)
    second = _described(file.read(_HEADER + _SUMMED + 8))
    if second is None:
        return False
    _size, root, pages, _transaction = max(first, second, key=lambda one: one[3])
    if root >= pages or file.seek(0, os.SEEK_END) < pages * size:
        return False
    file.seek(root * size)
    header = file.read(_HEADER)
    kind, count = int.from_bytes(header[8:10], "little"), int.from_bytes(header[10:12], "little")
    return bool(kind & _BRANCH_OR_LEAF) and count > 0


def _described(page: bytes) -> tuple[int, int, int, int] | None:
    """Return the size of a page, the page of the root, the number of pages and that of the last change."""
    meta = page[_HEADER:]
    if len(meta) < _SUMMED + 8 or _sum(meta[:_SUMMED]) != _number(meta, _SUMMED, 8):
        return None
    size = _number(meta, 8, 4)
    if _number(meta, 0, 4) != MAGIC or _number(meta, 4, 4) != FORMAT or size not in _SIZES:
        return None
    return size, _number(meta, 16, 8), _number(meta, 40, 8), _number(meta, 48, 8)


def _number(data: bytes, start: int, length: int) -> int:
    return int.from_bytes(data[start : start + length], "little")


def _sum(data: bytes) -> int:
    """Sum up as FNV-1a does, 64 bits."""
    total = 0xCBF29CE484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return total
