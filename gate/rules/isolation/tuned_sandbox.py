"""A setting that tunes the workload's own sandbox, past what its platform reads."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Kubernetes annotations io.katacontainers.config.*, dev.gvisor.*, org.systemd.property.*; Incus raw.qemu*;
# libvirt qemu:commandline, seclabel of type none; xl device_model_args*, hap; VirtualBox VBoxInternal*.
# Allowed: those that Kata enables by default.

RULE = Rule(
    id="ISO047",
    name="tuned-sandbox",
    title="changes the settings of its own sandbox",
    severity="medium",
    remedy="remove it, or set it for all workloads in the runtime's or hypervisor's own configuration",
    facts=("B.tuned",),
)
