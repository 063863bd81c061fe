"""What well-known modules of the Terraform registry make of what they are given; their own files are in no tree.

terraform-aws-modules/ecs makes a task definition and a service of each call, on Fargate and with read-only root file
systems unless it is told otherwise; its `container-definition`, and cloudposse/ecs-container-definition, return one
container for a task definition that is written beside them. Sources: the variables and outputs of terraform-aws-ecs
(5 and 6) and of terraform-aws-ecs-container-definition (0.61).
"""

from __future__ import annotations

import re

from gate.dialects.ecs_fields import CONTAINER, TASK, canonical
from gate.dialects.ecs_group_modules import returned_group
from gate.dialects.ecs_groups import of_module, of_service
from gate.dialects.ecs_launch import FARGATE, PROVIDER, Start, is_of_fargate
from gate.dialects.ecs_task import Task
from gate.dialects.terraform_text import Unencoded
from gate.model.evidence import Stated, Unknown
from gate.model.record import replace
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.terraform import Module
    from gate.model.evidence import Setting
    from gate.syntax.hcl import Block, Document
    from gate.syntax.tree import Node

_AWS_MODULES = r"\bterraform-aws-modules/(?:ecs/aws|terraform-aws-ecs)(?:\.git)?(?://(?:modules/)?([\w-]+))?(?:\?|$)"
_CLOUDPOSSE = r"\bcloudposse/(?:ecs-container-definition/aws|terraform-aws-ecs-container-definition)\b"

#: Inputs of a container that the API calls otherwise.
_RENAMED = {
    "container_cpu": "cpu",
    "container_image": "image",
    "container_memory": "memory",
    "container_memory_reservation": "memory_reservation",
    "container_name": "name",
}

#: Outputs that are a container, as a value and as a text.
_OBJECTS = ("container_definition", "json_map_object", "sensitive_json_map_object")
_TEXTS = ("container_definition_json", "json_map_encoded", "sensitive_json_map_encoded")
_LISTS = ("json_map_encoded_list", "sensitive_json_map_encoded_list")


def returned(module: Module, block: Block) -> Node | None:
    """Return the outputs of a module that makes a container definition or a security group; None for any other."""
    source = module.source_of(block)
    ours = re.search(_AWS_MODULES, source)
    if not (ours and ours[1] == "container-definition") and not re.search(_CLOUDPOSSE, source):
        return returned_group(module, block)
    given = module.tree(block)
    container = _container(given, "", read_only=ours is not None)
    if given.get("container_definition") is not None:
        container = Opaque(given.source, given.start, given.end, "`container_definition` overrides what else is given")
    outputs: dict[str, Node] = dict.fromkeys(_OBJECTS, container)
    outputs |= dict.fromkeys(_TEXTS, _text(container))
    outputs |= dict.fromkeys(_LISTS, _text(Sequence(given.source, given.start, given.end, [container])))
    key = Scalar(given.source, block.start, block.header_end, "", "")
    return Mapping(given.source, given.start, given.end, outputs, dict.fromkeys(outputs, key))


def _text(node: Node) -> Node:
    found = Unencoded(node.source, node.start, node.end, "its text is made elsewhere")
    found.tree = node
    return found


def _container(given: Mapping, name: str, *, read_only: bool) -> Node:
    """Return a container definition in the API's words, with the name that it has as the member of a map."""
    entries = {_RENAMED.get(key, key): value for key, value in given.items()}
    keys = {_RENAMED.get(key, key): node for key, node in given.keys.items()}
    where = Scalar(given.source, given.start, given.end, name, name)
    defaults: dict[str, Node] = {"name": where} if name else {}
    if read_only and not {"readonlyRootFilesystem", "readonly_root_filesystem"} & entries.keys():
        defaults["readonlyRootFilesystem"] = Scalar(given.source, given.start, given.end, value=True, text="true")
    keys = {**dict.fromkeys(defaults, where), **keys}
    node = Mapping(given.source, given.start, given.end, {**defaults, **entries}, keys)
    return canonical(node, CONTAINER, "terraform")


def services(document: Document, module: Module) -> Iterator[Task]:
    """Yield the task definitions that calls of the module for services make."""
    for block in module.of(document):
        called = block.type == "module" and block.labels
        kind = re.search(_AWS_MODULES, module.source_of(block)) if called else None
        if kind is None or kind[1] not in (None, "service"):
            continue
        for suffix, names in module.instances(block):
            given = module.within(names, lambda block=block: module.tree(block))  # type: ignore[misc]
            makes = [("", given)] if kind[1] else list(_members(given.get("services")))
            for name, inputs in makes:
                label = f"module.{block.labels[0]}{suffix}{f'.{name}' if name else ''}"
                if isinstance(inputs, Mapping) and not _is_off(inputs):
                    task = _service(f"{document.source.path}#TaskDefinition/{label}", label, block, inputs)
                    yield replace(task, groups=(of_service(inputs, block.at, of_module(module)),))


def _members(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        yield from node.items()


def _is_off(inputs: Mapping) -> bool:
    return any(getattr(inputs.get(name), "value", None) is False for name in ("create", "create_task_definition"))


def _service(id_: str, label: str, block: Block, inputs: Mapping) -> Task:
    """Return the task definition of one service, with the defaults that the module has."""
    source, start, end = block.document.source, block.start, block.header_end
    key = Scalar(source, start, end, "", "")
    entries: dict[str, Node] = {
        "memory": Scalar(source, start, end, "2048", "2048"),
        "network_mode": Scalar(source, start, end, "awsvpc", "awsvpc"),
        "requires_compatibilities": Sequence(source, start, end, [Scalar(source, start, end, FARGATE, FARGATE)]),
        "family": inputs.get("name") or Scalar(source, start, end, label, label),
        **{name: value for name, value in inputs.items() if not _is_null(value)},
    }
    entries["container_definitions"] = _containers(inputs, entries.get("container_definitions"))
    if "volume" in entries:
        entries["volumes"] = _volumes(entries.pop("volume"))
    keys = {**dict.fromkeys(entries, key), **{name: node for name, node in inputs.keys.items() if name in entries}}
    node = canonical(Mapping(source, start, block.end, entries, keys), TASK, "terraform")
    return Task(id_, label, block.at, node, (Start(f"module {block.labels[0]}", _launch(entries, key)),))


def _containers(inputs: Mapping, given: Node | None) -> Node:
    """Return the containers that are given as a map, with the defaults that all of them share."""
    shared = inputs.get("container_definition_defaults")
    if isinstance(given, Mapping) and (shared is None or isinstance(shared, Mapping)):
        found = [_with_defaults(name, one, shared) for name, one in given.items() if not _is_created_nowhere(one)]
        return Sequence(given.source, given.start, given.end, found)
    unknown = next((node for node in (given, shared) if isinstance(node, Opaque)), None)
    reason = unknown.reason if unknown is not None else "the module is given no containers here"
    return Opaque(inputs.source, inputs.start, inputs.end, reason)


def _with_defaults(name: str, one: Node, shared: Mapping | None) -> Node:
    if not isinstance(one, Mapping):
        return one
    if shared is not None:
        one = Mapping(one.source, one.start, one.end, shared.entries | one.entries, shared.keys | one.keys)
    return _container(one, name, read_only=True)


def _is_created_nowhere(one: Node) -> bool:
    return isinstance(one, Mapping) and getattr(one.get("create"), "value", None) is False


def _volumes(given: Node) -> Node:
    """Return the volumes that are given as a map, by their names."""
    if not isinstance(given, Mapping):
        return given
    items: list[Node] = []
    for name, one in given.items():
        key = given.keys[name]
        if isinstance(one, Mapping):
            entries = {"name": Scalar(key.source, key.start, key.end, name, name), **one.entries}
            items.append(Mapping(one.source, one.start, one.end, entries, {"name": key, **one.keys}))
        else:
            items.append(one)
    return Sequence(given.source, given.start, given.end, items)


def _launch(entries: dict[str, Node], block: Scalar) -> Setting[str]:
    """Return what a service is started on: its capacity providers, else its launch type, else Fargate."""
    strategy = entries.get("capacity_provider_strategy")
    if isinstance(strategy, Opaque):
        return Unknown(strategy.reason, strategy.at)
    providers = list(strategy.entries.values()) if isinstance(strategy, Mapping) else []
    if providers:
        names = [one.get("capacity_provider") if isinstance(one, Mapping) else None for one in providers]
        on_fargate = all(isinstance(name, Scalar) and is_of_fargate(name.text) for name in names)
        return Stated(FARGATE if on_fargate else PROVIDER, strategy.at if strategy is not None else block.at)
    kind = entries.get("launch_type")
    if isinstance(kind, Opaque):
        return Unknown(kind.reason, kind.at)
    return Stated(kind.text, kind.at) if isinstance(kind, Scalar) else Stated(FARGATE, block.at)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None
