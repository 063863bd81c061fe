"""Nodes with a sandbox that no workload asks for."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: sandbox_config (GKE), workload_runtime (AKS), beside runtimeClassName of the pods in sight.
# Allowed: at least one pod that asks for the sandbox, and trees without pods, whose workloads are elsewhere.

RULE = Rule(
    id="TPL022",
    name="unused-sandbox-pool",
    title="has a sandbox that no workload in sight asks for",
    severity="low",
    remedy="set `runtimeClassName` in the pods that are meant to run there, or remove the pool",
)
