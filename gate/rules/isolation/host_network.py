"""A workload that shares the host's network namespace."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes spec.hostNetwork; Compose network_mode, an external network named `host`; LXC lxc.net.N.type.
# Allowed: absent, false; any mode but `host`; any type but `none`.

RULE = Rule(
    id="ISO002",
    name="host-network",
    title="shares the host's network",
    severity="high",
    remedy="give it a network of its own, not `hostNetwork`, `network_mode: host` or type `none`; publish its ports",
    facts=("W.host_net",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.10"),
        Control("CIS Kubernetes", "1.12", "5.2.5"),
        Control("Pod Security Standards", "baseline", "hostNamespaces"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control(
            "StackRox", "2026-08-22", "Docker CIS 5.9 and 5.20: Ensure that the host's network namespace is not shared"
        ),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
