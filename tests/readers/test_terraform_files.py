"""Which files of a folder are one module, and what is laid over what."""

from __future__ import annotations

from gate.model.evidence import known
from tests.readers.ecs import first, only, read, values

DEFINITIONS = 'container_definitions = jsonencode([{ name = "web", image = "i" }])'


def task(*lines: str, name: str = "web") -> str:
    """Return a task definition, from its lines."""
    body = "\n".join(f"  {one}" for one in (DEFINITIONS, *lines))
    return f'resource "aws_ecs_task_definition" "{name}" {{\n{body}\n}}\n'


def over(body: str) -> str:
    """Return what an override file says of the task definition."""
    return f'resource "aws_ecs_task_definition" "web" {{\n{body}\n}}\n'


def mounted(files: dict[str, str]) -> list[str | None]:
    """Return the paths of the host in the one container of `main.tf`."""
    found = values(first(only("main.tf", files)).exposure.mounts)
    return [known(mount.source) for mount in found if mount is not None and mount.kind == "bind"]


def test_an_override_replaces_arguments_at_its_own_place() -> None:
    files = {"main.tf": task('pid_mode = "task"', 'ipc_mode = "host"'), "a_override.tf": over('  pid_mode = "host"')}
    found = only("main.tf", files).namespaces
    assert (known(found.pid), found.pid.at.path, found.pid.at.line) == ("host", "a_override.tf", 2)
    assert (known(found.ipc), found.ipc.at.path) == ("host", "main.tf")
    assert read("a_override.tf", files).subjects == ()


def test_the_last_override_counts_whatever_its_syntax() -> None:
    text = '{"resource": {"aws_ecs_task_definition": {"web": {"pid_mode": "task"}}}}'
    files = {"main.tf": task(), "a_override.tf": over('  pid_mode = "host"'), "override.tf.json": text}
    assert known(only("main.tf", files).namespaces.pid) == "private"


def test_blocks_of_a_type_are_replaced_together() -> None:
    volume = 'volume {\n    name = "a"\n    host_path = "/etc"\n  }'
    mounts = DEFINITIONS.replace('image = "i"', 'image = "i", mountPoints = [{ sourceVolume = "a" }]')
    files = {
        "main.tf": over(f"  {mounts}\n  {volume}"),
        "override.tf": over('  volume {\n    name = "b"\n    host_path = "/b"\n  }'),
    }
    assert mounted(files) == []
    files["override.tf"] = over('  family = "x"')
    assert mounted(files) == ["/etc"]


def test_an_override_of_a_variable_keeps_what_it_does_not_name() -> None:
    variable = 'variable "p" {\n  type = string\n  default = "task"\n}\n'
    files = {
        "main.tf": task("pid_mode = var.p"),
        "v.tf": variable,
        "v_override.tf": 'variable "p" {\n default = "host"\n}\n',
    }
    assert known(only("main.tf", files).namespaces.pid) == "host"


def test_what_has_nothing_below_it_stands_for_itself() -> None:
    assert known(only("override.tf", {"override.tf": task('pid_mode = "host"')}).namespaces.pid) == "host"


def test_values_that_a_folder_gives_count_before_defaults_in_their_order() -> None:
    files = {"main.tf": task("pid_mode = var.p") + 'variable "p" {\n  default = "task"\n}\n'}
    files["terraform.tfvars"] = 'p = "host"\n'
    assert known(only("main.tf", files).namespaces.pid) == "host"
    files["b.auto.tfvars.json"] = '{"p": "task"}'
    assert known(only("main.tf", files).namespaces.pid) == "private"
    files["c.tfvars"] = 'p = "host"\n'
    assert known(only("main.tf", files).namespaces.pid) == "private"


def test_opentofu_leaves_out_what_has_a_file_of_its_own() -> None:
    """Each is judged as the program has it that reads the file."""
    files = {
        "main.tf": task("pid_mode = local.mode"),
        "main.tofu": task("pid_mode = local.mode"),
        "mode.tf": 'locals {\n  mode = "task"\n}\n',
        "mode.tofu": 'locals {\n  mode = "host"\n}\n',
    }
    assert known(only("main.tofu", files).namespaces.pid) == "host"
    assert known(only("main.tf", files).namespaces.pid) == "private"


def test_a_file_without_a_twin_is_read_with_those_of_opentofu() -> None:
    files = {"main.tf": task("pid_mode = local.mode"), "mode.tofu": 'locals {\n  mode = "host"\n}\n'}
    assert known(only("main.tf", files).namespaces.pid) == "host"
