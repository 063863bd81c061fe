"""A mount whose changes go back to the host."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes volumeMounts[].mountPropagation; Compose volumes[].bind.propagation, the options shared and
#   rshared.
# Allowed: absent, None, HostToContainer; private, slave and their recursive forms.

RULE = Rule(
    id="ISO014",
    name="shared-mount-propagation",
    title="passes its mounts back to the host",
    severity="high",
    remedy="remove the mount propagation, or set it to `HostToContainer` or `rslave`",
    facts=("W.mount_propagation_shared",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.20"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Docker CIS 5.19: Ensure mount propagation mode is not enabled"),
    ),
)
