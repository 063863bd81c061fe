"""Reads task definitions of Amazon ECS from memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gate.model.evidence import Items, Stated, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.ecs import READER
from tests.readers.packer import Tree

if TYPE_CHECKING:
    from typing import TypeVar

    from gate.model.evidence import Setting
    from gate.model.reader import Reading
    from gate.model.workload import Container

    T = TypeVar("T")

NAME = {"name": "web", "image": "web:1"}


def read(path: str, files: dict[str, str]) -> Reading:
    """Read one file of a tree."""
    source = Source(path, files[path].encode())
    assert READER.claims(source)
    return READER.read(source, Tree(files))


def only(path: str, files: dict[str, str]) -> Workload:
    """Read the one workload of a file that has nothing wrong in it."""
    reading = read(path, files)
    assert reading.problems == ()
    (found,) = reading.subjects
    assert isinstance(found, Workload)
    return found


def task(**fields: Any) -> Workload:
    """Read a task definition of one plain container from JSON."""
    text = json.dumps({"family": "web", "containerDefinitions": [NAME], **fields}, indent=1)
    return only("taskdef.json", {"taskdef.json": text})


def container(task_fields: dict[str, Any] | None = None, **fields: Any) -> Container:
    """Read the one container of a task definition from JSON."""
    return first(task(**{"containerDefinitions": [{**NAME, **fields}], **(task_fields or {})}))


def template(properties: str, rest: str = "", sections: str = "") -> Workload:
    """Read a CloudFormation template with one task definition, from the lines of its properties."""
    body = "".join(f"      {line}\n" for line in properties.strip("\n").split("\n"))
    text = f"{sections}Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n{body}{rest}"
    return only("template.yaml", {"template.yaml": text})


def terraform(body: str, rest: str = "", **files: str) -> Workload:
    """Read a Terraform module with one task definition; `__` in a name is a dot and `___` a slash."""
    text = f'resource "aws_ecs_task_definition" "web" {{\n{body}\n}}\n{rest}'
    others = {name.replace("___", "/").replace("__", "."): content for name, content in files.items()}
    return only("main.tf", {"main.tf": text, **others})


def first(workload: Workload) -> Container:
    """Return the first container."""
    member = workload.containers.members[0]
    assert isinstance(member, Stated)
    return member.value


def values(items: Items[T]) -> list[T | None]:
    """Return the members of a list; None for those that are not known."""
    return [known(member) for member in items.members]


def line(setting: Setting[T]) -> int:
    """Return the line of a setting."""
    return setting.at.line
