"""A container that runs as root."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Dockerfile USER; Kubernetes runAsUser and runAsNonRoot; Compose user.
# Allowed: a user other than 0 and root, or runAsNonRoot: true.

RULE = Rule(
    id="ISO027",
    name="root-user",
    title="runs as root, or nothing says that it does not",
    severity="medium",
    remedy="set a numeric user other than 0 in the image or the manifest",
    facts=("H.nonroot",),
    controls=(
        Control("CIS Docker", "1.6.0", "4.1"),
        Control("CIS Kubernetes", "1.12", "5.2.7"),
        Control("Pod Security Standards", "restricted", "runAsNonRoot"),
        Control("StackRox", "2026-08-22", "Docker CIS 4.1: Ensure That a User for the Container Has Been Created"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
