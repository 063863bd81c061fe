"""Manifests that stand in others, steps that tasks refer to, and files that a program makes manifests of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.dialects import argo_workflow, kubevirt, tekton
from gate.dialects.pod_places import SCATTERED_KINDS
from gate.model.evidence import Unknown, known
from gate.model.workload import Workload
from gate.readers import READERS
from tests.readers.kubernetes import read, values, workload

if TYPE_CHECKING:
    from gate.model.reader import Reading

WORKFLOW = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: w-}
spec:
  templates:
  - name: starts
    resource:
      action: %s
      manifest: %s
  - name: runs
    container: {image: i}
"""

JOB = """|
        apiVersion: batch/v1
        kind: Job
        metadata: {name: "%s"}
        spec:
          template:
            spec:
              hostPID: true
              containers: [{name: c, image: i}]
"""


def judged(reading: Reading) -> list[Workload]:
    return [one for one in reading.subjects if isinstance(one, Workload)]


def test_what_a_resource_template_creates_is_judged_where_it_stands() -> None:
    reading = read(WORKFLOW % ("create", JOB % "made"))
    job, workflow = sorted(judged(reading), key=lambda one: one.kind)
    assert (job.id, job.at.line) == ("k.yaml#Job/made", 10)
    assert job.namespaces.pid.at.line == 16
    assert workflow.id == "k.yaml#Workflow/w-/runs"
    assert not reading.problems


def test_expressions_in_a_manifest_leave_open_what_they_decide_and_nothing_else() -> None:
    reading = read(WORKFLOW % ("apply", (JOB % "x").replace("image: i", "image: '{{inputs.parameters.image}}'")))
    assert [one.kind for one in judged(reading)] == ["Workflow", "Job"]


def test_every_document_of_a_manifest_counts() -> None:
    more = "        ---\n        apiVersion: v1\n        kind: Pod\n        metadata: {name: q}\n"
    more += "        spec: {containers: [{name: c, image: i}]}\n"
    reading = read(WORKFLOW % ("create", JOB % "p" + more))
    assert [one.id.partition("#")[2] for one in judged(reading)] == ["Workflow/w-/runs", "Job/p", "Pod/q"]


@pytest.mark.parametrize("action", ["get", "delete", "patch"])
def test_a_manifest_that_starts_nothing_is_none(action: str) -> None:
    reading = read(WORKFLOW % (action, JOB % "made"))
    assert [one.kind for one in judged(reading)] == ["Workflow"]
    assert not reading.problems


@pytest.mark.parametrize("manifest", ["'{{inputs.parameters.manifest}}'", '"apiVersion: v1\\nkind: Pod"', "[a]"])
def test_a_manifest_that_is_no_block_is_in_the_ledger(manifest: str) -> None:
    (problem,) = read(WORKFLOW % ("create", manifest)).problems
    assert problem.at.line == 9
    assert "put together when it runs" in str(problem)


def test_a_manifest_that_an_artifact_brings_is_in_the_ledger() -> None:
    (problem,) = read(WORKFLOW.replace("manifest: %s", "manifestFrom: {artifact: {name: m}}") % "create").problems
    assert problem.at.line == 9
    assert "put together when it runs" in str(problem)


def test_a_manifest_that_is_broken_is_a_problem_at_its_line() -> None:
    (problem,) = read(WORKFLOW % ("create", "|\n        apiVersion: v1\n        kind: Pod\n        spec: [\n")).problems
    assert problem.at.line >= 10


def test_a_manifest_that_expressions_keep_from_being_yaml_is_in_the_ledger() -> None:
    more = "        ---\n        apiVersion: v1\n        kind: Pod\n        metadata: {name: q}\n"
    more += "        spec: {containers: [{name: c, image: i}]}\n"
    reading = read(WORKFLOW % ("create", '|\n        kind: Job\n        args: ["{{=f("a")}}"]\n' + more))
    (problem,) = reading.problems
    assert "put together when it runs" in str(problem)
    assert [one.kind for one in judged(reading)] == ["Workflow", "Pod"]


def test_manifests_within_manifests_come_to_an_end() -> None:
    text = JOB % "last"
    for _ in range(12):
        inner = (WORKFLOW % ("create", text)).splitlines()
        text = "|\n" + "\n".join(f"        {line}" for line in inner) + "\n"
    assert len(read(WORKFLOW % ("create", text)).problems) == 1


def test_a_step_that_tasks_refer_to_is_judged_by_itself() -> None:
    step = workload(
        "apiVersion: tekton.dev/v1beta1\nkind: StepAction\nmetadata: {name: build}\n"
        "spec: {image: i, securityContext: {privileged: true}}\n"
    )
    assert step.id == "k.yaml#StepAction/build"
    (container,) = values(step.containers)
    assert container.name == "build"
    assert known(container.privilege.privileged) is True


def test_steps_without_a_name_are_called_by_their_number() -> None:
    task = workload(
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec: {steps: [{image: a}, {image: b}]}\n"
    )
    assert [one.name for one in values(task.containers)] == ["unnamed-0", "unnamed-1"]


def test_a_volume_that_a_parameter_names_is_whatever_a_run_says() -> None:
    step = "{image: i, volumeMounts: [{name: $(params.CACHE), mountPath: /cache}]}"
    task = workload(f"apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {{name: t}}\nspec: {{steps: [{step}]}}\n")
    (mount,) = values(task.containers)[0].exposure.mounts.members
    assert isinstance(mount, Unknown)
    assert "which volume `$(params.CACHE)` is" in mount.reason


@pytest.mark.parametrize("name", ["", 'name: "", '])
def test_the_container_of_a_template_is_called_as_argo_calls_it(name: str) -> None:
    text = f"spec: {{templates: [{{name: t, container: {{{name}image: i}}}}]}}\n"
    text = f"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {{name: w}}\n{text}"
    (container,) = values(workload(text).containers)
    assert container.name == "main"


def test_a_container_without_a_name_is_called_something() -> None:
    text = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: s}\n"
    text += "spec: {template: {spec: {containers: [{image: i}]}}}\n"
    (container,) = values(workload(text).containers)
    assert container.name == "the container"


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: $NAME}\nspec: {containers: [{name: c, image: @IMAGE@}]}\n"


@pytest.mark.parametrize("name", ["pod.yaml.in", "pod.yml.j2", "pod.yaml.tmpl", "Pod.YAML.tpl", "pod.json.template"])
def test_what_a_program_makes_a_manifest_of_is_in_the_ledger_and_not_judged(name: str) -> None:
    assert READERS["kubernetes"](name)
    reading = read(POD, path=name)
    assert [str(one).partition("template ")[2] for one in reading.problems] != [""]
    assert not reading.subjects


@pytest.mark.parametrize("name", ["pod.in", "pod.yaml.md", "pod.txt.in", "pod.yaml.orig"])
def test_other_names_are_none_of_manifests(name: str) -> None:
    assert not READERS["kubernetes"](name)


def test_a_template_of_what_starts_nothing_needs_no_word() -> None:
    assert not read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ name }}}\n", path="c.yaml.j2").problems


@pytest.mark.parametrize("kind", sorted(SCATTERED_KINDS))
def test_an_unrendered_template_of_a_kind_that_runs_something_is_in_the_ledger(kind: str) -> None:
    text = f"apiVersion: x/v1\nkind: {kind}\nmetadata:\n  name: {{{{ .name }}}}-{{{{ .index }}}}\n"
    (problem,) = read(text).problems
    assert "template that nobody has rendered" in str(problem)


def test_every_kind_that_is_put_together_is_known_as_one_that_runs_something() -> None:
    assert {*argo_workflow.SPECS, *tekton.KINDS, *(kind for _, kind in kubevirt.PLACES)} == SCATTERED_KINDS
