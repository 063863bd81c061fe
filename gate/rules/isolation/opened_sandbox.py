"""An annotation that opens the workload's own sandbox."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes annotations of Kata (hypervisor paths, virtiofs arguments) and gVisor flags that reach through.
# Allowed: absent.

RULE = Rule(
    id="ISO046",
    name="opened-sandbox",
    title="opens its own sandbox to the host",
    severity="critical",
    remedy="remove the annotation",
    facts=("B.opened",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
