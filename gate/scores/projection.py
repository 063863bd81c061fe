"""When an age that nobody stops falls below the score that a policy asks for.

What is known of the end of support counts on its day. What only newer tables would tell does not: until they do, a
release without an end goes on.
"""

from __future__ import annotations

from gate.model.days import days, iso
from gate.model.image import Image
from gate.model.score import Projection
from gate.scores.later import later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.model.lifecycle import Tables
    from gate.model.score import Score
    from gate.model.template import Template

#: Days that are looked ahead.
HORIZON = 3_653


def projection(subject: Image | Template, tables: Tables, now: str, minimum: int) -> Projection | None:
    """Return when the score of what is there falls below a minimum; None where nothing bounds its age."""
    scored = _ageing(subject, tables, now)
    if scored(HORIZON) is None:
        return None
    first = _first(lambda passed: (one := scored(passed)) is not None and one.lo < minimum)
    last = _first(lambda passed: (one := scored(passed)) is not None and one.hi < minimum)
    shown = ["" if passed is None else iso(days(now) + passed) for passed in (first, last)]
    return Projection(*shown)


def _ageing(subject: Image | Template, tables: Tables, now: str) -> Callable[[int], Score | None]:
    """Return what scores a subject once some days have passed."""
    if isinstance(subject, Image):
        from gate.scores.image_age import ageing

        return ageing(subject, tables, now)
    from gate.scores.image_age import template_age

    template = subject

    def scored(passed: int) -> Score | None:
        then = iso(days(now) + passed)
        return template_age(template, later(tables, then), then)

    return scored


def _first(is_below: Callable[[int], bool]) -> int | None:
    """Return the first number of days at which something holds that goes on holding; None beyond the horizon."""
    if not is_below(HORIZON):
        return None
    low, high = 0, HORIZON
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_below(middle) else (middle + 1, high)
    return low
