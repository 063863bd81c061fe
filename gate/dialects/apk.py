"""Alpine's package database: lines `X:value`, an empty line behind each package.

Source: apk-tools `src/package.c`, `doc/apk-installed`.
"""

from __future__ import annotations

from gate.dialects.package_database import MAX_PACKAGES, Database, Listed, stanzas

#: Where it stands: before and after the merge of `/usr`.
PATHS = ("lib/apk/db/installed", "usr/lib/apk/db/installed")

_WANTED = frozenset("PVAot")


def installed(data: bytes) -> Database:
    """Read the database."""
    found: list[Listed] = []
    gap = ""
    for stanza in stanzas(data):
        said: dict[str, str] = {}
        for line in stanza.split("\n"):
            if line[1:2] == ":" and line[0] in _WANTED:
                said.setdefault(line[0], line[2:].strip())
            elif line[:2] == "F:":
                break  # its files follow, whose lines have letters of their own
        if not said.get("P") or not said.get("V"):
            gap = "an entry of the database of apk has no name or no version"
            continue
        if len(found) >= MAX_PACKAGES:
            gap = f"the database of apk has more than {MAX_PACKAGES} packages"
            break
        built = said.get("t", "")
        when = int(built) if built.isascii() and built.isdecimal() and len(built) < 13 else None
        found.append(Listed(said["P"], said["V"], said.get("A", ""), said.get("o", ""), "", when))
    return Database(tuple(found), gap)
