"""The pods of Tekton: every task that is written out is a pod, of which the steps are the containers.

Fields: tektoncd/pipeline `pkg/apis/pipeline/v1` and `v1beta1`, and `pkg/apis/pipeline/pod` for what a run adds to its
pods. A step that only refers to a StepAction is described elsewhere; the StepAction is judged by itself.
"""

from __future__ import annotations

from gate.dialects.pod_assembled import MAX_PODS, assemble, called, joined, listed, members, of
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.syntax.tree import Node

GROUP = "tekton.dev"
KINDS = frozenset({"Task", "ClusterTask", "StepAction", "TaskRun", "Pipeline", "PipelineRun"})

#: What a run may say of its pods.
_OF_POD = (
    "automountServiceAccountToken",
    "hostNetwork",
    "nodeSelector",
    "runtimeClassName",
    "securityContext",
    "tolerations",
    "volumes",
)
_ELSEWHERE = "the step is described elsewhere"


def pods(root: Mapping, kind: str) -> Iterator[tuple[Mapping, str]]:
    """Yield the pod template of every task that is written out, with what tells it from the others."""
    spec = of(root, "spec")
    if kind in ("Task", "ClusterTask"):
        yield from _task(spec, None, None, "")
    elif kind == "StepAction":
        yield from _alone(spec, called(of(root, "metadata") or root, "the step"))
    elif kind == "TaskRun":
        yield from _task(of(spec, "taskSpec"), of(spec, "podTemplate"), of(spec, "serviceAccountName"), "")
    else:
        yield from _pipeline(spec if kind == "Pipeline" else of(spec, "pipelineSpec"), spec, run=kind != "Pipeline")


def _called(place: Node, name: str) -> Mapping:
    return assemble(place, {"name": Scalar(place.source, place.start, place.start, name, name)})


def _alone(step: Node | None, name: str) -> Iterator[tuple[Mapping, str]]:
    """Yield a step that tasks refer to as a pod of its own; it mounts what those that refer to it say."""
    if step is not None and (isinstance(step, Opaque) or of(step, "image") is not None):
        group = Sequence(step.source, step.start, step.end, [_step(step, None, name)])
        spaces = Sequence(step.source, step.start, step.end, [*_workspaces([step])])
        yield assemble(step, {"spec": assemble(step, {"containers": group, "volumes": spaces})}), ""


def refers(root: Mapping, kind: str) -> Node | None:
    """Return what a run says of the pods of a task or pipeline that is described elsewhere."""
    spec = of(root, "spec")
    if kind not in ("TaskRun", "PipelineRun") or of(spec, "taskSpec") or of(spec, "pipelineSpec"):
        return None
    return of(spec, "podTemplate") or of(spec, "taskRunTemplate", "podTemplate") or of(spec, "taskRunSpecs")


def _pipeline(pipeline: Node | None, run_spec: Node | None, *, run: bool) -> Iterator[tuple[Mapping, str]]:
    shared = of(run_spec, "taskRunTemplate") if run else None
    template = of(shared, "podTemplate") or (of(run_spec, "podTemplate") if run else None)
    account = of(shared, "serviceAccountName") or (of(run_spec, "serviceAccountName") if run else None)
    own = {called(one, ""): one for one in members(of(run_spec, "taskRunSpecs"))} if run else {}
    tasks = [*members(of(pipeline, "tasks")), *members(of(pipeline, "finally"))]
    for index, task in enumerate(tasks[:MAX_PODS]):
        name = called(task, str(index))
        mine = next((one for one in own.values() if _is_of(one, name)), None)
        over = of(mine, "podTemplate") or of(mine, "taskPodTemplate")
        whole = joined(task, template, over) if over is not None else template
        named = of(mine, "serviceAccountName") or of(mine, "taskServiceAccountName") or account
        yield from _task(of(task, "taskSpec"), whole, named, name)


def _is_of(run_spec: Node, task: str) -> bool:
    named = of(run_spec, "pipelineTaskName")
    return getattr(named, "value", None) == task


def _task(task: Node | None, template: Node | None, account: Node | None, name: str) -> Iterator[tuple[Mapping, str]]:
    """Yield the pod of one task; a task of another API has no steps and starts nothing here."""
    steps = of(task, "steps")
    if task is None or steps is None:
        return
    default = of(task, "stepTemplate")
    spec = {one: of(template, one) for one in _OF_POD}
    spec["serviceAccountName"] = account
    containers = [_step(step, default, f"unnamed-{index}") for index, step in enumerate(members(steps))]
    spaces = Sequence(task.source, task.start, task.end, [*_workspaces(containers)])
    spec["volumes"] = listed(task, of(task, "volumes"), of(template, "volumes"), spaces)
    spec["containers"] = Sequence(steps.source, steps.start, steps.end, [*containers, *members(of(task, "sidecars"))])
    if isinstance(steps, Opaque) or isinstance(template, Opaque):
        spec["containers"] = steps if isinstance(steps, Opaque) else template
    yield assemble(task, {"metadata": of(task, "metadata"), "spec": assemble(task, spec)}), name


def _workspaces(steps: list[Node]) -> Iterator[Node]:
    """Yield the volumes of the workspaces that steps mount by name; none can be a path of the node."""
    for step in steps:
        for mount in members(of(step, "volumeMounts")):
            name = of(mount, "name")
            if called(mount, "").startswith("$(workspaces."):
                yield assemble(mount, {"name": name})


def _step(step: Node, default: Node | None, name: str) -> Node:
    """Return the container of a step, which Tekton calls by its number where nobody else does."""
    if isinstance(step, Mapping) and of(step, "ref") is not None:
        return Opaque(step.source, step.start, step.end, _ELSEWHERE)
    whole = joined(step, _called(step, name), default, step)
    if isinstance(whole, Mapping) and of(default, "volumeMounts") is not None:
        whole.entries["volumeMounts"] = listed(step, of(default, "volumeMounts"), of(step, "volumeMounts"))
    return whole
