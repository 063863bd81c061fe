"""Debian's package database, and what stands beside it that has a date: dpkg itself keeps none.

Sources: deb822(5), dpkg's `status` and `status.d` (one file a package, as distroless images have), deb-changelog(5),
the `InRelease` and `Release` files of archives.
"""

from __future__ import annotations

import re

from gate.dialects import written_times
from gate.dialects.package_database import MAX_PACKAGES, Database, Listed, stanzas

STATUS, STATUS_FOLDER, LISTS = "var/lib/dpkg/status", "var/lib/dpkg/status.d", "var/lib/dpkg/info"
DOCS, CHANGELOG = "usr/share/doc", "changelog.Debian.gz"
ARCHIVES = "var/lib/apt/lists"
LOGS = ("var/log/dpkg.log", "var/log/apt/history.log")

_FIELD = re.compile(r"^(Package|Status|Architecture|Version|Source):[ \t]*(.*)$", re.MULTILINE | re.IGNORECASE)
_SOURCE = re.compile(r"(\S+)(?:\s+\(([^)]*)\))?")
_TRAILER = re.compile(rb"^ -- [^\n]{0,500}>  ?([^\n]{0,80})$", re.MULTILINE)
_DATE = re.compile(rb"^Date:[ \t]*([^\n]{0,80})$", re.MULTILINE)
_LOGGED = re.compile(rb"^(?:Start-Date: )?(\d{4}-\d\d-\d\d {1,2}\d\d:\d\d:\d\d)", re.MULTILINE)

#: States in which nothing of a package but its configuration is there.
_ABSENT = frozenset({"not-installed", "config-files"})

#: Bytes of a changelog, unpacked, in which its first entry has to end.
_ENTRY = 256 * 1024


def status(data: bytes) -> Database:
    """Read the database, or one file of `status.d`."""
    found: list[Listed] = []
    gap = ""
    for stanza in stanzas(data):
        said = {name.lower(): value.strip() for name, value in reversed(_FIELD.findall(stanza))}
        state = said.get("status", "").rpartition(" ")[2]
        if state in _ABSENT:
            continue
        name, version = said.get("package", ""), said.get("version", "")
        if not name or not version:
            gap = "an entry of the database of dpkg has no name or no version"
        elif len(found) >= MAX_PACKAGES:
            gap = f"the database of dpkg has more than {MAX_PACKAGES} packages"
            break
        else:
            source = _SOURCE.match(said.get("source", ""))
            own = (source[1], source[2] or version) if source else ("", "")
            found.append(Listed(name, version, said.get("architecture", ""), *own))
    return Database(tuple(found), gap)


def changelog(data: bytes) -> int | None:
    """Return when the newest entry of a compressed changelog was signed off; `data` may be only how it begins."""
    from zlib import decompressobj, error

    try:
        text = decompressobj(31).decompress(data, _ENTRY)
    except error:
        return None
    match = _TRAILER.search(text)
    return written_times.mail(match[1].decode("ascii", "replace")) if match else None


def archive(data: bytes) -> int | None:
    """Return when an archive wrote its list of packages."""
    match = _DATE.search(data)
    return written_times.mail(match[1].decode("ascii", "replace")) if match else None


def logged(data: bytes) -> int | None:
    """Return when the last line of a log was written; the logs say no zone."""
    found = _LOGGED.findall(data)
    return written_times.local(found[-1].decode("ascii")) if found else None
