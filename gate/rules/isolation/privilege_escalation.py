"""A container whose processes may gain privileges."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes allowPrivilegeEscalation; Compose security_opt; the engine's own default where it is declared.
# Allowed: false; no-new-privileges.

RULE = Rule(
    id="ISO029",
    name="privilege-escalation",
    title="may gain privileges through set-user-ID programs",
    severity="low",
    remedy="set `allowPrivilegeEscalation: false` or `security_opt: [no-new-privileges:true]`",
    facts=("H.nnp",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.26"),
        Control("CIS Kubernetes", "1.12", "5.2.6"),
        Control("Pod Security Standards", "restricted", "allowPrivilegeEscalation"),
        Control("StackRox", "2026-08-22", "Container with privilege escalation allowed"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
