"""What the layers of an image show of its age: the files that are wanted of them, and what they come to.

The catalogue of what dates an image, and how far each can be trusted, is `gate.freshness`'s; here it is only found.
"""

from __future__ import annotations

from gate.dialects import apk, base_packages, dpkg, os_release, rpm
from gate.dialects.package_database import Database
from gate.dialects.rpm_stores import MAX_DATABASE, packages
from gate.model.contents import Contents, Trace
from gate.model.evidence import Items, Stated, Unknown
from gate.syntax.oci_layers import Keep, Unread, Watch
from gate.syntax.oci_merge import FileSystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.model.contents import InstalledPackage, PackageManager, SystemRelease, TraceKind
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.oci_layers import Layer
    from gate.syntax.oci_merge import Found

#: Characters of a file's name in a trace, and numbers of layers that one reason names.
MAX_SHOWN = 200
SHOWN_LAYERS = 5

_SMALL, _TAIL, _TEXT = 16 << 10, 64 << 10, 32 << 20

_DPKG = Keep(_TEXT, "whole", dpkg.status)
_ARCHIVE, _LOG = Keep(_SMALL, "head", dpkg.archive), Keep(_TAIL, "tail", dpkg.logged)
_RELEASE = Keep(_SMALL, "head", bytes)

WATCH = Watch(
    {
        "etc/*-release": _RELEASE,
        "etc/debian_version": _RELEASE,
        "usr/lib/*-release": _RELEASE,
        "usr/lib/os.release.d/*": _RELEASE,
        dpkg.STATUS: _DPKG,
        f"{dpkg.STATUS_FOLDER}/*": Keep(1 << 20, "whole", dpkg.status),
        f"{dpkg.LISTS}/*.list": Keep(),
        f"{dpkg.DOCS}/*/{dpkg.CHANGELOG}": Keep(_SMALL, "head", dpkg.changelog),
        f"{dpkg.ARCHIVES}/*Release": _ARCHIVE,
        **dict.fromkeys(dpkg.LOGS, _LOG),
        **dict.fromkeys(apk.PATHS, Keep(_TEXT, "whole", apk.installed)),
        **{
            f"{folder}/{name}": Keep(_SMALL, "head", packages)
            if name == "Packages"
            else Keep(MAX_DATABASE, "whole", packages)
            for folder in rpm.FOLDERS
            for name in rpm.FILES
        },
        **{f"{folder}/{rpm.WAL}": Keep(1, "head", len) for folder in rpm.FOLDERS},
        rpm.MANIFEST: Keep(_TEXT, "whole", rpm.manifest),
    }
)


def contents(layers: Sequence[tuple[Layer, Location]], provenance: tuple[Trace, ...], at: Location) -> Contents:
    """Return what is inside of an image with these layers."""
    found = _Contents(layers, at)
    return found.all(provenance)


class _Contents:
    """The contents while they are put together."""

    __slots__ = ("_at", "_files", "_gaps", "_layers", "_owner", "_packages", "_traces")

    def __init__(self, layers: Sequence[tuple[Layer, Location]], at: Location) -> None:
        self._layers = layers
        self._at = at
        self._files = FileSystem([layer for layer, _place in layers], WATCH)
        self._packages: list[Setting[InstalledPackage]] = []
        self._traces: list[Trace] = []
        self._owner: int | None = None
        self._gaps = list(_unread(layer.unread for layer, _place in layers))

    def all(self, provenance: tuple[Trace, ...]) -> Contents:
        for index, (layer, _place) in enumerate(self._layers):
            if layer.newest is not None:
                self._trace("layer-file", layer.newest, layer.newest_path, index)
        self._debian()
        self._alpine()
        self._red_hat()
        gaps = tuple(dict.fromkeys(self._gaps))
        listed = Items(tuple(self._packages), self._at, not gaps, "; ".join(gaps[:3]))
        unread = tuple(layer.unread for layer, _place in self._layers)
        first = base_packages.first([layer for layer, _place in self._layers], listed)
        return Contents(self._system(), listed, (*self._traces, *provenance), unread, self._owner, first)

    def _system(self) -> Setting[SystemRelease]:
        """Take the system, unless a layer above may have replaced it."""
        for path in os_release.PATHS:
            found = self._files.file(path)
            if found is not None:
                return self._release(found, path)
        for path, name in os_release.OLD.items():
            found = self._files.file(path)
            if found is not None and isinstance(found.value, bytes) and not self._covered(found.layer):
                said = {"ID": "centos" if found.value.startswith(b"CentOS") else name}
                place = self._place(found.layer)
                return Stated(os_release.release(said, os_release.point(found.value), place), place)
        if self._covered(-1):
            return Unknown("layers of the image were not read", self._at)
        return Unknown("the image has no os-release", self._at)

    def _release(self, found: Found, path: str) -> Setting[SystemRelease]:
        place = self._place(found.layer)
        if self._covered(found.layer):
            return Unknown("a layer above the one that names the system was not read", place)
        if not isinstance(found.value, bytes):
            reason = found.value.reason if isinstance(found.value, Unread) else "cannot be read"
            return Unknown(f"{path} {reason}", place)
        said = os_release.fields(found.value)
        if not said.get("ID"):
            return Unknown(f"{path} does not name the system", place)
        release = os_release.release(said, "", place)
        for candidate in os_release.POINTS.get(release.id, ()):
            version = self._files.file(candidate)
            if version is not None and isinstance(version.value, bytes) and not self._covered(version.layer):
                return Stated(os_release.release(said, os_release.point(version.value), place), place)
        return Stated(release, place)

    def _debian(self) -> None:
        dates: dict[str, int] = {}
        for name in self._files.folders(dpkg.DOCS):
            found = self._files.file(f"{dpkg.DOCS}/{name}/{dpkg.CHANGELOG}")
            if found is not None and isinstance(found.value, int):
                dates[name] = found.value
                self._trace("changelog", found.value, name, found.layer)
        for found in self._files.files(dpkg.LISTS):
            if found.path.endswith(".list"):
                name = found.path.rpartition("/")[2].removesuffix(".list").partition(":")[0]
                self._trace("package-file", found.second, name, found.layer)
        for found in self._files.files(dpkg.ARCHIVES):
            self._dated("archive-list", found)
        for path in dpkg.LOGS:
            self._dated("package-log", self._files.file(path))
        self._database("dpkg", self._files.file(dpkg.STATUS), dates)
        for found in self._files.files(dpkg.STATUS_FOLDER):
            if not found.path.endswith(".md5sums"):
                self._database("dpkg", found, dates)
        self._elsewhere(dpkg.STATUS_FOLDER)

    def _alpine(self) -> None:
        real = {found.path: found for found in map(self._files.file, apk.PATHS) if found is not None}
        for found in real.values():
            self._database("apk", found)

    def _red_hat(self) -> None:
        """Read one database of each folder: of several, the one that rpm would open today."""
        seen: set[str] = set()
        for folder in rpm.FOLDERS:
            found = next(filter(None, (self._files.file(f"{folder}/{name}") for name in rpm.FILES)), None)
            if found is None or found.path in seen:
                continue
            seen.add(found.path)
            log = self._files.file(f"{folder}/{rpm.WAL}")
            if log is not None and log.value:
                self._gaps.append("the database of rpm was not closed")
            self._database("rpm", found)
        self._database("rpm", self._files.file(rpm.MANIFEST))

    def _database(self, manager: PackageManager, found: Found | None, dates: dict[str, int] | None = None) -> None:
        if found is None:
            return
        self._owner = max(self._owner or 0, found.layer)
        if not isinstance(found.value, Database):
            reason = found.value.reason if isinstance(found.value, Unread) else "cannot be read"
            self._gaps.append(f"{found.path} {reason}")
            return
        if found.value.gap:
            self._gaps.append(found.value.gap)
        place = self._place(found.layer)
        for package in found.value.packages:
            self._packages.append(Stated(package.at(manager, place, (dates or {}).get(package.name)), place))
            if package.built is not None:
                self._trace("package-build", package.built, package.name, found.layer)
            if package.installed is not None:
                self._trace("package-install", package.installed, package.name, found.layer)

    def _dated(self, kind: TraceKind, found: Found | None) -> None:
        if found is not None and isinstance(found.value, int):
            self._trace(kind, found.value, found.path, found.layer)

    def _elsewhere(self, folder: str) -> None:
        if self._files.is_elsewhere(folder):
            self._gaps.append(f"{folder} is a link to a folder that was not read")

    def _trace(self, kind: TraceKind, second: int, what: str, layer: int) -> None:
        self._traces.append(Trace(kind, second, what[:MAX_SHOWN], layer, self._place(layer)))

    def _covered(self, layer: int) -> bool:
        """Say whether a layer above one was not read."""
        return any(one.unread for one, _place in self._layers[layer + 1 :])

    def _place(self, layer: int) -> Location:
        return self._layers[layer][1] if layer < len(self._layers) else self._at


def _unread(reasons: Iterable[str]) -> Iterator[str]:
    """Say which layers were not read, once for each reason; of a layer that was, the reason is empty."""
    numbers: dict[str, list[str]] = {}
    for number, reason in enumerate(reasons, 1):
        if reason:
            numbers.setdefault(reason, []).append(str(number))
    for reason, found in numbers.items():
        more = f" and {len(found) - SHOWN_LAYERS} more" if len(found) > SHOWN_LAYERS else ""
        which = f"layers {', '.join(found[:SHOWN_LAYERS])}{more} were" if len(found) > 1 else f"layer {found[0]} was"
        yield f"{which} not read: {reason}"
