"""Kinds of operators that nobody listed: containers whose image the operator adds, and policies about pods."""

from __future__ import annotations

import pytest

from gate.model.evidence import known
from tests.readers.kubernetes import read, values, workload

HEAD = "apiVersion: elasticsearch.k8s.elastic.co/v1\nkind: Elasticsearch\nmetadata: {name: e}\n"
PRIVILEGED = "{name: sysctl, securityContext: {privileged: true}}"


@pytest.mark.parametrize(
    "spec",
    [
        f"{{initContainers: [{PRIVILEGED}]}}",
        f"{{containers: [{PRIVILEGED}]}}",
        f"{{containers: [{{name: e}}], initContainers: [{PRIVILEGED}]}}",
        f"{{containers: [], initContainers: [{PRIVILEGED}]}}",
    ],
)
def test_containers_that_an_operator_gives_an_image_are_judged(spec: str) -> None:
    """The first example is the operator's own for `vm.max_map_count`."""
    found = workload(f"{HEAD}spec: {{nodeSets: [{{podTemplate: {{spec: {spec}}}}}]}}\n")
    assert found.id == "k.yaml#Elasticsearch/e"
    assert True in [known(one.privilege.privileged) for one in values(found.containers)]


def test_the_pod_around_init_containers_alone_counts() -> None:
    found = workload(f"{HEAD}spec: {{podTemplate: {{spec: {{hostPID: true, initContainers: [{PRIVILEGED}]}}}}}}\n")
    assert known(found.namespaces.pid) == "host"


@pytest.mark.parametrize(
    "more", ["containers: [{name: a}]", "containers: [a]", "containers: {name: a, command: b}", "initContainers: []"]
)
def test_what_only_shares_a_name_with_containers_is_none(more: str) -> None:
    reading = read(f"{HEAD}spec: {{template: {{spec: {{{more}}}}}}}\n")
    assert not reading.subjects
    assert not reading.problems


POLICY = """\
apiVersion: {group}/v1
kind: Policy
metadata: {{name: p}}
spec: {{pattern: {{spec: {{containers: [{{image: '*:*'}}]}}}}}}
"""


@pytest.mark.parametrize("group", ["kyverno.io", "policies.kyverno.io", "constraints.gatekeeper.sh"])
def test_a_policy_about_pods_is_no_pod(group: str) -> None:
    reading = read(POLICY.format(group=group))
    assert not reading.subjects
    assert [one.reason for one in reading.skipped] == [
        "a policy for admission says what others may start, and starts nothing"
    ]


def test_a_policy_without_pods_needs_no_word() -> None:
    assert not read("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {rules: []}\n").skipped
