"""A demand for a non-root user that the kubelet cannot check."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes runAsNonRoot with an image whose USER is a name.
# Allowed: a number in USER or in runAsUser.

RULE = Rule(
    id="ISO028",
    name="non-root-user-without-number",
    title="asks for a non-root user by a name that the kubelet cannot check",
    severity="medium",
    remedy="use the number in the image's USER, or set runAsUser",
    facts=("A.nonroot_by_name",),
    controls=(
        Control("CIS Kubernetes", "1.12", "5.2.7"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
