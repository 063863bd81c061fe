"""Custom resources that embed pods, whole or in parts: the same workload as a pod of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.model.errors import UnrenderedError
from gate.model.evidence import Stated, Unknown, known
from tests.readers.kubernetes import SPEC, read, values, workload, workloads

if TYPE_CHECKING:
    from gate.model.workload import Container, Workload

#: What every kind below is given: a container that says what it may, and a pod that says where it runs.
CONTAINER = (
    "image: i, securityContext: {privileged: true, runAsUser: 7, capabilities: {add: [NET_ADMIN], drop: [ALL]}}, "
    "volumeMounts: [{name: v, mountPath: /m}]"
)
VOLUMES = "volumes: [{name: v, hostPath: {path: /etc}}]"
POD = f"spec: {{hostNetwork: true, {VOLUMES}, containers: [{{name: main, {CONTAINER}}}]}}"

ARGO = f"hostNetwork: true, {VOLUMES}, templates: [{{name: t, container: {{{CONTAINER}}}}}]"
STEPS = f"{VOLUMES}, steps: [{{name: main, {CONTAINER}}}]"
TASKS = f"{{tasks: [{{name: a, taskSpec: {{{STEPS}}}}}]}}"
RUN = "podTemplate: {hostNetwork: true}"


@pytest.mark.parametrize(
    ("version", "kind", "spec"),
    [
        ("argoproj.io/v1alpha1", "Workflow", ARGO),
        ("argoproj.io/v1alpha1", "WorkflowTemplate", ARGO),
        ("argoproj.io/v1alpha1", "ClusterWorkflowTemplate", ARGO),
        ("argoproj.io/v1alpha1", "CronWorkflow", f"workflowSpec: {{{ARGO}}}"),
        ("tekton.dev/v1", "TaskRun", f"{RUN}, taskSpec: {{{STEPS}}}"),
        ("tekton.dev/v1beta1", "PipelineRun", f"{RUN}, pipelineSpec: {TASKS}"),
        (
            "tekton.dev/v1",
            "PipelineRun",
            f"taskRunTemplate: {{{RUN}}}, pipelineSpec: {{finally: [{{name: a, taskSpec: {{{STEPS}}}}}]}}",
        ),
        (
            "tekton.dev/v1",
            "PipelineRun",
            f"taskRunSpecs: [{{pipelineTaskName: a, {RUN}}}], pipelineSpec: {TASKS}",
        ),
        ("argoproj.io/v1alpha1", "Rollout", f"template: {{{POD}}}"),
        ("serving.knative.dev/v1", "Service", f"template: {{{POD}}}"),
        ("serving.knative.dev/v1", "Configuration", f"template: {{{POD}}}"),
        ("serving.knative.dev/v1", "Revision", POD.removeprefix("spec: {").removesuffix("}")),
        ("keda.sh/v1alpha1", "ScaledJob", f"jobTargetRef: {{template: {{{POD}}}}}"),
        ("apps.openshift.io/v1", "DeploymentConfig", f"template: {{{POD}}}"),
        ("agents.x-k8s.io/v1beta1", "Sandbox", f"podTemplate: {{{POD}}}"),
        ("extensions.agents.x-k8s.io/v1beta1", "SandboxTemplate", f"podTemplate: {{{POD}}}"),
        ("example.com/v1", "Thing", f"template: {{{POD}}}"),
        ("example.com/v1", "Thing", f"deep: [{{podTemplate: {{{POD}}}}}]"),
    ],
)
def test_a_kind_that_embeds_a_pod_is_read_like_a_pod(version: str, kind: str, spec: str) -> None:
    pod = workload(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n{POD}\n")
    found = workload(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: p}}\nspec: {{{spec}}}\n")
    assert found.kind == kind
    assert known(found.namespaces.network) == "host"
    assert said(found) == said(pod)


def said(found: Workload) -> list[object]:
    """What the containers may do and reach, without the places."""
    return [_said(one) for one in values(found.containers)]


def _said(one: Container) -> tuple[object, ...]:
    privilege = one.privilege
    return (
        one.name,
        known(privilege.privileged),
        known(privilege.user),
        [known(member) for member in privilege.capabilities_added.members],
        [known(member) for member in privilege.capabilities_dropped.members],
        [(mount.kind, known(mount.source)) for mount in values(one.exposure.mounts)],
    )


def argo(templates: str, more: str = "") -> str:
    spec = f"spec: {{templates: [{templates}]{more}}}\n"
    return f"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {{name: w}}\n{spec}"


def test_every_template_of_a_workflow_that_runs_something_is_a_pod() -> None:
    text = argo(
        "{name: a, container: {image: i}}, {name: b, script: {image: i, source: s}}, {name: c, suspend: {}}, "
        "{name: d, containerSet: {containers: [{name: x, image: i}, {name: y, image: i}]}}, "
        "{name: e, steps: [[{name: s, inline: {container: {image: i}}}]]}, "
        "{name: f, dag: {tasks: [{name: t, inline: {script: {image: i}}}]}}"
    )
    found = workloads(text)
    assert [one.name for one in found] == ["w/a", "w/b", "w/d", "w/s", "w/t"]
    assert [len(one.containers.members) for one in found] == [1, 1, 2, 1, 1]
    assert found[0].containers.members[0].at.line == 4


def test_what_a_workflow_says_of_all_its_pods_holds_unless_a_template_says_otherwise() -> None:
    more = ", securityContext: {runAsUser: 8}, templateDefaults: {container: {securityContext: {privileged: true}}}"
    first, second = workloads(
        argo("{name: a, container: {image: i}}, {name: b, securityContext: {runAsUser: 9}, script: {image: i}}", more)
    )
    (one,), (other,) = values(first.containers), values(second.containers)
    assert known(one.privilege.privileged) is True
    assert (known(one.privilege.user), known(other.privilege.user)) != (None, None)
    assert [getattr(known(each.privilege.user), "uid", None) for each in (one, other)] == [8, 9]


def test_sidecars_and_init_containers_of_a_template_count() -> None:
    found = workload(
        argo(
            "{name: a, container: {image: i}, sidecars: [{name: s, image: i}], "
            "initContainers: [{name: first, image: i}]}"
        )
    )
    assert {one.name: one.role for one in values(found.containers)} == {"first": "init", "main": "main", "s": "main"}


@pytest.mark.parametrize(
    ("patch", "certain"),
    [
        ('\'{"containers": [{"name": "main", "resources": {"limits": {"memory": "1Gi"}}}]}\'', True),
        ("'{\"hostPID\": true}'", False),
        ("'{\"\\u0068ostPID\": true}'", False),
        ("'{{inputs.parameters.patch}}'", False),
    ],
)
def test_a_patch_of_the_pod_leaves_open_what_it_may_change(patch: str, certain: bool) -> None:
    found = workload(argo(f"{{name: a, container: {{image: i}}, podSpecPatch: {patch}}}"))
    assert isinstance(found.namespaces.pid, Unknown) is not certain
    members = (getattr(known(one), "privilege", None) for one in found.containers.members)
    assert all(known(one.privileged) is False for one in members if one is not None) is certain


def test_a_step_takes_what_it_does_not_say_from_the_template_of_steps() -> None:
    found = workload(
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n"
        "  stepTemplate: {securityContext: {privileged: true, runAsUser: 7}, volumeMounts: [{name: v, mountPath: /}]}\n"
        "  volumes: [{name: v, hostPath: {path: /etc}}]\n"
        "  steps: [{name: a, image: i, securityContext: {runAsUser: 8}, volumeMounts: [{name: w, mountPath: /w}]}]\n"
        "  sidecars: [{name: s, image: i}]\n"
    )
    step, sidecar = values(found.containers)
    assert known(step.privilege.privileged) is True
    assert getattr(known(step.privilege.user), "uid", None) == 8
    assert [type(mount) for mount in step.exposure.mounts.members] == [Stated, Unknown]
    assert known(sidecar.privilege.privileged) is False


def test_a_workspace_is_no_path_of_the_node() -> None:
    found = workload(
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n"
        "  steps: [{name: a, image: i, volumeMounts: [{name: $(workspaces.s.volume), mountPath: /w}]}]\n"
    )
    (step,) = values(found.containers)
    assert [mount.kind for mount in values(step.exposure.mounts)] == ["volume"]


def test_a_step_that_is_described_elsewhere_may_do_anything() -> None:
    found = workload(
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n"
        "  steps: [{name: a, ref: {name: other}}, {name: b, image: i}]\n"
    )
    step, _ = found.containers.members
    assert (getattr(known(step), "privilege", None) is None) or not found.containers.complete


@pytest.mark.parametrize(("said", "problems"), [("", 0), (", podTemplate: {hostNetwork: true}", 1)])
def test_what_a_run_says_of_a_task_that_is_elsewhere_is_not_judged(said: str, problems: int) -> None:
    reading = read(f"apiVersion: tekton.dev/v1\nkind: TaskRun\nspec: {{taskRef: {{name: t}}{said}}}\n")
    assert [type(problem) for problem in reading.problems] == [UnrenderedError] * problems
    assert reading.subjects == ()


def test_several_pods_of_an_unknown_kind_are_told_apart() -> None:
    found = workloads(
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\n"
        f"spec: {{a: {{spec: {SPEC}}}, b: [{{spec: {SPEC}}}]}}\n"
    )
    assert [one.name for one in found] == ["t/spec.a", "t/spec.b.0"]


def virtual(more: str, devices: str = "") -> Workload:
    return workload(
        "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: m}\nspec:\n  template:\n    spec:\n"
        f"      domain: {{memory: {{guest: 1Gi}}, devices: {{{devices}}}{more}}}\n"
        "      volumes: [{name: d, hostDisk: {path: /data/d.img}}, {name: c, containerDisk: {image: r/i:1}}]\n"
    )


@pytest.mark.parametrize(("more", "native"), [("", "vm"), (", launchSecurity: {sev: {}}", "confidential-vm")])
def test_a_machine_is_a_boundary_of_its_own(more: str, native: str) -> None:
    found = virtual(more, "hostDevices: [{deviceName: vendor/card}], gpus: [{deviceName: nvidia.com/T4}]")
    assert known(found.sandbox.native) == native
    (one,) = values(found.containers)
    assert [known(mount.source) for mount in values(one.exposure.mounts)] == ["/data/d.img"]
    assert [device.path for device in values(one.exposure.devices)] == ["vendor/card"]
    assert values(one.exposure.gpus) == ["nvidia.com/T4"]
    assert [reference.name for reference in found.references] == ["r/i:1"]


@pytest.mark.parametrize("kind", ["VirtualMachine", "VirtualMachineInstanceReplicaSet"])
def test_a_machine_without_a_template_is_a_problem(kind: str) -> None:
    assert read(f"apiVersion: kubevirt.io/v1\nkind: {kind}\nspec: {{}}\n").problems
