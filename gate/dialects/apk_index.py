"""Alpine's index: `APKINDEX` with the fields of its database, and `DESCRIPTION`, which `git describe` wrote.

The two stand in a tar archive behind a signature, each part compressed by itself. Signatures are not verified: whoever
names an index vouches for it. A package can be installed as soon as its builder has uploaded it, right after the build.

Source: apk-tools `src/index.c`, `doc/apk-repositories`; abuild `buildrepo`.
"""

from __future__ import annotations

import re

from gate.dialects.package_offers import Offers
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model.package_index import Offer

INDEX, DESCRIPTION = "APKINDEX", "DESCRIPTION"

#: What the branches of Alpine are called: by the version of their last release, and edge by the day of a snapshot.
_BRANCH = re.compile(r"(?:.*[ /])?v?(\d+\.\d+)(?:[._-].*)?", re.ASCII)
_EDGE = re.compile(r"(?:.*[ /])?v?20\d{6}(?:-.*)?|edge\b.*", re.ASCII)

EDGE = "edge"


class ApkIndex(Record):
    """The branch that an index is of, empty where it does not say it, its packages, and when the newest was built."""

    release: str
    offers: Mapping[str, tuple[Offer, ...]]
    written: int | None


def index(data: bytes, description: bytes) -> ApkIndex:
    """Read an index and its description; raise ValueError for what is none."""
    offers = Offers()
    written: int | None = None
    for stanza in data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n\n"):
        said = {line[0]: line[2:].strip() for line in stanza.split("\n") if line[1:2] == ":"}
        if said:
            built = said.get("t", "")
            second = int(built) if built.isascii() and built.isdecimal() and len(built) < 13 else None
            written = max(filter(None, (written, second)), default=None)
            offers.add(said.get("P", ""), said.get("V", ""), said.get("A", ""), second, second)
    return ApkIndex(branch(description.decode("utf-8", "replace").strip()), offers.all(), written)


def branch(text: str) -> str:
    """Return the branch in a description or in the version of a system."""
    if _EDGE.fullmatch(text) or "_alpha" in text:
        return EDGE
    match = _BRANCH.fullmatch(text)
    return match[1] if match else ""
