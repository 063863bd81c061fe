"""Writes a database as trivy keeps it: a file of bbolt, with buckets in buckets, each a leaf of its own.

Source: bbolt `internal/common` (page.go, meta.go, bucket.go); trivy-db `pkg/db`.
"""

from __future__ import annotations

import json
from struct import pack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PAGE = 4096
LEAF, META, FREE = 2, 4, 16

#: The bucket of Debian 13.
DEBIAN = "debian 13"

#: When the database of the tests was made.
MADE = "2026-11-22T01:00:00Z"


class _Pages:
    """The pages of a file while it is being written; the first four are the two metas, the free list and no more."""

    def __init__(self) -> None:
        self.pages: list[bytes] = [b"", b"", b""]

    def leaf(self, content: Mapping[str, Any]) -> int:
        """Add a bucket, those in it first, and return its page."""
        items = [(name.encode(), *self._item(content[name])) for name in sorted(content, key=str.encode)]
        start, offset = 16, 16 * len(items)
        elements, data = b"", b""
        for number, (key, flags, value) in enumerate(items):
            elements += pack("<IIII", flags, offset - 16 * number + len(data), len(key), len(value))
            data += key + value
        count = -(-(start + len(elements) + len(data)) // PAGE)
        page = len(self.pages)
        body = pack("<QHHI", page, LEAF, len(items), count - 1) + elements + data
        self.pages += [body.ljust(count * PAGE, b"\0")] + [b""] * (count - 1)
        return page

    def _item(self, value: Any) -> tuple[int, bytes]:
        """Return the flags and bytes of a value; a bucket is the page where it is and a sequence."""
        if isinstance(value, dict):
            return 1, pack("<QQ", self.leaf(value), 0)
        return 0, value


def _summed(data: bytes) -> int:
    """Sum up as FNV-1a does, 64 bits."""
    total = 0xCBF29CE484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001B3 & (2**64 - 1)
    return total


def bolt(content: Mapping[str, Any]) -> bytes:
    """Return a database: a bucket for every mapping in it, and values as they are."""
    made = _Pages()
    root = made.leaf(content)
    for number in (0, 1):
        meta = pack("<IIIIQQQQQ", 0xED0CDAED, 2, PAGE, 0, root, 0, 2, len(made.pages), number)
        page = pack("<QHHI", number, META, 0, 0) + meta + pack("<Q", _summed(meta))
        made.pages[number] = page.ljust(PAGE, b"\0")
    made.pages[2] = pack("<QHHI", 2, FREE, 0, 0).ljust(PAGE, b"\0")
    return b"".join(made.pages)


def cache(
    folder: Path, *, made: str = MADE, system: str = DEBIAN, source: str = "openssl", **vulnerabilities: str
) -> Path:
    """Write a cache of trivy that knows vulnerabilities of one source package, each with its fixed version."""
    names = {name.replace("_", "-"): fixed for name, fixed in vulnerabilities.items()}
    advisories = {name: json.dumps({"FixedVersion": fixed} if fixed else {}).encode() for name, fixed in names.items()}
    detail = json.dumps({"Title": "a hole", "Severity": "HIGH", "VendorSeverity": {"nvd": 3}}).encode()
    content = {
        system: {source: advisories},
        "vulnerability": dict.fromkeys(names, detail),
        "data-source": {system: json.dumps({"ID": "debian", "Name": "Debian"}).encode()},
    }
    (folder / "db").mkdir(parents=True)
    (folder / "db" / "trivy.db").write_bytes(bolt(content))
    about = {"Version": 2, "NextUpdate": made, "UpdatedAt": made, "DownloadedAt": made}
    (folder / "db" / "metadata.json").write_text(json.dumps(about), encoding="utf-8")
    return folder
