"""Packages that are older than what their distribution offers."""

from __future__ import annotations

from gate.freshness.lag import ALLOWED, lags
from gate.model.rule import Control, Rule
from gate.model.truth import Because, Truth, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables

# Fields: the packages that layers, a report of trivy or a bill of materials list, beside the indexes of `--index`.
# Allowed: one package in twenty; packages that no index lists.

#: Packages that a finding names.
SHOWN = 5


def check(image: Image, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask how many of an image's packages have a newer version."""
    found = lags(image)
    if found is None or image.indexed is None:
        return
    least, most = found.share
    if least > ALLOWED:
        named = ", ".join(lag.text for lag in found.behind[:SHOWN])
        more = f" and {len(found.behind) - SHOWN} more" if len(found.behind) > SHOWN else ""
        text = f"{len(found.behind)} of {found.compared} packages are behind what their distribution offers"
        places = (found.behind[0].at, *(index.at for index in image.indexed.indexes))
        yield Truth("yes", tuple(Because(at, f"{text}: {named}{more}") for at in places), key="packages")
    elif most > ALLOWED:
        why = found.open or f"{found.doubtful} of {found.compared} have versions without an order"
        text = f"whether its packages are behind what their distribution offers is not known: {why}"
        yield unknown(image.indexed.at, text).known_by("packages")


RULE = Rule(
    id="PKG013",
    name="outdated-packages",
    title="has packages that are behind what their distribution offers",
    severity="medium",
    remedy="rebuild on a current base, and update the packages in the build",
    check=check,
    controls=(
        Control("NIST SP 800-53", "5", "SI-2"),
        Control("NIST SP 800-190", "2017", "4.1.1"),
    ),
)
