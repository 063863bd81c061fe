"""A container that mounts some other path of the host."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes volumes[].hostPath; Compose volumes, driver_opts of a named volume.
# Allowed: no path of the host; on Docker, a read-only path inside the project.

RULE = Rule(
    id="ISO011",
    name="host-path",
    title="mounts a path of the host",
    severity="medium",
    remedy="use a volume that the platform manages, or mount the path read-only from the project's own tree",
    facts=(
        "W.host_path_other",
        "W.host_path_unmounted",
    ),
    controls=(
        Control("CIS Docker", "1.6.0", "5.6"),
        Control("CIS Kubernetes", "1.12", "5.2.11"),
        Control("Pod Security Standards", "baseline", "hostPathVolumes"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Mounting Sensitive Host Directories"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
