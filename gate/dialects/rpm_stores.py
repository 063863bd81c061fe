"""The files in which rpm keeps its headers: SQLite and ndb. Berkeley DB is left to others.

A database is read from memory and is hostile: what it defines beside a plain table is not asked, and no question to
it runs for long.

Sources: rpm `lib/backend/sqlite.cc`, `lib/backend/ndb/rpmpkg.c`, `lib/backend/bdb_ro.cc`.
"""

from __future__ import annotations

from gate.dialects.rpm import BrokenError, database
from gate.syntax.oci_layers import Unread
from gate.syntax.oci_unpack import OTHER_TOOL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.package_database import Database

#: Bytes of one database: it is held twice while SQLite reads it.
MAX_DATABASE = 48 << 20

_MAX_HEADER = 16 << 20

#: Steps of SQLite's machine between two looks, and looks at one database.
_STEPS, _MAX_LOOKS = 100_000, 1_000

_SQLITE, _NDB = b"SQLite format 3\0", b"RpmP"
_BERKELEY = {
    number.to_bytes(4, order): name
    for order in ("little", "big")
    for number, name in ((0x061561, "hash"), (0x053162, "btree"))
}
_PAGE, _SLOT, _HEAD = 4096, 16, 32


def packages(data: bytes) -> Database | Unread:
    """Read a database in whichever form it has."""
    try:
        if data.startswith(_SQLITE):
            return database(_sqlite(data))
        if data.startswith(_NDB):
            return database(_ndb(data))
    except BrokenError as error:
        return Unread(f"cannot be read: {error}")
    if data[12:16] in _BERKELEY:
        return Unread(f"is a Berkeley DB, which is not read here: {OTHER_TOOL}")
    return Unread("has a form that rpm does not write" if data.strip(b"\0") else "is empty")


def _sqlite(data: bytes) -> Iterator[bytes]:
    try:
        import sqlite3
    except ImportError:
        raise BrokenError("this Python is without SQLite") from None
    connection = sqlite3.connect(":memory:")
    try:
        if not hasattr(connection, "deserialize"):
            raise BrokenError("the SQLite of this Python is too old")
        # A database that was made with a log of its own says so in two bytes, and could not be opened without it.
        connection.deserialize(data[:18] + b"\1\1" + data[20:])
        looks = iter(range(_MAX_LOOKS))
        connection.set_progress_handler(lambda: next(looks, None) is None, _STEPS)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_HEADER)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        made = connection.execute("SELECT type, sql FROM sqlite_schema WHERE name = 'Packages' LIMIT 2").fetchall()
        if len(made) != 1 or made[0][0] != "table" or not str(made[0][1]).upper().startswith("CREATE TABLE"):
            raise BrokenError("it has no table of packages")
        for (blob,) in connection.execute("SELECT blob FROM Packages"):
            if not isinstance(blob, bytes):
                raise BrokenError("a package in it has no header")
            yield blob
    except (sqlite3.Error, MemoryError, OverflowError) as error:
        raise BrokenError(f"SQLite finds it damaged ({type(error).__name__})") from None
    finally:
        connection.close()


def _ndb(data: bytes) -> Iterator[bytes]:
    """Yield the headers: a slot for each says where it stands, in blocks of sixteen bytes."""
    pages = int.from_bytes(data[12:16], "little")
    end = pages * _PAGE
    if not pages or end > len(data):
        raise BrokenError("it ends within its slots")
    passed = 0
    for here in range(_HEAD, end, _SLOT):
        slot = data[here : here + _SLOT]
        if slot[:4] != b"Slot":
            raise BrokenError("a slot of it is damaged")
        number, offset = slot[4:8], int.from_bytes(slot[8:12], "little") * _SLOT
        if not offset:
            continue
        head = data[offset : offset + _SLOT]
        size = int.from_bytes(head[12:16], "little")
        passed += size
        if head[:4] != b"BlbS" or head[4:8] != number or offset + _SLOT + size > len(data) or passed > len(data):
            raise BrokenError("a package in it is damaged")
        yield data[offset + _SLOT : offset + _SLOT + size]
