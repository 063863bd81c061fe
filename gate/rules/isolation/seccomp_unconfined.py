"""A container without a filter for system calls."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes seccompProfile.type; Compose security_opt seccomp.
# Allowed: RuntimeDefault, Localhost; any profile but unconfined.

RULE = Rule(
    id="ISO030",
    name="seccomp-unconfined",
    title="has its filter for system calls switched off",
    severity="high",
    remedy="remove `unconfined`, or name a profile",
    facts=("W.seccomp_off",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.22"),
        Control("CIS Kubernetes", "1.12", "5.6.2"),
        Control("Pod Security Standards", "baseline", "seccompProfile_baseline"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Docker CIS 5.21: Ensure the default seccomp profile is not disabled"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
