"""A guest that may start machines of its own."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt cpu, its mode and its features vmx and svm; VMX vhv.enable; xl nestedhvm; VirtualBox NestedHWVirt;
# Vagrant nested; Hyper-V -ExposeVirtualizationExtensions.
# Allowed: the features disabled, or a mode that does not pass them on.

RULE = Rule(
    id="VM006",
    name="nested-machines",
    title="may start machines of its own, with the hypervisor's least tested code",
    severity="low",
    remedy="take the virtualization features from the machine's processor unless it needs them",
    facts=("A.nested_virtualization",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
