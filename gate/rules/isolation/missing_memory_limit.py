"""A container that may use up the memory of its host."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes resources.limits.memory; Compose mem_limit, deploy.resources.limits.memory.
# Allowed: a limit.

RULE = Rule(
    id="ISO042",
    name="missing-memory-limit",
    title="has no memory limit",
    severity="low",
    remedy="set `resources.limits.memory` or `mem_limit`",
    facts=("H.limits",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.11"),
        Control("StackRox", "2026-08-22", "No CPU request or memory limit specified"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Network separation and hardening"),
    ),
)
