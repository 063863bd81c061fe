"""PKG: how packages and files get into an image, and whether they are what they should be."""

from __future__ import annotations

from gate.freshness import hints, recipe
from gate.rules import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.model.image import Image


def _of(module: str, has: Callable[[Image], object] | None = None) -> Entry:
    return Entry(f"gate.rules.packages.{module}", "image", (), has)


def _packages(image: Image) -> object:
    return image.packages


def _indexed(image: Image) -> object:
    return image.indexed


RULES: dict[str, Entry] = {
    "PKG001": _of("update_alone", hints.lists_alone),
    "PKG002": _of("kept_package_lists", hints.kept_lists),
    "PKG003": _of("unverified_download", recipe.downloads),
    "PKG004": _of("plain_http_download", recipe.downloads),
    "PKG005": _of("piped_script", recipe.downloads),
    "PKG006": _of("tls_verification_disabled", hints.may_trust_anybody),
    "PKG007": _of("unsigned_packages", hints.may_take_unsigned),
    "PKG008": _of("end_of_life_download"),
    "PKG009": _of("overdue_fix", _packages),
    "PKG010": _of("unfixed_vulnerability", _packages),
    "PKG011": _of("stale_vulnerability_data", _packages),
    "PKG012": Entry("gate.rules.packages.unused_vex_statement", "declaration"),
    "PKG013": _of("outdated_packages", _indexed),
    "PKG014": _of("old_package_index", _indexed),
}
