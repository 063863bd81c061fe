"""How old the packages of an image are, in days, as far as its name and its recipe prove it.

A name never proves an age, only bounds: what a tag names is at least as old as the last day it was rebuilt, and at
most as old as the tag. docker-library rebuilds what stands in its library files and nothing else.
"""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.hints import snapshots
from gate.freshness.staleness import are_old
from gate.freshness.support import supports
from gate.model.days import days, iso
from gate.model.evidence import known
from gate.model.record import Record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.image import Image, ImageName
    from gate.model.lifecycle import Tables, Window

#: Days that a build may trail the library file that asks for it.
SLACK = 14


class Age(Record):
    """An age in days, at least and at most; None where nothing bounds it. The text says why."""

    least: int
    most: int | None
    text: str


def of_recipe(image: Image, tables: Tables, now: str) -> Age | None:
    """Bound the age of what a recipe would build on the day; None where there is no base, or no name of it."""
    base = recipe.base(image)
    name = known(base.image) if base is not None else None
    if name is None:
        return None
    age = of_name(name, tables, now)
    unfixed = _unfixed(name, tables, now)
    least = unfixed if recipe.upgrade(image) is not None else max(age.least, unfixed)
    # Whoever still rebuilds a tag whose distribution has ended has nothing newer to put into it.
    age = replace(age, least=least, most=max(age.most, least) if age.most is not None else None)
    for _at, day in snapshots(image):
        passed = max(0, days(now) - day)
        age = Age(max(age.least, passed), max(age.most, passed) if age.most is not None else None, age.text)
    return age


def _unfixed(name: ImageName, tables: Tables, now: str) -> int:
    """Return the days since which there is nothing newer to install."""
    ended = [one.least for one in supports(name, tables, now) if one.lifecycle.is_distribution and one.state == "ended"]
    return max(ended, default=0)


def of_name(name: ImageName, tables: Tables, now: str) -> Age:
    """Bound the age of what an image name names, pulled afresh on the day."""
    today = days(now)
    window = tables.window(name.repository, name.tag) if name.tag or not name.digest else None
    built = tables.build_day(name)
    if window is not None and window.gone is not None:
        text = f"{name.shown} has not been rebuilt since {iso(window.gone)}"
        return Age(max(0, today - window.gone - SLACK), max(0, today - window.first), text)
    if built is not None:
        text = f"{name.shown} was built on {iso(built)}"
        return Age(max(0, today - built - SLACK), max(0, today - built + SLACK), text)
    if window is None or window.changed is None:
        return Age(0, None, f"nothing is known of when {name.shown} was built")
    return _current(name, window.changed, tables, today)


def _current(name: ImageName, changed: int, tables: Tables, today: int) -> Age:
    """Bound a tag that was still built when the tables were made.

    One that names more than a release line is dropped as soon as the next patch appears, so its last rebuild counts.
    One that names a release line is taken to be rebuilt as before, as long as the tables are recent. A digest beside
    the tag counts as the tag does: it may be older, which the built image tells, and pinning must not cost points.
    """
    old = are_old(tables.date, iso(today))
    counted = today if is_patch(name, tables) or old else min(today, days(tables.date))
    text = f"{name.shown} is still built, last known on {iso(changed)}"
    return Age(0, max(0, counted - changed), text)


def is_patch(name: ImageName, tables: Tables) -> bool:
    """Say whether a tag names more than a release line, such as `3.12.4` of 3.12."""
    word = name.tag.removeprefix("v").partition("-")[0].partition("_")[0]
    parts = [part for part in word.split(".") if part[:1].isdigit()]
    own = [lifecycle.cycle for lifecycle in tables.releases(name) if word.startswith(lifecycle.cycle)]
    return len(parts) > max((cycle.count(".") + 1 for cycle in own), default=2)


def is_frozen(name: ImageName, tables: Tables, now: str) -> Window | None:
    """Return the window of a tag that is no longer rebuilt, once that is beyond the delay of a build."""
    window = tables.window(name.repository, name.tag) if name.tag or not name.digest else None
    gone = window.gone if window is not None else None
    return window if gone is not None and days(now) - gone > SLACK else None
