"""A probe that makes the kubelet call another host."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes httpGet.host and tcpSocket.host of probes and lifecycle handlers.
# Allowed: absent, empty.

RULE = Rule(
    id="ISO016",
    name="probe-of-another-host",
    title="makes the kubelet call another host",
    severity="medium",
    remedy="remove `host` from the probe, so that it asks the pod itself",
    facts=("W.probe_host",),
    controls=(Control("Pod Security Standards", "baseline", "hostProbesAndhostLifecycle"),),
)
