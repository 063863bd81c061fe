"""A container that takes over all volumes of another one."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose volumes_from with `container:`.
# Allowed: absent.

RULE = Rule(
    id="ISO037",
    name="joined-container-volumes",
    title="takes all volumes of another container",
    severity="medium",
    remedy="name the volumes that it needs",
    facts=("W.share_volumes",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
