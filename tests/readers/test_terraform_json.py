"""Terraform's JSON syntax says what its native syntax says, at the places of JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.model.evidence import Stated, Unknown, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers import clusters, incus
from tests.readers.ecs import first, line, only, read, values
from tests.readers.packer import Tree

CONTAINERS = '${jsonencode([{"name": "web", "image": "i", "privileged": var.p}])}'


def module(task: dict[str, Any], **rest: Any) -> dict[str, str]:
    """Return a module with one task definition."""
    body = {"container_definitions": json.dumps([{"name": "web", "image": "i"}]), **task}
    whole = {**rest, "resource": {**rest.get("resource", {}), "aws_ecs_task_definition": {"web": body}}}
    return {"main.tf.json": json.dumps(whole, indent=1)}


def first_native(files: dict[str, str]) -> str | None:
    """Return what a task runs on by what starts it."""
    return known(only("main.tf.json", files).sandbox.native)


def test_an_expression_is_a_template_with_the_line_of_its_text() -> None:
    files = module({"container_definitions": CONTAINERS}, variable={"p": {"default": True}})
    found = first(only("main.tf.json", files)).privilege.privileged
    assert known(found) is True
    assert "container_definitions" in files["main.tf.json"].splitlines()[line(found) - 1]


def test_a_text_that_is_json_itself_is_read_with_what_is_filled_in() -> None:
    text = '[{"name": "web", "image": "${var.image}", "privileged": ${var.p}}]'
    files = module({"container_definitions": text}, variable={"p": [{"default": True}], "image": {}})
    container = first(only("main.tf.json", files))
    assert known(container.privilege.privileged) is True
    assert isinstance(container.image, Unknown)


def test_a_default_is_taken_literally() -> None:
    files = module({"family": "${var.name}"}, variable={"name": {"default": "${local.name}"}})
    files |= {"rest.tf.json": json.dumps({"locals": {"name": "x"}})}
    text = '{"resource": {"aws_ecs_service": {"s": {"task_definition": "$${local.name}", "launch_type": "FARGATE"}}}}'
    assert first_native(files | {"start.tf.json": text}) == "fargate"


def test_a_comment_is_no_argument_and_one_block_needs_no_list() -> None:
    task = {"//": {"pid_mode": "host"}, "volume": {"//": "data", "name": "d", "host_path": "/etc"}}
    found = only("main.tf.json", module(task))
    assert known(found.namespaces.pid) == "private"


def test_a_dynamic_block_makes_blocks() -> None:
    mount = [{"name": "web", "image": "i", "mountPoints": [{"sourceVolume": "b", "containerPath": "/b"}]}]
    content = {"name": "${volume.value}", "host_path": "/${volume.value}"}
    task = {
        "container_definitions": json.dumps(mount),
        "dynamic": {"volume": {"for_each": ["a", "b"], "content": content}},
    }
    (found,) = first(only("main.tf.json", module(task))).exposure.mounts.members
    assert isinstance(found, Stated)
    assert known(found.value.source) == "/b"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('{"resource": {"aws_ecs_task_definition": {"a": {}, "a": {}}}}', "given twice"),
        ('{"resource": {"aws_ecs_task_definition": {"a": "x"}}}', "neither an object nor a list"),
        ('{"resource": {"aws_ecs_task_definition": {"a": {"family": "x"', "is not JSON"),
    ],
)
def test_what_terraform_refuses_is_a_problem_with_its_place(text: str, cause: str) -> None:
    (problem,) = read("main.tf.json", {"main.tf.json": text}).problems
    assert cause in problem.cause
    assert problem.at.line == 1


@pytest.mark.parametrize("value", ["${", "${var.", "%{ if }", "END_OF_THE_TEXT${1}", "${~ 1 ~}x", '${"${"${1}"}"}'])
def test_what_is_no_template_is_unknown(value: str) -> None:
    assert isinstance(only("main.tf.json", module({"pid_mode": value})).namespaces.pid, Unknown | Stated)


def test_both_syntaxes_are_one_module() -> None:
    files = module({"pid_mode": "${local.mode}"}) | {"locals.tf": 'locals {\n  mode = "host"\n}\n'}
    found = only("main.tf.json", files).namespaces.pid
    assert (known(found), found.at.path) == ("host", "main.tf.json")


def test_clusters_are_read() -> None:
    pool = {"cluster": "${google_container_cluster.c.name}", "node_config": {"sandbox_config": {"type": "gvisor"}}}
    whole = {"resource": {"google_container_cluster": {"c": {}}, "google_container_node_pool": {"p": [pool]}}}
    source = Source("main.tf.json", json.dumps(whole).encode())
    assert clusters.READER.claims(source)
    found = clusters.READER.read(source, Tree({"main.tf.json": source.text})).definitions
    assert [known(getattr(one.body, "sandbox", None) or one.body.version) for one in found] == ["", "gvisor"]  # type: ignore[union-attr]


def test_instances_of_incus_are_read() -> None:
    device = {"name": "etc", "type": "disk", "properties": {"path": "/e", "source": "/etc"}}
    instance = {"name": "c1", "image": "i", "config": {"security.privileged": True}, "device": device}
    text = json.dumps({"resource": {"incus_instance": {"c": instance}}})
    source = Source("main.tofu.json", text.encode())
    assert incus.READER.claims(source)
    (found,) = incus.READER.read(source, Tree({"main.tofu.json": text})).subjects
    assert isinstance(found, Workload)
    assert known(found.namespaces.user) == "host"
    assert [known(one.source) for one in values(first(found).exposure.mounts) if one] == ["/etc"]
