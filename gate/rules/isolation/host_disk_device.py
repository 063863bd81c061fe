"""A container that is given the host's disks or memory."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose devices, device_cgroup_rules.
# Allowed: no block device, no /dev/mem, /dev/kmem or /dev/port, no rule for all devices.

RULE = Rule(
    id="ISO012",
    name="host-disk-device",
    title="is given the host's disks or memory",
    severity="critical",
    remedy="take the device out; give it a volume",
    facts=("G.block_device",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.18"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
