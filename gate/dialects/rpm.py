"""The headers of rpm packages, and `container-manifest-2`, which images without rpm have instead of a database.

Sources: rpm `docs/manual/format_header.md`, `lib/header.c`; the manifest as azurelinux's toolkit writes it.
"""

from __future__ import annotations

from gate.dialects.package_database import MAX_PACKAGES, Database, Listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

#: The folders that a database may be in, and the files that are one, the newest form first.
FOLDERS = ("usr/lib/sysimage/rpm", "var/lib/rpm", "usr/share/rpm")
FILES = ("rpmdb.sqlite", "Packages.db", "Packages")
WAL = "rpmdb.sqlite-wal"
MANIFEST = "var/lib/rpmmanifest/container-manifest-2"

_NAME, _VERSION, _RELEASE, _EPOCH, _BUILT, _INSTALLED, _ARCHITECTURE, _SOURCE = (
    1000,
    1001,
    1002,
    1003,
    1006,
    1008,
    1022,
    1044,
)
_TAGS = frozenset({_NAME, _VERSION, _RELEASE, _EPOCH, _BUILT, _INSTALLED, _ARCHITECTURE, _SOURCE})
_INT32, _STRING, _STRINGS, _TRANSLATED = 4, 6, 8, 9
_TEXTS = frozenset({_STRING, _STRINGS, _TRANSLATED})

#: Entries of one header.
_MAX_ENTRIES = 65_536
_ENTRY = 16

#: What rpm keeps the keys it trusts as: no packages.
_KEYS = "gpg-pubkey"


class BrokenError(ValueError):
    """A header or a database that rpm did not write; the text is a clause."""


def database(headers: Iterable[bytes]) -> Database:
    """Read the headers of a database; raise BrokenError for one that is not whole."""
    found: list[Listed] = []
    for blob in headers:
        if len(found) >= MAX_PACKAGES:
            return Database(tuple(found), f"the database of rpm has more than {MAX_PACKAGES} packages")
        package = header(blob)
        if package.name != _KEYS:
            found.append(package)
    return Database(tuple(found))


def header(blob: bytes) -> Listed:
    """Read one header; raise BrokenError for what is none, or has no name or version."""
    if len(blob) < 8:
        raise BrokenError("a header is cut off")
    count, size = int.from_bytes(blob[:4], "big"), int.from_bytes(blob[4:8], "big")
    store = 8 + count * _ENTRY
    if not 0 < count <= _MAX_ENTRIES or store + size > len(blob):
        raise BrokenError("a header has no possible size")
    said: dict[int, str | int] = {}
    for here in range(8, store, _ENTRY):
        tag = int.from_bytes(blob[here : here + 4], "big")
        if tag in _TAGS:
            kind = int.from_bytes(blob[here + 4 : here + 8], "big")
            offset = int.from_bytes(blob[here + 8 : here + 12], "big")
            said[tag] = _value(blob, kind, store + offset, store + size)
    words = {tag: said.get(tag) for tag in (_NAME, _VERSION, _RELEASE, _ARCHITECTURE, _SOURCE)}
    name, version, release = (_text(words[tag]) for tag in (_NAME, _VERSION, _RELEASE))
    if not name or not version:
        raise BrokenError("a header has no name or no version")
    return _listed(
        (name, version, release),
        _number(said.get(_EPOCH)) or 0,
        _text(words[_ARCHITECTURE]),
        _text(words[_SOURCE]),
        (_number(said.get(_BUILT)), _number(said.get(_INSTALLED))),
    )


def manifest(data: bytes) -> Database:
    """Read the lines of a container manifest: columns with tabs between them."""
    found: list[Listed] = []
    gap = ""
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        columns = line.split("\t")
        if not line.strip():
            continue
        if len(columns) < 10 or not columns[0] or not columns[1]:
            gap = "a line of the manifest of rpm cannot be read"
            continue
        if len(found) >= MAX_PACKAGES:
            gap = f"the manifest of rpm has more than {MAX_PACKAGES} packages"
            break
        version, _, release = columns[1].rpartition("-")
        if columns[0] != _KEYS:
            parts = (columns[0], version, release) if version else (columns[0], release, "")
            times = (_digits(columns[3]), _digits(columns[2]))
            found.append(_listed(parts, _digits(columns[8]) or 0, columns[7], columns[9].strip(), times))
    return Database(tuple(found), gap)


def _listed(
    package: tuple[str, str, str], epoch: int, architecture: str, source: str, times: tuple[int | None, int | None]
) -> Listed:
    name, version, release = package
    full = f"{version}-{release}" if release else version
    origin = source.removesuffix(".rpm").removesuffix(".src").removesuffix(".nosrc").rsplit("-", 2)
    own = (origin[0], f"{origin[1]}-{origin[2]}") if len(origin) == 3 and source.endswith("src.rpm") else ("", "")
    return Listed(name, f"{epoch}:{full}" if epoch else full, architecture, *own, *times)


def _value(blob: bytes, kind: int, start: int, end: int) -> str | int:
    if kind == _INT32 and start + 4 <= end:
        return int.from_bytes(blob[start : start + 4], "big")
    if kind in _TEXTS and start < end:
        stop = blob.find(b"\0", start, end)
        if stop >= 0:
            return blob[start:stop].decode("utf-8", "surrogateescape")
    raise BrokenError("a header says something in a form that it cannot have")


def _text(value: str | int | None) -> str:
    return value if isinstance(value, str) else ""


def _number(value: str | int | None) -> int | None:
    return value if isinstance(value, int) else None


def _digits(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 13 else None
