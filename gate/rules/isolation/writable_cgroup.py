"""A container that may write to its cgroup tree."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose security_opt writable-cgroups.
# Allowed: absent, false.

RULE = Rule(
    id="ISO035",
    name="writable-cgroup",
    title="may write to the cgroup file system",
    severity="high",
    remedy="remove `writable-cgroups`",
    facts=("W.cgroup_writable",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
