"""What is read of managed clusters, in every format that describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import pytest

from gate.data.machine_images import release_of
from gate.dialects.clusters import defined
from gate.linking.clusters import Fleet
from gate.model.cluster import Cluster, FargateProfile, NodePool, Selector
from gate.model.evidence import Stated, Unknown, known
from gate.model.reader import Reading
from gate.model.record import replace
from gate.model.source import Source
from gate.readers import clusters, ecs, kubernetes
from tests.readers.packer import Tree
from tests.verbs import gate, write_all

B = TypeVar("B", Cluster, NodePool, FargateProfile)

POOL = (
    'resource "google_container_node_pool" "box" {{\n  cluster = {cluster}\n  node_config {{\n    {config}\n  }}\n}}\n'
)

DYNAMIC = 'dynamic "sandbox_config" {{\n for_each = {}\n content {{\n sandbox_type = sandbox_config.value\n }}\n }}'


def read(files: dict[str, str], path: str = "main.tf") -> Reading:
    """Read one file of a tree."""
    source = Source(path, files[path].encode())
    assert clusters.READER.claims(source)
    return clusters.READER.read(source, Tree(files))


def terraform(text: str) -> Reading:
    """Read Terraform that has nothing wrong in it."""
    reading = read({"main.tf": text})
    assert reading.problems == ()
    return reading


def only(reading: Reading, kind: type[B]) -> B:
    """Return the one definition of a kind."""
    (found,) = (one.body for one in reading.definitions if isinstance(one.body, kind))
    return found


def pool(config: str, cluster: str = "google_container_cluster.main.name") -> NodePool:
    """Read a node pool of GKE."""
    return only(terraform(POOL.format(cluster=cluster, config=config)), NodePool)


@pytest.mark.parametrize("body", ['sandbox_type = "gvisor"', 'type = "GVISOR"', 'type = "gvisor"'])
def test_a_sandbox_in_every_spelling(body: str) -> None:
    found = pool(f"sandbox_config {{\n      {body}\n    }}").sandbox
    assert known(found) == "gvisor"
    assert found.at.line == 5


def test_a_pool_without_a_sandbox() -> None:
    found = pool('image_type = "COS_CONTAINERD"')
    assert (known(found.sandbox), known(found.image)) == ("", "COS_CONTAINERD")
    assert found.cluster == "#google_container_cluster.main"


@pytest.mark.parametrize(
    "config",
    [
        "sandbox_config {\n      sandbox_type = var.kind\n    }",
        DYNAMIC.format("var.boxes"),
        'sandbox_config {\n      sandbox_type = lookup(each.value, "box", "")\n    }',
    ],
)
def test_a_sandbox_that_nobody_can_know(config: str) -> None:
    assert isinstance(pool(config).sandbox, Unknown)


def test_a_dynamic_sandbox_that_is_known() -> None:
    config = DYNAMIC.format('["gvisor"]')
    assert known(pool(config).sandbox) == "gvisor"


@pytest.mark.parametrize(
    ("count", "certain"), [("1", [True]), ("0", []), ("var.n", [False]), ("var.some ? 1 : 0", [False])]
)
def test_a_pool_that_is_counted(count: str, certain: list[bool]) -> None:
    text = (
        'variable "n" {}\nvariable "some" {\n  default = false\n}\n'
        f'resource "google_container_node_pool" "a" {{\n  count = {count}\n}}\n'
    )
    found = [one.body for one in terraform(text).definitions]
    assert [one.certain for one in found if isinstance(one, NodePool)] == certain


def test_pools_for_each_of_unknown_things_are_not_certain() -> None:
    text = 'resource "google_container_node_pool" "a" {\n  for_each = var.pools\n  version = each.value.version\n}\n'
    found = only(terraform(text), NodePool)
    assert not found.certain
    assert isinstance(found.version, Unknown)


def test_pools_for_each_of_known_things() -> None:
    text = (
        'resource "google_container_node_pool" "a" {\n  for_each = { x = "COS", y = "UBUNTU" }\n'
        "  node_config {\n    image_type = each.value\n  }\n}\n"
    )
    found = [one.body for one in terraform(text).definitions]
    assert [known(one.image) for one in found if isinstance(one, NodePool)] == ["COS", "UBUNTU"]


def test_a_cluster_with_its_own_pools() -> None:
    text = """resource "google_container_cluster" "main" {
  name = "main"
  min_master_version = "1.35"
  enable_autopilot = true
  release_channel {
    channel = "RAPID"
  }
  node_config {
    workload_metadata_config {
      mode = "GCE_METADATA"
    }
  }
  node_pool {
    management {
      auto_upgrade = false
    }
  }
}
"""
    reading = terraform(text)
    cluster = only(reading, Cluster)
    assert (known(cluster.version), known(cluster.channel), known(cluster.autopilot)) == ("1.35", "RAPID", True)
    inner, default = (one.body for one in reading.definitions if isinstance(one.body, NodePool))
    assert (known(inner.upgraded), known(default.metadata)) == (False, "GCE_METADATA")


def test_an_override_file_is_laid_over_its_resource() -> None:
    files = {
        "main.tf": 'resource "google_container_cluster" "a" {\n  name = "a"\n  min_master_version = "1.29"\n}\n',
        "override.tf": 'resource "google_container_cluster" "a" {\n  min_master_version = "1.35"\n}\n',
    }
    found = only(read(files), Cluster)
    assert (known(found.version), found.name, found.version.at.path) == ("1.35", "a", "override.tf")
    assert read(files, "override.tf").definitions == ()


def test_eks_in_terraform() -> None:
    text = """resource "aws_eks_cluster" "main" {
  name = "main"
  version = "1.35"
  upgrade_policy {
    support_type = "STANDARD"
  }
}
resource "aws_eks_node_group" "workers" {
  cluster_name = aws_eks_cluster.main.name
  ami_type = "AL2_x86_64"
}
resource "aws_eks_fargate_profile" "jobs" {
  cluster_name = aws_eks_cluster.main.name
  selector {
    namespace = "jobs-*"
    labels = { tier = "batch" }
  }
  selector {
    namespace = var.other
  }
}
"""
    reading = terraform(text)
    cluster, profile = only(reading, Cluster), only(reading, FargateProfile)
    assert (cluster.provider, known(cluster.version), known(cluster.support)) == ("eks", "1.35", "STANDARD")
    assert known(only(reading, NodePool).image) == "AL2_x86_64"
    first, second = profile.selectors.members
    assert known(first) == Selector("jobs-*", (("tier", "batch"),))
    assert isinstance(second, Unknown)
    assert profile.cluster == cluster.key


@pytest.mark.parametrize("channel", ["automatic_upgrade_channel", "automatic_channel_upgrade"])
def test_aks_in_terraform(channel: str) -> None:
    text = f"""resource "azurerm_kubernetes_cluster" "main" {{
  name = "main"
  kubernetes_version = "1.35"
  support_plan = "AKSLongTermSupport"
  {channel} = "patch"
  default_node_pool {{
    os_sku = "AzureLinux"
    workload_runtime = "KataMshvVmIsolation"
  }}
}}
resource "azurerm_kubernetes_cluster_node_pool" "other" {{
  kubernetes_cluster_id = azurerm_kubernetes_cluster.main.id
  orchestrator_version = "1.34"
}}
"""
    reading = terraform(text)
    cluster = only(reading, Cluster)
    assert (known(cluster.channel), known(cluster.support)) == ("patch", "AKSLongTermSupport")
    default, other = (one.body for one in reading.definitions if isinstance(one.body, NodePool))
    assert (known(default.sandbox), known(default.image)) == ("KataMshvVmIsolation", "AzureLinux")
    assert (known(other.version), other.cluster) == ("1.34", cluster.key)


def test_a_call_of_googles_module() -> None:
    text = """module "gke" {
  source = "terraform-google-modules/kubernetes-engine/google//modules/beta-private-cluster"
  name = "main"
  kubernetes_version = "1.35"
  node_pools = [
    { name = "plain" },
    { name = "box", sandbox_enabled = true, image_type = "COS_CONTAINERD", auto_upgrade = "false" },
  ]
}
"""
    reading = terraform(text)
    assert known(only(reading, Cluster).channel) == "REGULAR"
    plain, box = (one.body for one in reading.definitions if isinstance(one.body, NodePool))
    assert (known(plain.sandbox), known(box.sandbox), known(box.upgraded)) == ("", "gvisor", False)
    assert (box.name, box.sandbox.at.line) == ("box", 7)


def test_submodules_of_googles_module() -> None:
    call = 'module "gke" {{\n  source = "terraform-google-modules/kubernetes-engine/google//modules/{}"\n}}\n'
    autopilot = only(terraform(call.format("beta-autopilot-private-cluster")), Cluster).autopilot
    assert isinstance(autopilot, Stated)
    assert autopilot.value
    assert terraform(call.format("workload-identity")).definitions == ()


def test_a_call_of_the_module_for_eks() -> None:
    text = """module "eks" {
  source = "terraform-aws-modules/eks/aws"
  name = "main"
  kubernetes_version = "1.35"
  fargate_profiles = {
    jobs = { selectors = [{ namespace = "jobs", labels = { a = "b" } }] }
  }
  eks_managed_node_groups = {
    workers = { ami_type = "BOTTLEROCKET_x86_64" }
  }
}
"""
    reading = terraform(text)
    assert known(only(reading, Cluster).version) == "1.35"
    assert [known(one) for one in only(reading, FargateProfile).selectors.members] == [Selector("jobs", (("a", "b"),))]
    assert known(only(reading, NodePool).image) == "BOTTLEROCKET_x86_64"


CLOUDFORMATION = """Conditions:
  Never: !Equals [a, b]
Resources:
  Main:
    Type: AWS::EKS::Cluster
    Properties: {Name: main, Version: "1.35", UpgradePolicy: {SupportType: EXTENDED}}
  Workers:
    Type: AWS::EKS::Nodegroup
    Properties: {ClusterName: !Ref Main, AmiType: AL2_x86_64}
  Jobs:
    Type: AWS::EKS::FargateProfile
    Properties:
      ClusterName: main
      Selectors:
      - Namespace: jobs
        Labels: [{Key: tier, Value: batch}]
  Other:
    Type: AWS::EKS::Nodegroup
    Condition: Never
    Properties: {ClusterName: !Ref Main}
"""


def test_eks_in_cloudformation() -> None:
    reading = read({"stack.yaml": CLOUDFORMATION}, "stack.yaml")
    cluster, workers, profile = only(reading, Cluster), only(reading, NodePool), only(reading, FargateProfile)
    assert (known(cluster.version), known(cluster.support), cluster.at.line) == ("1.35", "EXTENDED", 4)
    assert (workers.cluster, known(workers.image)) == (cluster.key, "AL2_x86_64")
    assert [known(one) for one in profile.selectors.members] == [Selector("jobs", (("tier", "batch"),))]
    assert profile.cluster == cluster.name


def objects(text: str) -> Reading:
    """Read objects of Kubernetes' shape."""
    source = Source("objects.yaml", text.encode())
    assert kubernetes.READER.claims(source)
    assert not clusters.READER.claims(source)
    return kubernetes.READER.read(source, Tree({}))


def test_config_connector() -> None:
    reading = objects("""apiVersion: container.cnrm.cloud.google.com/v1beta1
kind: ContainerCluster
metadata: {name: main}
spec: {enableAutopilot: true, releaseChannel: {channel: STABLE}, minMasterVersion: "1.35"}
---
apiVersion: container.cnrm.cloud.google.com/v1beta1
kind: ContainerNodePool
metadata: {name: box}
spec:
  clusterRef: {name: main}
  management: {autoUpgrade: false}
  nodeConfig: {sandboxConfig: {sandboxType: gvisor}, imageType: COS_CONTAINERD}
""")
    cluster, box = only(reading, Cluster), only(reading, NodePool)
    assert (known(cluster.autopilot), known(cluster.channel), known(cluster.version)) == (True, "STABLE", "1.35")
    assert (known(box.sandbox), known(box.upgraded), box.cluster) == ("gvisor", False, "main")


def test_eksctl() -> None:
    reading = objects("""apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: main, version: "1.35"}
managedNodeGroups:
- {name: workers, amiFamily: AmazonLinux2023}
fargateProfiles:
- name: jobs
  selectors: [{namespace: jobs, labels: {tier: batch}}]
""")
    assert known(only(reading, Cluster).version) == "1.35"
    assert known(only(reading, NodePool).image) == "AmazonLinux2023"
    assert [known(one) for one in only(reading, FargateProfile).selectors.members] == [
        Selector("jobs", (("tier", "batch"),))
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("main.tf", 'data "google_container_cluster" "a" {\n  name = "a"\n}\n'),
        ("main.tf", '# resource "aws_eks_cluster" "a" {}\n'),
        ("main.tf", 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'),
        ("policy.json", json.dumps({"Action": "eks:*", "Resource": "AWS::EKS::Cluster"})),
        ("a.yaml", "Type: AWS::EKS::Cluster\n"),
    ],
)
def test_what_is_not_claimed(path: str, text: str) -> None:
    assert not clusters.READER.claims(Source(path, text.encode()))


def test_a_template_with_tasks_too_has_one_reader() -> None:
    tasks = "  Task: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: []}}\n"
    source = Source("stack.yaml", (CLOUDFORMATION + tasks).encode())
    assert not clusters.READER.claims(source)
    assert ecs.READER.claims(source)
    assert only(ecs.READER.read(source, Tree({})), Cluster).provider == "eks"


def test_a_module_with_tasks_too_has_two() -> None:
    task = 'resource "aws_ecs_task_definition" "a" {\n  family = "a"\n  container_definitions = "[]"\n}\n'
    texts = {"main.tf": task + 'resource "aws_eks_cluster" "main" {\n  version = "1.29"\n}\n'}
    source = Source("main.tf", texts["main.tf"].encode())
    assert ecs.READER.claims(source)
    assert clusters.READER.claims(source)
    assert only(clusters.READER.read(source, Tree(texts)), Cluster).provider == "eks"


def test_what_is_broken_is_said() -> None:
    reading = read({"main.tf": 'resource "aws_eks_cluster" "a" {\n  version = "1.29\n}\n'})
    assert [problem.at.path for problem in reading.problems] == ["main.tf"]


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("UbuntuPro2204", "2034-04-25"),
        ("Ubuntu2404", "2036-05-31"),
        ("WindowsServer2022CoreContainer", "2031-10-14"),
        ("Bottlerocket", ""),
    ],
)
def test_an_image_of_eksctl_ends_with_its_release(
    name: str, ends: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    group = f"managedNodeGroups:\n- {{name: a, amiFamily: {name}}}\n"
    cluster = f"apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: main}}\n{group}"
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: pay}\nspec:\n  containers:\n  - {name: pay, image: 'pay:1'}\n"
    report = gate(
        capsys,
        "check",
        "--now",
        "2045-01-01",
        "--format",
        "json",
        write_all(tmp_path, {"c.yaml": cluster, "p.yaml": pod}),
    ).report
    said = [one["message"] for one in report["findings"] if one["rule"] == "AGE012" and one["outcome"] == "failed"]
    assert [message[-10:] for message in said] == ([ends] if ends else [])


LAUNCHED = """
resource "aws_eks_node_group" "n" {{
  cluster_name = "main"
  ami_type     = "CUSTOM"
  launch_template {{
    id = aws_launch_template.t.id
  }}
}}

resource "aws_launch_template" "t" {{
  {body}
}}

{rest}
"""


def launched(body: str, rest: str = "") -> NodePool:
    """Read a node group with a launch template."""
    return only(terraform(LAUNCHED.format(body=body, rest=rest)), NodePool)


def looked_up(text: str) -> NodePool:
    """Read a node group whose image is looked up by a name, which is an expression."""
    data = f'data "aws_ami" "d" {{\n  filter {{\n    name = "name"\n    values = [{text}]\n  }}\n}}\nvariable "v" {{}}'
    return launched("image_id = data.aws_ami.d.id", data)


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("amazon-eks-node-1.30-v*", "2"),
        ("amazon-eks-gpu-node-1.30-*", "2"),
        ("amazon-eks-node-al2023-x86_64-standard-1.30-*", "2023"),
        ("amazon-eks-node-*", None),
        ("amzn2-ami-ecs-hvm-2.0.*-x86_64-ebs", "2"),
        ("al2023-ami-ecs-hvm-*", "2023"),
        ("amzn-ami-hvm-*", "2018.03"),
        ("Windows_Server-2019-English-Core-EKS_Optimized-1.30-*", "2019"),
        ("ubuntu-eks/k8s_1.30/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*", "22.04"),
        ("/aws/service/canonical/ubuntu/eks/20.04/1.30/stable/current/amd64/hvm/ebs-gp2/ami-id", "20.04"),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended/image_id", "2"),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended", "2023"),
        ("/aws/service/ecs/optimized-ami/amazon-linux/recommended/image_id", "2018.03"),
        ("/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2", "2"),
        ("bottlerocket-aws-k8s-1.30-x86_64-v*", None),
        ("{{resolve:ssm:/aws/service/eks/optimized-ami/1.30/amazon-linux-2-gpu/recommended/image_id}}", "2"),
        ("al2@latest", "2"),
        ("al2023@v20240807", "2023"),
        ("ami-0abcdef1234567890", None),
    ],
)
def test_the_release_of_a_machine_image(name: str, release: str | None) -> None:
    found = release_of(name)
    assert (found[1] if found else None) == release


def test_a_launch_template_decides_before_the_type() -> None:
    found = looked_up('"amazon-eks-node-1.30-v*"')
    assert known(found.image) == "amazon-eks-node-1.30-v*"
    assert known(launched('image_id = "ami-1"').image) == "ami-1"
    assert known(launched("").image) == "CUSTOM"


def test_of_a_name_that_is_known_in_part_what_is_known_may_be_enough() -> None:
    assert known(looked_up('"amazon-eks-node-al2023-x86_64-standard-${var.v}-*"').image) is not None
    assert isinstance(looked_up('"amazon-eks-node-${var.v}-v*"').image, Unknown)
    either = 'var.v ? "amzn2-ami-ecs-*" : "al2023-ami-ecs-*"'
    assert isinstance(looked_up(either).image, Unknown)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('http_tokens = "required"\n http_put_response_hop_limit = 1', "closed"),
        ('http_tokens = "required"\n http_put_response_hop_limit = 2', "a hop limit above 1"),
        ('http_tokens = "optional"\n http_put_response_hop_limit = 1', "IMDSv1"),
        ('http_endpoint = "disabled"\n http_tokens = "optional"', "closed"),
        ('http_tokens = "required"', ""),
        ('http_tokens = "required"\n http_put_response_hop_limit = var.x', None),
    ],
)
def test_who_reaches_the_metadata_of_a_machine(options: str, expected: str | None) -> None:
    assert known(launched(f"metadata_options {{\n {options}\n }}").metadata) == expected


def test_a_template_that_is_not_in_sight_changes_nothing() -> None:
    text = LAUNCHED.format(body="", rest="").replace("aws_launch_template.t.id", "var.template")
    assert known(only(terraform(text), NodePool).image) == "CUSTOM"


def test_groups_of_the_module_for_eks_take_the_arguments_of_a_launch_template() -> None:
    text = """module "eks" {
  source = "terraform-aws-modules/eks/aws"
  self_managed_node_groups = {
    own = {
      ami_id = data.aws_ssm_parameter.p.value
      metadata_options = { http_tokens = "optional" }
    }
  }
}
data "aws_ssm_parameter" "p" {
  name = "/aws/service/eks/optimized-ami/1.30/amazon-linux-2/recommended/image_id"
}
"""
    found = only(terraform(text), NodePool)
    assert (found.name, known(found.metadata)) == ("own", "IMDSv1")
    assert "amazon-linux-2/" in (known(found.image) or "")


def test_machines_of_ecs_in_cloudformation_run_no_pods() -> None:
    text = """Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: "{{resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id}}"
        MetadataOptions: {HttpTokens: optional}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      LaunchTemplate: {LaunchTemplateId: !Ref Template, Version: "1"}
  Provider:
    Type: AWS::ECS::CapacityProvider
    Properties:
      AutoScalingGroupProvider: {AutoScalingGroupArn: !Ref Group}
"""
    reading = read({"t.yaml": text}, "t.yaml")
    found = only(reading, NodePool)
    assert (found.provider, known(found.metadata)) == ("ecs", "IMDSv1")
    assert release_of(known(found.image) or "") == ("amazon-linux", "2")
    assert Fleet(reading.definitions).groups == {}


def test_a_class_of_karpenter_is_of_no_cluster_that_is_known() -> None:
    text = """apiVersion: karpenter.k8s.aws/v1beta1
kind: EC2NodeClass
metadata: {name: default}
spec:
  amiFamily: AL2
  metadataOptions: {httpTokens: required, httpPutResponseHopLimit: 2}
"""
    source = Source("class.yaml", text.encode())
    definitions = kubernetes.READER.read(source, Tree({"class.yaml": text})).definitions
    (found,) = (one.body for one in definitions)
    assert isinstance(found, NodePool)
    assert (known(found.image), known(found.metadata)) == ("AL2", "a hop limit above 1")
    two = [defined(cluster_of(one)) for one in ("a", "b")]
    assert sorted(Fleet([*two, *definitions]).groups) == ["a", "b"]


def cluster_of(key: str) -> Cluster:
    """Return a cluster of EKS with a key."""
    text = f'resource "aws_eks_cluster" "{key}" {{\n}}\n'
    return replace(only(terraform(text), Cluster), key=key)
