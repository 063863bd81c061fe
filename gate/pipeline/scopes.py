"""Which definitions a workload sees: those of its own rendering, of the files of the tree, and of what stands apart.

Two overlays of one base, or two ways to render one chart, are one thing in two places, and see nothing of each other:
a policy of the one closes no network of the other. Renderings that have no file in common stand beside each other as
files do.
"""

from __future__ import annotations

from gate.model.location import RenderedLocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.model.location import Location
    from gate.model.reference import Definition


def rendering(at: Location) -> str:
    """Return the rendering that a place belongs to; empty for what stands in a file."""
    return at.by if isinstance(at, RenderedLocation) else ""


def seen(
    scope: str, definitions: Iterable[Definition], renderings: Mapping[str, frozenset[str]]
) -> tuple[Definition, ...]:
    """Return what a rendering sees; `renderings` are the files of each. What it says itself hides what others say."""
    if not scope:
        return tuple(definitions)
    mine = renderings.get(scope, frozenset())
    own: list[Definition] = []
    others: list[Definition] = []
    for one in definitions:
        by = rendering(one.at)
        if by in ("", scope):
            own.append(one)
        elif mine.isdisjoint(renderings.get(by, frozenset())):
            others.append(one)
    known = {(one.kind, one.namespace, one.name) for one in own}
    return (*own, *(one for one in others if (one.kind, one.namespace, one.name) not in known))
