"""Whatever the bytes are, the ECS reader claims, refuses or leaves open, within bounds, and never what is another's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.errors import UnrenderedError
from gate.model.evidence import Unknown, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.pipeline.reading import candidates_for, load
from gate.readers.ecs import READER
from tests.contracts.test_imports import heavy, imported, written
from tests.readers.ecs import first, only, read, template, terraform
from tests.readers.packer import Tree

TASK = '{"family": "a", "containerDefinitions": [{"name": "a", "image": "a"}]}'
STACK = "Resources: {T: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: a, Image: a}]}}}\n"
RESOURCE = 'resource "aws_ecs_task_definition" "a" {\n  container_definitions = "[]"\n}\n'

OTHERS = {
    "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: AWS::ECS::TaskDefinition}\n"
    "spec: {containers: [{name: containerDefinitions, image: b}]}\n",
    "controller.yaml": "apiVersion: ecs.services.k8s.aws/v1alpha1\nkind: TaskDefinition\nmetadata: {name: a}\n"
    "spec: {containerDefinitions: [{name: a, image: b}]}\n",
    "compose.yaml": "services:\n  a:\n    image: b\n    labels: {containerDefinitions: x}\n",
    "packer.json": '{"builders": [{"type": "qemu"}], "variables": {"containerDefinitions": ""}}',
    "instance.yaml": "name: a\nconfig: {user.a: containerDefinitions}\ndevices: {}\ninstances: []\n",
    "policy.json": '{"Statement": [{"Action": "ecs:RegisterTaskDefinition", "Resource": "AWS::ECS::TaskDefinition"}]}',
    "specification.json": '{"ResourceTypes": {"AWS::ECS::TaskDefinition": {"Properties": {}}}}',
    "lookup.tf": 'data "aws_ecs_task_definition" "a" {\n  task_definition = "a"\n}\n',
    "outputs.tf": 'output "arn" {\n  value = aws_ecs_task_definition.a.arn\n}\n',
}

OURS = {
    "task.json": TASK,
    "Dockerrun.aws.json": '{"AWSEBDockerrunVersion": 2, ' + TASK[1:],
    "task.yaml": "family: a\ncontainerDefinitions: [{name: a, image: a}]\n",
    "stack.yaml": STACK,
    "stack.yml": f"AWSTemplateFormatVersion: '2010-09-09'\n{STACK}",
    "stack.template": STACK,
    "stack.json": '{"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {}}}}',
    "serverless.yml": "service: a\nresources:\n  " + STACK,
    "main.tf": RESOURCE,
    "main.tofu": RESOURCE,
}


def claimants(path: str, text: str) -> list[str]:
    source = Source(path, text.encode())
    return [name for name in candidates_for(path) if load(name).claims(source)]


@pytest.mark.parametrize("path", OTHERS)
def test_what_is_not_ours(path: str) -> None:
    assert "ecs" not in claimants(path, OTHERS[path])


@pytest.mark.parametrize("path", OURS)
def test_what_is_ours_is_nobody_elses(path: str) -> None:
    assert claimants(path, OURS[path]) == ["ecs"]


@pytest.mark.parametrize("text", [RESOURCE.replace("ecs_task_definition", "vpc"), 'variable "a" {}\n'])
def test_terraform_without_tasks_costs_nothing(text: str, tmp_path: Path) -> None:
    names = imported(written(tmp_path, main__tf=text), "check", "main.tf")
    assert not {name for name in names if name.startswith(("gate.readers.", "gate.dialects", "tree_sitter"))}


def test_a_task_definition_costs_no_grammar_of_another_format(tmp_path: Path) -> None:
    names = imported(written(tmp_path, task__json=TASK), "check", "task.json")
    assert "gate.readers.ecs" in names
    assert {name.partition(".")[0] for name in heavy(names)} == {"json"}
    assert not {
        name for name in names if name.startswith(("yaml", "gate.dialects.cloudformation", "gate.dialects.terra"))
    }


def settled(path: str, text: str) -> None:
    """Read what is claimed; a workload that was found can be looked at."""
    source = Source(path, text.encode("utf-8", "surrogatepass"))
    if READER.claims(source):
        for subject in READER.read(source, Tree({})).subjects:
            assert isinstance(subject, Workload)
            assert subject.at.path == path


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    "family networkMode pidMode ipcMode memory requiresCompatibilities volumes tags runtimePlatform "
    "placementConstraints trustedExecutionConfiguration"
).split()
OF_CONTAINER = (
    "name image user privileged linuxParameters dockerSecurityOptions mountPoints volumesFrom systemControls ulimits "
    "resourceRequirements dockerLabels memory readonlyRootFilesystem links"
).split()


@given(
    st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(OF_CONTAINER), JSON, max_size=4) | JSON, max_size=3) | JSON,
)
def test_values_of_any_shape(fields: dict[str, Any], containers: Any) -> None:
    raw = {**fields, "containerDefinitions": containers}
    settled("task.json", json.dumps(raw))
    upper = {key[:1].upper() + key[1:]: value for key, value in raw.items()}
    stack = {"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": upper}}}
    settled("stack.json", json.dumps(stack))
    text = json.dumps(json.dumps(containers)).replace("${", "$${").replace("%{", "%%{")
    settled("main.tf", f'resource "aws_ecs_task_definition" "a" {{\n  container_definitions = {text}\n}}\n')


FUNCTIONS = st.sampled_from(
    "Ref Fn::Sub Fn::Join Fn::If Fn::FindInMap Fn::Select Fn::Split Fn::GetAtt Fn::Transform Fn::Nothing".split()
)


@given(st.dictionaries(FUNCTIONS, JSON, min_size=1, max_size=2), JSON, JSON)
def test_functions_of_any_shape(call: dict[str, Any], parameters: Any, conditions: Any) -> None:
    stack = {
        "Parameters": parameters,
        "Conditions": conditions,
        "Resources": {
            "T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": call, "ContainerDefinitions": [call]}},
            "S": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": call, "LaunchType": call}},
        },
    }
    settled("stack.json", json.dumps(stack))


@given(st.sampled_from([TASK, STACK, RESOURCE]), st.integers(0, 200), st.text(max_size=4))
def test_files_that_are_cut_or_spoilt(text: str, at: int, spoil: str) -> None:
    for path in ("a.json", "a.yaml", "a.template", "a.tf"):
        settled(path, text[:at] + spoil + text[at + 1 :])
        settled(path, text[:at])


@pytest.mark.parametrize("hole", ["{{image}}", "{% x %}", "<%= x %>", "<IMAGE>", "$IMAGE", "${image}", "@IMAGE@"])
def test_a_template_of_another_tool_is_not_rendered(hole: str) -> None:
    text = f'{{"family": "a", "containerDefinitions": [{{"name": "a", "image": {hole}}}]}}'
    (problem,) = read("a.json", {"a.json": text}).problems
    assert isinstance(problem, UnrenderedError)
    (problem,) = read("a.json", {"a.json": text.replace(hole, "nothing")}).problems
    assert not isinstance(problem, UnrenderedError)


def test_a_template_of_go_is_not_rendered() -> None:
    text = (
        "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n"
        "      - Name: a{{if .Variables}}\n        Environment:{{end}}\n          {{- if .Secrets}}\n"
        "        Secrets: []\n          {{- end}}\n"
    )
    (problem,) = read("cf.yml", {"cf.yml": text}).problems
    assert isinstance(problem, UnrenderedError)


def test_a_template_cannot_double_for_ever() -> None:
    layers = "'${A}${A}'"
    for _ in range(40):
        layers = f"['${{A}}${{A}}', {{A: !Sub {layers}}}]"
    found = template(
        f"NetworkMode: !Sub {layers.replace('${A}', 'x', 1)}\nContainerDefinitions: [{{Name: a, Image: a}}]"
    )
    assert isinstance(found.namespaces.network, Unknown)


def test_a_module_cannot_double_for_ever() -> None:
    layers = "\n".join(f'  a{n} = "${{local.a{n - 1}}}${{local.a{n - 1}}}"' for n in range(1, 60))
    rest = f'locals {{\n  a0 = "xxxxxxxxxx"\n{layers}\n}}\n'
    found = first(terraform("container_definitions = jsonencode([{ name = local.a59, privileged = true }])", rest))
    assert known(found.privilege.privileged) is True


def test_loops_of_loops_come_to_an_end() -> None:
    rest = "locals {\n  r = [for a in range(99) : a]\n  m = ["
    rest += ", ".join(["1"] * 1500) + "]\n}\n"
    body = "container_definitions = jsonencode([for a in local.m : [for b in local.m : [for c in local.m : c]]])"
    assert isinstance(first(terraform(body, rest)).privilege.privileged, Unknown)


def test_names_that_refer_to_each_other_in_a_circle() -> None:
    rest = "locals {\n  a = local.b\n  b = local.a\n}\n"
    found = first(terraform("container_definitions = local.a", rest)).privilege.privileged
    assert isinstance(found, Unknown)
    assert "refers to itself" in found.reason


def test_marks_of_our_own_in_a_text_mean_nothing() -> None:
    text = '[{"name": "\ue0000\ue001", "image": "\ue000x\ue001", "user": "\ue0009\ue001", "privileged": true}]'
    found = first(terraform(f"container_definitions = <<EOF\n{text}\nEOF"))
    assert known(found.privilege.privileged) is True
    escaped = json.dumps([{"name": "\ue0000\ue001", "privileged": True}])
    assert known(first(terraform(f"container_definitions = <<EOF\n{escaped}\nEOF")).privilege.privileged) is True


def test_a_template_file_that_ends_its_own_heredoc() -> None:
    text = '[{"name": "a"}]\nEND_OF_THE_TEMPLATE\n}\nresource "x" "y" {}\n'
    found = first(terraform('container_definitions = templatefile("c.tpl", {})', c__tpl=text))
    assert isinstance(found.privilege.privileged, Unknown)


def test_many_task_definitions_in_one_template() -> None:
    one = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [{"Name": "a", "Image": "a"}]}}
    text = json.dumps({"Resources": {f"T{number}": one for number in range(600)}})
    reading = read("a.json", {"a.json": text})
    assert (len(reading.subjects), len(reading.problems)) == (500, 1)


def test_a_deep_text_is_refused_and_not_recursed_into() -> None:
    text = '[{"name": "a", "x": ' + "[" * 5000 + "]" * 5000 + "}]"
    found = first(terraform(f"container_definitions = <<EOF\n{text}\nEOF")).privilege.privileged
    assert isinstance(found, Unknown)
    deep = '{"Fn::Join": ["", [' * 60 + '"x"' + "]]}" * 60
    stack = f'{{"Resources": {{"T": {{"Type": "AWS::ECS::TaskDefinition", "Properties": {{"Family": {deep}}}}}}}}}'
    assert only("a.json", {"a.json": stack.replace('"Family"', '"ContainerDefinitions"')}).containers.members


def test_locals_in_locals_are_gone_through_once() -> None:
    chain = "".join(f"a{one} = {{ x = local.a{one + 1}, y = local.a{one + 1} }}\n" for one in range(28))
    body = 'container_definitions = jsonencode([{ name = "web", environment = local.a0, privileged = true }])'
    found = first(terraform(body, f'locals {{\n{chain}a28 = "x"\n}}\n'))
    assert known(found.privilege.privileged) is True
