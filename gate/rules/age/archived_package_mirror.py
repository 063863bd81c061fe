"""Packages from where distributions keep what they no longer fix."""

from __future__ import annotations

from gate.freshness.hints import archives
from gate.model.rule import Control, Rule
from gate.model.truth import Truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables

# Fields: the text of RUN instructions of what ships.
# Allowed: every mirror that still gets fixes.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every step whether it names an archive of ended releases."""
    for found in archives(image):
        yield Truth("yes", (found,))


RULE = Rule(
    id="AGE006",
    name="archived-package-mirror",
    title="installs packages from an archive of ended releases",
    severity="high",
    remedy="move to a supported release and its regular mirrors",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
