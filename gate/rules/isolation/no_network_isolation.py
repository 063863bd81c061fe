"""A workload that anybody around it may reach, or that may reach anybody."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes NetworkPolicy spec.podSelector, policyTypes, ingress, egress.
# `docker run --network`. Compose services.networks, network_mode, networks.internal, driver, driver_opts.
# Podman `--network`; quadlet Network=, and of a `.network` unit Internal=, Driver=, Options=. ECS networkMode, and the
#   rules of the security groups of a service. Marathon networks, container.docker.network. LXC lxc.net. Incus devices.
# Allowed: a policy that selects the pod in both directions, and none that lets everything through; elsewhere networks
#   of which it is written who is on them, and that lead nowhere.

RULE = Rule(
    id="ISO071",
    name="no-network-isolation",
    title="is not kept apart on the network",
    severity="low",
    remedy="name who may reach it and whom it may: by a NetworkPolicy of both types, or networks of its own",
    facts=("A.unsegmented",),
    controls=(
        Control("CIS Kubernetes", "1.12", "5.3.2"),
        Control("NSA/CISA Kubernetes Hardening Guide", "1.2", "Network separation and hardening"),
        Control("NIST SP 800-190", "1.0", "4.3.3"),
        Control("StackRox", "2026-08-22", "Deployments should have at least one ingress Network Policy"),
        Control("StackRox", "2026-08-22", "Deployments should have at least one egress Network Policy"),
    ),
)
