"""A machine that starts whatever boot code lies on its disk."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Control, Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: firmware, efi_boot, efi_firmware_vars, enable_secure_boot, generation; uefi.secureBoot.enabled, modifynvram.
# Allowed: Secure Boot, with keys enrolled.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask whether the firmware checks what it starts."""
    yield answer(
        ~holds(template.firmware.secure_boot, bool, ""),
        f"{template.name} boots without Secure Boot",
        f"whether {template.name} boots with Secure Boot",
    )


RULE = Rule(
    id="TPL010",
    name="secure-boot-off",
    title="boots without Secure Boot",
    severity="medium",
    remedy="boot through UEFI with Secure Boot",
    check=check,
    controls=(Control("MITRE ATT&CK", "Enterprise", "T1542"),),
)
