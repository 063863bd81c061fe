"""An image that is built on the network of the builder's host."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Compose build.network, build.entitlements; the same of Bake; `docker build --network`, `--allow`.
# Allowed: absent, any network but `host`, no network.host.

RULE = Rule(
    id="ISO045",
    name="build-on-host-network",
    title="is built on the network of the builder's host",
    severity="low",
    remedy="remove `network: host` and the entitlement from the build",
    facts=("W.build_host_net",),
    version=2,
)
