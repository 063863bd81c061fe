"""A build that does not bring the system it installed up to date."""

from __future__ import annotations

from gate.model.evidence import holds, known
from gate.model.rule import Control, Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: the commands of shell and PowerShell provisioners and of their scripts; windows-update and its filters.
# Allowed: a full update, or one of everything that fixes a vulnerability.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask how much is updated in every build that uses the source."""
    updates = template.provisioning.updates
    partly = known(updates) == "partial"
    yield answer(
        holds(updates, lambda level: level in ("none", "partial"), ""),
        f"{template.name} updates only a part of the system" if partly else f"{template.name} installs no updates",
        f"whether {template.name} installs updates",
    )


RULE = Rule(
    id="TPL004",
    name="no-update-step",
    title="does not bring the system up to date",
    severity="high",
    remedy="update everything in the build: `apt-get dist-upgrade`, `dnf upgrade`, the windows-update provisioner",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SI-2"),),
)
