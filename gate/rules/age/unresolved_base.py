"""An image whose base the file does not name."""

from __future__ import annotations

from gate.freshness import recipe
from gate.model.rule import Control, Rule
from gate.model.truth import unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: the FROM of the stage that ships.
# Allowed: a name, variables with a default included.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask whether the base can be read."""
    base = recipe.unresolved(image)
    if base is not None:
        yield unknown(base.at, f"what the image is based on is not known: {base.reason}")


RULE = Rule(
    id="AGE004",
    name="unresolved-base",
    title="is based on something that the file does not name",
    severity="low",
    remedy="give the argument of FROM a default: `ARG BASE=debian:trixie-slim`",
    check=check,
    controls=(Control("NIST SP 800-190", "2017", "4.1.5"),),
)
