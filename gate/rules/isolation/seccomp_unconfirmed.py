"""A pod of which nothing says that system calls are filtered."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes seccompProfile of pod and container; the declared kubelet default.
# Allowed: RuntimeDefault, Localhost; a cluster declared to default to one.

RULE = Rule(
    id="ISO031",
    name="seccomp-unconfirmed",
    title="may run without a filter for system calls",
    severity="low",
    remedy="set `seccompProfile: {type: RuntimeDefault}`, or declare `seccomp_default: true` for the cluster",
    facts=("A.seccomp_unconfirmed",),
    controls=(
        Control("CIS Kubernetes", "1.12", "5.6.2"),
        Control("Pod Security Standards", "restricted", "seccompProfile_restricted"),
    ),
)
