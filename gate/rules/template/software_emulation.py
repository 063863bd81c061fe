"""A build machine that QEMU emulates without the processor's virtualization."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: accelerator; -accel and -machine in qemuargs.
# Allowed: kvm, hvf, whpx, xen; `tcg` and `none` are not, and nothing stated is undecided.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for the accelerator that is used when others fail."""
    yield answer(
        holds(template.hardware.accelerator, lambda name: name in ("tcg", "none"), ""),
        f"{template.name} is built under software emulation, for which QEMU promises no isolation",
        f"whether {template.name} is built under software emulation",
    )


RULE = Rule(
    id="TPL008",
    name="software-emulation",
    title="is built under software emulation",
    severity="low",
    remedy='set `accelerator = "kvm"`, so that a host without it fails instead',
    check=check,
)
