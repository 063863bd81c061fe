"""What keeps a pod apart on the network: policies that select it, in each direction, and none that undoes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.verbs import check, write_all

if TYPE_CHECKING:
    from pathlib import Path

RULE = "ISO071"
POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web, tier: front}}\n"
    "spec: {containers: [{name: c, image: i}]}\n"
)
BOTH = "no policy in sight restricts who may reach web, or whom it may"
IN, OUT = "no policy in sight restricts who may reach web", "no policy in sight restricts whom web may reach"
CLOSED = "policyTypes: [Ingress, Egress]"


def policy(spec: str, selector: str = "{}", namespace: str = "shop", version: str = "networking.k8s.io/v1") -> str:
    return (
        f"apiVersion: {version}\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: {namespace}}}\n"
        f"spec: {{podSelector: {selector}, {spec}}}\n"
    )


def found(
    folder: Path, capsys: pytest.CaptureFixture[str], *policies: str, pod: str = POD, gate: str = ""
) -> list[tuple[str, str, str]]:
    files = {"pod.yaml": "---\n".join([pod, *policies]), ".git/HEAD": ""}
    write_all(folder, {**files, **({".gate.yaml": gate} if gate else {})})
    (subject,) = check(capsys, folder / "pod.yaml").report["subjects"]
    return said(subject)


def said(subject: Any) -> list[tuple[str, str, str]]:
    return [(one["outcome"], one["message"], one["severity"]) for one in subject["findings"] if one["rule"] == RULE]


@pytest.mark.parametrize(
    ("policies", "messages"),
    [
        ([], [BOTH]),
        ([policy(CLOSED)], []),
        ([policy(CLOSED, "{matchLabels: {app: web}}")], []),
        ([policy(CLOSED, "{matchLabels: {app: other}}")], [BOTH]),
        ([policy(CLOSED, "{matchExpressions: [{key: tier, operator: In, values: [front, back]}]}")], []),
        ([policy(CLOSED, "{matchExpressions: [{key: tier, operator: NotIn, values: [front]}]}")], [BOTH]),
        ([policy(CLOSED, "{matchExpressions: [{key: tier, operator: Exists}]}")], []),
        ([policy(CLOSED, "{matchExpressions: [{key: tier, operator: DoesNotExist}]}")], [BOTH]),
        ([policy(CLOSED, namespace="other")], [BOTH]),
        ([policy("ingress: []")], [OUT]),
        ([policy("egress: []")], []),
        ([policy("policyTypes: [Egress]")], [IN]),
        ([policy("policyTypes: [Ingress]"), policy("policyTypes: [Egress]")], []),
        ([policy(f"{CLOSED}, ingress: [{{}}]")], [IN]),
        ([policy(f"{CLOSED}, egress: [{{to: [{{ipBlock: {{cidr: 0.0.0.0/0}}}}]}}]")], [OUT]),
        ([policy(f"{CLOSED}, egress: [{{to: [{{ipBlock: {{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}}}]}}]")], []),
        ([policy(f"{CLOSED}, ingress: [{{from: [{{namespaceSelector: {{}}}}]}}]")], [IN]),
        ([policy(f"{CLOSED}, ingress: [{{from: [{{podSelector: {{}}}}]}}]")], []),
        ([policy(f"{CLOSED}, ingress: [{{ports: [{{port: 80}}]}}]")], []),
        ([policy(CLOSED), policy("ingress: [{}]")], [IN]),
        ([policy(CLOSED), policy("ingress: [{}]", "{matchLabels: {app: other}}")], []),
    ],
)
def test_what_policies_close(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], policies: list[str], messages: list[str]
) -> None:
    assert found(tmp_path, capsys, *policies) == [("failed", message, "low") for message in messages]


@pytest.mark.parametrize(
    "policies",
    [
        [policy(CLOSED, "{matchLabels: {app: '{{ app }}'}}")],
        [policy("policyTypes: ['{{ type }}']")],
        [policy("", version="cilium.io/v2").replace("NetworkPolicy", "CiliumNetworkPolicy")],
        [policy("", version="projectcalico.org/v3").replace("NetworkPolicy", "GlobalNetworkPolicy")],
        [policy(CLOSED), policy("ingress: [{}], egress: [{}]", "{matchLabels: {app: '{{ app }}'}}")],
    ],
)
def test_what_cannot_be_known_is_undecided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], policies: list[str]
) -> None:
    assert [outcome for outcome, *_ in found(tmp_path, capsys, *policies)] == ["undecided", "undecided"]


def test_no_policy_reaches_the_hosts_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pod = POD.replace("spec: {", "spec: {hostNetwork: true, ")
    assert [message for _, message, _ in found(tmp_path, capsys, policy(CLOSED), pod=pod)] == [BOTH]


@pytest.mark.parametrize(
    ("gate", "severity"),
    [
        ("version: 1\nworkloads: [{name: w, match: {name: web}, sensitivity: internal}]\n", "low"),
        ("version: 1\nworkloads: [{name: w, match: {name: web}, sensitivity: confidential}]\n", "high"),
        ("version: 1\nworkloads: [{name: w, match: {name: web}, sensitivity: restricted}]\n", "high"),
        ("version: 1\nplatform: {placement: shared}\n", "high"),
        ("version: 1\nworkloads: [{name: w, match: {name: web}, sensitivity: public, placement: shared}]\n", "high"),
    ],
)
def test_it_matters_to_what_is_worth_reaching_or_shares_its_hosts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], gate: str, severity: str
) -> None:
    assert found(tmp_path, capsys, gate=gate) == [("failed", BOTH, severity)]


def test_where_it_matters_policies_are_looked_for_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"net/closed.yaml": policy(CLOSED)})
    assert found(tmp_path, capsys, pod=POD.replace("{app: web", "{boundary-gate.io/class: restricted, app: web")) == []


def test_a_container_of_nerdctl_is_not_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"run.sh": "nerdctl run i\n"})
    (subject,) = check(capsys, tmp_path / "run.sh").report["subjects"]
    assert said(subject) == []


def test_no_policy_of_a_cluster_speaks_of_a_service_of_compose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compose = "services: {web: {image: i, network_mode: bridge, x-gate: {class: restricted}}}\n"
    write_all(tmp_path, {"compose.yaml": compose, ".git/HEAD": "", "net/closed.yaml": policy(CLOSED)})
    (subject,) = check(capsys, tmp_path / "compose.yaml").report["subjects"]
    assert [outcome for outcome, *_ in said(subject)] == ["failed"]
