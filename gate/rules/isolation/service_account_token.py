"""A pod that is handed credentials of the cluster."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes automountServiceAccountToken of the pod.
# Allowed: false.

RULE = Rule(
    id="ISO043",
    name="service-account-token",
    title="is handed a service account token",
    severity="low",
    remedy="set `automountServiceAccountToken: false`, unless it calls the API server",
    facts=("H.no_sa_token",),
    controls=(
        Control("CIS Kubernetes", "1.12", "5.1.6"),
        Control("StackRox", "2026-08-22", "Pod Service Account Token Automatically Mounted"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Kubernetes Pod security"),
    ),
)
