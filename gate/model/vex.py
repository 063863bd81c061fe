"""What somebody states about a vulnerability in a product (Vulnerability Exploitability eXchange)."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.location import Location

    Status = Literal["not_affected", "affected", "fixed", "under_investigation"]

#: The statuses that excuse a vulnerability.
EXCUSING: tuple[Status, ...] = ("not_affected", "fixed")


class Product(Record):
    """What a statement speaks of: an image or a package, by any of its identifiers.

    An identifier is a package URL, a digest or an image's name. `parts` are the packages in it that are meant, all of
    them where there are none; `versions` are the versions that a statement is limited to, None where it is to none.
    """

    identifiers: tuple[str, ...]
    parts: tuple[str, ...]
    versions: tuple[str, ...] | None = None


class Statement(Record):
    """One statement: the names of a vulnerability, its status in some products, and who says so.

    `second` is when, in seconds since 1970; of several statements about one thing the latest counts. `day` is empty
    where the document has no date.
    """

    ids: tuple[str, ...]
    status: Status
    reason: str
    products: tuple[Product, ...]
    author: str
    day: str
    second: int
    at: Location

    @property
    def text(self) -> str:
        """Say who excuses what, as a report shows it."""
        said = self.status.replace("_", " ") + (f" ({self.reason})" if self.reason else "")
        return f"{self.at.path} excuses it as {said}, says {self.author}, {self.day or 'without a date'}"
