"""Nodes that nothing renews by itself."""

from __future__ import annotations

from gate.model.cluster import NodePool
from gate.model.evidence import Stated, Unknown, known
from gate.model.rule import Control, Rule
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.cluster import Cluster
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: management.auto_upgrade and release_channel.channel (GKE); node_os_upgrade_channel (AKS).
# Allowed: what is on, and nothing written, because GKE and AKS then renew nodes by themselves.


def check(one: Cluster | NodePool, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask whether automatic upgrades are switched off."""
    if isinstance(one, NodePool):
        if isinstance(one.upgraded, Unknown):
            reason = one.upgraded.reason
            yield unknown(one.upgraded.at, f"whether the nodes of {one.name} are upgraded is not known: {reason}")
        elif isinstance(one.upgraded, Stated) and one.upgraded.value is False:
            yield yes(one.upgraded.at, f"the nodes of {one.name} are not upgraded automatically")
    elif one.provider == "gke" and (known(one.channel) or "").upper() == "UNSPECIFIED":
        yield yes(one.channel.at, f"{one.name} is in no release channel")


RULE = Rule(
    id="TPL020",
    name="node-auto-upgrade-off",
    title="switches off what renews its nodes",
    severity="medium",
    remedy="leave automatic upgrades on, and choose a release channel and a maintenance window",
    check=check,
    controls=(
        Control("CIS Google Kubernetes Engine", "1.9.0", "5.5.3"),
        Control("CIS Google Kubernetes Engine", "1.9.0", "5.5.4"),
    ),
)
