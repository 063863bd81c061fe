"""An image built with a tool that nobody fixes any more."""

from __future__ import annotations

from gate.freshness.toolchain import ended
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: the FROM of stages, and the images, that something in what ships is copied from.
# Allowed: products that still get fixes; the distribution of a builder does not ship.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of every product that a builder's name speaks of whether its support has ended."""
    for at, name, one in ended(image, tables, now):
        truth = yes(at, f"what is copied from {name.shown} was built with {one.text}")
        yield truth.known_by(f"{name.repository} {one.lifecycle.title}")


RULE = Rule(
    id="AGE008",
    name="end-of-life-builder",
    title="is built with a release that gets no security fixes any more",
    severity="low",
    remedy="build with a release that is still supported",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
