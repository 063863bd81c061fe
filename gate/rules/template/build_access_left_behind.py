"""The login of the build, still open in every machine made from the image."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Control, Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: ssh_password, winrm_password, ssh_private_key_file, ssh_agent_auth; provisioners and shutdown_command.
# Allowed: an account that is removed or locked, a key that is removed or was drawn for the build; Vagrant boxes.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for a password or a kept key that outlives the build."""
    access = template.access
    stays = ~holds(access.account_removed, bool, "") & ~holds(template.provisioning.box, bool, "")
    yield answer(
        holds(access.password, bool, "") & stays,
        f"{template.name} leaves the account and password of the build in the image",
        f"whether {template.name} leaves the account of the build in the image",
    )
    yield answer(
        holds(access.key, bool, "") & ~holds(access.key_removed, bool, "") & stays,
        f"{template.name} leaves the key of the build in the image",
        f"whether {template.name} leaves the key of the build in the image",
    )


RULE = Rule(
    id="TPL005",
    name="build-access-left-behind",
    title="leaves the login of the build in the image",
    severity="high",
    remedy="remove or lock the account as the last step, for instance in `shutdown_command`",
    check=check,
    controls=(
        Control("NIST SP 800-53", "5", "IA-5"),
        Control("MITRE ATT&CK", "Enterprise", "T1078.001"),
    ),
)
