"""The packages of an index while it is read."""

from __future__ import annotations

from gate.model.package_index import Offer

#: Packages of one index: Debian's largest have 70 000.
MAX_OFFERS = 500_000


class Offers:
    """What an index offers, by the names of packages."""

    __slots__ = ("_found", "count")

    def __init__(self) -> None:
        """Start empty."""
        self._found: dict[str, list[Offer]] = {}
        self.count = 0

    def add(self, name: str, version: str, architecture: str, built: int | None, available: int | None) -> None:
        """Take one package; raise ValueError for one without a name or a version, and for more than there can be."""
        self.count += 1
        if not name or not version:
            raise ValueError("has an entry without a name or a version")
        if self.count > MAX_OFFERS:
            raise ValueError(f"has more than {MAX_OFFERS} packages")
        self._found.setdefault(name, []).append(Offer(version, architecture, built, available))

    def all(self) -> dict[str, tuple[Offer, ...]]:
        """Return everything."""
        return {name: tuple(offers) for name, offers in self._found.items()}
