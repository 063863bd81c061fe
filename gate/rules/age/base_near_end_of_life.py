"""An image on a base in the last phase of its support."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.support import supports
from gate.freshness.system import within
from gate.model.evidence import known
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: the FROM of the stage that ships; the base that a built image names, the os-release in its
# layers; the system that a scanner's report or a bill of materials names.
# Allowed: a release whose last support ends in 90 days or later.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of every release that the base's name speaks of whether its end is near."""
    base = recipe.base_name(image)
    name = known(base)
    named = supports(name, tables, now) if name is not None else ()
    for one in named:
        if name is not None and one.is_ending:
            truth = yes(base.at, f"{name.shown} carries {one.text}")
            yield truth.known_by(f"{name.repository} {one.lifecycle.title}")
    told = {one.lifecycle for one in named}
    for inside in within(image, tables, now):
        if inside.support.is_ending and inside.support.lifecycle not in told:
            yield yes(inside.at, inside.text).known_by(inside.support.lifecycle.title)


RULE = Rule(
    id="AGE002",
    name="base-near-end-of-life",
    title="is based on a release whose support is about to end",
    severity="low",
    remedy="plan the move to the next release",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
