"""A container that adds a capability beyond the default set."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes capabilities.add; Compose cap_add.
# Allowed: the capabilities that Pod Security baseline allows.

RULE = Rule(
    id="ISO024",
    name="extra-capability",
    title="adds a capability beyond the default set",
    severity="medium",
    remedy="remove the capability",
    facts=("W.cap_extra",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.4"),
        Control("CIS Kubernetes", "1.12", "5.2.9"),
        Control("Pod Security Standards", "baseline", "capabilities_baseline"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
