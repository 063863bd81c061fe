"""A built image whose own dates cannot be true."""

from __future__ import annotations

from gate.freshness.clocks import clocks
from gate.model.rule import Control, Rule
from gate.model.truth import Truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables

# Fields: created, history and dated labels of the image configuration, and what is known of its base.
# Allowed: dates that were zeroed for a reproducible build; they claim nothing.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Hold the dates of a built image against each other, against the base and against the day."""
    if not image.stages:
        for found in clocks(image, tables, now).contradictions:
            yield Truth("yes", (found,))


RULE = Rule(
    id="AGE010",
    name="contradictory-dates",
    title="carries dates that cannot be true",
    severity="medium",
    remedy="rebuild from a current base, and let the builder date the image",
    check=check,
    controls=(Control("NIST SP 800-190", "2017", "4.1.5"),),
)
