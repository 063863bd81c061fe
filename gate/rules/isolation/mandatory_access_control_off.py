"""A container outside AppArmor or SELinux."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes appArmorProfile, its annotations, seLinuxOptions; Compose security_opt.
# Allowed: the runtime's profile, or a named one; SELinux types of containers.

RULE = Rule(
    id="ISO033",
    name="mandatory-access-control-off",
    title="has AppArmor or SELinux switched off",
    severity="high",
    remedy="remove `unconfined`, `label=disable` and SELinux types of one's own",
    facts=("W.mac_off",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.2"),
        Control("CIS Docker", "1.6.0", "5.3"),
        Control("Pod Security Standards", "baseline", "appArmorProfile"),
        Control("Pod Security Standards", "baseline", "seLinuxOptions"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Docker CIS 5.1 Ensure that, if applicable, an AppArmor Profile is enabled"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
