"""A script from the network that is run as it comes."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.hints import shown
from gate.model.evidence import known
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: pipes from curl and wget into a shell in RUN, of every stage that has a part in the image.
# Allowed: scripts that are fetched to a file and verified.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every download whether it goes straight into a shell."""
    for download in recipe.downloads(image):
        if download.piped_to_shell:
            url = known(download.url)
            what = shown(url) if url is not None else "a script that the file does not name"
            truth = yes(download.at, f"{what} is run as it comes, whoever wrote it last")
            yield truth.known_by(download.written)


RULE = Rule(
    id="PKG005",
    name="piped-script",
    title="runs a script from the network as it comes",
    severity="medium",
    remedy="install from a signed package, or fetch a release, verify its checksum and run it",
    check=check,
    controls=(Control("CIS Docker", "1.6.0", "4.11"), Control("NIST SP 800-53", "5", "SI-7")),
)
