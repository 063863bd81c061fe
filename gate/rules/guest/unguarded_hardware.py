"""Hardware of the host that a guest reaches the host through."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt rawio, sgio, hostdev of mode capabilities; xl iomem, ioports, irqs, dtdev, pci with permissive.
# Allowed: devices behind an IOMMU, disks of the machine's own.

RULE = Rule(
    id="VM003",
    name="unguarded-hardware",
    title="is handed hardware that reaches its host",
    severity="high",
    remedy="remove the device, or hand over one that an IOMMU keeps inside the guest's memory",
    facts=("W.machine_unguarded",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
