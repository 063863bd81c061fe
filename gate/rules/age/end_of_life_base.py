"""An image on a base that nobody fixes any more."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.support import supports
from gate.freshness.system import within
from gate.model.evidence import known
from gate.model.rule import Control, Rule
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.freshness.support import Support
    from gate.model.image import Image, ImageName
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: the FROM of the stage that ships; the base that a built image names, the os-release in its layers;
# the system that a scanner's report or a bill of materials names.
# Allowed: every release that still gets security fixes, from its maintainers or from a long-term team open to all.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of every release that the base's name speaks of whether its support has ended."""
    base = recipe.base_name(image)
    name = known(base)
    named = supports(name, tables, now) if name is not None else ()
    for one in named:
        if name is not None and one.state == "ended":
            yield yes(base.at, f"{name.shown} carries {one.text}").known_by(_key(name, one))
        elif name is not None and one.state == "contract":
            yield unknown(base.at, f"{name.shown} carries {one.text}").known_by(_key(name, one))
    told = {one.lifecycle for one in named}
    for inside in within(image, tables, now):
        if inside.support.lifecycle not in told and inside.support.state in ("ended", "contract"):
            answer = yes if inside.support.state == "ended" else unknown
            yield answer(inside.at, inside.text).known_by(inside.support.lifecycle.title)


def _key(name: ImageName, one: Support) -> str:
    """Return what stays the same while tags of one release follow each other, and days pass."""
    return f"{name.repository} {one.lifecycle.title}"


RULE = Rule(
    id="AGE001",
    name="end-of-life-base",
    title="is based on a release that gets no security fixes any more",
    severity="high",
    remedy="move to a release that is still supported",
    check=check,
    controls=(
        Control("NIST SP 800-53", "5", "SA-22"),
        Control("NIST SP 800-190", "2017", "4.1.1"),
        Control("CIS Docker", "1.6.0", "4.4"),
        Control("PCI DSS", "4.0.1", "6.3.3"),
    ),
)
