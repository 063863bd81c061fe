"""What the ECS reader makes of calls of the registry's modules, whose own files are in no tree."""

from __future__ import annotations

import pytest

from gate.model.evidence import Unknown, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.ecs import READER
from tests.readers.ecs import first, line, only, read, terraform, values

SERVICE = "terraform-aws-modules/ecs/aws//modules/service"


def service(body: str, source: str = SERVICE, rest: str = "") -> Workload:
    """Read a call of the module that makes a service."""
    text = f'module "web" {{\n  source = "{source}"\n  name = "shop"\n{body}\n}}\n{rest}'
    return only("main.tf", {"main.tf": text})


CONTAINERS = """  container_definitions = {
    app = {
      image      = "i"
      privileged = true
      linuxParameters = { capabilities = { add = ["SYS_ADMIN"] } }
    }
    log = {
      image                    = var.log
      readonly_root_filesystem = false
      linux_parameters         = { capabilities = { drop = ["ALL"] } }
    }
  }"""


def test_a_service_is_on_fargate_and_read_only_unless_it_is_told_otherwise() -> None:
    found = service(CONTAINERS)
    assert (found.id, found.name) == ("main.tf#TaskDefinition/module.web", "shop")
    assert known(found.sandbox.native) == "fargate"
    app = first(found)
    assert (app.name, known(app.privilege.privileged), line(app.privilege.privileged)) == ("app", True, 7)
    assert values(app.privilege.capabilities_added) == ["SYS_ADMIN"]
    assert known(app.resources.read_only_root) is True
    assert known(app.resources.memory_limit) == "2048"
    assert [refused.key for refused in found.refused] == ["privileged", "capabilities"]


def test_both_spellings_of_its_versions() -> None:
    log = getattr(service(CONTAINERS).containers.members[1], "value", None)
    assert log is not None
    assert known(log.resources.read_only_root) is False
    assert values(log.privilege.capabilities_dropped) == ["ALL"]
    assert isinstance(log.image, Unknown)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('  launch_type = "EC2"', "host"),
        ('  capacity_provider_strategy = { a = { capacity_provider = "FARGATE_SPOT" } }', "fargate"),
        ('  capacity_provider_strategy = { a = { capacity_provider = module.c.providers["a"].name } }', "host"),
        ("  launch_type = var.kind", None),
        ('  capacity_provider_strategy = {}\n  launch_type = "FARGATE"', "fargate"),
    ],
)
def test_where_a_service_runs(body: str, expected: str | None) -> None:
    assert known(service(f"{CONTAINERS}\n{body}").sandbox.native) == expected


@pytest.mark.parametrize(
    "source",
    [
        "terraform-aws-modules/ecs/aws//modules/service",
        "git::https://example.com/terraform-aws-modules/terraform-aws-ecs.git//modules/service?ref=v5.11.0",
        "github.com/terraform-aws-modules/terraform-aws-ecs//modules/service",
    ],
)
def test_where_the_module_comes_from(source: str) -> None:
    assert service(CONTAINERS, source).id == "main.tf#TaskDefinition/module.web"


def test_volumes_by_name() -> None:
    mounted = '  container_definitions = { app = { mountPoints = [{ sourceVolume = "d", containerPath = "/d" }] } }'
    found = service(f'{mounted}\n  volume = {{ d = {{ host_path = "/etc" }} }}')
    assert [known(one.source) for one in values(first(found).exposure.mounts) if one] == ["/etc"]


def test_a_cluster_with_its_services() -> None:
    text = """module "ecs" {
  source = "terraform-aws-modules/ecs/aws"
  services = {
    front = { container_definitions = { app = { image = "a", user = "0" } } }
    back  = { container_definitions = { app = { image = "b" } }, network_mode = "host" }
    none  = { create = false }
  }
}
"""
    found = [subject for subject in read("main.tf", {"main.tf": text}).subjects if isinstance(subject, Workload)]
    assert [one.id for one in found] == [
        "main.tf#TaskDefinition/module.ecs.front",
        "main.tf#TaskDefinition/module.ecs.back",
    ]
    assert [known(one.namespaces.network) for one in found] == ["private", "host"]


def test_defaults_that_containers_share() -> None:
    body = """  container_definition_defaults = { privileged = true }
  container_definitions = { app = { image = "a" }, off = { create = false }, log = { privileged = false } }"""
    members = service(body).containers.members
    assert [known(one.value.privilege.privileged) for one in members if hasattr(one, "value")] == [True, False]


@pytest.mark.parametrize("body", ["  container_definitions = var.all", "", "  container_definitions = { a = var.one }"])
def test_containers_that_are_not_known(body: str) -> None:
    assert isinstance(first(service(body)).privilege.privileged, Unknown)


@pytest.mark.parametrize(
    ("source", "expression"),
    [
        ("cloudposse/ecs-container-definition/aws", "module.one.json_map_encoded_list"),
        ("cloudposse/ecs-container-definition/aws", '"[${module.one.json_map_encoded}]"'),
        ("cloudposse/ecs-container-definition/aws", "jsonencode([module.one.json_map_object])"),
        (
            "terraform-aws-modules/ecs/aws//modules/container-definition",
            "jsonencode([module.one.container_definition])",
        ),
    ],
)
def test_a_container_that_a_module_makes(source: str, expression: str) -> None:
    name = "container_name" if "cloudposse" in source else "name"
    rest = f'module "one" {{\n  source = "{source}"\n  {name} = "app"\n  image = var.i\n  privileged = true\n}}\n'
    found = first(terraform(f"container_definitions = {expression}", rest))
    assert (found.name, known(found.privilege.privileged), line(found.privilege.privileged)) == ("app", True, 8)
    assert known(found.resources.read_only_root) is ("cloudposse" not in source)


def test_a_container_that_is_overridden_is_not_known() -> None:
    rest = 'module "one" {\n  source = "cloudposse/ecs-container-definition/aws"\n  container_definition = var.x\n}\n'
    found = first(terraform("container_definitions = module.one.json_map_encoded_list", rest))
    assert isinstance(found.privilege.privileged, Unknown)


def test_other_modules_are_nobody_s_business() -> None:
    for source in ("terraform-aws-modules/vpc/aws", "example/ecs/aws", "./terraform-aws-modules-ecs"):
        text = f'module "a" {{\n  source = "{source}"\n}}\n'
        assert not READER.claims(Source("main.tf", text.encode()))
    text = 'module "a" {\n  source = "terraform-aws-modules/ecs/aws//modules/cluster"\n}\n'
    assert read("main.tf", {"main.tf": text}).subjects == ()
