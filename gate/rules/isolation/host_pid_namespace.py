"""A workload that shares the host's process namespace."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes spec.hostPID; Compose pid; docker run --pid.
# Allowed: absent, false; any mode but `host`.

RULE = Rule(
    id="ISO004",
    name="host-pid-namespace",
    title="shares the host's process namespace",
    severity="high",
    remedy="give the workload its own process namespace: remove `hostPID: true` or `pid: host`",
    facts=("W.host_pid",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.16"),
        Control("CIS Kubernetes", "1.12", "5.2.3"),
        Control("Pod Security Standards", "baseline", "hostNamespaces"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Docker CIS 5.15: Ensure that the host's process namespace is not shared"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
