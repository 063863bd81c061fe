"""What is inside a built image, as its layers show it: the system, its packages, and what dates them.

Times are kept as they are written, with what they were read from; `gate.freshness` decides which of them bound what.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.evidence import Items, Setting
    from gate.model.location import Location

    PackageManager = Literal["dpkg", "apk", "rpm"]
    TraceKind = Literal[
        "annotation",
        "archive-list",
        "changelog",
        "layer-file",
        "package-build",
        "package-file",
        "package-install",
        "package-log",
        "provenance",
    ]


class SystemRelease(Record):
    """What `os-release` says, and the file of the distribution that has the point release; parts absent are empty."""

    id: str
    version_id: str
    version: str
    codename: str
    build_id: str
    point: str
    at: Location


class InstalledPackage(Record):
    """One package of the system that the image's own database lists; times are whole seconds since 1970, or None.

    `source` and `source_version` are those of the source package, where the database names one.
    """

    manager: PackageManager
    name: str
    version: str
    architecture: str
    source: str
    source_version: str
    built: int | None
    installed: int | None
    at: Location


class Trace(Record):
    """One thing in the layers that dates them, at `second` since 1970; `what` names the package or the file.

    `layer` is the index of the layer, from the base, that brought it; None for what stands outside of the layers.
    """

    kind: TraceKind
    second: int
    what: str
    layer: int | None
    at: Location


class FirstPackages(Record):
    """The packages of the lowest layer that has a database of them, which is the base where layers were kept apart.

    `built` is when the newest of them was made and `filed` when the last was installed, in seconds since 1970, as far
    as that layer says it. `renewed` says whether a later layer changed the version of one; None where it is not known.
    """

    layer: int
    built: int | None
    filed: int | None
    renewed: bool | None


class Contents(Record):
    """The part of a file system that says how old it is, with all whiteouts applied.

    `packages` is open where there is a database that was not read, and `layers` says of each layer why it was not read
    (empty where it was). `owner_of_packages` is the index of the last layer that changed a package database.
    """

    system: Setting[SystemRelease]
    packages: Items[InstalledPackage]
    traces: tuple[Trace, ...]
    layers: tuple[str, ...]
    owner_of_packages: int | None = None
    first_packages: FirstPackages | None = None
