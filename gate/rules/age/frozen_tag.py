"""An image on a tag that is never rebuilt."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.age import is_frozen
from gate.model.days import days, iso
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
# Allowed: tags that docker-library still rebuilds, and images of others.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask whether the official tag has left the library file, and no upgrade makes up for it."""
    base = recipe.base_name(image)
    name = known(base)
    window = is_frozen(name, tables, now) if name is not None else None
    if name is None or window is None or window.gone is None or recipe.upgrade(image) is not None:
        return
    age = days(now) - window.gone
    truth = yes(base.at, f"{name.shown} has not been rebuilt since {iso(window.gone)}, {age} days ago")
    yield truth.known_by(name.shown)


RULE = Rule(
    id="AGE003",
    name="frozen-tag",
    title="is based on a tag that is not rebuilt any more",
    severity="medium",
    remedy="name a tag that is still rebuilt, such as that of the release line",
    check=check,
    controls=(
        Control("NIST SP 800-190", "2017", "4.1.1"),
        Control("CIS Docker", "1.6.0", "4.4"),
    ),
)
