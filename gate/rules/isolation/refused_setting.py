"""A setting that the platform refuses beside what else is written."""

from __future__ import annotations

from gate.model.rule import Rule

# Fields: Amazon ECS: what Fargate does not take (privileged, host namespaces, devices, paths of the host, security
#   options, capabilities but SYS_PTRACE), a launch type that the task definition is not checked against, isolationMode
#   outside of managed instances. Docker Swarm: keys that the schema of stacks does not have, or their loader refuses.
# Allowed: settings that the launch type has.

RULE = Rule(
    id="ISO054",
    name="refused-setting",
    title="asks for what its platform refuses, so it cannot start as it is written",
    severity="medium",
    remedy="remove the setting, or run it where the setting exists",
    facts=("A.refused_key",),
)
