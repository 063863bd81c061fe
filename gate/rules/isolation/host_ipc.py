"""A workload that shares the host's IPC namespace."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes spec.hostIPC; Compose ipc.
# Allowed: absent, false; any mode but `host`.

RULE = Rule(
    id="ISO003",
    name="host-ipc",
    title="shares the host's shared memory and message queues",
    severity="high",
    remedy="give the workload its own IPC namespace: remove `hostIPC: true` or `ipc: host`",
    facts=("W.host_ipc",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.17"),
        Control("CIS Kubernetes", "1.12", "5.2.4"),
        Control("Pod Security Standards", "baseline", "hostNamespaces"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Docker CIS 5.16: Ensure that the host's IPC namespace is not shared"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
