"""An image on a base in the last phase of its support."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.content import carried
from gate.freshness.support import supports
from gate.model.evidence import known
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: the FROM of the stage that ships; the base that a built image names.
# Allowed: a release whose last support ends in 90 days or later.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of every release that the base's name speaks of whether its end is near."""
    base = recipe.base_name(image)
    name = known(base)
    for one in supports(name, tables, now) if name is not None else ():
        if name is not None and one.is_ending:
            truth = yes(base.at, f"{name.shown} carries {one.text}")
            yield truth.known_by(f"{name.repository} {one.lifecycle.title}")
    for one in carried(image, tables, now) if name is None else ():
        if one.is_ending and image.contents is not None:
            yield yes(image.contents.system.at, f"its layers carry {one.text}").known_by(one.lifecycle.title)


RULE = Rule(
    id="AGE002",
    name="base-near-end-of-life",
    title="is based on a release whose support is about to end",
    severity="low",
    remedy="plan the move to the next release",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
