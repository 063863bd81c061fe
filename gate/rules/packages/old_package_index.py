"""An index that is older than the packages that it is compared with, or than it says of itself that it may be."""

from __future__ import annotations

from gate.freshness.lag import out_of_date
from gate.model.days import days
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: `Date` and `Valid-Until` of a Release, times of builds in APKINDEX, `revision` and `timestamp` of repomd.xml.
# Allowed: an index from the day of the newest package on, as long as it holds by its own word.


def check(image: Image, _tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of the indexes of an image whether they can know of what is newer than its packages."""
    for index, text in out_of_date(image, days(now)):
        yield yes(index.at, text).known_by(index.at.path)


RULE = Rule(
    id="PKG014",
    name="old-package-index",
    title="is compared with an index that is out of date",
    severity="low",
    remedy="fetch the index again, and those of updates and of the security archive with it",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "RA-5"),),
)
