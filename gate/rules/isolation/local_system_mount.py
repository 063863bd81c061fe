"""A folder of the host that a Windows container behind Hyper-V writes as LocalSystem."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: mounts of the host in a container that Hyper-V isolates: Compose and `docker run` isolation, Kubernetes
#   RuntimeClass handlers `runhcs-wcow-hypervisor*`, runtimes that are declared `hyperv`.
# Allowed: volumes, read-only mounts, and process isolation, where the container's account counts.

RULE = Rule(
    id="ISO080",
    name="local-system-mount",
    title="writes a folder of the host as LocalSystem",
    severity="medium",
    remedy="mount it read-only, use a volume, or let the folder hold nothing that others rely on",
    facts=("A.local_system_mount",),
)
