"""How far the packages of an image lag behind what could have been fixed.

After the end of support no fix appears and so none is ever overdue: findings fall as the risk rises. That is why the
days without a vendor cost points of their own, whatever a scanner finds.
"""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.support import supports
from gate.freshness.system import carried
from gate.model.evidence import known
from gate.model.record import replace
from gate.model.score import Deduction, score
from gate.scores.ramp import ramp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.freshness.support import Support
    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.location import Location
    from gate.model.score import Score

WITHOUT_VENDOR = ((0, 3_000), (730, 8_000))
UNKNOWN_FIXES = 7_000


def package_freshness(image: Image, tables: Tables, now: str) -> Score | None:
    """Score one image; None for a recipe whose base still gets fixes, or is not known."""
    base = recipe.base_name(image)
    name = known(base)
    named = (*(supports(name, tables, now) if name is not None else ()), *carried(image, tables, now))
    if image.stages and not any(one.state == "ended" for one in named):
        return None
    if image.packages is None:
        text = f"no scanner reported what is overdue{_open(image)}"
        reported = [Deduction("B7", text, 0, UNKNOWN_FIXES, image.at)]
        ended: tuple[Deduction, ...] = ()
    else:
        from gate.freshness.scanned import systems
        from gate.scores.scanned_packages import deductions, ended_systems

        reported = list(deductions(image.packages, tables, now))
        ended = tuple(ended_systems(image.packages, tables, WITHOUT_VENDOR))
        named = tuple(dict.fromkeys((*named, *systems(image.packages, tables, now))))
    lag = None
    if image.indexed is not None:
        from gate.freshness.lag import lags
        from gate.scores.package_lag import deductions as behind

        lag = lags(image)
        reported += behind(image, lag, now) if lag is not None else ()
    return replace(score("package_freshness", (*_without_vendor(named, ended, base.at), *reported)), lag=lag)


def _open(image: Image) -> str:
    """Say why the layers do not tell all packages."""
    packages = image.contents.packages if image.contents is not None else None
    if packages is None or packages.complete:
        return ""
    return f", and its layers do not tell all packages: {packages.open_because}"


def _without_vendor(named: tuple[Support, ...], ended: tuple[Deduction, ...], at: Location) -> Iterator[Deduction]:
    """Take points for the days without fixes of the gravest of what the image is known to carry."""
    if not named and not ended:
        yield Deduction("B2", "whether anybody fixes its base is not known", 0, WITHOUT_VENDOR[-1][1], at)
        return
    carried = [Deduction("B2", f"carries {one.text}", *_points(one), at) for one in named]
    found = [one for one in (*carried, *ended) if one.worst]
    if found:
        gravest = max(found, key=lambda one: one.worst)
        yield replace(gravest, best=max(one.best for one in found))


def _points(one: Support) -> tuple[int, int]:
    """Return the points for the days without fixes, at the best and at the worst reading."""
    if one.state == "ended":
        return ramp(one.least, WITHOUT_VENDOR), ramp(one.most, WITHOUT_VENDOR)
    if one.state == "contract" or (one.state == "unknown" and one.left is not None):
        return 0, ramp(one.most, WITHOUT_VENDOR)
    return (0, WITHOUT_VENDOR[-1][1]) if one.state == "unknown" else (0, 0)
