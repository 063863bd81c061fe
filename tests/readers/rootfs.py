"""Builds layers and the databases of package managers for the tests."""

from __future__ import annotations

import gzip
import io
import sqlite3
import struct
import tarfile
from typing import TYPE_CHECKING, NamedTuple

from tests.readers.layouts import Layout, config, image

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.model.contents import Contents
    from tests.readers.layouts import Files

#: 2026-11-02T10:00:00Z, when everything was made unless the test says otherwise.
MADE = 1_793_613_600

OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\n'
STATUS = b"Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n"


class Entry(NamedTuple):
    """One entry of a layer: a file unless `kind` says otherwise."""

    name: str
    data: bytes = b""
    kind: bytes = tarfile.REGTYPE
    target: str = ""
    second: float = MADE


def link(name: str, target: str) -> Entry:
    return Entry(name, b"", tarfile.SYMTYPE, target)


def hard_link(name: str, target: str) -> Entry:
    return Entry(name, b"", tarfile.LNKTYPE, target)


def folder(name: str) -> Entry:
    return Entry(name, b"", tarfile.DIRTYPE)


def layer(*entries: Entry, format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002 - tarfile's name for it
    """Return a layer without compression."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=format) as archive:
        for entry in entries:
            member = tarfile.TarInfo(entry.name)
            member.type, member.linkname, member.mtime = entry.kind, entry.target, entry.second
            member.size = len(entry.data)
            archive.addfile(member, io.BytesIO(entry.data))
    return made.getvalue()


def files(*layers: bytes, blobs: Iterable[bytes] = ()) -> Files:
    """Return a layout of one image; `blobs` are its layers as they are stored, where that is another form."""
    made = Layout()
    made.add(made.manifest(config(layers), tuple(blobs) or layers), "web:1")
    return made.files()


def contents(*layers: bytes, blobs: Iterable[bytes] = ()) -> Contents:
    """Return what is inside of an image with these layers."""
    found = image(files(*layers, blobs=blobs)).contents
    assert found is not None
    return found


def changelog(date: str) -> bytes:
    """Return a compressed changelog whose newest entry has a date."""
    text = f"a (1-2) unstable; urgency=low\n\n  * New.\n\n -- A B <a@example.org>  {date}\n\na (1-1) unstable\n"
    return gzip.compress(text.encode(), mtime=0)


def header(tags: Mapping[int, str | int]) -> bytes:
    """Return the header of an rpm package as a database holds it."""
    entries, store = b"", b""
    for tag, value in tags.items():
        if isinstance(value, int):
            store += bytes(-len(store) % 4)
        entries += struct.pack(">4I", tag, 4 if isinstance(value, int) else 6, len(store), 1)
        store += struct.pack(">I", value) if isinstance(value, int) else value.encode() + b"\0"
    return struct.pack(">2I", len(tags), len(store)) + entries + store


BASH = header(
    {
        1000: "bash",
        1001: "5.1",
        1002: "2.fc40",
        1003: 1,
        1006: 100,
        1008: 200,
        1022: "x86_64",
        1044: "bash-5.1-2.src.rpm",
    }
)
KEY = header({1000: "gpg-pubkey", 1001: "1", 1002: "1"})


def sqlite(*headers: bytes, statements: Iterable[str] = ()) -> bytes:
    """Return a database of rpm in SQLite's form, or what some statements make."""
    database = sqlite3.connect(":memory:")
    for statement in statements or (
        "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)",
    ):
        database.execute(statement)
    if not statements:
        database.executemany("INSERT INTO Packages (blob) VALUES (?)", [(one,) for one in headers])
    database.commit()
    data = database.serialize()
    database.close()
    return data


def ndb(*headers: bytes) -> bytes:
    """Return a database of rpm in its own form."""
    slots, blobs = b"", b""
    for number, one in enumerate(headers, 1):
        slots += b"Slot" + struct.pack("<3I", number, 256 + len(blobs) // 16, 1)
        blobs += b"BlbS" + struct.pack("<3I", number, 1, len(one)) + one
        blobs += bytes(-len(blobs) % 16)
    start = b"RpmP" + struct.pack("<7I", 0, 1, 1, len(headers) + 1, 0, 0, 0)
    return start + slots + _free(32 + len(slots)) + blobs


def _free(start: int) -> bytes:
    """Return the slots that nobody uses, up to the end of their page."""
    return (b"Slot" + bytes(12)) * ((4096 - start) // 16)
