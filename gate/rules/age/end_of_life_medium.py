"""A template that installs a release nobody fixes any more."""

from __future__ import annotations

from gate.freshness.media import releases
from gate.model.rule import Control, Rule
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.lifecycle import Tables
    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: the names of the installation medium, of the cloud image and of the machine that the build starts from.
# Allowed: every release that still gets security fixes.


def check(template: Template, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of every release that the names speak of whether its support has ended."""
    for at, one in releases(template, tables, now):
        if one.state == "ended":
            yield yes(at, f"{template.name} installs {one.text}").known_by(one.lifecycle.title)
        elif one.state == "contract":
            yield unknown(at, f"{template.name} installs {one.text}").known_by(one.lifecycle.title)


RULE = Rule(
    id="AGE009",
    name="end-of-life-medium",
    title="installs a release that gets no security fixes any more",
    severity="high",
    remedy="install a release that is still supported",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
