"""An image on whatever is newest on the day."""

from __future__ import annotations

from gate.freshness import recipe
from gate.model.evidence import known
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: the FROM of the stage that ships.
# Allowed: a tag that names a release, or a digest.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask whether the base is named by a release or by a digest."""
    base = recipe.floating(image)
    if base is not None:
        name = known(base.image)
        text = name.text if name is not None else ""
        yield yes(base.at, f"{text} names no release, so the next build may be based on another one")


RULE = Rule(
    id="AGE005",
    name="floating-tag",
    title="is based on whatever is newest on the day of the build",
    severity="low",
    remedy="name a release, and a digest that a bot keeps up to date",
    check=check,
    controls=(
        Control("NIST SP 800-190", "2017", "4.2.2"),
        Control("StackRox", "2026-08-22", "Latest tag"),
    ),
)
