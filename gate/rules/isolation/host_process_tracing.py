"""A workload that sees the host's processes and may trace them."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes spec.hostPID with capabilities; Compose pid with cap_add or privileged.
# Allowed: a process namespace of its own, or neither SYS_PTRACE nor SYS_ADMIN nor privilege.

RULE = Rule(
    id="ISO008",
    name="host-process-tracing",
    title="can trace, and so become, any process of the host",
    severity="critical",
    remedy="remove the host's process namespace, or SYS_PTRACE and SYS_ADMIN",
    facts=("G.hostpid_ptrace",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.16"),
        Control("CIS Kubernetes", "1.12", "5.2.3"),
        Control("Pod Security Standards", "baseline", "hostNamespaces"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
