"""A machine that offers the processor's virtualization to its guest."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: nested_virt, vhv_enabled, NestedHV, enable_virtualization_extensions; vhv.enable, --nested-hw-virt.
# Allowed: absent, false; NestedHV where the guest's own virtualization-based security needs it.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask whether the guest can run virtual machines."""
    yield answer(
        holds(template.hardware.nested_virtualization, bool, ""),
        f"{template.name} offers nested virtualization to its guest",
        f"whether {template.name} offers nested virtualization to its guest",
    )


RULE = Rule(
    id="TPL009",
    name="nested-virtualization",
    title="offers nested virtualization to its guest",
    severity="medium",
    remedy="turn it off unless the guest runs virtual machines of its own",
    check=check,
)
