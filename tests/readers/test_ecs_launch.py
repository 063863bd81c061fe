"""Where a task runs, what decides it, and what ECS refuses there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gate.model.evidence import Inapplicable, Stated, Unknown, known
from gate.model.workload import Workload
from tests.readers.ecs import NAME, first, task, template, terraform
from tests.verbs import check, rules, write_all

AWSVPC = {"networkMode": "awsvpc"}
CONTAINER = "ContainerDefinitions: [{Name: web, Image: i}]"
DEFINITIONS = 'container_definitions = jsonencode([{ name = "web", image = "i" }])'


def where(found: Workload) -> str:
    """Return where a task runs: what is stated of its boundary, `meant:` what it was checked against, or `open`."""
    native, runtime = found.sandbox.native, found.sandbox.runtime
    if isinstance(runtime, Stated):
        return f"meant:{runtime.value.name}"
    return "open" if isinstance(native, Unknown) else known(native) or ""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"requiresCompatibilities": ["FARGATE"], **AWSVPC}, "meant:FARGATE"),
        ({"requiresCompatibilities": ["EC2"], **AWSVPC}, "host"),
        ({"requiresCompatibilities": ["EXTERNAL"]}, "host"),
        ({"requiresCompatibilities": ["MANAGED_INSTANCES"], **AWSVPC}, "host"),
        ({"requiresCompatibilities": ["EC2", "FARGATE"], **AWSVPC}, "open"),
        (AWSVPC, "open"),
        ({}, "host"),
        ({"networkMode": "bridge"}, "host"),
        ({**AWSVPC, "pidMode": "host"}, "host"),
        ({**AWSVPC, "pidMode": "task"}, "open"),
        ({**AWSVPC, "containerDefinitions": [{**NAME, "privileged": True}]}, "host"),
        ({**AWSVPC, "containerDefinitions": [{**NAME, "privileged": False, "links": []}]}, "open"),
        ({**AWSVPC, "volumes": [{"name": "d", "host": {"sourcePath": "/d"}}]}, "host"),
        ({**AWSVPC, "volumes": [{"name": "d", "host": {}}]}, "open"),
        ({"requiresCompatibilities": "FARGATE", **AWSVPC}, "open"),
        ({"requiresCompatibilities": ["EC2", "FARGATE"], "networkMode": "bridge"}, "host"),
    ],
)
def test_a_task_definition_alone(fields: dict[str, Any], expected: str) -> None:
    assert where(task(**fields)) == expected


@pytest.mark.parametrize(
    ("mode", "compatible", "expected"),
    [
        ("ISOLATED_SANDBOX", ["MANAGED_INSTANCES"], "sandbox"),
        ("CONFIDENTIAL_SANDBOX", ["MANAGED_INSTANCES"], "confidential-sandbox"),
        ("ISOLATED_SANDBOX", [], "sandbox"),
        ("SHARED", ["MANAGED_INSTANCES"], "host"),
        ("ISOLATED_SANDBOX", ["EC2"], "host"),
        ("ISOLATED_SANDBOX", ["FARGATE"], "meant:FARGATE"),
    ],
)
def test_isolation_modes(mode: str, compatible: list[str], expected: str) -> None:
    found = task(
        requiresCompatibilities=compatible, trustedExecutionConfiguration={"isolationMode": mode}, networkMode="awsvpc"
    )
    assert where(found) == expected
    assert bool(found.refused) is (compatible in (["EC2"], ["FARGATE"]))


def service(properties: str) -> str:
    return f"  Service:\n    Type: AWS::ECS::Service\n    Properties: {{{properties}}}\n"


CLUSTER = """  Cluster:
    Type: AWS::ECS::Cluster
    Properties: {DefaultCapacityProviderStrategy: [{CapacityProvider: FARGATE}]}
"""
RULE = """  Rule:
    Type: AWS::Events::Rule
    Properties: {Targets: [{EcsParameters: {TaskDefinitionArn: !Ref Task, LaunchType: EC2}}]}
"""
SCHEDULE = """  Schedule:
    Type: AWS::Scheduler::Schedule
    Properties:
      Target: {EcsParameters: {TaskDefinitionArn: !GetAtt Task.TaskDefinitionArn, LaunchType: FARGATE}}
"""
FARGATE = f"NetworkMode: awsvpc\nRequiresCompatibilities: [FARGATE]\n{CONTAINER}"
EITHER = f"NetworkMode: awsvpc\nFamily: web\n{CONTAINER}"


@pytest.mark.parametrize(
    ("properties", "rest", "expected"),
    [
        (EITHER, service("TaskDefinition: !Ref Task, LaunchType: FARGATE"), "fargate"),
        (EITHER, service("TaskDefinition: !Ref Task, LaunchType: EC2"), "host"),
        (EITHER, service("TaskDefinition: !Ref Task, LaunchType: EXTERNAL"), "host"),
        (EITHER, service("TaskDefinition: !Ref Task, LaunchType: !Ref Kind"), "open"),
        (EITHER, service("TaskDefinition: !Ref Task"), "open"),
        (EITHER, service("TaskDefinition: !Ref Other, LaunchType: EC2"), "open"),
        (EITHER, service("TaskDefinition: 'web:3', LaunchType: FARGATE"), "fargate"),
        (EITHER, service("TaskDefinition: !Sub '${Task}', LaunchType: FARGATE"), "fargate"),
        (EITHER, service("TaskDefinition: 'arn:aws:ecs:eu-1:1:task-definition/web', LaunchType: EC2"), "host"),
        (FARGATE, service("TaskDefinition: !Ref Task, LaunchType: EC2"), "host"),
        (FARGATE, service("TaskDefinition: !Ref Task"), "meant:FARGATE"),
        (FARGATE, service("TaskDefinition: !Ref Task, LaunchType: FARGATE"), "fargate"),
        (
            EITHER,
            service("TaskDefinition: !Ref Task, CapacityProviderStrategy: [{CapacityProvider: FARGATE_SPOT}]"),
            "fargate",
        ),
        (
            EITHER,
            service("TaskDefinition: !Ref Task, CapacityProviderStrategy: [{CapacityProvider: mine}]"),
            "host",
        ),
        (
            EITHER,
            service("TaskDefinition: !Ref Task, CapacityProviderStrategy: [{CapacityProvider: !Ref Mine}]"),
            "host",
        ),
        (
            EITHER,
            service("TaskDefinition: !Ref Task, LaunchType: FARGATE")
            + service("TaskDefinition: !Ref Task, LaunchType: EC2").replace("Service:", "Other:", 1),
            "host",
        ),
        (EITHER, service("TaskDefinition: !Ref Task, Cluster: !Ref Cluster") + CLUSTER, "fargate"),
        (EITHER, RULE, "host"),
        (EITHER, SCHEDULE, "fargate"),
    ],
)
def test_what_starts_it_in_cloudformation(properties: str, rest: str, expected: str) -> None:
    assert where(template(properties, rest)) == expected


def resource(kind: str, body: str) -> str:
    return f'resource "{kind}" "x" {{\n{body}\n}}\n'


IN_TERRAFORM = f'network_mode = "awsvpc"\n{DEFINITIONS}'
ARN = "task_definition = aws_ecs_task_definition.web.arn"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (resource("aws_ecs_service", f'{ARN}\nlaunch_type = "FARGATE"'), "fargate"),
        (resource("aws_ecs_service", f'{ARN}\nlaunch_type = "EC2"'), "host"),
        (resource("aws_ecs_service", f"{ARN}\nlaunch_type = var.kind"), "open"),
        (resource("aws_ecs_service", ARN), "open"),
        (
            resource(
                "aws_ecs_service", f'{ARN}\ncapacity_provider_strategy {{\n  capacity_provider = "FARGATE_SPOT"\n}}'
            ),
            "fargate",
        ),
        (
            resource(
                "aws_ecs_service",
                f"{ARN}\ncapacity_provider_strategy {{\n  capacity_provider = aws_ecs_capacity_provider.m.name\n}}",
            ),
            "host",
        ),
        (
            resource("aws_ecs_service", ARN)
            + resource(
                "aws_ecs_cluster_capacity_providers",
                'default_capacity_provider_strategy {\n  capacity_provider = "FARGATE"\n}',
            ),
            "fargate",
        ),
        (
            resource(
                "aws_cloudwatch_event_target",
                'ecs_target {\n  task_definition_arn = aws_ecs_task_definition.web.arn\n  launch_type = "FARGATE"\n}',
            ),
            "fargate",
        ),
        (
            resource(
                "aws_ecs_service",
                'task_definition = "${aws_ecs_task_definition.web.family}:${max(1, 2)}"\nlaunch_type = "FARGATE"',
            ),
            "fargate",
        ),
    ],
)
def test_what_starts_it_in_terraform(rest: str, expected: str) -> None:
    assert where(terraform(IN_TERRAFORM, rest)) == expected


def test_a_service_in_another_file_of_the_module() -> None:
    rest = resource("aws_ecs_service", f'{ARN}\nlaunch_type = "EC2"')
    assert where(terraform(IN_TERRAFORM, service__tf=rest)) == "host"


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("privileged", {}, {"privileged": True}),
    ("networkMode", {"networkMode": "bridge"}, {}),
    ("networkMode", {"networkMode": None}, {}),
    ("pidMode", {"pidMode": "host"}, {}),
    ("ipcMode", {"ipcMode": "task"}, {}),
    ("sourcePath", {"volumes": [{"name": "d", "host": {"sourcePath": "/d"}}]}, {}),
    ("dockerVolumeConfiguration", {"volumes": [{"name": "d", "dockerVolumeConfiguration": {}}]}, {}),
    ("dockerSecurityOptions", {}, {"dockerSecurityOptions": ["no-new-privileges"]}),
    ("devices", {}, {"linuxParameters": {"devices": [{"hostPath": "/dev/fuse"}]}}),
    ("maxSwap", {}, {"linuxParameters": {"maxSwap": 100}}),
    ("capabilities", {}, {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE", "NET_ADMIN"]}}}),
    ("resourceRequirements", {}, {"resourceRequirements": [{"type": "GPU", "value": "1"}]}),
]


@pytest.mark.parametrize(("key", "fields", "container"), REFUSED)
def test_what_fargate_refuses(key: str, fields: dict[str, Any], container: dict[str, Any]) -> None:
    one = {**NAME, **container}
    found = task(requiresCompatibilities=["FARGATE"], containerDefinitions=[one], **{**AWSVPC, **fields})
    assert [refused.key for refused in found.refused] == [key]
    assert task(requiresCompatibilities=["EC2"], containerDefinitions=[one], **{**AWSVPC, **fields}).refused == ()


def test_each_capability_that_fargate_refuses_is_named() -> None:
    one = {**NAME, "linuxParameters": {"capabilities": {"add": ["AUDIT_CONTROL", "AUDIT_WRITE"]}}}
    found = task(requiresCompatibilities=["FARGATE"], containerDefinitions=[one], **AWSVPC)
    assert ["AUDIT_CONTROL" in refused.reason for refused in found.refused] == [True, False]


def test_what_fargate_takes() -> None:
    linux = {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}, "initProcessEnabled": True, "devices": []}
    found = task(
        requiresCompatibilities=["FARGATE"],
        **AWSVPC,
        pidMode="task",
        volumes=[{"name": "d", "host": {}}, {"name": "e", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
        containerDefinitions=[{**NAME, "linuxParameters": linux, "readonlyRootFilesystem": True, "privileged": False}],
    )
    assert found.refused == ()
    assert isinstance(first(found).privilege.no_new_privileges, Inapplicable)
    assert isinstance(found.namespaces.user, Inapplicable)


def test_a_service_may_start_what_its_task_is_not_made_for() -> None:
    found = template(
        f"NetworkMode: awsvpc\nRequiresCompatibilities: [EC2]\n{CONTAINER}",
        service("TaskDefinition: !Ref Task, LaunchType: FARGATE"),
    )
    assert [refused.key for refused in found.refused] == ["requiresCompatibilities"]
    found = template(FARGATE, service("TaskDefinition: !Ref Task, LaunchType: EC2"))
    assert [ignored.key for ignored in found.ignored] == ["requiresCompatibilities"]
    assert found.refused == ()


UNTRUSTED = """version: 1
platform: {placement: shared}
workloads:
- {name: all, paths: ['**'], sensitivity: internal, code_trust: untrusted}
"""


@pytest.mark.parametrize(
    ("fields", "level", "verdict"),
    [
        ('"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",', "L5", "pass"),
        ('"networkMode": "awsvpc",', "L2", "undecided"),
        ('"requiresCompatibilities": ["EC2"],', "L2", "fail"),
        ('"trustedExecutionConfiguration": {"isolationMode": "ISOLATED_SANDBOX"},', "L5", "pass"),
    ],
)
def test_the_level_is_held_against_what_is_needed(
    fields: str, level: str, verdict: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f'{{{fields} "family": "web", "containerDefinitions": [{{"name": "web", "image": "web:1"}}]}}'
    subject = check(capsys, write_all(tmp_path, {"t.json": text, ".gate.yaml": UNTRUSTED})).subject("web")
    assert (subject["boundary"]["level"], subject["verdict"]) == (level, verdict)


def test_confidential_tasks_keep_the_operator_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        '{"family": "web", "trustedExecutionConfiguration": {"isolationMode": "CONFIDENTIAL_SANDBOX"},'
        ' "containerDefinitions": [{"name": "web", "image": "web:1"}]}'
    )
    subject = check(capsys, write_all(tmp_path, {"t.json": text})).subject("web")
    assert subject["boundary"]["modifiers"] == ["cc"]


def test_a_way_up_is_suggested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"family": "web", "containerDefinitions": [{"name": "web", "image": "web:1"}]}'
    subject = check(capsys, write_all(tmp_path, {"t.json": text, ".gate.yaml": UNTRUSTED})).subject("web")
    assert [one["title"] for one in subject["suggestions"]] == [
        "run it on Fargate",
        "run it in a Nitro sandbox on managed instances",
    ]


def test_a_contradiction_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        '{"family": "web", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",\n'
        '"containerDefinitions": [{"name": "web", "image": "web:1",\n"privileged": true}]}'
    )
    subject = check(capsys, write_all(tmp_path, {"t.json": text})).subject("web")
    assert {"ISO001", "ISO054"} <= rules(subject)
    assert {f["location"]["line"] for f in subject["findings"] if f["rule"] in ("ISO001", "ISO054")} == {3}
