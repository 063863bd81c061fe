"""A folder of the host inside the guest."""

from __future__ import annotations

from gate.model.rule import Control, Rule
from gate.rules.questions import of_each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: -virtfs, -fsdev, virtio-9p, vhost-user-fs; sharedFolderN.present; sharedfolder add.
# Allowed: none.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for every share."""
    yield from of_each(
        template.hardware.host_shares,
        bool,
        f"{template.name} shares {{}} with its guest",
        f"whether {template.name} shares a folder of the host with its guest",
    )


RULE = Rule(
    id="TPL011",
    name="host-share",
    title="shares a folder of the host with its guest",
    severity="high",
    remedy="copy what the guest needs with the `file` provisioner",
    check=check,
    controls=(Control("MITRE ATT&CK", "Enterprise", "T1611"),),
)
