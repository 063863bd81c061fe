"""The shape of a task definition, and how each format spells it.

The Amazon ECS API has camelCase keys and exact types. CloudFormation capitalises them and converts scalars; the JSON
inside Terraform is decoded by Go, which takes keys in any case; Terraform's own blocks are in snake_case. Whatever the
spelling, `canonical` returns the same tree in the API's words, each node where it is written.

Source: the API model of Amazon ECS (`RegisterTaskDefinition`); tests/conformance/ecs compares this table with it.
"""

from __future__ import annotations

from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Literal, TypeAlias

    from gate.syntax.tree import Node

    #: A scalar's type, `map` for a table of strings, a list of one shape, or the fields of a structure.
    Shape: TypeAlias = "str | list[Shape] | dict[str, Shape]"
    Spelling: TypeAlias = Literal["api", "cloudformation", "go", "terraform"]

TAG: dict[str, Shape] = {"key": "text", "value": "text"}
CONSTRAINT: dict[str, Shape] = {"expression": "text", "type": "text"}
VOLUME: dict[str, Shape] = {
    "dockerVolumeConfiguration": {"driver": "text", "driverOpts": "map", "scope": "text"},
    "efsVolumeConfiguration": {"fileSystemId": "text", "rootDirectory": "text"},
    "fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "text", "rootDirectory": "text"},
    "host": {"sourcePath": "text"},
    "name": "text",
    "s3filesVolumeConfiguration": {"fileSystemArn": "text", "rootDirectory": "text"},
}
LINUX: dict[str, Shape] = {
    "capabilities": {"add": ["text"], "drop": ["text"]},
    "devices": [{"containerPath": "text", "hostPath": "text", "permissions": ["text"]}],
    "initProcessEnabled": "flag",
    "maxSwap": "number",
    "sharedMemorySize": "number",
    "swappiness": "number",
    "tmpfs": [{"containerPath": "text", "mountOptions": ["text"], "size": "number"}],
}
CONTAINER: dict[str, Shape] = {
    "disableNetworking": "flag",
    "dnsSearchDomains": ["text"],
    "dnsServers": ["text"],
    "dockerLabels": "map",
    "dockerSecurityOptions": ["text"],
    "extraHosts": [{"hostname": "text", "ipAddress": "text"}],
    "image": "text",
    "linuxParameters": LINUX,
    "links": ["text"],
    "memory": "number",
    "memoryReservation": "number",
    "mountPoints": [{"containerPath": "text", "readOnly": "flag", "sourceVolume": "text"}],
    "name": "text",
    "privileged": "flag",
    "readonlyRootFilesystem": "flag",
    "resourceRequirements": [{"type": "text", "value": "text"}],
    "systemControls": [{"namespace": "text", "value": "text"}],
    "ulimits": [{"hardLimit": "number", "name": "text", "softLimit": "number"}],
    "user": "text",
    "volumesFrom": [{"readOnly": "flag", "sourceContainer": "text"}],
}
TASK: dict[str, Shape] = {
    "containerDefinitions": [CONTAINER],
    "family": "text",
    "ipcMode": "text",
    "memory": "text",
    "networkMode": "text",
    "pidMode": "text",
    "placementConstraints": [CONSTRAINT],
    "requiresCompatibilities": ["text"],
    "runtimePlatform": {"operatingSystemFamily": "text"},
    "tags": [TAG],
    "taskRoleArn": "text",
    "trustedExecutionConfiguration": {"isolationMode": "text"},
    "volumes": [VOLUME],
}

#: What CloudFormation does not spell as the API's key with a capital letter.
_RENAMED = {
    "EFSVolumeConfiguration": "efsVolumeConfiguration",
    "FSxWindowsFileServerVolumeConfiguration": "fsxWindowsFileServerVolumeConfiguration",
    "FilesystemId": "fileSystemId",
    "S3FilesVolumeConfiguration": "s3filesVolumeConfiguration",
}

#: Deepest nesting that a shape has, with room to spare.
MAX_DEPTH = 12

#: Characters between a key and a value that is still written beside it.
BESIDE = 200


class Structure(Mapping):
    """A structure in the API's words; `strange` are the keys that it does not have, which are not among its entries."""

    __slots__ = ("strange",)

    strange: list[Scalar]


def canonical(node: Node, shape: Shape, spelling: Spelling, depth: int = 0) -> Node:
    """Return the tree in the API's words."""
    if depth > MAX_DEPTH:
        return node
    if isinstance(shape, dict):
        inner = _only(node) if spelling == "terraform" else node
        return _structure(inner, shape, spelling, depth) if isinstance(inner, Mapping) else inner
    if isinstance(shape, list):
        return _list(node, shape, spelling, depth)
    return _scalar(node, shape) if spelling in _CONVERTING and isinstance(node, Scalar) else node


_CONVERTING = ("cloudformation", "terraform")


def _only(node: Node) -> Node:
    """Return the one block of a kind, which Terraform keeps as a list."""
    return node.items[0] if isinstance(node, Sequence) and len(node.items) == 1 else node


def _structure(node: Mapping, fields: dict[str, Shape], spelling: Spelling, depth: int) -> Structure:
    found = Structure(node.source, node.start, node.end, {}, {}, node.doubt)
    found.strange = []
    node = _hosted(node) if spelling == "terraform" and fields is VOLUME else node
    for written, value in node.entries.items():
        key = node.keys[written]
        name = field_of(written, fields, spelling)
        if not name:
            found.strange.append(key)
            continue
        if name in found.entries:
            text = f"the key `{name}` is given twice, in different cases, and the last of them counts"
            key = Scalar(key.source, key.start, key.end, key.value, key.text, key.quoted, text)
        found.entries[name] = beside(key, canonical(value, fields[name], spelling, depth + 1))
        found.keys[name] = key
    return found


def _hosted(volume: Mapping) -> Mapping:
    """Put the path of a volume where the API has it, which is deeper than in Terraform."""
    path = volume.get("host_path")
    if path is None:
        return volume
    key = volume.keys["host_path"]
    host = Mapping(key.source, key.start, key.end, {"source_path": path}, {"source_path": key})
    entries = {name: value for name, value in volume.entries.items() if name != "host_path"}
    return Mapping(volume.source, volume.start, volume.end, {**entries, "host": host}, {**volume.keys, "host": key})


def _list(node: Node, shape: list[Shape], spelling: Spelling, depth: int) -> Node:
    if isinstance(node, Mapping) and spelling == "terraform":
        node = Sequence(node.source, node.start, node.end, [node])
    if not isinstance(node, Sequence):
        return node
    items = [canonical(item, shape[0], spelling, depth + 1) for item in node.items]
    return Sequence(node.source, node.start, node.end, items, node.doubt)


def field_of(written: str, fields: Collection[str], spelling: Spelling) -> str:
    """Return the API's name of a key; empty for one that these fields do not have in this spelling."""
    name = written
    if spelling == "cloudformation":
        name = _RENAMED.get(written) or (written[:1].lower() + written[1:] if written[:1].isupper() else "")
    elif spelling == "go":
        name = next((one for one in fields if one.lower() == written.lower()), "")
    elif spelling == "terraform":
        head, *rest = written.split("_")
        name = head + "".join(part[:1].upper() + part[1:] for part in rest)
    return name if name in fields else ""


def _scalar(node: Scalar, shape: str) -> Node:
    """Convert a scalar as CloudFormation and Terraform do: `"true"` is a boolean, a number is text where text goes."""
    value = node.value
    if shape == "flag" and isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower(), value)
    elif shape == "number" and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    elif shape == "text" and value is not None and not isinstance(value, str):
        value = node.text
    if value is node.value:
        return node
    return Scalar(node.source, node.start, node.end, value, node.text, node.quoted, node.doubt)


def beside(key: Scalar, node: Node) -> Node:
    """Return a value where it is given: at its key, when what it comes to is written elsewhere."""
    if node.source is key.source and key.end <= node.start <= key.end + BESIDE:
        between = node.source.text[key.end : node.start]
        if "\n" not in between or isinstance(node, Mapping | Sequence):
            return node
    if isinstance(node, Opaque):
        return Opaque(key.source, key.start, key.end, node.reason)
    if isinstance(node, Scalar):
        return Scalar(key.source, key.start, key.end, node.value, node.text, node.quoted, node.doubt)
    return node
