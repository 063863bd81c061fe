"""The `repodata` of repositories of rpm packages: `repomd.xml`, the primary list, and the advisories.

A package is built weeks before it is released, so that only an advisory says since when it can be installed. Signatures
are not verified: whoever names an index vouches for it.

Source: createrepo_c, and the schemas of `rpm-software-management/rpm-metadata`.
"""

from __future__ import annotations

import re
from collections import Counter

from gate.dialects import written_times
from gate.dialects.package_offers import MAX_OFFERS, Offers
from gate.model.record import Record
from gate.syntax import xml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    from gate.model.package_index import Offer

    #: Since when a version of a package can be installed.
    Issued: TypeAlias = Mapping[tuple[str, str], int]

#: What releases of packages end in, by `%{?dist}`.
_DIST = re.compile(r"\.(el|fc|amzn|azl|cm|ph|oe|mga)(\d+)", re.ASCII)


class Part(Record):
    """One file of the metadata, and its sum."""

    path: str
    algorithm: str
    digest: str


class Repository(Record):
    """What `repomd.xml` says: its parts by their type, and when it was written, in seconds since 1970."""

    parts: Mapping[str, Part]
    written: int | None


def repository(pieces: Iterable[bytes]) -> Repository:
    """Read `repomd.xml`; raise XmlError."""
    parts: dict[str, Part] = {}
    seconds: list[int] = []
    here: dict[str, str] = {}

    def start(name: str, said: dict[str, str]) -> None:
        if name == "data":
            here.clear()
            here["type"] = said.get("type", "")
        elif name == "location":
            here["href"] = said.get("href", "")
        elif name == "checksum":
            here["algorithm"] = said.get("type", "")

    def end(name: str, text: str) -> None:
        if name == "checksum":
            here["digest"] = text.strip().lower()
        elif name in ("revision", "timestamp"):
            seconds.extend(filter(None, [_second(text.strip())]))
        elif name == "data":
            part = Part(here.get("href", ""), here.get("algorithm", "").lower(), here.get("digest", ""))
            parts.setdefault(here["type"], part)

    xml.read(pieces, start, end)
    return Repository(parts, max(seconds, default=None))


def packages(pieces: Iterable[bytes], issued: Issued) -> dict[str, tuple[Offer, ...]]:
    """Read the primary list; raise XmlError, or ValueError for an entry that is none."""
    offers = Offers()
    here: dict[str, str] = {}

    def start(name: str, said: dict[str, str]) -> None:
        if name == "package":
            here.clear()
        elif name == "version" and "version" not in here:
            here["version"] = version(said.get("epoch", ""), said.get("ver", ""), said.get("rel", ""))
        elif name == "time":
            here["built"] = said.get("build", "")

    def end(name: str, text: str) -> None:
        if name in ("name", "arch"):
            here.setdefault(name, text.strip())
        elif (
            name == "package" and here.get("arch") not in ("src", "nosrc") and ".module" not in here.get("version", "")
        ):
            # Which stream of a module is enabled, no list of packages says.
            own = here.get("name", ""), here.get("version", "")
            offers.add(*own, here.get("arch", ""), _second(here.get("built", "")), issued.get(own))

    xml.read(pieces, start, end)
    return offers.all()


def advisories(pieces: Iterable[bytes]) -> Issued:
    """Read `updateinfo.xml`: when each version was first released; raise XmlError or ValueError."""
    found: dict[tuple[str, str], int] = {}
    day: list[int] = []

    def start(name: str, said: dict[str, str]) -> None:
        if name == "update":
            day.clear()
        elif name == "issued":
            day.extend(filter(None, [_second(said.get("date", ""))]))
        elif name == "package" and day:
            own = said.get("name", ""), version(said.get("epoch", ""), said.get("version", ""), said.get("release", ""))
            found[own] = min(day[0], found.get(own, day[0]))
            if len(found) > MAX_OFFERS:
                raise ValueError(f"speaks of more than {MAX_OFFERS} versions")

    xml.read(pieces, start, lambda _name, _text: None)
    return found


def version(epoch: str, upstream: str, release: str) -> str:
    """Write a version as the database of installed packages has it."""
    whole = f"{upstream}-{release}" if release else upstream
    return f"{epoch}:{whole}" if epoch.strip("0") and whole else whole


def dist(versions: Iterable[str]) -> str:
    """Return what most releases of packages end in, of those that end in what a distribution adds; empty for none."""
    found = Counter(f"{match[1]}{match[2]}" for one in versions for match in _DIST.finditer(one.rpartition("-")[2]))
    return min(found, key=lambda tag: (-found[tag], tag), default="")


def _second(text: str) -> int | None:
    """Read the forms in which repositories write their times."""
    if text.isascii() and text.isdecimal():
        return int(text) if len(text) < 13 else None
    return written_times.local(f"{text} 00:00:00" if len(text) == 10 else f"{text}:00" if len(text) == 16 else text)
