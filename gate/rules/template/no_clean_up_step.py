"""An image whose machines all have the same identity."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Control, Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: the commands of provisioners, their scripts, shutdown_command.
# Allowed: a reset of the machine id or the SSH host keys, `cloud-init clean`, sysprep.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for a step that takes the identity of the build machine away."""
    yield answer(
        ~holds(template.provisioning.cleanup, bool, ""),
        f"{template.name} keeps the identity of the machine it was built on",
        f"whether {template.name} takes away the identity of the machine it was built on",
    )


RULE = Rule(
    id="TPL019",
    name="no-clean-up-step",
    title="keeps the identity of the machine it was built on",
    severity="medium",
    remedy="empty /etc/machine-id and remove the SSH host keys, run `cloud-init clean --machine-id`, or sysprep",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "IA-3"),),
)
