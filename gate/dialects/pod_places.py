"""Which kinds of objects start pods, and where in them the pod template stands.

Kubernetes `core/v1`, `apps`, `batch`; the custom resources are well-known ones that hold a whole pod template, as the
types of their projects have it: Argo Rollouts, Knative Serving, OpenShift, OpenKruise, KEDA, JobSet, Kubeflow, Ray...
"""

from __future__ import annotations

from gate.dialects.reading import Fields
from gate.model.errors import InputError
from gate.model.evidence import Stated
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.syntax.tree import Node

_TEMPLATE = ("spec", "template")


def _ray(*inner: str) -> tuple[tuple[str, ...], ...]:
    """Return the templates of a Ray cluster that is described below these names."""
    return (("spec", *inner, "headGroupSpec", "template"), ("spec", *inner, "workerGroupSpecs", "*", "template"))


#: Kinds of Kubernetes itself, whatever the version of their group.
BUILT_IN: dict[str, tuple[tuple[str, ...], ...]] = {
    "Pod": ((),),
    "PodTemplate": (("template",),),
    "ReplicationController": (_TEMPLATE,),
    "Deployment": (_TEMPLATE,),
    "ReplicaSet": (_TEMPLATE,),
    "StatefulSet": (_TEMPLATE,),
    "DaemonSet": (_TEMPLATE,),
    "Job": (_TEMPLATE,),
    "CronJob": (("spec", "jobTemplate", "spec", "template"),),
    "DeploymentConfig": (_TEMPLATE,),
}
BUILT_IN_GROUPS = frozenset({"", "apps", "extensions", "batch"})

_METRICS = (("spec", "metrics", "*", "provider", "job", *_TEMPLATE),)

#: Kinds of other groups; a `*` stands for every member of a list or mapping.
CUSTOM: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    ("argoproj.io", "Rollout"): (_TEMPLATE,),
    ("argoproj.io", "Experiment"): (("spec", "templates", "*", "template"),),
    ("argoproj.io", "AnalysisTemplate"): _METRICS,
    ("argoproj.io", "ClusterAnalysisTemplate"): _METRICS,
    ("argoproj.io", "AnalysisRun"): _METRICS,
    ("serving.knative.dev", "Service"): (_TEMPLATE,),
    ("serving.knative.dev", "Configuration"): (_TEMPLATE,),
    ("serving.knative.dev", "Revision"): ((),),
    ("apps.openshift.io", "DeploymentConfig"): (_TEMPLATE,),
    ("operators.coreos.com", "ClusterServiceVersion"): (("spec", "install", "spec", "deployments", "*", *_TEMPLATE),),
    ("apps.kruise.io", "CloneSet"): (_TEMPLATE,),
    ("apps.kruise.io", "StatefulSet"): (_TEMPLATE,),
    ("apps.kruise.io", "DaemonSet"): (_TEMPLATE,),
    ("apps.kruise.io", "BroadcastJob"): (_TEMPLATE,),
    ("agents.x-k8s.io", "Sandbox"): (("spec", "podTemplate"),),
    ("extensions.agents.x-k8s.io", "SandboxTemplate"): (("spec", "podTemplate"),),
    ("jobset.x-k8s.io", "JobSet"): (("spec", "replicatedJobs", "*", "template", *_TEMPLATE),),
    ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): (
        ("spec", "leaderWorkerTemplate", "leaderTemplate"),
        ("spec", "leaderWorkerTemplate", "workerTemplate"),
    ),
    ("keda.sh", "ScaledJob"): (("spec", "jobTargetRef", "template"),),
    ("batch.volcano.sh", "Job"): (("spec", "tasks", "*", "template"),),
    ("kubeflow.org", "PyTorchJob"): (("spec", "pytorchReplicaSpecs", "*", "template"),),
    ("kubeflow.org", "TFJob"): (("spec", "tfReplicaSpecs", "*", "template"),),
    ("kubeflow.org", "MPIJob"): (("spec", "mpiReplicaSpecs", "*", "template"),),
    ("ray.io", "RayCluster"): _ray(),
    ("ray.io", "RayJob"): _ray("rayClusterSpec"),
    ("ray.io", "RayService"): _ray("rayClusterConfig"),
    ("actions.github.com", "AutoscalingRunnerSet"): (_TEMPLATE,),
}

#: Objects that describe managed clusters, of Config Connector, eksctl and Karpenter.
CLUSTER_KINDS = frozenset(
    {
        ("container.cnrm.cloud.google.com", "ContainerCluster"),
        ("container.cnrm.cloud.google.com", "ContainerNodePool"),
        ("eksctl.io", "ClusterConfig"),
        ("karpenter.k8s.aws", "AWSNodeTemplate"),
        ("karpenter.k8s.aws", "EC2NodeClass"),
    }
)

#: Groups of kinds whose pods have to be put together, and of machines.
SCATTERED = frozenset({"argoproj.io", "tekton.dev", "kubevirt.io", "pool.kubevirt.io"})

#: Kinds of these groups; each of them runs something as it stands.
SCATTERED_KINDS = frozenset(
    {
        "Workflow",
        "WorkflowTemplate",
        "ClusterWorkflowTemplate",
        "CronWorkflow",
        "Task",
        "ClusterTask",
        "StepAction",
        "TaskRun",
        "Pipeline",
        "PipelineRun",
        "VirtualMachine",
        "VirtualMachineInstance",
        "VirtualMachineInstanceReplicaSet",
        "VirtualMachinePool",
    }
)

#: Every kind above whose name says by itself that it starts pods; of `Service` the group decides.
STARTING = frozenset({*BUILT_IN, *(kind for _, kind in CUSTOM), *SCATTERED_KINDS} - {"Service"})

#: Kinds that may leave a template out, because they point at another object's or do something else in its place.
OPTIONAL = frozenset(
    {"Rollout", "LeaderWorkerSet", "AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun", "RayJob"}
)


def places_of(group: str, kind: str) -> tuple[tuple[str, ...], ...]:
    """Return where a kind keeps its pod templates; nothing for a kind that is not known to start pods."""
    if group in BUILT_IN_GROUPS and kind in BUILT_IN:
        return BUILT_IN[kind]
    return CUSTOM.get((group, kind), ())


def walk(fields: Fields, place: tuple[str, ...]) -> Iterator[tuple[list[Fields], str]]:
    """Yield every way down to a template, the template last, with what tells it from its siblings."""
    yield from _walk([fields], place, "")


def _walk(way: list[Fields], place: tuple[str, ...], name: str) -> Iterator[tuple[list[Fields], str]]:
    if not place:
        yield way, name
    elif place[0] == "*":
        for member, called in _members(way[-1]):
            yield from _walk([*way, member], place[1:], called)
    else:
        yield from _walk([*way, way[-1].sub(place[0])], place[1:], name)


def no_template(way: list[Fields], place: tuple[str, ...]) -> InputError | None:
    """Say what is wrong where the way down to the pod ends too early."""
    for fields, name in zip(way[1:], place, strict=True):
        if not fields.present:
            where = ".".join(place)
            return InputError(f"has no `{where}`", at=way[0].at_of(place[0]), remedy=f"write the pod below `{where}`")
        if fields.reason and not isinstance(fields.owner, Opaque | Sequence):
            return InputError(f"has a `{name}` that is no mapping", at=fields.at, remedy="write a mapping there")
    return None


def _members(fields: Fields) -> Iterator[tuple[Fields, str]]:
    """Yield the members of a list, called by their `name`, or of a mapping, called by their key.

    What is neither is yielded itself, so that whoever looks for a template in it sees that there is none.
    """
    node = fields.owner if fields.present else None
    if isinstance(node, Mapping):
        for name in fields.names():
            yield fields.sub(name), name
    elif node is not None and not isinstance(node, Sequence):
        yield fields, ""
    elif node is not None:
        for index, member in enumerate(node.items):
            one = Fields(member, member, fields.doubts)
            named = one.text("name")
            yield one, named.value if isinstance(named, Stated) else str(index)


#: Keys under which kinds nobody listed above keep their containers: pods' own, Argo's workflows', Tekton's tasks'.
_HOLDERS = (
    "containers",
    "initContainers",
    "ephemeralContainers",
    "sidecars",
    "steps",
    "container",
    "script",
    "stepTemplate",
)


#: Where operators take containers without an image, because they have one of their own: by a name and one of these.
_LISTS = ("containers", "initContainers", "ephemeralContainers")
_OF_A_CONTAINER = ("securityContext", "volumeMounts", "resources", "command", "args", "env", "ports")


def may_start_pods(root: Node, *, deep: bool = True, bare: bool = False) -> bool:
    """Say whether containers are nested in an object: under a key that holds them, something that has an image.

    With `bare`, what an operator would give an image counts as well.
    """
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if any(has_image(node.get(key)) for key in _HOLDERS):
                return True
            if bare and any(is_bare(node.get(key)) for key in _LISTS):
                return True
            waiting += node.entries.values() if deep else ()
        elif isinstance(node, Sequence):
            waiting += node.items
    return False


def has_image(node: Node | None) -> bool:
    """Say whether something that may be a container, or one of a list of them, names an image."""
    members = node.items if isinstance(node, Sequence) else [node]
    return any(isinstance(item, Mapping) and isinstance(item.get("image"), Scalar) for item in members)


def is_bare(node: Node | None) -> bool:
    """Say whether one of a list looks like a container that somebody else gives an image."""
    return isinstance(node, Sequence) and any(
        isinstance(item, Mapping) and item.get("name") is not None and any(item.get(key) for key in _OF_A_CONTAINER)
        for item in node.items
    )


def part_of(place: tuple[str, ...]) -> str:
    """Return what tells this place for a template from the others of its kind."""
    return place[-2] if place[-1] == "template" else place[-1]
