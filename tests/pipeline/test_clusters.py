"""What clusters in sight make of pods, and what is said of the clusters themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.linking.clusters import fits
from tests.verbs import check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

POD = """apiVersion: v1
kind: Pod
metadata: {name: run, namespace: jobs, labels: {tier: batch}}
spec:
  RUNTIME
  containers:
  - {name: run, image: "registry.example/run:2.0.1"}
"""
ASKING = POD.replace("RUNTIME", "runtimeClassName: gvisor")
SILENT = POD.replace("  RUNTIME\n", "")

CLUSTER = 'resource "google_container_cluster" "{0}" {{\n  name = "{0}"\n  {1}\n}}\n'
POOL = """resource "google_container_node_pool" "{0}" {{
  cluster = google_container_cluster.{0}.name
  node_config {{
    sandbox_config {{
      sandbox_type = "gvisor"
    }}
  }}
}}
"""
FARGATE = """resource "aws_eks_cluster" "{0}" {{
  name = "{0}"
}}
resource "aws_eks_fargate_profile" "{0}" {{
  cluster_name = aws_eks_cluster.{0}.name
  selector {{
    {1}
  }}
}}
"""
ONE = CLUSTER.format("one", "") + POOL.format("one")
TWO = CLUSTER.format("two", "")
AUTOPILOT = CLUSTER.format("one", "enable_autopilot = true")
DECLARED = "version: 1\nworkloads:\n- {name: run, match: {name: run}, sensitivity: internal, code_trust: untrusted}\n"


def judged(capsys: pytest.CaptureFixture[str], folder: Path, pod: str, **files: str) -> Any:
    """Judge one pod beside files, `__` in whose names is a dot, and return its report."""
    named = {name.replace("__", "."): text for name, text in files.items()}
    write_all(folder, {"k8s/pod.yaml": pod, ".gate.yaml": DECLARED, **named})
    return check(capsys, folder).subject("/run")


def boundary(subject: Any) -> tuple[str, str, str]:
    """Return the levels and the grade."""
    return subject["boundary"]["worst"], subject["boundary"]["best"], subject["boundary"]["grade"]


def test_a_pod_alone_only_asserts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = judged(capsys, tmp_path, ASKING)
    assert found["boundary"]["grade"] == "asserted"
    assert "ISO049" in rules(found)
    assert found["verdict"] == "fail"


def test_a_pool_proves_the_sandbox_that_a_pod_asks_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = judged(capsys, tmp_path, ASKING, main__tf=ONE)
    assert boundary(found) == ("L4", "L4", "referenced")
    assert found["verdict"] == "pass"


def test_a_pool_alone_isolates_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = judged(capsys, tmp_path, SILENT, main__tf=ONE)
    assert found["boundary"]["worst"] == "L2"
    assert found["verdict"] == "fail"


def test_a_pool_without_a_sandbox_proves_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pool = POOL.format("one").replace('"gvisor"', '""')
    found = judged(capsys, tmp_path, ASKING, main__tf=CLUSTER.format("one", "") + pool)
    assert found["boundary"]["grade"] == "asserted"


def test_which_of_two_clusters_is_not_known(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = judged(capsys, tmp_path, ASKING, main__tf=ONE + TWO)
    assert found["verdict"] == "undecided"
    assert found["boundary"]["worst"] == "L2"


def test_clusters_that_agree_need_not_be_told_apart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = judged(capsys, tmp_path, ASKING, main__tf=ONE + TWO + POOL.format("two"))
    assert boundary(found) == ("L4", "L4", "referenced")


def test_the_declaration_settles_which(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_all(tmp_path, {"k8s/pod.yaml": ASKING, "main.tf": ONE + TWO})
    write_all(tmp_path, {".gate.yaml": DECLARED + "platform: {runtimes: {gvisor: gvisor}}\n"})
    assert boundary(check(capsys, tmp_path).subject("/run")) == ("L4", "L4", "declared")


@pytest.mark.parametrize("kind", ["var.kind", 'var.on ? "gvisor" : ""', "local.missing"])
def test_a_sandbox_that_nobody_can_know_is_undecided(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    found = judged(capsys, tmp_path, ASKING, main__tf=ONE.replace('"gvisor"', kind))
    assert found["verdict"] == "undecided"


def test_one_file_is_judged_by_the_clusters_of_the_whole_tree(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = {"k8s/pod.yaml": ASKING, ".git/HEAD": "", ".gate.yaml": DECLARED, "infra/one.tf": ONE}
    write_all(tmp_path, files)
    assert check(capsys, tmp_path / "k8s/pod.yaml").subject("/run")["verdict"] == "pass"
    write_all(tmp_path, {"infra/two.tf": TWO})
    assert check(capsys, tmp_path / "k8s/pod.yaml").subject("/run")["verdict"] == "undecided"
    assert check(capsys, tmp_path / "k8s", tmp_path / "infra/one.tf").subject("/run")["verdict"] == "undecided"


def test_autopilot_filters_and_has_the_sandbox(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    silent = judged(capsys, tmp_path, SILENT, main__tf=AUTOPILOT)
    assert "seccomp_unconfirmed" not in silent["boundary"]["modifiers"]
    asking = judged(capsys, tmp_path, ASKING, main__tf=AUTOPILOT)
    assert boundary(asking) == ("L4", "L4", "referenced")


def test_autopilot_beside_another_cluster_says_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    silent = judged(capsys, tmp_path, SILENT, main__tf=AUTOPILOT + TWO)
    assert "seccomp_unconfirmed" in silent["boundary"]["modifiers"]


def test_autopilot_may_be_declared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_all(tmp_path, {"pod.yaml": ASKING, ".gate.yaml": DECLARED + "platform: {gke: {mode: autopilot}}\n"})
    assert boundary(check(capsys, tmp_path).subject("/run")) == ("L4", "L4", "declared")


@pytest.mark.parametrize(
    ("name", "runtime", "level"),
    [
        ("kata-vm-isolation", "KataVmIsolation", "L5"),
        ("kata-mshv-vm-isolation", "KataMshvVmIsolation", "L5"),
        ("kata-vm-isolation", "OCIContainer", "L2"),
        ("kata-cc-isolation", "KataVmIsolation", "L2"),
    ],
)
def test_pod_sandboxing_on_aks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, runtime: str, level: str
) -> None:
    pool = (
        'resource "azurerm_kubernetes_cluster_node_pool" "kata" {\n'
        f'  kubernetes_cluster_id = azurerm_kubernetes_cluster.main.id\n  workload_runtime = "{runtime}"\n}}\n'
    )
    found = judged(capsys, tmp_path, POD.replace("RUNTIME", f"runtimeClassName: {name}"), main__tf=pool)
    assert found["boundary"]["worst"] == level


@pytest.mark.parametrize(
    ("selector", "level"),
    [
        ('namespace = "jobs"', "L5"),
        ('namespace = "job?"', "L5"),
        ('namespace = "*"\n labels = { tier = "bat*" }', "L5"),
        ('namespace = "default"', "L2"),
        ('namespace = "jobs"\n labels = { tier = "web" }', "L2"),
        ('namespace = "jobs"\n labels = { team = "a" }', "L2"),
        ("namespace = var.namespace", "L2"),
    ],
)
def test_a_fargate_profile_takes_what_it_selects(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, selector: str, level: str
) -> None:
    found = judged(capsys, tmp_path, SILENT, main__tf=FARGATE.format("one", selector))
    assert found["boundary"]["worst"] == level
    if level == "L5":
        assert found["boundary"]["grade"] == "referenced"
        assert found["boundary"]["location"]["path"] == "main.tf"


def test_what_fargate_refuses_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pod = SILENT.replace("spec:\n", "spec:\n  hostNetwork: true\n  volumes: [{name: a, hostPath: {path: /a}}]\n")
    pod = pod.replace('run:2.0.1"}', 'run:2.0.1", securityContext: {privileged: true}, ports: [{hostPort: 80}]}')
    found = judged(capsys, tmp_path, pod, main__tf=FARGATE.format("one", 'namespace = "jobs"'))
    refused = [one["message"] for one in found["findings"] if one["rule"] == "ISO054"]
    assert len(refused) == 4
    anywhere = judged(capsys, tmp_path, pod, main__tf=FARGATE.format("one", 'namespace = "web"'))
    assert "ISO054" not in rules(anywhere)


def test_daemons_are_never_on_fargate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pod = (
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: run, namespace: jobs}\n"
        "spec: {template: {spec: {containers: [{name: run, image: i}]}}}\n"
    )
    found = judged(capsys, tmp_path, pod, main__tf=FARGATE.format("one", 'namespace = "jobs"'))
    assert found["boundary"]["worst"] == "L2"


def test_fargate_in_one_of_two_clusters_is_not_certain(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = 'resource "aws_eks_cluster" "two" {\n  name = "two"\n}\n'
    found = judged(capsys, tmp_path, SILENT, main__tf=FARGATE.format("one", 'namespace = "jobs"') + other)
    assert found["verdict"] == "undecided"


def test_a_pod_that_may_be_anywhere_is_not_certainly_on_fargate(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pod = SILENT.replace(", namespace: jobs", "")
    by_default = judged(capsys, tmp_path, pod, main__tf=FARGATE.format("one", 'namespace = "default"'))
    assert by_default["verdict"] == "undecided"
    elsewhere = judged(capsys, tmp_path, pod, main__tf=FARGATE.format("one", 'namespace = "kube-system"'))
    assert elsewhere["verdict"] == "fail"


def test_clusters_alone_are_something_to_judge(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = check(capsys, write_all(tmp_path, {"main.tf": CLUSTER.format("one", 'min_master_version = "1.29"')}))
    assert answer.status == 0
    assert answer.report["verdict"] == "warn"
    assert [(one["rule"], one["location"]["line"]) for one in answer.report["findings"]] == [("AGE011", 3)]
    assert answer.report["coverage"]["not_understood"] == []


def test_a_policy_may_require_a_cluster_that_is_fixed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    policy = "version: 1\nname: ours\nextends: standard\nrequire: [AGE011]\n"
    write_all(tmp_path, {"main.tf": CLUSTER.format("one", 'min_master_version = "1.29"'), "ours.yaml": policy})
    assert check(capsys, "--policy", tmp_path / "ours.yaml", tmp_path / "main.tf").status == 1


@pytest.mark.parametrize(
    ("version", "outcomes"),
    [("1.29", ["failed"]), ("1.33", ["undecided"]), ("1.35", []), ("1.19", ["failed"]), ("1.99", [])],
)
def test_a_declared_version(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, version: str, outcomes: list[str]
) -> None:
    declared = f'version: 1\nplatform: {{kubernetes: {{version: "{version}"}}}}\n'
    write_all(tmp_path, {"pod.yaml": SILENT, ".gate.yaml": declared})
    found = check(capsys, tmp_path).report["findings"]
    assert [one["outcome"] for one in found] == outcomes
    assert all((one["rule"], one["location"]["path"]) == ("AGE011", ".gate.yaml") for one in found)


@pytest.mark.parametrize(("version", "count"), [("4.12", 1), ("4.21", 0)])
def test_a_declared_version_of_openshift(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, version: str, count: int
) -> None:
    declared = f'version: 1\nplatform: {{openshift: {{version: "{version}"}}}}\n'
    write_all(tmp_path, {"pod.yaml": SILENT, ".gate.yaml": declared})
    assert len(check(capsys, tmp_path).report["findings"]) == count


@pytest.mark.parametrize(
    ("text", "pattern", "answer"),
    [
        ("jobs", "jobs", True),
        ("jobs", "j*s", True),
        ("jobs", "*", True),
        ("", "*", True),
        ("jobs", "job?", True),
        ("job", "job?", False),
        ("jobs", "", False),
        ("a" * 200 + "b", "*a" * 100 + "c", False),
        ("xaya", "*a", True),
    ],
)
def test_patterns_of_fargate(text: str, pattern: str, *, answer: bool) -> None:
    assert fits(text, pattern) is answer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CLUSTER.format("one", ""), "google_container_node_pool"),
        ('resource "azurerm_kubernetes_cluster" "one" {\n}\n', "azurerm_kubernetes_cluster_node_pool"),
        ('resource "aws_eks_cluster" "one" {\n}\n', "aws_eks_fargate_profile"),
        ("", "handler: runsc"),
        (CLUSTER.format("one", "") + 'resource "aws_eks_cluster" "one" {\n}\n', "handler: runsc"),
    ],
)
def test_the_way_up_is_that_of_the_provider(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    found = judged(capsys, tmp_path, SILENT, main__tf=text)
    assert any(said in one["snippet"] for one in found["suggestions"])
