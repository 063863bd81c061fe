"""A container that listens on a port of the node itself."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes containers[].ports[].hostPort.
# Allowed: absent, 0.

RULE = Rule(
    id="ISO015",
    name="host-port",
    title="listens on a port of the node",
    severity="medium",
    remedy="use a Service, and remove `hostPort`",
    facts=("W.host_port",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.8"),
        Control("CIS Kubernetes", "1.12", "5.2.12"),
        Control("Pod Security Standards", "baseline", "hostPorts"),
        Control("StackRox", "2026-08-22", "Docker CIS 5.7: Ensure privileged ports are not mapped within containers"),
    ),
)
