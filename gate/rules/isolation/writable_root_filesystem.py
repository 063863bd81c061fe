"""A container that can change its own programs."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes readOnlyRootFilesystem; Compose read_only.
# Allowed: true.

RULE = Rule(
    id="ISO041",
    name="writable-root-filesystem",
    title="has a root filesystem that it can write to",
    severity="low",
    remedy="set `readOnlyRootFilesystem: true` or `read_only: true`, with a volume for temporary files",
    facts=("H.ro_rootfs",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.13"),
        Control("StackRox", "2026-08-22", "Container using read-write root filesystem"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
