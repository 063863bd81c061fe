"""A container that mounts the host's root, secrets or programs."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes volumes[].hostPath; Compose volumes, driver_opts of a named volume, secrets and configs from
#   files.
# Allowed: no path that holds secrets or system state; no writable path that holds programs, logs or kernel
#   interfaces.

RULE = Rule(
    id="ISO010",
    name="host-root-path",
    title="mounts a part of the host that is worth the whole",
    severity="critical",
    remedy="mount the one file or folder that is needed, read-only, or use a volume that the platform manages",
    facts=("G.host_root_path",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.6"),
        Control("CIS Kubernetes", "1.12", "5.2.11"),
        Control("Pod Security Standards", "baseline", "hostPathVolumes"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Mounting Sensitive Host Directories"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
