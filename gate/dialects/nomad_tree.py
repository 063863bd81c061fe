"""A job of Nomad as one tree with the names of HCL, whether it is written in HCL, in HCL's JSON or in that of the API.

Sources: hashicorp/nomad `jobspec2/parse.go`, `jobspec2/hclutil/blockattrs.go` (blocks that have no schema are lists of
mappings) and `api/{jobs,tasks,resources,services}.go`, whose JSON names are those of the fields, in any case.
"""

from __future__ import annotations

from gate.dialects.nomad_values import JobValues
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.syntax.hcl import Attribute, Block, Body, Document
    from gate.syntax.tree import Node

#: Blocks that may stand more than once, and those whose label is their name.
_MANY = frozenset({"constraint", "device", "group", "network", "port", "service", "task", "volume", "volume_mount"})
_NAMED = frozenset({"device", "group", "port", "task", "volume"})

#: Blocks that nothing here is asked of.
_UNREAD = frozenset(
    {
        *("action", "affinity", "artifact", "check", "consul", "dispatch_payload", "disconnect", "env"),
        *("ephemeral_disk", "identity", "logs", "migrate", "multiregion", "parameterized", "periodic", "reschedule"),
        *("restart", "scaling", "schedule", "secret", "spread", "template", "ui", "update", "vault"),
    }
)

#: What the API calls what HCL has another name for; every other name differs in nothing but `_` and case.
_OF_API = {
    "constraints": "constraint",
    "csipluginconfig": "csi_plugin",
    "devices": "device",
    "dynamicports": "port",
    "ltarget": "attribute",
    "memorymaxmb": "memory_max",
    "memorymb": "memory",
    "networks": "network",
    "nodepool": "node_pool",
    "operand": "operator",
    "propagationmode": "propagation_mode",
    "readonly": "read_only",
    "reservedports": "port",
    "rtarget": "value",
    "services": "service",
    "sidecartask": "sidecar_task",
    "taskgroups": "group",
    "tasks": "task",
    "volumemounts": "volume_mount",
    "volumes": "volume",
    "mountdir": "mount_dir",
}

#: Mappings of which the keys are the job's own.
_FREE = ("config", "meta", "env")


def of_hcl(document: Document, job: Block) -> Mapping:
    """Return the tree of a job's block."""
    return _Reading(JobValues(document)).block(job)


class _Reading:
    """Turns blocks into mappings."""

    __slots__ = ("_values",)

    def __init__(self, values: JobValues) -> None:
        self._values = values

    def block(self, block: Block, *, free: bool = False) -> Mapping:
        """Return a block as a mapping; the label of one that has a name is its `name`."""
        source = block.document.source
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        if block.labels and not free:
            end = block.header_end
            entries["name"] = Scalar(source, block.start, end, block.labels[0], block.labels[0], quoted=True)
            keys["name"] = Scalar(source, block.start, end, "name", "name")
        self._attributes(block.body, entries, keys, free=free)
        self._blocks(block.body, entries, keys, free=free)
        return Mapping(source, block.start, block.header_end, entries, keys)

    def _attributes(self, body: Body, entries: dict[str, Node], keys: dict[str, Scalar], *, free: bool) -> None:
        for name, attribute in body.attributes.items():
            if free or name not in _UNREAD:
                value = self._values.value(attribute)
                entries[name] = _listed(value) if free and _is_literal(attribute) else value
                start = attribute.start
                keys[name] = Scalar(attribute.document.source, start, start + len(name), name, name)

    def _blocks(self, body: Body, entries: dict[str, Node], keys: dict[str, Scalar], *, free: bool) -> None:
        for one in body.blocks:
            name = one.labels[0] if one.type == "dynamic" and one.labels else one.type
            if not free and name in _UNREAD:
                continue
            source = one.document.source
            if one.type == "dynamic":
                reason = "a dynamic block makes them when the job is run"
                found: Node = Opaque(source, one.start, one.header_end, reason)
            else:
                found = self._labelled(one) if free else self.block(one, free=name in _FREE)
            keys.setdefault(name, Scalar(source, one.start, one.start + len(one.type), name, name))
            before = entries.get(name)
            if before is not None and not isinstance(before, Sequence):
                entries[name] = Opaque(source, one.start, one.header_end, f"`{name}` is given more than once")
            elif before is not None or free or name in _MANY:
                entries[name] = _appended(before, found)
            else:
                entries[name] = found

    def _labelled(self, block: Block) -> Node:
        """Return a block without a schema; its labels are keys that lead to it."""
        found: Node = self.block(block, free=True)
        for label in reversed(block.labels):
            source = block.document.source
            key = Scalar(source, block.start, block.header_end, label, label, quoted=True)
            items = Sequence(source, found.start, found.end, [found])
            found = Mapping(source, block.start, block.header_end, {label: items}, {label: key})
        return found


def _is_literal(attribute: Attribute) -> bool:
    return attribute.document.text(attribute.expression).startswith("{")


def _listed(value: Node) -> Node:
    """Return an object that is written out as Nomad passes it on: as a list of one."""
    return Sequence(value.source, value.start, value.end, [value]) if isinstance(value, Mapping) else value


def _appended(before: Node | None, one: Node) -> Sequence:
    items = before.items if isinstance(before, Sequence) else []
    first = items[0] if items else one
    return Sequence(one.source, first.start, max(first.end, one.end), [*items, one])


def of_api(node: Mapping) -> Mapping:
    """Return the tree of a job that is written in the JSON of the API."""
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for written, value in node.entries.items():
        plain = written.lower()
        name = _OF_API.get(plain, plain)
        if name not in _UNREAD:
            found = value if name in _FREE else _inside(name, value)
            before = entries.get(name)
            if name == "port" and isinstance(before, Sequence) and isinstance(found, Sequence):
                found = Sequence(found.source, found.start, found.end, [*before.items, *found.items])
            entries[name], keys[name] = found, node.keys[written]
    return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)


def _inside(name: str, value: Node) -> Node:
    if name == "volume" and isinstance(value, Mapping):
        value = Sequence(value.source, value.start, value.end, list(value.entries.values()))
    if isinstance(value, Sequence):
        items = [of_api(one) if isinstance(one, Mapping) else one for one in value.items]
        return Sequence(value.source, value.start, value.end, items, value.doubt)
    return of_api(value) if isinstance(value, Mapping) else value


def of_json(name: str, node: Node) -> Mapping | None:
    """Return the tree of a job in the JSON of HCL, where labels are keys; None for what is no such job."""
    found = list(_bodies(name, node))
    return found[0] if len(found) == 1 else None


def _bodies(name: str, node: Node) -> Iterable[Mapping]:
    """Yield the blocks of a type, each with its label for a name."""
    labelled = name in _NAMED or name == "job"
    for one in node.items if isinstance(node, Sequence) else [node]:
        if not isinstance(one, Mapping):
            continue
        if not labelled:
            yield _body(one)
            continue
        for label, inner in one.entries.items():
            for each in inner.items if isinstance(inner, Sequence) else [inner]:
                if isinstance(each, Mapping):
                    yield _body(each, one.keys[label])


def _body(node: Mapping, label: Scalar | None = None) -> Mapping:
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    if label is not None:
        entries["name"], keys["name"] = label, label
    for name, value in node.entries.items():
        if name in _UNREAD:
            continue
        keys[name] = node.keys[name]
        entries[name] = value
        if name in _FREE:
            entries[name] = _only(value)
        elif isinstance(value, Scalar):
            continue
        elif name in _MANY or isinstance(_only(value), Mapping):
            bodies: list[Node] = list(_bodies(name, value))
            many = name in _MANY or len(bodies) != 1
            entries[name] = Sequence(value.source, value.start, value.end, bodies) if many else bodies[0]
    return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)


def _only(node: Node) -> Node:
    return node.items[0] if isinstance(node, Sequence) and len(node.items) == 1 else node
