"""A container that is given a device of the host."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose devices, gpus; Kubernetes resources.limits of a device plugin.
# Allowed: no devices.

RULE = Rule(
    id="ISO013",
    name="host-device",
    title="is given a device of the host, and with it the driver in the host's kernel",
    severity="medium",
    remedy="take the device out, or put the workload behind a boundary and on nodes of its own",
    facts=("W.host_device_other",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.18"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
