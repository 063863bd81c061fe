"""A workload that shares the host's cgroup namespace."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose cgroup; docker run --cgroupns.
# Allowed: absent, `private`.

RULE = Rule(
    id="ISO006",
    name="host-cgroup-namespace",
    title="sees the host's cgroup tree",
    severity="medium",
    remedy="remove `cgroup: host`",
    facts=("W.host_cgroupns",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
