"""Packages installed from lists that are never renewed."""

from __future__ import annotations

from gate.freshness.hints import kept_lists
from gate.model.rule import Control, Rule
from gate.model.truth import Truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables

# Fields: the cache mounts and commands of RUN instructions of what ships.
# Allowed: a cache for lists that the same RUN renews; a cache for the packages themselves.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every step that mounts a cache of lists whether it renews them."""
    for found in kept_lists(image):
        yield Truth("yes", (found,))


RULE = Rule(
    id="PKG002",
    name="kept-package-lists",
    title="installs from package lists that are never renewed",
    severity="low",
    remedy="run `apt-get update` in the RUN that mounts the cache",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SI-2"),),
)
