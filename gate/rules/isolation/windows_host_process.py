"""A Windows container that is a process of the host."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes windowsOptions.hostProcess of pod and container.
# Allowed: absent, false.

RULE = Rule(
    id="ISO038",
    name="windows-host-process",
    title="is a HostProcess container, which nothing isolates",
    severity="critical",
    remedy="remove `hostProcess: true`",
    facts=("G.hostprocess",),
    controls=(
        Control("CIS Kubernetes", "1.12", "5.2.10"),
        Control("Pod Security Standards", "baseline", "windowsHostProcess"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
