"""A container that reaches the socket of the engine."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes volumes[].hostPath; Compose volumes, use_api_socket; any parent folder of a socket counts, read-
#   only or not.
# Allowed: no mount that leads to a socket of Docker, containerd, CRI-O, Podman, BuildKit, systemd, D-Bus, snapd, LXD
#   or libvirt.

RULE = Rule(
    id="ISO009",
    name="engine-socket",
    title="reaches the engine's socket, which is root on the host",
    severity="critical",
    remedy="take the socket out; give the tool a proxy that allows only what it needs, or an API of its own",
    facts=("G.runtime_socket",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.32"),
        Control("Pod Security Standards", "baseline", "hostPathVolumes"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
        Control("StackRox", "2026-08-22", "Mount Container Runtime Socket"),
    ),
)
