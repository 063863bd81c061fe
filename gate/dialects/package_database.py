"""What the databases of package managers have in common: the packages that one lists, and why it may list more."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.contents import InstalledPackage, PackageManager
    from gate.model.location import Location

#: Packages of one database.
MAX_PACKAGES = 50_000


class Listed(Record):
    """One package as its database lists it, before anybody knows where that database stands."""

    name: str
    version: str
    architecture: str = ""
    source: str = ""
    source_version: str = ""
    built: int | None = None
    installed: int | None = None

    def at(self, manager: PackageManager, place: Location, built: int | None = None) -> InstalledPackage:
        """Return it in its place; `built` stands in where the database does not say."""
        from gate.model.contents import InstalledPackage

        return InstalledPackage(
            manager,
            self.name,
            self.version,
            self.architecture,
            self.source,
            self.source_version,
            built if self.built is None else self.built,
            self.installed,
            place,
        )


class Database(Record):
    """A database that was read; `gap` says why there may be other packages, empty where there are none."""

    packages: tuple[Listed, ...]
    gap: str = ""


def stanzas(data: bytes) -> list[str]:
    """Split a file of paragraphs."""
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    return [part for part in text.split("\n\n") if part.strip()]
