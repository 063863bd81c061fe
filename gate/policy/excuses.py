"""Which VEX statement speaks for which vulnerability in an image, and which speaks for none."""

from __future__ import annotations

from gate.dialects import image_name, purl
from gate.model.days import days
from gate.model.packages import Excuse
from gate.model.record import Record
from gate.model.vex import EXCUSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.dialects.purl import Purl
    from gate.model.packages import Vulnerability
    from gate.model.vex import Product, Statement

#: Seconds that clocks and zones may lie apart: what is dated later than that has not been said yet.
AHEAD = 26 * 3_600

_IMAGES = ("oci", "docker")


class Known(Record):
    """By what an image is known: its digests, its names as `identity` spells them, and as they were written."""

    digests: frozenset[str]
    names: frozenset[str]
    written: frozenset[str]


class Excuses:
    """The statements of all documents; `used` are those that excused something."""

    __slots__ = ("_by_id", "_statements", "used")

    def __init__(self, statements: Iterable[Statement], now: str) -> None:
        """Index the statements; those from the future say nothing yet."""
        self._statements = tuple(statements)
        self.used: set[Statement] = set()
        self._by_id: dict[str, list[Statement]] = {}
        until = days(now) * 86_400 + AHEAD
        for one in self._statements:
            for name in one.ids if one.second <= until else ():
                self._by_id.setdefault(name, []).append(one)

    def of(self, vulnerability: Vulnerability, image: Known) -> Excuse | None:
        """Return what excuses a vulnerability: the latest word counts, and of two at once one that excuses nothing."""
        said = {one for name in vulnerability.ids for one in self._by_id.get(name, ())}
        meant = [one for one in said if any(_speaks_of(product, vulnerability, image) for product in one.products)]
        if not meant:
            return None
        latest = max(one.second for one in meant)
        last = [one for one in meant if one.second == latest]
        if any(one.status not in EXCUSING for one in last):
            return None
        self.used.update(last)
        first = min(last, key=lambda one: (one.at.path, one.at.start))
        return Excuse(first.text, first.at)

    def unused(self) -> dict[str, list[Statement]]:
        """Return the statements that would excuse something and did not, by their documents."""
        found: dict[str, list[Statement]] = {}
        for one in self._statements:
            if one.status in EXCUSING and one not in self.used:
                found.setdefault(one.at.path, []).append(one)
        return found


def _speaks_of(product: Product, vulnerability: Vulnerability, image: Known) -> bool:
    if product.versions is not None and vulnerability.installed not in product.versions:
        return False
    exact = [name for name in product.identifiers if "sha256:" in name.replace("%3A", ":").replace("%3a", ":")]
    if any(_is_image(name, image) for name in exact or product.identifiers):
        return not product.parts or any(_is_package(part, vulnerability) for part in product.parts)
    return not product.parts and any(_is_package(name, vulnerability) for name in product.identifiers)


def _is_package(name: str, vulnerability: Vulnerability) -> bool:
    stated, actual = purl.parse(name), purl.parse(vulnerability.purl)
    if stated is None:
        return name == vulnerability.package
    return actual is not None and purl.speaks_of(stated, actual)


def _is_image(name: str, image: Known) -> bool:
    if name.startswith("sha256:"):
        return name in image.digests
    stated = purl.parse(name)
    if stated is not None:
        return stated.type in _IMAGES and _is_named(stated, image)
    called = image_name.identity(name)
    return name in image.written or called in image.names or called.removeprefix("@") in image.digests


def _is_named(stated: Purl, image: Known) -> bool:
    """Compare an image's URL: a digest decides alone, and a name counts only with its repository."""
    if ":" in stated.version:
        return stated.version in image.digests
    qualifiers = dict(stated.qualifiers)
    address = qualifiers.get("repository_url", "").removeprefix("https://").strip("/")
    tag = qualifiers.get("tag", stated.version if stated.type == "docker" else "")
    path = "/".join(part for part in (stated.namespace, stated.name) if part)
    if not address and stated.type == "oci":
        return False
    wanted = {f"{address}/{path}" if address else path, *((address,) if stated.type == "oci" else ())}
    repositories = {named.repository for one in wanted if (named := image_name.parse(one)) is not None}
    for name in image.names:
        repository, _, tagged = name.rpartition(":")
        if repository in repositories and tag in ("", tagged):
            return True
    return False
