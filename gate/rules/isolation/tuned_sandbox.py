"""An annotation that tunes the workload's own sandbox."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Kubernetes annotations io.katacontainers.config.*, dev.gvisor.*, org.systemd.property.*.
# Allowed: those that Kata enables by default.

RULE = Rule(
    id="ISO047",
    name="tuned-sandbox",
    title="changes the settings of its own sandbox",
    severity="medium",
    remedy="remove the annotation, or set it for all workloads in the runtime's own configuration",
    facts=("B.tuned",),
)
