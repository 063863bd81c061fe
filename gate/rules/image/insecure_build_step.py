"""A build step that runs with the rights of the builder's host."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: RUN --security.
# Allowed: absent, sandbox.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every step of every stage, since each of them runs while the image is built."""
    for stage in image.stages:
        for step in stage.steps:
            truth = holds(step.security, lambda value: value == "insecure", "").about(
                "a step of the build runs with the rights of the builder's host"
            )
            yield truth.known_by(step.text)


RULE = Rule(
    id="ISO051",
    name="insecure-build-step",
    title="runs a build step with the rights of the builder's host",
    severity="high",
    remedy="remove `--security=insecure`, and do what needs it outside of the build",
    check=check,
)
