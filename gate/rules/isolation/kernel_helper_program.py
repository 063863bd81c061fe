"""A sysctl that names a program which the host's kernel starts as root."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes securityContext.sysctls; Compose sysctls.
# Allowed: no core_pattern, modprobe or uevent_helper.

RULE = Rule(
    id="ISO018",
    name="kernel-helper-program",
    title="names a program that the host's kernel starts as root",
    severity="critical",
    remedy="remove the sysctl",
    facts=("G.core_pattern",),
    controls=(
        Control("Pod Security Standards", "baseline", "sysctls"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
