"""A container that is granted SYS_MODULE."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes capabilities.add; Compose cap_add.
# Allowed: no SYS_MODULE, no ALL.

RULE = Rule(
    id="ISO020",
    name="capability-sys-module",
    title="may load modules into the host's kernel",
    severity="critical",
    remedy="remove SYS_MODULE and load the module on the host",
    facts=("G.cap_module",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.4"),
        Control("CIS Kubernetes", "1.12", "5.2.9"),
        Control("Pod Security Standards", "baseline", "capabilities_baseline"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
