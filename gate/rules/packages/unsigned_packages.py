"""Packages that nobody signed."""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.switches import unsigned
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: package managers' options and repositories' descriptions in RUN, of every stage that has a part.
# Allowed: repositories whose key is installed.


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every step whether it turns the check of signatures off."""
    for step in recipe.steps(image):
        for switch in dict.fromkeys(unsigned(step.text) if step.keyword == "RUN" else ()):
            yield yes(step.at, f"packages are installed without a signature: {switch}")


RULE = Rule(
    id="PKG007",
    name="unsigned-packages",
    title="installs packages without checking who signed them",
    severity="high",
    remedy="add the key of the repository, and let the package manager check it",
    check=check,
    controls=(Control("CIS Docker", "1.6.0", "4.11"), Control("NIST SP 800-53", "5", "CM-14")),
)
