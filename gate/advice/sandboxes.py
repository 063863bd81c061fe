"""How a stronger boundary is asked for on each platform, what it presumes and what it costs.

Spellings: KEP-585 and node.k8s.io/v1 for RuntimeClass; moby's shim names for `runtime`; the Compose specification for
`isolation`; the providers google-beta, azurerm and aws of Terraform. Costs: gVisor's published measurements
(website/performance, n1-standard-4, of the ptrace era), the overheads of kata-deploy's RuntimeClasses, hcsshim's
defaults.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.boundary.runtimes import Kind


class Move(Record):
    """One way up; `handler` is what the runtime resolves to, empty where a field of the platform does it."""

    kind: Kind
    level: int
    title: str
    handler: str
    snippet: str
    preconditions: tuple[str, ...]
    costs: tuple[str, ...]


_GVISOR_COSTS = (
    "20 to 60 MB of memory for each sandbox; system calls, network and files are slower (gVisor's own measurements)",
)
_KATA_COSTS = (
    "130 to 320 MiB of memory and a quarter of a CPU for each pod (kata-deploy's overheads), and a kernel to start",
)

_CLASS = """\
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata:
  name: {name}
handler: {handler}
---
# in the pod's spec
runtimeClassName: {name}
"""

KUBERNETES: tuple[Move, ...] = (
    Move(
        "gvisor",
        4,
        "run it behind gVisor with a RuntimeClass",
        "runsc",
        _CLASS.format(name="gvisor", handler="runsc"),
        ("the nodes have runsc, and containerd a handler `runsc` (on GKE: a pool with GKE Sandbox, handler `gvisor`)",),
        _GVISOR_COSTS,
    ),
    Move(
        "kata",
        5,
        "run it in a virtual machine of its own with Kata Containers and a RuntimeClass",
        "kata-qemu",
        _CLASS.format(name="kata", handler="kata-qemu"),
        ("the nodes have hardware virtualization, Kata 3.31.0 or newer and a runtime handler named `kata-qemu`",),
        _KATA_COSTS,
    ),
    Move(
        "peer-vm",
        6,
        "run it in a virtual machine beside the nodes with Kata's remote hypervisor",
        "kata-remote",
        _CLASS.format(name="kata-remote", handler="kata-remote"),
        ("cloud-api-adaptor is installed and may start virtual machines in the account",),
        ("one virtual machine for each pod, with its memory, its price and its start-up time",),
    ),
)

ECS: tuple[Move, ...] = (
    Move(
        "microvm",
        5,
        "run it on Fargate",
        "fargate",
        '"requiresCompatibilities": ["FARGATE"],\n"networkMode": "awsvpc",\n'
        '# in the service, or in what else starts the task\n"launchType": "FARGATE"\n',
        ("the task names its `cpu` and `memory`, and asks for nothing that Fargate refuses",),
        ("the price of the task's own CPU and memory; no daemons beside it and no GPUs",),
    ),
    Move(
        "microvm",
        5,
        "run it in a Nitro sandbox on managed instances",
        "isolated-sandbox",
        '"trustedExecutionConfiguration": {"isolationMode": "ISOLATED_SANDBOX"}\n',
        ("the cluster has a capacity provider of managed instances, of types that have Nitro sandboxes",),
        ("a virtual machine for each task, with its memory and its start-up time",),
    ),
)

CONFIDENTIAL = Move(
    "kata",
    5,
    "run it in a confidential virtual machine with Kata Containers and a RuntimeClass",
    "kata-qemu-snp",
    _CLASS.format(name="kata-confidential", handler="kata-qemu-snp"),
    ("the nodes have AMD SEV-SNP (Intel TDX: handler `kata-qemu-tdx`), and an attestation service is in reach",),
    ("2048 MiB of memory and one CPU for each pod (kata-deploy's overheads), and attestation at start",),
)

DOCKER: tuple[Move, ...] = (
    Move(
        "gvisor",
        4,
        "run it behind gVisor",
        "io.containerd.runsc.v1",
        "runtime: io.containerd.runsc.v1\n",
        ("the engine's host has gVisor's containerd shim in its PATH",),
        _GVISOR_COSTS,
    ),
    Move(
        "kata",
        5,
        "run it in a virtual machine of its own with Kata Containers",
        "io.containerd.kata.v2",
        "runtime: io.containerd.kata.v2\n",
        ("Docker 23 or newer, and a host with hardware virtualization and Kata 3.31.0 or newer",),
        _KATA_COSTS,
    ),
)

#: A job asks for a runtime by name, and a client starts only what its plug-in allows.
_OF_TASK = """\
# in the task
driver = "docker"
config {{
  runtime = "{handler}"
}}
# in the configuration of the clients
plugin "docker" {{
  config {{
    allow_runtimes = ["runc", "{handler}"]
  }}
}}
"""

NOMAD: tuple[Move, ...] = tuple(
    Move(
        move.kind,
        move.level,
        f"{move.title}, by Nomad's driver for Docker",
        move.handler,
        _OF_TASK.format(handler=move.handler),
        (*move.preconditions, "the task has an image, and its driver is that for Docker"),
        move.costs,
    )
    for move in DOCKER
)

#: A stack asks for no runtime: its nodes have one by default, and a placement constraint picks the nodes.
_NODES = """\
# in daemon.json of the nodes with the label sandbox={name}
"default-runtime": "{handler}"
# in the service
deploy: {{placement: {{constraints: [node.labels.sandbox=={name}]}}}}
# in .gate.yaml
platform: {{swarm: true, runtimes: {{"node.labels.sandbox=={name}": {name}}}}}
"""

SWARM: tuple[Move, ...] = tuple(
    Move(
        move.kind,
        move.level,
        f"{move.title}, on nodes of which that is the default runtime",
        move.handler,
        _NODES.format(name=move.kind, handler=move.handler),
        move.preconditions,
        move.costs,
    )
    for move in DOCKER
)

WINDOWS = Move(
    "hyperv",
    5,
    "isolate it with Hyper-V",
    "",
    "isolation: hyperv\n",
    (
        "the host has the Hyper-V role (nested virtualization, where it is a virtual machine itself)",
        "folders of the host that are mounted into it may be read and written by everything in it: as LocalSystem",
    ),
    ("a utility virtual machine of 1024 MB by default for each container (hcsshim), and a longer start",),
)

KUBERNETES_WINDOWS = Move(
    "hyperv",
    5,
    "isolate it with Hyper-V and a RuntimeClass",
    "runhcs-wcow-hypervisor",
    _CLASS.format(name="hyperv", handler="runhcs-wcow-hypervisor"),
    ("the nodes have the Hyper-V role and a containerd handler `runhcs-wcow-hypervisor`",),
    WINDOWS.costs,
)


#: In Incus and LXD the type of an instance says it, and an instance keeps the type that it was made with.
INCUS = Move(
    "vm",
    6,
    "make it a virtual machine",
    "",
    "type: virtual-machine  # incus launch IMAGE NAME --vm\n",
    ("the server has hardware virtualization, and the image is there for virtual machines too",),
    ("a kernel of its own to start and to patch, 1 GiB of memory by default; its data is copied to a new instance",),
)


#: What takes the place of a way up where Terraform in sight makes the clusters of one provider.
MANAGED: dict[str, tuple[Move, ...]] = {
    "gke": (
        Move(
            "gvisor",
            4,
            "run it in GKE Sandbox, on a node pool that has it",
            "gvisor",
            """\
# in Terraform, beside the cluster; an Autopilot cluster needs no pool
resource "google_container_node_pool" "sandboxed" {
  cluster = google_container_cluster.CLUSTER.name
  node_config {
    image_type = "COS_CONTAINERD"
    sandbox_config {
      sandbox_type = "gvisor"
    }
  }
}
# in the pod's spec; GKE has the RuntimeClass
runtimeClassName: gvisor
""",
            ("the provider google-beta, and a second pool without the sandbox, since the system's own pods need one",),
            _GVISOR_COSTS,
        ),
    ),
    "aks": (
        Move(
            "kata",
            5,
            "run it in a virtual machine of its own with pod sandboxing, on a node pool that has it",
            "kata-vm-isolation",
            """\
# in Terraform, beside the cluster
resource "azurerm_kubernetes_cluster_node_pool" "sandboxed" {
  name                  = "sandboxed"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.CLUSTER.id
  vm_size               = "Standard_D4s_v5"
  os_sku                = "AzureLinux"
  workload_runtime      = "KataVmIsolation"
}
# in the pod's spec; AKS has the RuntimeClass
runtimeClassName: kata-vm-isolation
""",
            ("a size of machine that can nest virtual machines, and Azure Linux on the nodes",),
            _KATA_COSTS,
        ),
    ),
    "eks": (
        Move(
            "microvm",
            5,
            "run it on Fargate, with a profile that selects it",
            "fargate",
            """\
# in Terraform, beside the cluster, with the namespace and the labels of the pod
resource "aws_eks_fargate_profile" "isolated" {
  cluster_name           = aws_eks_cluster.CLUSTER.name
  fargate_profile_name   = "isolated"
  pod_execution_role_arn = aws_iam_role.POD_EXECUTION.arn
  subnet_ids             = PRIVATE_SUBNETS
  selector {
    namespace = "NAMESPACE"
  }
}
""",
            ("private subnets, and a pod that asks for nothing of its node: no privilege, no host paths and ports",),
            ("the price of the pod's own CPU and memory; no daemons beside it and no GPUs",),
        ),
    ),
}


def moves(platform: str, os: str, provider: str = "") -> tuple[Move, ...]:
    """Return the ways up on a platform, from the smallest; `provider` is whose clusters Terraform makes, if any."""
    if platform == "kubernetes" and os == "linux" and provider:
        own = MANAGED[provider]
        kept = (one for one in KUBERNETES if one.level != own[0].level)
        return tuple(sorted((*own, *kept), key=lambda move: move.level))
    platform = "kubernetes" if platform == "openshift" else platform
    if os == "windows":
        native = (WINDOWS,)
        known = {"kubernetes": (KUBERNETES_WINDOWS,), "docker": native, "swarm": native, "ecs": ECS[:1]}
        return known.get(platform, ())
    tables = {"kubernetes": KUBERNETES, "docker": DOCKER, "swarm": SWARM, "nomad": NOMAD, "ecs": ECS, "incus": (INCUS,)}
    return tables.get(platform, ())
