"""A network adapter whose guest may take any address."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: enable_mac_spoofing.
# Allowed: absent, false.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask whether the switch lets the guest send from other addresses."""
    yield answer(
        holds(template.hardware.mac_spoofing, bool, ""),
        f"{template.name} lets its guest send from any MAC address",
        f"whether {template.name} lets its guest send from any MAC address",
    )


RULE = Rule(
    id="TPL017",
    name="mac-address-spoofing",
    title="lets its guest send from any MAC address",
    severity="medium",
    remedy="set `enable_mac_spoofing = false`",
    check=check,
)
