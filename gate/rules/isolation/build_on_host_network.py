"""An image that is built on the network of the builder's host."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Compose build.network.
# Allowed: absent, any network but `host`.

RULE = Rule(
    id="ISO045",
    name="build-on-host-network",
    title="is built on the network of the builder's host",
    severity="low",
    remedy="remove `network: host` from the build",
    facts=("W.build_host_net",),
)
