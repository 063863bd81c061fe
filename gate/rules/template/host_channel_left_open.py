"""A way between guest and host that the machine keeps open."""

from __future__ import annotations

from gate.model.rule import Control, Rule
from gate.rules.questions import of_each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: isolation.tools.*.disable, RemoteDisplay.vnc.*; --clipboard-mode, --drag-and-drop, --vrde; -monitor, -qmp.
# Allowed: channels that are turned off.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for every channel."""
    yield from of_each(
        template.hardware.host_channels,
        bool,
        f"{template.name} keeps a way between guest and host open: {{}}",
        f"whether {template.name} keeps a way between guest and host open",
    )


RULE = Rule(
    id="TPL015",
    name="host-channel-left-open",
    title="keeps a way between guest and host open",
    severity="medium",
    remedy="turn it off in `vmx_data`, or in `vboxmanage`",
    check=check,
    controls=(
        Control("DISA STIG", "VCF 9.x", "VCFV-9X-000181"),
        Control("DISA STIG", "VCF 9.x", "VCFV-9X-000196"),
    ),
)
