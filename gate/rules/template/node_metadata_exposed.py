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

# Fields: workload_metadata_config.mode, node_metadata before it (GKE); metadata_options of launch templates (EKS, ECS).
# Allowed: GKE_METADATA; `http_tokens = "required"` with a hop limit of 1, and no endpoint; nothing written, which the
# workload identity of the cluster decides, or the defaults of the account.
EXPOSING = {
    "EXPOSE": "",
    "EXPOSED": "",
    "GCE_METADATA": "",
    "IMDSV1": ": they answer without a token",
    "A HOP LIMIT ABOVE 1": ": the hop limit lets their tokens reach containers",
}


def check(one: Cluster | NodePool, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask whether the machine's metadata is left open to pods."""
    if not isinstance(one, NodePool) or not isinstance(one.metadata, Stated):
        return
    word = one.metadata.value.upper()
    if word in EXPOSING:
        what = "containers" if one.provider == "ecs" else "pods"
        yield yes(
            one.metadata.at, f"{what} on the nodes of {one.name} reach the credentials of the node{EXPOSING[word]}"
        )


RULE = Rule(
    id="TPL021",
    name="node-metadata-exposed",
    title="lets pods take the credentials of its nodes",
    severity="high",
    remedy='use workload identity, `mode = "GKE_METADATA"`; on AWS, require tokens with a hop limit of 1',
    version=2,
    check=check,
    controls=(Control("CIS Google Kubernetes Engine", "1.9.0", "5.4.1"),),
)
