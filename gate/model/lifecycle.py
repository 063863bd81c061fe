"""What is known of products and of the tags of official images, as rules and scores are given it."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from gate.model.image import ImageName
else:
    Protocol = object


class Lifecycle(Record):
    """Until when one release of a product gets updates, in days since 1970.

    `security` is the last day of security support; None while nobody named one, or when it ended on a day that nobody
    recorded (`ended`). `extended` is the last day of support that follows; `free` says that it comes by itself and
    need not be bought.
    """

    product: str
    cycle: str
    title: str
    released: int | None
    security: int | None
    extended: int | None
    ended: bool
    free: bool
    is_distribution: bool


class Window(Record):
    """When an official tag was built, in days since 1970.

    `first` is the day it appeared and `gone` the day after which nobody rebuilt it, None while it is still built;
    `changed` is then the last rebuild that is known. `system` is the distribution and release it was built on.
    """

    first: int
    changed: int | None
    gone: int | None
    system: tuple[str, str] | None


class Point(Record):
    """When one point release of a distribution appeared, in days since 1970: from `first` to `last` at most.

    `next` is the day by which the one after it was there, None while none is known.
    """

    first: int
    last: int
    next: int | None


class Tables(Protocol):
    """The compiled tables; what happened after their `date` is not in them."""

    date: str

    def lifecycle(self, product: str, release: str) -> Lifecycle | None:
        """Find the cycle that a release of a product belongs to."""

    def product_of(self, repository: str) -> str:
        """Name the product that a repository carries; empty when it carries none that is kept."""

    def medium(self, name: str) -> Lifecycle | None:
        """Find the release that an installation medium, a cloud image or a Vagrant box is named after."""

    def machine_image(self, name: str) -> Lifecycle | None:
        """Find the release of one of Amazon's machine images, by its name or that of the parameter with its id."""

    def fetched(self, text: str) -> tuple[Lifecycle, ...]:
        """Find the releases whose addresses stand in a text."""

    def releases(self, name: ImageName) -> tuple[Lifecycle, ...]:
        """Return the lifecycle of everything that an image name says it carries."""

    def window(self, repository: str, tag: str) -> Window | None:
        """Find when an official tag was built."""

    def build_day(self, name: ImageName) -> int | None:
        """Return the day that a distribution image's tag claims to be built on."""

    def point(self, product: str, release: str) -> Point | None:
        """Find when a point release of a distribution appeared."""

    def pointed(self, product: str) -> bool:
        """Say whether the point releases of a product are kept."""
