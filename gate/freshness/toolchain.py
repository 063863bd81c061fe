"""Which products something in an image was built with that nobody fixes any more."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.support import supports
from gate.model.evidence import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.freshness.support import Support
    from gate.model.image import Image, ImageName
    from gate.model.lifecycle import Tables
    from gate.model.location import Location


def ended(image: Image, tables: Tables, now: str) -> Iterator[tuple[Location, ImageName, Support]]:
    """Yield each ended product of a builder, once; not one that the base carries too, which is said of the base."""
    base = recipe.base(image)
    name = known(base.image) if base is not None else None
    seen = {one.title for one in tables.releases(name)} if name is not None else set()
    for copied in recipe.builders(image):
        name = known(copied.image)
        for one in supports(name, tables, now) if name is not None else ():
            title = one.lifecycle.title
            if name is not None and one.state == "ended" and not one.lifecycle.is_distribution and title not in seen:
                seen.add(title)
                yield copied.at, name, one
