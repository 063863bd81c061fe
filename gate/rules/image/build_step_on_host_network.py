"""A build step that runs on the network of the builder's host."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: RUN --network.
# Allowed: absent, default, none.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every step of every stage, since each of them runs while the image is built."""
    for stage in image.stages:
        for step in stage.steps:
            truth = holds(step.network, lambda value: value == "host", "").about(
                "a step of the build runs on the network of the builder's host"
            )
            yield truth.known_by(step.text)


RULE = Rule(
    id="ISO052",
    name="build-step-on-host-network",
    title="runs a build step on the network of the builder's host",
    severity="low",
    remedy="remove `--network=host`",
    check=check,
)
