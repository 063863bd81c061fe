"""A container that is granted SYS_RAWIO."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes capabilities.add; Compose cap_add.
# Allowed: no SYS_RAWIO, no ALL.

RULE = Rule(
    id="ISO021",
    name="capability-sys-rawio",
    title="may read and write the host's memory and ports",
    severity="critical",
    remedy="remove SYS_RAWIO",
    facts=("G.cap_rawio",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.4"),
        Control("CIS Kubernetes", "1.12", "5.2.9"),
        Control("Pod Security Standards", "baseline", "capabilities_baseline"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
