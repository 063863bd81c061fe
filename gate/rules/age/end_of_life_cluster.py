"""A cluster that runs a version of Kubernetes nobody fixes any more."""

from __future__ import annotations

from gate.freshness.clusters import versions
from gate.model.rule import Control, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.cluster import Cluster, NodePool
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: min_master_version, version, kubernetes_version, orchestrator_version and their like of clusters and pools;
# platform.kubernetes.version and platform.openshift.version of .gate.yaml, which the pipeline asks by itself.
# Allowed: every version that the provider still fixes, and a release channel that moves the cluster on.


def check(one: Cluster | NodePool, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask whether the version that it names has ended."""
    yield from versions(one, tables, now)


RULE = Rule(
    id="AGE011",
    name="end-of-life-cluster",
    title="runs a version of Kubernetes that gets no security fixes any more",
    severity="high",
    remedy="upgrade the cluster to a version that is still fixed, or let a release channel do it",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
