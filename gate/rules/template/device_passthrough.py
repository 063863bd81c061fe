"""A device of the host that is handed to the guest."""

from __future__ import annotations

from gate.model.rule import Control, Rule
from gate.rules.questions import of_each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: pci_passthrough_allowed_device, vgpu_profile, network_adapters.passthrough; vfio-pci, pciPassthruN, usbfilter.
# Allowed: none.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for every device."""
    yield from of_each(
        template.hardware.passthrough,
        bool,
        f"{template.name} hands {{}} of the host to its guest",
        f"whether {template.name} hands a device of the host to its guest",
    )


RULE = Rule(
    id="TPL012",
    name="device-passthrough",
    title="hands a device of the host to its guest",
    severity="high",
    remedy="use an emulated or paravirtual device",
    check=check,
    controls=(Control("DISA STIG", "VCF 9.x", "VCFV-9X-000219"),),
)
