"""Files that are read as one: what a change does to one of them is seen in every other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.pipeline.files import Files
from gate.pipeline.reading import Ledger
from tests.histories import committed
from tests.verbs import check, write_all

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = "version: 1\nworkloads:\n- {name: all, paths: ['**'], sensitivity: confidential}\n"


def packer(name: str) -> str:
    machine = '  iso_url = "https://example.org/a.iso"\n  iso_checksum = var.sum\n'
    return f'source "qemu" "{name}" {{\n{machine}}}\nbuild {{\n  sources = ["source.qemu.{name}"]\n}}\n'


def task(name: str, more: str = "") -> str:
    return (
        f'resource "aws_ecs_task_definition" "{name}" {{\n  family = "{name}"\n'
        '  container_definitions = jsonencode([{ name = "a", image = "a", privileged = var.privileged }])\n'
        f'  tags = {{ "boundary-gate.io/sensitivity" = {more or "var.sensitivity"} }}\n}}\n'
    )


def variables(**values: str) -> str:
    return "".join(f'variable "{name}" {{\n  default = {value}\n}}\n' for name, value in values.items())


PACKER = {
    "vm/a.pkr.hcl": packer("a"),
    "vm/b.pkr.hcl": packer("b"),
    "vm/variables.pkr.hcl": variables(sum=f'"sha256:{64 * "1"}"'),
    "vm/x.auto.pkrvars.hcl": "",
}
TERRAFORM = {
    "iac/a.tf": task("a"),
    "iac/b.tf": task("b", "module.own.sensitivity"),
    "iac/c.tf": task("c"),
    "iac/own.tf": 'module "own" {\n  source = "./own"\n}\n',
    "iac/own/out.tf": 'output "sensitivity" {\n  value = "restricted"\n}\n',
    "iac/variables.tf": variables(privileged="false", sensitivity='"restricted"'),
    "iac/terraform.tfvars": "",
}

#: What only another file of the folder says, before and after, and the templates that it is worse for.
WORSE = {
    "a variable of a template": (
        {"vm/variables.pkr.hcl": variables(sum='"none"')},
        {"a", "b"},
        "TPL001",
    ),
    "a file of variables": ({"vm/x.auto.pkrvars.hcl": 'sum = "none"\n'}, {"a", "b"}, "TPL001"),
    "a variable of a module": (
        {"iac/variables.tf": TERRAFORM["iac/variables.tf"].replace("false", "true")},
        {"a", "b", "c"},
        "ISO001",
    ),
    "a file of a module's variables": ({"iac/terraform.tfvars": "privileged = true\n"}, {"a", "b", "c"}, "ISO001"),
}


OWN = {"iac/own.tf", "iac/own/", "iac/own/out.tf"}


@pytest.mark.parametrize(
    ("files", "path", "wanted"),
    [
        (PACKER, "vm/a.pkr.hcl", {*PACKER, "vm/"}),
        (PACKER, "vm/b.pkr.hcl", {*PACKER, "vm/"}),
        (TERRAFORM, "iac/a.tf", {*TERRAFORM, "iac/"} - {*OWN}),
        (TERRAFORM, "iac/b.tf", {*TERRAFORM, "iac/", *OWN}),
    ],
)
def test_every_file_of_a_folder_leads_to_all_that_it_is_read_with(
    files: dict[str, str], path: str, wanted: set[str], tmp_path: Path
) -> None:
    ledger = Ledger(Files(str(write_all(tmp_path, files))))
    ledger.take("", named=True)
    assert path in {subject.at.path for subject in ledger.subjects}
    assert wanted - {path} <= ledger.depends[path]


@pytest.mark.parametrize(("change", "names", "rule"), WORSE.values(), ids=WORSE)
def test_what_becomes_worse_through_another_file_is_seen_everywhere(
    change: dict[str, str], names: set[str], rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(tmp_path, {**PACKER, **TERRAFORM, ".gate.yaml": DECLARED}))
    write_all(tmp_path, change)
    answer = check(capsys, tmp_path, "--against", "HEAD")
    found = [(subject["name"], {one["rule"] for one in subject["findings"]}) for subject in answer.report["subjects"]]
    assert {name for name, new in found if rule in new} == names


@pytest.mark.parametrize(
    "change",
    [
        {"iac/variables.tf": TERRAFORM["iac/variables.tf"].replace("restricted", "public")},
        {"iac/own/out.tf": TERRAFORM["iac/own/out.tf"].replace("restricted", "public")},
        {"iac/terraform.tfvars": 'sensitivity = "public"\n'},
    ],
)
def test_a_label_that_another_file_takes_away_still_counts(
    change: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(tmp_path, TERRAFORM))
    write_all(tmp_path, change)
    answer = check(capsys, tmp_path, "--trusted-ref", "HEAD")
    assert {one["sensitivity"]["class"] for one in answer.report["subjects"]} == {"restricted"}


#: A module with a workload of each provider, whose settings and names stand in other files.
PROVIDERS = {
    "k/pod.tf": (
        'resource "kubernetes_pod" "p" {\n  metadata {\n    name = "p"\n  }\n  spec {\n'
        "    host_network       = var.privileged\n"
        "    runtime_class_name = kubernetes_runtime_class_v1.box.metadata[0].name\n"
        '    container {\n      name  = "p"\n      image = var.image\n    }\n  }\n}\n'
    ),
    "k/docker.tf": 'resource "docker_container" "d" {\n  image      = var.image\n  privileged = var.privileged\n}\n',
    "k/class.tf": (
        'resource "kubernetes_runtime_class_v1" "box" {\n  metadata {\n    name = "box"\n  }\n  handler = "kata"\n}\n'
    ),
    "k/variables.tf": variables(privileged="false", image='"registry.example/p:1"'),
}


@pytest.mark.parametrize(
    "change",
    [
        {"k/variables.tf": PROVIDERS["k/variables.tf"].replace("false", "true")},
        {"k/terraform.tfvars": "privileged = true\n"},
    ],
)
def test_what_providers_are_given_elsewhere_is_seen(
    change: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(tmp_path, PROVIDERS))
    write_all(tmp_path, change)
    answer = check(capsys, tmp_path, "--against", "HEAD")
    found = {one["rule"] for subject in answer.report["subjects"] for one in subject["findings"]}
    assert {"ISO001", "ISO002"} <= found


def test_a_runtime_class_of_a_module_that_changes_is_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(tmp_path, PROVIDERS))
    write_all(tmp_path, {"k/class.tf": PROVIDERS["k/class.tf"].replace('"kata"', '"runc"')})
    answer = check(capsys, tmp_path, "--against", "HEAD")
    assert "p" in {one["name"] for one in answer.report["subjects"]}
    assert answer.report["against"]["regressions"]
