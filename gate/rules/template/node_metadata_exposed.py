"""Nodes whose pods reach the metadata of the machine."""

from __future__ import annotations

from gate.model.cluster import NodePool
from gate.model.evidence import Stated
from gate.model.rule import Control, Rule
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.cluster import Cluster
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: workload_metadata_config.mode, node_metadata before it.
# Allowed: GKE_METADATA, and nothing written, which the cluster's workload identity decides.
EXPOSING = frozenset({"EXPOSE", "EXPOSED", "GCE_METADATA"})


def check(one: Cluster | NodePool, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask whether the machine's metadata is left open to pods."""
    if isinstance(one, NodePool) and isinstance(one.metadata, Stated) and one.metadata.value.upper() in EXPOSING:
        yield yes(one.metadata.at, f"pods on the nodes of {one.name} reach the credentials of the node")


RULE = Rule(
    id="TPL021",
    name="node-metadata-exposed",
    title="lets pods take the credentials of its nodes",
    severity="high",
    remedy='use workload identity: `mode = "GKE_METADATA"`',
    check=check,
    controls=(Control("CIS Google Kubernetes Engine", "1.9.0", "5.4.1"),),
)
