"""A release from the network that nobody fixes any more."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.support import support
from gate.model.evidence import known
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: addresses of known publishers in ADD and RUN of every stage that has a part in the image.
# Allowed: releases that still get security fixes.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of every release whose address a step names whether its support has ended."""
    for step in recipe.steps(image):
        urls = [url for download in step.downloads if (url := known(download.url)) is not None]
        for lifecycle in dict.fromkeys(found for text in (step.text, *urls) for found in tables.fetched(text)):
            one = support(lifecycle, now, tables.date)
            if one.state == "ended":
                yield yes(step.at, f"the step installs {one.text}").known_by(lifecycle.title)


RULE = Rule(
    id="PKG008",
    name="end-of-life-download",
    title="installs a release that gets no security fixes any more",
    severity="medium",
    remedy="install a release that is still supported",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
