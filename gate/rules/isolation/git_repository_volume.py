"""A volume that the kubelet fills by fetching a repository."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes volumes[].gitRepo.
# Allowed: absent.

RULE = Rule(
    id="ISO070",
    name="git-repository-volume",
    title="has the kubelet fetch a repository for it",
    severity="high",
    remedy="fetch the repository in an init container, into an `emptyDir`",
    facts=("W.git_repo",),
    controls=(
        Control("Pod Security Standards", "restricted", "restrictedVolumes"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
