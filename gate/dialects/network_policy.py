"""NetworkPolicies, and those of OpenShift and of network plugins that are not read but may do the same.

Fields: kubernetes/api `networking/v1/types.go`.
"""

from __future__ import annotations

from gate.dialects.reading import as_spelling
from gate.model.evidence import Defaulted, Stated
from gate.model.segments import NetworkPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.reading import Fields
    from gate.model.segments import Effect, Wanted

GROUPS = frozenset({"networking.k8s.io", "extensions"})

#: Kinds of others that keep segments apart, by group.
OTHERS = frozenset(
    {
        ("policy.networking.k8s.io", "AdminNetworkPolicy"),
        ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
        ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
        ("cilium.io", "CiliumNetworkPolicy"),
        ("cilium.io", "CiliumClusterwideNetworkPolicy"),
        ("projectcalico.org", "NetworkPolicy"),
        ("projectcalico.org", "GlobalNetworkPolicy"),
        ("crd.projectcalico.org", "NetworkPolicy"),
        ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    }
)
_OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


def policy(fields: Fields, namespace: str) -> NetworkPolicy:
    """Read a NetworkPolicy."""
    spec = fields.sub("spec")
    doubts: list[str] = [spec.reason] if spec.reason else []
    selector = tuple(_wanted(spec.sub("podSelector"), doubts))
    types = spec.strings("policyTypes")
    named = {member.value for member in types.members if isinstance(member, Stated)}
    directions = named or ({"Ingress", "Egress"} if spec.has("egress") else {"Ingress"})
    if types.open_because or not all(isinstance(member, Stated) for member in types.members):
        doubts.append("the directions that it speaks of cannot be known")
        directions = {"Ingress", "Egress"}
    ingress, egress = (
        _effect(spec, rules, peers, doubts) if direction in directions else "silent"
        for direction, rules, peers in (("Ingress", "ingress", "from"), ("Egress", "egress", "to"))
    )
    return NetworkPolicy(namespace, selector, ingress, egress, fields.at, doubts[0] if doubts else "")


def other(fields: Fields, kind: str, namespace: str | None) -> NetworkPolicy:
    """Return a policy of a kind that is not read."""
    reason = f"what a {kind} does is not read"
    return NetworkPolicy(namespace, (), "closes", "closes", fields.at, reason)


def _wanted(selector: Fields, doubts: list[str]) -> Iterator[Wanted]:
    labels = selector.sub("matchLabels")
    for key in labels.names():
        value = labels.setting(key, "", "a string", as_spelling)
        if isinstance(value, Stated | Defaulted):
            yield key, "In", (value.value,)
        else:
            doubts.append("which labels it selects by cannot be known")
    expressions, reason = selector.mappings("matchExpressions")
    for one in expressions:
        key_, operator, values = one.text("key"), one.text("operator"), one.strings("values")
        named = tuple(member.value for member in values.members if isinstance(member, Stated))
        known = isinstance(key_, Stated) and isinstance(operator, Stated) and operator.value in _OPERATORS
        if known and len(named) == len(values.members) and values.complete:
            yield key_.value, operator.value, named  # type: ignore[union-attr, misc]
        else:
            reason = "an expression that it selects by cannot be known"
    doubts += [reason] if reason else []


def _effect(spec: Fields, rules: str, peers: str, doubts: list[str]) -> Effect:
    members, reason = spec.mappings(rules)
    doubts += [reason] if reason else []
    return "opens" if any(_lets_all(rule, peers) for rule in members) else "closes"


def _lets_all(rule: Fields, peers: str) -> bool:
    """Say whether a rule lets everybody through on every port."""
    if rule.reason or rule.items("ports").nodes:
        return False
    members, reason = rule.mappings(peers)
    return not reason and (not members or any(_is_anybody(peer) for peer in members))


def _is_anybody(peer: Fields) -> bool:
    block = peer.sub("ipBlock")
    if block.present:
        cidr = block.text("cidr")
        return isinstance(cidr, Stated) and cidr.value in _EVERYWHERE and not block.items("except").nodes
    spaces, pods = peer.sub("namespaceSelector"), peer.sub("podSelector")
    return spaces.present and not spaces.names() and not spaces.reason and not pods.names() and not pods.reason
