"""A machine that is emulated in software."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt domain of type qemu; Vagrant driver of libvirt.
# Allowed: a domain of type kvm.

RULE = Rule(
    id="VM007",
    name="emulated-machine",
    title="is emulated in software, which nobody promises to be a boundary",
    severity="medium",
    remedy="let the processor's virtualization run it: `kvm` instead of `qemu`",
    facts=("A.emulated_machine",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
