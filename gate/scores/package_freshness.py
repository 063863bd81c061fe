"""How far the packages of an image lag behind what could have been fixed.

After the end of support no fix appears and so none is ever overdue: findings fall as the risk rises. That is why the
days without a vendor cost points of their own, whatever a scanner finds.
"""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.support import supports
from gate.model.evidence import known
from gate.model.score import Deduction, score
from gate.scores.ramp import ramp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.freshness.support import Support
    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.score import Score

WITHOUT_VENDOR = ((0, 3_000), (730, 8_000))
UNKNOWN_FIXES = 7_000


def package_freshness(image: Image, tables: Tables, now: str) -> Score | None:
    """Score one image without a scanner's report; None for a recipe whose base still gets fixes, or is not known."""
    base = recipe.base_name(image)
    name = known(base)
    named = supports(name, tables, now) if name is not None else ()
    if image.stages and not any(one.state == "ended" for one in named):
        return None
    found = [Deduction("B7", "no scanner reported what is overdue", 0, UNKNOWN_FIXES, image.at)]
    if not named:
        worst = WITHOUT_VENDOR[-1][1]
        found.insert(0, Deduction("B2", "whether anybody fixes its base is not known", 0, worst, base.at))
    points = [(_points(one), one) for one in named]
    if any(worst for (_best, worst), _one in points):
        best = max(best for (best, _worst), _one in points)
        (_least, worst), gravest = max(points, key=lambda point: point[0][1])
        found.insert(0, Deduction("B2", f"carries {gravest.text}", best, worst, base.at))
    return score("package_freshness", tuple(found))


def _points(one: Support) -> tuple[int, int]:
    """Return the points for the days without fixes, at the best and at the worst reading."""
    if one.state == "ended":
        return ramp(one.least, WITHOUT_VENDOR), ramp(one.most, WITHOUT_VENDOR)
    if one.state == "contract":
        return 0, ramp(one.most, WITHOUT_VENDOR)
    return (0, WITHOUT_VENDOR[-1][1]) if one.state == "unknown" else (0, 0)
