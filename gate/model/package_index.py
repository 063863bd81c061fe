"""What a distribution offers to install: the newest version of every package, as the index of a repository lists it."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model.contents import PackageManager
    from gate.model.location import Location


class Offer(Record):
    """One version of a package that an index offers; times are whole seconds since 1970, None where it does not say.

    `built` is when the package was made, and `available` since when it can be installed.
    """

    version: str
    architecture: str
    built: int | None
    available: int | None


class PackageIndex(Record):
    """One index: of every package the newest version, for each architecture.

    `release` is what it is of: a branch of Alpine (`3.22`), a code name of Debian or Ubuntu (`trixie`), what rpm's
    `%{?dist}` is there (`el9`). `written` is when it was written, or at least when its newest package was built, and
    `ends` until when it holds by its own word, None where it does not say it.
    """

    manager: PackageManager
    release: str
    written: int | None
    ends: int | None
    offers: Mapping[str, tuple[Offer, ...]]
    at: Location


class Indexed(Record):
    """The indexes that were given for the packages of an image: those that are of its release.

    Where none is, `refused` says why.
    """

    indexes: tuple[PackageIndex, ...]
    refused: str
    at: Location
