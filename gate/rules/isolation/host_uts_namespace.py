"""A workload that shares the host's UTS namespace."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose uts; docker run --uts.
# Allowed: absent, any mode but `host`.

RULE = Rule(
    id="ISO005",
    name="host-uts-namespace",
    title="may change the host's name",
    severity="medium",
    remedy="remove `uts: host`",
    facts=("W.host_uts",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.21"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
