"""How old the packages of an image are, and whether anybody still fixes what it is made of.

The knees of the age are the limits of others: 90 days costs a quarter (StackRox begins to count there), 180 days half
(Kyverno blocks at 4380 hours) and 270 days, where StackRox stops counting, nearly two thirds. The points for the end of
support are the product's own: a distribution costs more than a product, since everything in the image rests on it.
"""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.age import Age, is_frozen, of_recipe
from gate.freshness.hints import archives, kept_lists, lists_alone
from gate.freshness.support import supports
from gate.freshness.system import within
from gate.model.days import days, iso
from gate.model.evidence import known
from gate.model.score import Deduction, score
from gate.scores.ramp import ramp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.freshness.clocks import Clocks
    from gate.freshness.support import Support
    from gate.model.evidence import Setting
    from gate.model.image import Image, ImageName
    from gate.model.lifecycle import Tables
    from gate.model.location import Location
    from gate.model.score import Score
    from gate.model.template import Template

AGE = ((30, 0), (60, 1_000), (90, 2_500), (180, 5_000), (365, 7_500), (730, 9_000))
SYSTEM_ENDED = ((0, 4_000), (365, 7_000))
PRODUCT_ENDED = ((0, 2_500), (365, 5_000))
ENDING, EXTENDED = 500, 1_500
UNKNOWN_AGE, UNKNOWN_SYSTEM, UNKNOWN_PRODUCT = 9_000, 7_000, 5_000
FROZEN, ARCHIVED, STALE_LISTS, KEPT_LISTS = 1_000, 2_000, 500, 300


def image_age(image: Image, tables: Tables, now: str) -> Score | None:
    """Score one image; None for a recipe whose text bounds no age and names nothing that has ended."""
    return ageing(image, tables, now)(0)


def ageing(image: Image, tables: Tables, now: str) -> Callable[[int], Score | None]:
    """Return what scores an image as it is, once that many more days have passed and nothing has been built again."""
    if image.stages:
        return lambda passed: _of_recipe(image, tables, now, passed)
    from gate.freshness.clocks import clocks

    found = clocks(image, tables, now)
    return lambda passed: _of_built(image, found, tables, now, passed)


def _of_recipe(image: Image, tables: Tables, now: str, passed: int) -> Score | None:
    base = recipe.base(image)
    if base is None:
        return None
    age = _older(of_recipe(image, tables, now), passed)
    tables, now = _later(tables, now, passed)
    name = known(base.image)
    named = supports(name, tables, now) if name is not None else ()
    ended = [*_builders(image, tables, now), *_archives(image)]
    is_bounded = age is not None and age.most is not None
    if not (is_bounded or ended or any(one.state == "ended" for one in named)):
        return None
    found = [*ended, *_lists(image)]
    if not recipe.is_scratch(base):
        age = age or Age(0, None, "the base image is not known")
        found = [_age(age, base.at), *_carried(base.image, tables, now), *_frozen(name, base.at, tables, now), *found]
    return score("image_age", tuple(found), (age.least, age.most) if age is not None else None)


def _of_built(image: Image, clocks: Clocks, tables: Tables, now: str, passed: int) -> Score:
    from gate.freshness.clocks import age as age_by

    age = age_by(clocks.content)
    age = _older(age, passed) or age
    tables, now = _later(tables, now, passed)
    inside = tuple(one.support for one in within(image, tables, now))
    found = [_age(age, image.at), *_carried(image.base_name, tables, now, inside)]
    found += (Deduction("A5", one.text, 0, 0, one.at) for one in clocks.contradictions)
    return score("image_age", tuple(found), (age.least, age.most), clocks.all)


def _older(age: Age | None, passed: int) -> Age | None:
    """Return an age with some days added."""
    if age is None or not passed:
        return age
    return Age(age.least + passed, age.most + passed if age.most is not None else None, age.text)


def _later(tables: Tables, now: str, passed: int) -> tuple[Tables, str]:
    """Return a later day, and tables that are as new then: what has no end that is known goes on until it has one."""
    if not passed:
        return tables, now
    from gate.scores.later import later

    then = iso(days(now) + passed)
    return later(tables, then), then


def template_age(template: Template, tables: Tables, now: str) -> Score | None:
    """Score the age of what a VM template installs; None unless it names a release whose support has ended."""
    from gate.freshness.media import releases

    found = releases(template, tables, now)
    if not any(one.state == "ended" for _at, one in found):
        return None
    return score("image_age", tuple(_supports(tuple(one for _at, one in found), found[0][0])))


def _age(age: Age, at: Location) -> Deduction:
    worst = UNKNOWN_AGE if age.most is None else ramp(age.most, AGE)
    return Deduction("A1", f"{age.text}: {_days(age)}", ramp(age.least, AGE), worst, at)


def _days(age: Age) -> str:
    if age.most is None:
        return f"at least {age.least} days old" if age.least else "its age is not known"
    return f"{age.least} days old" if age.least == age.most else f"{age.least} to {age.most} days old"


def _carried(
    image: Setting[ImageName], tables: Tables, now: str, inside: tuple[Support, ...] = ()
) -> Iterator[Deduction]:
    """Deduct for the distribution and the products that an image name speaks of, and for what it leaves open.

    `inside` is what is known to be in it whatever it is called.
    """
    name = known(image)
    named = (*(supports(name, tables, now) if name is not None else ()), *inside)
    yield from _supports(named, image.at)
    if name is not None and _is_rebuilt(name, tables):
        return
    if not any(one.lifecycle.is_distribution for one in named):
        yield Deduction("A2", "the distribution of the image is not known", 0, UNKNOWN_SYSTEM, image.at)
    carries = name is None or bool(tables.product_of(name.repository))
    if carries and len(named) == len(inside):
        yield Deduction("A3", "the release of the product in the image is not known", 0, UNKNOWN_PRODUCT, image.at)


def _is_rebuilt(name: ImageName, tables: Tables) -> bool:
    """Say whether this is an official image that is still rebuilt, which only happens on a supported distribution."""
    window = tables.window(name.repository, name.tag)
    return window is not None and window.gone is None


def _supports(named: tuple[Support, ...], at: Location) -> Iterator[Deduction]:
    """Deduct for the worst distribution and for the worst product."""
    for name, ended, systems in (("A2", SYSTEM_ENDED, True), ("A3", PRODUCT_ENDED, False)):
        those = [one for one in named if one.lifecycle.is_distribution is systems]
        points = [(_points(one, ended), one) for one in those]
        if any(worst for (_best, worst), _one in points):
            best = max(best for (best, _worst), _one in points)
            (_least, worst), gravest = max(points, key=lambda point: point[0][1])
            yield Deduction(name, f"carries {gravest.text}", best, worst, at)


def _points(one: Support, ended: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Return the points of a release at the best and at the worst reading."""
    if one.state == "ended":
        return ramp(one.least, ended), ramp(one.most, ended)
    if one.state == "contract":
        return EXTENDED, ramp(one.most, ended)
    if one.state == "unknown" and one.left is None:
        return 0, ended[-1][1]
    longer = one.state in ("extended", "unknown")
    certain = (EXTENDED if longer else 0) + (ENDING if one.is_ending else 0)
    return certain, ramp(one.most, ended) if one.state == "unknown" else certain


def _frozen(name: ImageName | None, at: Location, tables: Tables, now: str) -> Iterator[Deduction]:
    window = is_frozen(name, tables, now) if name is not None else None
    if name is not None and window is not None and window.gone is not None:
        yield Deduction("A4", f"{name.shown} is a tag that was given up on {iso(window.gone)}", FROZEN, FROZEN, at)


def _builders(image: Image, tables: Tables, now: str) -> list[Deduction]:
    """Deduct half for the worst ended product that something in the image was built with."""
    if not recipe.builders(image):
        return []
    from gate.freshness.toolchain import ended

    found = []
    for at, _name, one in ended(image, tables, now):
        best, worst = _points(one, PRODUCT_ENDED)
        found.append(Deduction("A6", f"is built with {one.text}", best // 2, worst // 2, at))
    return sorted(found, key=lambda one: (-one.worst, -one.best))[:1]


def _archives(image: Image) -> list[Deduction]:
    return [Deduction("A7", one.text, ARCHIVED, ARCHIVED, one.at) for one in archives(image)[:1]]


def _lists(image: Image) -> Iterator[Deduction]:
    for one in lists_alone(image)[:1]:
        yield Deduction("A8", one.text, STALE_LISTS, STALE_LISTS, one.at)
    for one in kept_lists(image)[:1]:
        yield Deduction("A9", one.text, KEPT_LISTS, KEPT_LISTS, one.at)
