"""Nodes that boot a system nobody fixes any more."""

from __future__ import annotations

from gate.freshness.clusters import images
from gate.model.cluster import NodePool
from gate.model.rule import Control, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.cluster import Cluster
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: image_type (GKE), ami_type and amiFamily (EKS), os_sku (AKS).
# Allowed: images of a system that still gets security fixes, and names that say nothing of a release.


def check(one: Cluster | NodePool, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask of a pool whether the system of its nodes has ended."""
    if isinstance(one, NodePool):
        yield from images(one, tables, now)


RULE = Rule(
    id="AGE012",
    name="end-of-life-node-image",
    title="has nodes that boot a system without security fixes",
    severity="high",
    remedy="choose an image whose system is still fixed (AL2023 or Bottlerocket, COS_CONTAINERD, AzureLinux)",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
