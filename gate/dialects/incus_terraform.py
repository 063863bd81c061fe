"""The instances and profiles of a Terraform module, in the words that Incus itself has for them.

Sources: the documentation of the providers lxc/incus and terraform-lxd/lxd. Profiles are named by their names, or by
the resource that makes them; an instance without any has the profile `default`.
"""

from __future__ import annotations

from gate.dialects.incus_acls import access_list
from gate.dialects.incus_instance import Instance, Layer, layers
from gate.dialects.incus_networks import Network, Sight, network
from gate.dialects.reading import Fields, as_spelling
from gate.dialects.terraform import module
from gate.dialects.terraform_files import parse
from gate.dialects.terraform_values import Managed
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.model.location import whole_file
from gate.model.record import Record
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.incus_acls import AccessList
    from gate.dialects.terraform import Module
    from gate.model.evidence import Setting
    from gate.model.source import Source, Sources
    from gate.model.workload import Doubt
    from gate.syntax.hcl import Block
    from gate.syntax.tree import Node

INSTANCES = ("incus_instance", "lxd_instance", "lxd_container")
PROFILES = ("incus_profile", "lxd_profile")
NETWORKS = ("incus_network", "lxd_network")
LISTS = ("incus_network_acl", "lxd_network_acl")


class Made(Record):
    """One instance or profile that a module makes: `kind` is `Instance` or `Profile`."""

    id: str
    kind: str
    instance: Instance
    type: Setting[str]
    project: str
    sight: Sight


def made(source: Source, sources: Sources) -> tuple[list[Made], list[InputError]]:
    """Return what a file makes, in the light of its whole module."""
    document = parse(source)
    if document.error:
        remedy = "correct it; `terraform validate` says more"
        return [], [InputError(document.error, at=document.at or whole_file(source.path), remedy=remedy)]
    whole = module(source, sources)
    profiles, sight = _profiles(whole), Sight(_networks(whole), _lists(whole))
    found: list[Made] = []
    for block in whole.of(document):
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0] in (*INSTANCES, *PROFILES):
            found += _instances(block, whole, profiles, sight)
    return found, []


def _networks(whole: Module) -> dict[str, Network]:
    """Return the networks of the module by their names and addresses."""
    found: dict[str, Network] = {}
    for block in whole.blocks:
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0] in NETWORKS:
            node = whole.tree(block)
            made = network(_addressed(node, "config"), [])
            if made is not None:
                found |= {name: made for name in (".".join(block.labels), _text(node, "name")) if name}
    return found


def _lists(whole: Module) -> dict[str, AccessList | None]:
    """Return the access lists of the module by their names and addresses."""
    found: dict[str, AccessList | None] = {}
    for block in whole.blocks:
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0] in LISTS:
            node = whole.tree(block)
            made = access_list(node)
            for name in (".".join(block.labels), _text(node, "name")):
                if name:
                    found[name] = None if name in found else made
    return found


def _addressed(block: Mapping, name: str) -> Mapping:
    """Return a resource with the addresses of other resources in one of its maps, in place of what these are called."""
    inner = block.get(name)
    if not isinstance(inner, Mapping):
        return block
    return Mapping(block.source, block.start, block.end, {**block.entries, name: _with_addresses(inner)}, block.keys)


def _with_addresses(node: Mapping) -> Mapping:
    entries = {
        key: Scalar(one.source, one.start, one.end, one.address, one.address) if isinstance(one, Managed) else one
        for key, one in node.entries.items()
    }
    return Mapping(node.source, node.start, node.end, entries, node.keys)


def _profiles(whole: Module) -> dict[str, Mapping]:
    """Return the profiles of the module by their addresses, and by their names where those are known."""
    found: dict[str, Mapping] = {}
    for block in whole.blocks:
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0] in PROFILES:
            node = _layer(whole.tree(block))
            found[".".join(block.labels)] = node
            name = _text(node, "name")
            if name:
                found.setdefault(name, node)
    return found


def _instances(block: Block, whole: Module, profiles: dict[str, Mapping], sight: Sight) -> Iterator[Made]:
    kind, address = ("Profile" if block.labels[0] in PROFILES else "Instance"), block.labels[1]
    for suffix, names in whole.instances(block):
        node = _layer(whole.within(names, lambda: whole.tree(block)))
        doubts: list[Doubt] = []
        under, missing = ([], "") if kind == "Profile" else layers(_named(node, profiles), profiles, doubts)
        name = _text(node, "name") or f"{address}{suffix}"
        instance = Instance(name, [*under, Layer(node, doubts)], block.at, doubts, missing)
        path = f"{block.document.source.path}#{kind}/{address}{suffix}"
        yield Made(path, kind, instance, _type(node, kind, doubts), _text(node, "project"), sight)


def _type(node: Mapping, kind: str, doubts: list[Doubt]) -> Setting[str]:
    found = Fields(node, node, doubts).text("type", "container")
    if kind == "Profile":
        return Defaulted("container", node.at)
    if isinstance(found, Stated) and found.value not in ("container", "virtual-machine"):
        return Unknown(f"`{found.value[:40]}` is no type of instance", found.at)
    return found


def _named(node: Mapping, profiles: dict[str, Mapping]) -> Node | None:
    """Return the names of an instance's profiles, with the address for one that is a resource of the module."""
    given = node.get("profiles")
    if not isinstance(given, Sequence):
        return given
    items: list[Node] = []
    for item in given.items:
        known = isinstance(item, Managed) and item.address in profiles
        text = item.address if known and isinstance(item, Managed) else ""
        items.append(Scalar(item.source, item.start, item.end, text, text) if known else item)
    return Sequence(given.source, given.start, given.end, items)


def _layer(block: Mapping) -> Mapping:
    """Return a resource with its devices by their names, and its limits among its other keys."""
    entries, keys = dict(block.entries), dict(block.keys)
    devices = entries.pop("device", None)
    if devices is not None:
        entries["devices"], keys["devices"] = _devices(devices), keys["device"]
    limits = entries.pop("limits", None)
    if isinstance(limits, Mapping):
        entries["config"] = _joined(entries.get("config"), limits)
        keys.setdefault("config", keys["limits"])
    return Mapping(block.source, block.start, block.end, entries, keys)


def _joined(config: Node | None, limits: Mapping) -> Node:
    """Put limits, which have an argument of their own, among the keys."""
    if isinstance(config, Opaque):
        return config
    entries = {f"limits.{name}": value for name, value in limits.items()}
    keys = {f"limits.{name}": limits.keys[name] for name in limits.entries}
    if isinstance(config, Mapping):
        return Mapping(config.source, config.start, config.end, {**entries, **config.entries}, {**keys, **config.keys})
    return Mapping(limits.source, limits.start, limits.end, entries, keys)


def _devices(blocks: Node) -> Node:
    """Return the `device` blocks as the mapping that Incus has: the type beside the properties, by name."""
    if not isinstance(blocks, Sequence):
        return blocks
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for index, block in enumerate(blocks.items):
        if not isinstance(block, Mapping):
            return block if isinstance(block, Opaque) else blocks
        properties = block.get("properties")
        inner, inner_keys = {}, {}
        if isinstance(properties, Mapping):
            inner, inner_keys = dict(properties.entries), dict(properties.keys)
        elif properties is not None:
            return properties
        if "type" in block.entries:
            inner["type"], inner_keys["type"] = block.entries["type"], block.keys["type"]
        for key in ("network", "security.acls"):
            named = inner.get(key)
            if isinstance(named, Managed):
                inner[key] = Scalar(named.source, named.start, named.end, named.address, named.address)
        name = _text(block, "name") or f"device {index}"
        entries[name] = Mapping(block.source, block.start, block.end, inner, inner_keys)
        keys[name] = Scalar(block.source, block.start, block.start, name, name)
    return Mapping(blocks.source, blocks.start, blocks.end, entries, keys)


def _text(node: Mapping, name: str) -> str:
    value = node.get(name)
    return (as_spelling(value) or "") if isinstance(value, Scalar) else ""
