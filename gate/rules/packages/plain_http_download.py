"""A file from the network that anybody on the way can replace."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.hints import shown
from gate.model.evidence import holds, known
from gate.model.rule import Control, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: ADD, and curl, wget and git in RUN, of every stage that has a part in the image.
# Allowed: https; anything whose checksum or signature is checked.

OPEN = ("http://", "ftp://", "git://")


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every download that is not verified how it comes."""
    for download in recipe.downloads(image):
        url = known(download.url)
        if url is not None and url.lower().startswith(OPEN):
            text = f"{download.tool} fetches {shown(url)} in the open, and nothing verifies it"
            yield holds(download.verified, lambda verified: not verified, text).known_by(download.written)


RULE = Rule(
    id="PKG004",
    name="plain-http-download",
    title="takes in a file over a connection that anybody on the way can change",
    severity="medium",
    remedy="fetch it over https, or verify a checksum that stands in the file",
    check=check,
    controls=(Control("CIS Docker", "1.6.0", "4.11"), Control("NIST SP 800-53", "5", "SC-8")),
)
