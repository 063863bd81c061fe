"""An image of sensitive workloads that nobody builds again."""

from __future__ import annotations

from gate.freshness.cadence import of_image
from gate.model.rule import Control, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: the pipelines and the configurations of bots in the repository; the FROM of the stage that ships.
# Allowed: a scheduled build on a base that moves, and a bot that moves on the digest or the release of the base.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask whether anything rebuilds the image, or moves on what it is based on."""
    truth = of_image(image, tables, now)
    if truth is not None:
        yield truth.known_by("nothing keeps it up to date")


RULE = Rule(
    id="AGE013",
    name="unattended-image",
    title="is an image that nothing rebuilds or bumps",
    severity="medium",
    remedy="build it on a schedule, or let Renovate or Dependabot move on the digest of its base",
    check=check,
    controls=(
        Control("NIST SP 800-190", "2017", "4.1.1"),
        Control("CIS Docker", "1.6.0", "4.4"),
    ),
)
