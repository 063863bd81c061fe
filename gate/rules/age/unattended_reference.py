"""A sensitive workload that names an image which nobody moves on."""

from __future__ import annotations

from gate.freshness.cadence import neglected
from gate.model.rule import Control, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.lifecycle import Tables
    from gate.model.subject import Workload
    from gate.model.truth import Truth

# Fields: the configurations of bots in the repository; the images that the containers name.
# Allowed: a bot that moves on the digest or the release, and an image that is built in the same repository.


def check(workload: Workload, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of every image that is made elsewhere whether anything moves it on."""
    for one in workload.cadence:
        name = one.name.shown if one.name is not None else "an image that is not known"
        truth = neglected(one, f"nothing in sight moves {name} on", tables, now)
        yield truth.known_by(f"nothing moves {one.name.repository if one.name is not None else name} on")


RULE = Rule(
    id="AGE015",
    name="unattended-reference",
    title="names an image that nothing moves on",
    severity="medium",
    remedy="name a digest or a release, and let Renovate, Dependabot or Flux move it on",
    check=check,
    controls=(Control("NIST SP 800-190", "2017", "4.3.5"),),
)
