"""Where the tables come from: what ships with the gate, or a file that somebody gave in its place."""

from __future__ import annotations

from importlib import import_module

from gate.data import DATA_DATE, SOURCES
from gate.data.images import OFFICIAL, OTHERS
from gate.data.index import PRODUCTS, WINDOWED
from gate.data.tag import CODENAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol, TypeAlias

    #: Days of a cycle: released, ends of active, of security and of extended support; `ended` where no day is known.
    Dates: TypeAlias = tuple[str, str, str, str]
else:
    Protocol = object

#: What the embedded tables are called in reports.
EMBEDDED = "embedded"

#: The tables, each of which a file may hold or leave to the embedded ones.
TABLES = ("lifecycles", "codenames", "images", "tags")


class Shelf(Protocol):
    """The tables of one origin, as they are kept; `Tables` says what they mean.

    `sources` are name, version, day and licence of everything that they come from.
    """

    date: str
    origin: str
    sources: tuple[tuple[str, str, str, str], ...]
    titles: Mapping[str, str]
    codenames: Mapping[str, tuple[str, str]]
    official: Mapping[str, str]
    others: Mapping[str, str]
    windowed: frozenset[str]

    def cycles(self, product: str) -> Mapping[str, Dates]:
        """Return the cycles of a product that has a title, newest first."""

    def windows(self, official: str) -> str:
        """Return the windows of an official image that is `windowed`: a line `" TAG TAG =FIRST,CHANGED,GONE,SYSTEM"`.

        Days count from 1970. Either CHANGED or GONE is empty; SYSTEM is a product and a release, or empty.
        """

    def digests(self) -> Mapping[str, str]:
        """Return the SHA-256 of each of `TABLES`, as a file would hold it."""


class Embedded:
    """The tables that ship with the gate, compiled; a shard is loaded when it is first asked for."""

    __slots__ = ()

    date = DATA_DATE
    origin = EMBEDDED
    sources: tuple[tuple[str, str, str, str], ...] = SOURCES
    titles: Mapping[str, str] = PRODUCTS
    codenames: Mapping[str, tuple[str, str]] = CODENAMES
    official: Mapping[str, str] = OFFICIAL
    others: Mapping[str, str] = OTHERS
    windowed = WINDOWED

    def cycles(self, product: str) -> Mapping[str, Dates]:
        """Return the cycles of a product."""
        found: dict[str, Dates] = import_module(f"gate.data.lifecycles.{product.replace('-', '_')}").CYCLES
        return found

    def windows(self, official: str) -> str:
        """Return the windows of an official image."""
        name = official.replace("-", "_").replace(".", "_")
        table: str = import_module(f"gate.data.windows.w_{name}").WINDOWS
        return table

    def digests(self) -> Mapping[str, str]:
        """Return the digests that were taken when the tables were made."""
        from gate.data.stamps import STAMPS

        return STAMPS
