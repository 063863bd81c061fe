"""A container that is granted both BPF and PERFMON."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes capabilities.add; Compose cap_add.
# Allowed: not both BPF and PERFMON, no ALL.

RULE = Rule(
    id="ISO023",
    name="capability-bpf",
    title="may read the kernel's memory through tracing programs",
    severity="critical",
    remedy="remove one of the two, or run the tracer as a declared node agent",
    facts=("G.cap_bpf_perfmon",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.4"),
        Control("CIS Kubernetes", "1.12", "5.2.9"),
        Control("Pod Security Standards", "baseline", "capabilities_baseline"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
