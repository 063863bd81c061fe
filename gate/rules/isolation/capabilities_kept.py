"""A container that keeps capabilities it may not need."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes capabilities.drop and .add; Compose cap_drop and cap_add.
# Allowed: drop has ALL, add has at most NET_BIND_SERVICE.

RULE = Rule(
    id="ISO025",
    name="capabilities-kept",
    title="keeps capabilities of the default set",
    severity="low",
    remedy="drop ALL, and add back NET_BIND_SERVICE at most",
    facts=("H.drop_all",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.4"),
        Control("CIS Kubernetes", "1.12", "5.2.9"),
        Control("Pod Security Standards", "restricted", "capabilities_restricted"),
        Control("StackRox", "2026-08-22", "Drop All Capabilities"),
    ),
)
