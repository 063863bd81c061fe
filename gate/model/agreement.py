"""What the scanners of one image, and its own layers, tell together: the one ledger behind findings and scores."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.location import Location

    DisputeAbout = Literal["severity", "fix", "system"]


class Witness(Record):
    """One scanner, `sbom` for a bill of materials, or `layers` for what the image itself shows.

    `version` and `database` are empty where it does not say them. `vulnerabilities` is None for the last two, which
    tell of packages alone. `blind` are clauses that say what it cannot see.
    """

    name: str
    version: str
    database: str
    system: str
    packages: int
    vulnerabilities: int | None
    blind: tuple[str, ...]
    at: Location


class Hole(Record):
    """One vulnerability of one package, by its first name and by what is fixed together, as in `deb:openssl`."""

    id: str
    package: str


class Alone(Record):
    """A vulnerability that only one of several scanners reports."""

    hole: Hole
    scanner: str


class Dispute(Record):
    """Something that witnesses say differently; `hole` is None where it is about the system."""

    about: DisputeAbout
    hole: Hole | None
    said: tuple[tuple[str, str], ...]


class Agreement(Record):
    """All witnesses of one image; `agreed` counts the vulnerabilities that at least two scanners report alike."""

    witnesses: tuple[Witness, ...]
    agreed: int
    alone: tuple[Alone, ...]
    disputes: tuple[Dispute, ...]
