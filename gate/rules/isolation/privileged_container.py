"""A container that runs privileged."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes securityContext.privileged; Compose privileged, post_start[].privileged; docker run --privileged.
# Allowed: absent, false.

RULE = Rule(
    id="ISO001",
    name="privileged-container",
    title="runs privileged, which is running on the host",
    severity="critical",
    remedy="remove `privileged: true`; add the one device or capability that it needs; map a system container's ids",
    facts=("G.privileged",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.5"),
        Control("CIS Kubernetes", "1.12", "5.2.2"),
        Control("Pod Security Standards", "baseline", "privileged"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Privileged Container"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
