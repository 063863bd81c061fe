"""Packages as they were on a day long ago."""

from __future__ import annotations

from gate.freshness.hints import snapshots
from gate.model.days import days, iso
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: addresses of snapshot.debian.org and snapshot.ubuntu.com in the RUN instructions of what ships.
# Allowed: a snapshot of the last 90 days.

OLD = 90


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every snapshot for its age."""
    for at, day in snapshots(image):
        age = days(now) - day
        if age > OLD:
            yield yes(at, f"packages are those of {iso(day)}, {age} days ago").known_by(iso(day))


RULE = Rule(
    id="AGE007",
    name="old-package-snapshot",
    title="installs packages of a day long ago",
    severity="medium",
    remedy="move the snapshot forward, and let a bot do it from then on",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SI-2"),),
)
