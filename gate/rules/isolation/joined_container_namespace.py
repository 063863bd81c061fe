"""A container that joins a namespace of a container outside its own unit."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose pid, network_mode and ipc with `container:`.
# Allowed: any mode but `container:`; a service of the same file.

RULE = Rule(
    id="ISO036",
    name="joined-container-namespace",
    title="joins a namespace of somebody else's container",
    severity="medium",
    remedy="run the two as one service or pod, or let them talk over a network",
    facts=("W.share_ns_with_other",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
