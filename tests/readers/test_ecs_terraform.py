"""What the ECS reader makes of Terraform: one module is one folder, and what is static is evaluated."""

from __future__ import annotations

import pytest

from gate.model.evidence import Stated, Unknown, known
from tests.readers.ecs import first, line, only, read, terraform, values

DEFINITIONS = 'container_definitions = jsonencode([{ name = "web", image = "i" }])'


def privileged(expression: str, rest: str = "", **files: str) -> tuple[bool | None, int | str]:
    """Return what the privilege of a container is: with its line when it is known, with the reason when it is not."""
    found = first(terraform(f"container_definitions = {expression}", rest, **files)).privilege.privileged
    return known(found), found.reason if isinstance(found, Unknown) else line(found)


def test_jsonencode_has_the_line_of_each_key() -> None:
    text = """jsonencode([
    {
      name       = "web"
      image      = "i"
      privileged = true
    }
  ])"""
    assert privileged(text) == (True, 6)


def test_a_heredoc_has_the_line_of_each_key() -> None:
    text = """<<EOF
[
  {
    "name": "web",
    "image": "${aws_ecr_repository.web.repository_url}:latest",
    "cpu": ${var.cpu},
    "privileged": true
  }
]
EOF"""
    assert privileged(text) == (True, 8)


def test_an_indented_heredoc_has_the_column_too() -> None:
    text = """<<-EOF
    [{"name": "web",
      "privileged": true}]
  EOF"""
    found = first(terraform(f"container_definitions = {text}")).privilege.privileged
    assert (found.at.line, found.at.column) == (4, 7)


def test_a_file_has_lines_of_its_own() -> None:
    found = first(
        terraform('container_definitions = file("${path.module}/c.json")', c__json='[{"name": "a",\n"user": "0"}]')
    )
    assert (found.privilege.user.at.path, line(found.privilege.user)) == ("c.json", 2)
    found = first(terraform('container_definitions = file("c.json")', c__json='[{"name": "a", "user": "0"}]'))
    assert isinstance(found.privilege.user, Stated)


def test_a_template_has_lines_of_its_own() -> None:
    text = '[{"name": "a", "image": "${image}",\n "cpu": ${cpu},\n "privileged": ${privileged}}]\n'
    body = 'container_definitions = templatefile("c.tftpl", { image = var.i, cpu = 1, privileged = true })'
    found = first(terraform(body, c__tftpl=text))
    assert (known(found.privilege.privileged), line(found.privilege.privileged)) == (True, 3)
    assert isinstance(found.image, Unknown)
    assert found.privilege.privileged.at.path == "c.tftpl"


def test_the_older_template_of_a_data_source() -> None:
    rest = 'data "template_file" "t" {\n  template = file("c.json")\n  vars = { p = "true" }\n}\n'
    text = '[{"name": "a", "privileged": ${p}}]'
    assert privileged("data.template_file.t.rendered", rest, c__json=text) == (True, 1)


TWO = """locals {
  defs  = jsonencode([{ name = "a", privileged = true }])
  other = jsonencode([])
}
"""


@pytest.mark.parametrize(
    ("expression", "rest"),
    [
        ("local.defs", 'locals {\n  defs = jsonencode([{ name = "a", privileged = true }])\n}'),
        ("var.on ? local.defs : local.other", 'variable "on" { default = true }\n' + TWO),
        ('jsonencode([for n in ["a"] : { name = n, privileged = true }])', ""),
        ("jsonencode([for k, v in { a = true } : { name = k, privileged = v }])", ""),
        ('jsonencode(concat([{ name = "a", privileged = true }], var.others))', ""),
        ('jsonencode([merge({ name = "a" }, { privileged = true })])', ""),
        ('jsonencode([{ name = "a", privileged = tobool("true") }])', ""),
        ('jsonencode([{ Name = "a", Privileged = true }])', ""),
        ('jsonencode(jsondecode("[{\\"privileged\\": true}]"))', ""),
        ('"[{\\"name\\": \\"a\\", \\"privileged\\": true}]"', ""),
        ('"${local.defs}"', 'locals {\n  defs = jsonencode([{ name = "a", privileged = true }])\n}'),
        ("<<EOF\n[${local.one}]\nEOF", "locals {\n  one = jsonencode({ image = var.i, privileged = true })\n}"),
        ('"[${join(",", [jsonencode({ privileged = true })])}]"', ""),
        ("jsonencode([{ privileged = var.on }])", 'variable "on" {\n  type    = bool\n  default = "true"\n}'),
    ],
)
def test_ways_to_write_it(expression: str, rest: str) -> None:
    assert privileged(expression, rest)[0] is True


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("var.defs", "`var.defs` has no default and is set where the module is used"),
        ("module.defs.json", "there is no module `defs`"),
        ("module.far.json", "what a module returns that is not in the tree is not known"),
        ("module.none.json", "there is no module in ./none"),
        ("module.many[0].json", "it is another one for each instance"),
        ("data.http.x.body", "a data source is only known when it is read"),
        ("aws_x.y.json", "`aws_x.y` is only known once it is applied"),
        ("jsonencode(var.defs)", "`var.defs` has no default and is set where the module is used"),
        ("jsonencode([for c in var.defs : c])", "`var.defs` has no default and is set where the module is used"),
        ("jsonencode([{ privileged = each.value }])", "it is another one for each instance"),
        ("unheard_of(1)", "the function `unheard_of` is not evaluated"),
        ('file("none.json")', "the file none.json is not in sight"),
        ('file("../../etc/passwd")', "the file ../../etc/passwd is not in sight"),
        ('file("/etc/passwd")', "the file /etc/passwd is not in sight"),
        ('"not json"', "is not JSON: a value is missing"),
        ("<<EOF\n[{]\nEOF", "is not JSON: a key in double quotes is missing"),
        ('<<EOF\n[{"${var.key}": 1}]\nEOF', "a key in it is not known"),
        ("jsonencode([{ privileged = timestamp() }])", "the time of the build decides"),
        ('file("broken.json")', "is not JSON: a comma or a closing bracket is missing"),
    ],
)
def test_what_is_not_static_is_not_known(expression: str, reason: str) -> None:
    rest = """variable "defs" {}
variable "key" {}
module "far" { source = "example/defs/aws" }
module "none" { source = "./none" }
module "many" {
  source = "./none"
  count  = 2
}
"""
    assert privileged(expression, rest, broken__json='[{"name": "a" "b"}]') == (None, reason)


def test_one_unknown_container_hides_no_known_one() -> None:
    body = """container_definitions = <<EOF
[
  ${var.sidecar},
  {"name": "web", "privileged": true}
]
EOF"""
    members = terraform(body, 'variable "sidecar" {}').containers.members
    found = [member.value.privilege.privileged for member in members if isinstance(member, Stated)]
    assert [known(one) for one in found] == [None, True]


def test_blocks_of_the_task() -> None:
    found = terraform(
        f"""{DEFINITIONS}
  family                   = "shop-${{var.stage}}"
  pid_mode                 = "host"
  ipc_mode                 = "host"
  network_mode             = "host"
  requires_compatibilities = ["EC2"]
  memory                   = 512
  tags                     = {{ "boundary-gate.io/class" = "restricted" }}
  runtime_platform {{
    operating_system_family = "WINDOWS_SERVER_2022_CORE"
  }}
  placement_constraints {{
    type       = "memberOf"
    expression = "attribute:x == y"
  }}""",
        'variable "stage" {\n  default = "test"\n}\n',
    )
    assert found.name == "shop-test"
    assert [known(mode) for mode in (found.namespaces.pid, found.namespaces.ipc, found.namespaces.network)] == [
        "host"
    ] * 3
    assert [line(mode) for mode in (found.namespaces.pid, found.namespaces.ipc, found.namespaces.network)] == [4, 5, 6]
    assert known(found.os) == "windows"
    assert values(found.placement.node_selector) == ["attribute:x == y"]
    assert [(one.axis, one.value) for one in found.statements] == [("class", "restricted")]
    assert known(first(found).resources.memory_limit) == "512"
    assert found.ignored == ()


MOUNTING = """container_definitions = jsonencode([{ name = "web", mountPoints = [
    { sourceVolume = "d", containerPath = "/d", readOnly = true }
  ] }])
"""


def block(head: str, *lines: str) -> str:
    inner = "".join(f"  {line}\n" for line in lines)
    return f"{head} {{\n{inner}}}"


MADE = ("name = volume.key", "host_path = volume.value")


@pytest.mark.parametrize(
    ("volume", "rest", "expected"),
    [
        (block("volume", 'name = "d"', 'host_path = "/data"'), "", ("bind", "/data")),
        (block("volume", 'name = "d"'), "", ("volume", None)),
        (block("volume", 'name = "d"', "host_path = var.p"), 'variable "p" {}', ("bind", None)),
        (
            block(
                "volume",
                'name = "d"',
                block("docker_volume_configuration", 'driver_opts = { o = "bind", device = "/etc" }'),
            ),
            "",
            ("bind", "/etc"),
        ),
        (
            block("volume", 'name = "d"', block("efs_volume_configuration", 'file_system_id = "fs"')),
            "",
            ("volume", None),
        ),
        (
            block('dynamic "volume"', 'for_each = { d = "/data" }', block("content", *MADE)),
            "",
            ("bind", "/data"),
        ),
        (
            block('dynamic "volume"', "for_each = var.v", block("content", *MADE)),
            'variable "v" {}',
            ("bind", None),
        ),
    ],
)
def test_volumes(volume: str, rest: str, expected: tuple[str, str | None]) -> None:
    found = first(terraform(MOUNTING + volume, rest)).exposure.mounts
    assert [(one.kind, known(one.source)) for one in values(found) if one] == [expected]


def test_a_path_of_the_host_has_the_line_of_its_key() -> None:
    found = first(terraform(MOUNTING + 'volume {\n  name      = "d"\n  host_path = "/data"\n}')).exposure.mounts
    assert [line(one.source) for one in values(found) if one] == [7]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"terraform__tfvars": "on = true"}, True),
        ({"x__auto__tfvars": "on = true", "terraform__tfvars": "on = false"}, True),
        ({"x__auto__tfvars__json": '{"on": true}'}, True),
        ({"other__tfvars": "on = true"}, None),
        ({"variables__tf": 'variable "on" {\n  default = true\n}'}, None),
        ({"a_override__tf": 'variable "on" {\n  default = true\n}'}, True),
        ({"child___terraform__tfvars": "on = true"}, None),
    ],
)
def test_where_a_variable_has_its_value_from(files: dict[str, str], expected: bool | None) -> None:
    rest = 'variable "on" {\n  type = bool\n}\n'
    if "variables__tf" in files:
        rest, expected = "", True
    assert privileged("jsonencode([{ privileged = var.on }])", rest, **files)[0] is expected


def test_a_value_from_elsewhere_has_the_place_where_it_is_given() -> None:
    assert privileged(
        "jsonencode([{\n  privileged = var.on\n}])", variables__tf='\n\nvariable "on" {\n  default = true\n}'
    ) == (
        True,
        3,
    )


CALLED = """variable "name" {}
variable "privileged" {
  type    = bool
  default = false
}
output "one" {
  value = {
    name       = var.name
    privileged = var.privileged
  }
}
output "json" {
  value = jsonencode([{ name = var.name, privileged = var.privileged }])
}
"""


ONE = block('module "one"', 'source = "./defs"', 'name = "a"', 'privileged = "true"')
ALL = block(
    'module "all"', 'source = "./defs"', "for_each = { a = true }", "name = each.key", "privileged = each.value"
)
SET = block('module "set"', 'source = "./defs"', 'for_each = toset(["a"])', "name = each.key", "privileged = true")


@pytest.mark.parametrize(
    ("expression", "rest"),
    [
        ("module.one.json", ONE),
        ("jsonencode([module.one.one])", ONE),
        ("jsonencode([for k, v in module.all : v.one])", ALL),
        ('jsonencode([module.set["a"].one])', SET),
    ],
)
def test_what_a_module_of_the_tree_returns(expression: str, rest: str) -> None:
    assert privileged(expression, rest, defs___main__tf=CALLED)[0] is True


def test_modules_that_call_each_other_come_to_an_end() -> None:
    calls = "".join(f'module "m{n}" {{\n  source = "../a"\n}}\n' for n in range(9))
    text = calls + 'output "json" {\n  value = "' + "".join(f"${{module.m{n}.json}}" for n in range(9)) + '"\n}\n'
    found = privileged("module.a.json", 'module "a" {\n  source = "./a"\n}', a___main__tf=text)
    assert found[0] is None


def test_instances_that_are_known_are_subjects_of_their_own() -> None:
    text = """resource "aws_ecs_task_definition" "web" {
  for_each              = { a = true, b = false }
  family                = each.key
  container_definitions = jsonencode([{ name = each.key, privileged = each.value }])
}
"""
    found = read("main.tf", {"main.tf": text}).subjects
    assert [subject.id for subject in found] == ["main.tf#TaskDefinition/web[a]", "main.tf#TaskDefinition/web[b]"]
    assert [known(first(one).privilege.privileged) for one in found] == [True, False]  # type: ignore[arg-type]
    assert [subject.name for subject in found] == ["a", "b"]


def test_instances_that_are_not_known_are_one() -> None:
    text = f"for_each = var.all\n  family = each.key\n  {DEFINITIONS}"
    assert terraform(text, 'variable "all" {}').name == "web"


def test_the_other_provider_has_lists_instead_of_texts() -> None:
    text = """resource "awscc_ecs_task_definition" "web" {
  network_mode = "host"
  container_definitions = [{
    name       = "web"
    privileged = true
    linux_parameters = { capabilities = { add = ["SYS_ADMIN"] } }
    mount_points = [{ source_volume = "d", container_path = "/d" }]
  }]
  volumes = [{ name = "d", host = { source_path = "/etc" } }]
}
"""
    found = first(only("main.tf", {"main.tf": text}))
    assert known(found.privilege.privileged) is True
    assert values(found.privilege.capabilities_added) == ["SYS_ADMIN"]
    assert [known(one.source) for one in values(found.exposure.mounts) if one] == ["/etc"]


def test_another_file_that_cannot_be_read_leaves_names_open() -> None:
    assert privileged("jsonencode([{ privileged = local.x }])", broken__tf="locals {") == (
        None,
        "broken.tf cannot be read",
    )


def test_a_file_that_is_not_valid_is_a_problem() -> None:
    (problem,) = read("main.tf", {"main.tf": 'resource "aws_ecs_task_definition" "a" {\n  x = \n}\n'}).problems
    assert "is not valid HCL" in problem.cause
