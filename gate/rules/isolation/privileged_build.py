"""An image that is built with the rights of the builder's host."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Compose build.privileged, build.entitlements; `buildx build --allow`; entitlements of targets of Bake.
# Allowed: absent, no security.insecure.

RULE = Rule(
    id="ISO044",
    name="privileged-build",
    title="is built with the rights of the builder's host",
    severity="high",
    remedy="remove `privileged` and the entitlement from the build",
    facts=("G.build_insecure",),
    version=2,
)
