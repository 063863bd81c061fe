"""A build that believes every certificate."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.switches import tls_off, variable_tls_off
from gate.model.evidence import known
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: options and variables in RUN and ENV of every stage that has a part in the image.
# Allowed: certificates of one's own authority.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every step, and the variables that stay, whether they turn the check off."""
    for step in recipe.steps(image):
        for switch in dict.fromkeys(tls_off(step.text) if step.keyword == "RUN" else ()):
            yield yes(step.at, f"the check of certificates is off: {switch}")
    for member in image.environment.members if image.stages else ():
        variable = known(member)
        value = known(variable.value) if variable is not None else None
        if variable is not None and value is not None and variable_tls_off(variable.name, value):
            yield yes(variable.at, f"the check of certificates is off in everything that runs: {variable.name}={value}")


RULE = Rule(
    id="PKG006",
    name="tls-verification-disabled",
    title="turns the check of certificates off",
    severity="high",
    remedy="trust the authority instead: add its certificate to the image, or to the builder",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SC-8"), Control("MITRE ATT&CK", "Enterprise", "T1195.002")),
)
