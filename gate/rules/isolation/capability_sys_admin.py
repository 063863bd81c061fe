"""A container that is granted SYS_ADMIN."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes capabilities.add; Compose cap_add.
# Allowed: no SYS_ADMIN, no ALL.

RULE = Rule(
    id="ISO019",
    name="capability-sys-admin",
    title="is granted SYS_ADMIN, which is most of root",
    severity="critical",
    remedy="remove SYS_ADMIN; most programs that ask for it need one mount or one smaller capability",
    facts=("G.cap_admin",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.4"),
        Control("CIS Kubernetes", "1.12", "5.2.9"),
        Control("Pod Security Standards", "baseline", "capabilities_baseline"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "CAP_SYS_ADMIN capability added"),
    ),
)
