"""A seccomp profile of one's own that names no file."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes seccompProfile.type Localhost with localhostProfile.
# Allowed: a name.

RULE = Rule(
    id="ISO032",
    name="seccomp-profile-without-file",
    title="asks for a profile of its own without naming one",
    severity="medium",
    remedy="set `localhostProfile`",
    facts=("A.seccomp_without_file",),
    controls=(Control("Pod Security Standards", "baseline", "seccompProfile_baseline"),),
)
