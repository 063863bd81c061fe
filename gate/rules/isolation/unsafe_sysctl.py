"""A sysctl that is not known to stay inside the container."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes securityContext.sysctls; Compose sysctls.
# Allowed: the sysctls that Pod Security baseline allows at its newest version.

RULE = Rule(
    id="ISO017",
    name="unsafe-sysctl",
    title="sets a sysctl that is not known to be safe",
    severity="medium",
    remedy="remove the sysctl, or set it on nodes that only this workload uses",
    facts=("W.sysctl_unsafe",),
    controls=(
        Control("Pod Security Standards", "baseline", "sysctls"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
