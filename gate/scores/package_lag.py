"""What indexes take off the freshness of packages: packages that are behind what their distribution offers."""

from __future__ import annotations

from gate.freshness.lag import out_of_date
from gate.model.days import days
from gate.model.score import Deduction
from gate.scores.ramp import ramp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lag import Lags
    from gate.model.location import Location

#: Hundredths of a point by packages in a thousand that are behind, and by the days that one in ten of all lags.
SHARE = ((50, 0), (500, 2_000))
TIME = ((30, 0), (365, 2_000))


def deductions(image: Image, found: Lags, now: str) -> Iterator[Deduction]:
    """Yield what comes of the comparison."""
    old = [text for _index, text in out_of_date(image, days(now))]
    doubt = found.open or next(iter(old), "")
    least, most = found.share
    text = f"{len(found.behind)} of {found.compared} packages are behind what their distribution offers"
    at = found.behind[0].at if found.behind else image.at
    worst = SHARE[-1][1] if doubt else ramp(most, SHARE)
    yield Deduction("B3", f"{text}; {doubt}" if doubt else text, ramp(least, SHARE), worst, at)
    if found.behind or doubt or found.doubtful:
        yield _time(found, at, doubt)


def _time(found: Lags, at: Location, doubt: str) -> Deduction:
    least, most = found.tail
    worst = TIME[-1][1] if doubt or most is None else ramp(most, TIME)
    text = "how long packages lag is not known"
    if found.behind:
        half, tenth = found.days(5), found.days(9)
        text = f"of the packages behind, half lag {_days(*half)}, one in ten {_days(*tenth)}: {found.libyears} libyears"
        text = text if half != (0, None) else "how long the packages lag that are behind is not known"
    return Deduction("B4", text, ramp(least, TIME), worst, at)


def _days(least: int, most: int | None) -> str:
    """Say how long something lags."""
    if least == most:
        return f"{least} days"
    return f"{least} days or more" if most is None else f"{least}..{most} days"
