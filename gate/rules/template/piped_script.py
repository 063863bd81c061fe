"""A script that is run as it comes from the network."""

from __future__ import annotations

from gate.model.rule import Control, Rule
from gate.rules.questions import of_steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: the commands of provisioners and their scripts.
# Allowed: a download that is kept, compared with a checksum and then run.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for every download that is run unseen."""
    yield from of_steps(
        template.provisioning.piped_scripts,
        f"{template.name} runs a download without looking at it: {{}}",
        f"whether {template.name} runs downloads without looking at them",
    )


RULE = Rule(
    id="TPL013",
    name="piped-script",
    title="runs a download without looking at it",
    severity="medium",
    remedy="install a signed package, or download, compare with a checksum and then run",
    check=check,
    controls=(Control("MITRE ATT&CK", "Enterprise", "T1195.002"),),
)
