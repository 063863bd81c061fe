"""Containers that Terraform's provider for Docker starts, as the command line that would start the same.

`docker_container` takes the options of the engine's API, which the command line has as well: each becomes the flag that
it stands for, at its own place, so that what is true of the one is said of the other. Source: the schema of
kreuzwerker/docker (3.9), `docker_container`.
"""

from __future__ import annotations

from gate.dialects.docker_flags import Flags, Word
from gate.dialects.docker_grammar import DOCKER
from gate.dialects.ecs_fields import beside
from gate.dialects.interpolation import GAP
from gate.dialects.reading import as_spelling
from gate.dialects.shell_engines import Invocation
from gate.dialects.terraform import module
from gate.dialects.terraform_files import parse
from gate.dialects.terraform_values import Managed
from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.terraform import Module
    from gate.model.location import Location
    from gate.model.source import Source, Sources
    from gate.syntax.hcl import Block
    from gate.syntax.tree import Node

CONTAINER, IMAGE, VOLUME = "docker_container", "docker_image", "docker_volume"

#: Resources that others name; a label stands for a name that is not known.
NAMED = frozenset({IMAGE, "docker_network", VOLUME})

#: Arguments with one value, and the flags that they are.
SINGLE = {
    "name": "name",
    "privileged": "privileged",
    "user": "user",
    "network_mode": "network",
    "pid_mode": "pid",
    "ipc_mode": "ipc",
    "userns_mode": "userns",
    "cgroupns_mode": "cgroupns",
    "cgroup_parent": "cgroup-parent",
    "read_only": "read-only",
    "runtime": "runtime",
    "gpus": "gpus",
    "platform": "platform",
    "publish_all_ports": "publish-all",
    "cpus": "cpus",
}

#: Those in megabytes, and those with several values.
MEMORY = {"memory": "memory"}
SEVERAL = {"security_opts": "security-opt", "group_add": "group-add", "env": "env"}

#: Tables, and how the flag joins a key and its value.
TABLES = {"sysctls": ("sysctl", "="), "tmpfs": ("tmpfs", ":"), "storage_opts": ("storage-opt", "=")}


class _Text:
    """A text that is put together, of which parts may not be known."""

    __slots__ = ("reason", "text")

    def __init__(self) -> None:
        self.text = ""
        self.reason = ""

    def add(self, before: str, node: Node | None) -> None:
        """Add a value with what stands before it; nothing where there is none."""
        if isinstance(node, Scalar):
            spelled = as_spelling(node)
            self.text += f"{before}{spelled}" if spelled else ""
        elif node is not None:
            self.text += before + GAP
            self.reason = self.reason or (node.reason if isinstance(node, Opaque) else "it is no text")


def started(source: Source, sources: Sources) -> tuple[list[Invocation], list[InputError]]:
    """Return the containers of a file as commands, in the light of its whole module."""
    document = parse(source)
    if document.error:
        remedy = "correct it; `terraform validate` says more"
        return [], [InputError(document.error, at=document.at or whole_file(source.path), remedy=remedy)]
    whole = module(source, sources)
    found = list(_volumes(whole))
    for block in whole.of(document):
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0] == CONTAINER:
            for suffix, names in whole.instances(block):
                tree = whole.within(names, lambda block=block: whole.tree(block))  # type: ignore[misc]
                count = tree.get("count")
                if not (isinstance(count, Scalar) and count.value == 0):
                    words = tuple(_words(_referred(tree, whole, {}), f"{block.labels[1]}{suffix}", block))
                    found.append(Invocation("docker", Flags(DOCKER, block.at), words, block.at))
    return found, []


def _volumes(whole: Module) -> Iterator[Invocation]:
    """Yield the volumes of a module as commands that make them: the options of one may lead to the host."""
    for block in whole.blocks:
        if block.type == "resource" and block.labels[:1] == (VOLUME,) and len(block.labels) == 2:
            tree = whole.tree(block)
            name = _name_of(tree, block)
            words = [Word("volume", block.at), Word("create", block.at), *_table(tree, "driver_opts", "opt", "=")]
            yield Invocation("docker", Flags(DOCKER, block.at), (*words, Word(name, block.at)), block.at)


def _name_of(tree: Mapping, block: Block) -> str:
    node = tree.get("name")
    return (as_spelling(node) if isinstance(node, Scalar) else None) or block.labels[1]


def _words(tree: Node, label: str, block: Block) -> Iterator[Word]:
    """Yield the words of a command: its flags, and the image."""
    assert isinstance(tree, Mapping)
    yield Word("run", block.at)
    if not isinstance(tree.get("name"), Scalar):
        yield Word(f"--name={label}", block.at)
    for name, flag in (SINGLE | MEMORY).items():
        node = tree.get(name)
        if node is not None and not (name == "name" and isinstance(node, Opaque)):
            yield from _one(tree, name, flag, "m" if name in MEMORY else "")
    for name, flag in SEVERAL.items():
        yield from _each(tree, name, flag)
    for name, (flag, sign) in TABLES.items():
        yield from _table(tree, name, flag, sign)
    for name, work in _BLOCKS.items():
        yield from _blocks(tree, name, work)
    image = tree.get("image")
    text = _Text()
    text.add("", image)
    if image is not None and text.text:
        yield Word(text.text, _place(tree, "image", image), text.reason)
    else:
        yield Word(GAP, block.at, "it names no image")


def _referred(node: Node, whole: Module, done: dict[int, Node]) -> Node:
    """Put the names of networks, volumes and images that the module makes where it refers to them.

    A value that stands in many places, as locals in locals do, is gone through once.
    """
    if id(node) not in done:
        done[id(node)] = _put_in(node, whole, done)
    return done[id(node)]


def _put_in(node: Node, whole: Module, done: dict[int, Node]) -> Node:
    if isinstance(node, Mapping):
        entries = {name: _referred(one, whole, done) for name, one in node.items()}
        return Mapping(node.source, node.start, node.end, entries, node.keys)
    if isinstance(node, Sequence):
        return Sequence(node.source, node.start, node.end, [_referred(one, whole, done) for one in node.items])
    if not isinstance(node, Managed) or node.address.partition(".")[0] not in NAMED:
        return node
    block = next((one for one in whole.blocks if ".".join(one.labels) == node.address), None)
    if block is None or block.type != "resource":
        return node
    tree = whole.tree(block)
    if block.labels[0] == IMAGE and not isinstance(tree.get("name"), Scalar):
        return tree.get("name") or node
    name = _name_of(tree, block)
    return Scalar(node.source, node.start, node.end, name, name, True)


def _place(tree: Mapping, name: str, node: Node) -> Location:
    key = tree.keys.get(name)
    return beside(key, node).at if key is not None else node.at


def _one(tree: Mapping, name: str, flag: str, unit: str) -> Iterator[Word]:
    node, text = tree.entries[name], _Text()
    text.add(f"--{flag}=", node)
    if text.text:
        yield Word(text.text + unit, _place(tree, name, node), text.reason)


def _each(tree: Mapping, name: str, flag: str) -> Iterator[Word]:
    node = tree.get(name)
    if isinstance(node, Opaque):
        yield _any(node, _place(tree, name, node))
    for item in node.items if isinstance(node, Sequence) else ():
        text = _Text()
        text.add(f"--{flag}=", item)
        if text.text:
            yield Word(text.text, item.at, text.reason)


def _any(node: Opaque, at: Location) -> Word:
    return Word(GAP, at, node.reason, (), many=True)


def _table(tree: Mapping, name: str, flag: str, sign: str) -> Iterator[Word]:
    node = tree.get(name)
    if isinstance(node, Opaque):
        yield _any(node, _place(tree, name, node))
    for key, value in node.items() if isinstance(node, Mapping) else ():
        text = _Text()
        text.text = f"--{flag}={key}"
        text.add(sign, value)
        yield Word(text.text, value.at, text.reason)


def _blocks(tree: Mapping, name: str, work: object) -> Iterator[Word]:
    node = tree.get(name)
    if isinstance(node, Opaque):
        yield _any(node, _place(tree, name, node))
    for one in node.items if isinstance(node, Sequence) else [node] if isinstance(node, Mapping) else []:
        if isinstance(one, Mapping):
            yield from work(one)  # type: ignore[operator]
        elif isinstance(one, Opaque):
            yield _any(one, one.at)


def _capabilities(one: Mapping) -> Iterator[Word]:
    yield from _each(one, "add", "cap-add")
    yield from _each(one, "drop", "cap-drop")


def _put(one: Mapping, flag: str, *parts: tuple[str, str]) -> Iterator[Word]:
    """Yield a flag that is put together of arguments, each with what stands before it."""
    text = _Text()
    for before, name in parts:
        text.add(before, one.get(name))
    if text.text:
        yield Word(f"--{flag}={text.text}", one.at, text.reason)


def _volume(one: Mapping) -> Iterator[Word]:
    if one.get("from_container") is not None:
        yield from _put(one, "volumes-from", ("", "from_container"))
        return
    text, source = _Text(), one.get("host_path")
    is_set = isinstance(source, Opaque) or (isinstance(source, Scalar) and bool(source.value))
    text.add("", source if is_set else one.get("volume_name"))
    text.add(":" if text.text else "", one.get("container_path"))
    _suffix(text, one.get("read_only"), ":ro")
    if text.text:
        yield Word(f"--volume={text.text}", one.at, text.reason)


def _suffix(text: _Text, flag: Node | None, suffix: str) -> None:
    """Add what a flag adds; one that is not known is not set, which protects less."""
    if isinstance(flag, Scalar) and as_spelling(flag) == "true":
        text.text += suffix


def _mount(one: Mapping) -> Iterator[Word]:
    text = _Text()
    for before, name in (("type=", "type"), (",source=", "source"), (",target=", "target")):
        text.add(before, one.get(name))
    options = one.get("bind_options")
    inner = options.items[0] if isinstance(options, Sequence) and options.items else options
    if isinstance(inner, Mapping):
        text.add(",bind-propagation=", inner.get("propagation"))
    _suffix(text, one.get("read_only"), ",readonly")
    yield Word(f"--mount={text.text}", one.at, text.reason)


def _device(one: Mapping) -> Iterator[Word]:
    text, inside = _Text(), one.get("container_path")
    text.add("", one.get("host_path"))
    text.add(":", inside if inside is not None else one.get("host_path"))
    text.add(":", one.get("permissions"))
    if text.text:
        yield Word(f"--device={text.text}", one.at, text.reason)


def _request(one: Mapping) -> Iterator[Word]:
    driver = one.get("driver")
    if isinstance(driver, Scalar) and driver.value == "cdi":
        yield from _each(one, "device_ids", "device")
    else:
        yield Word("--gpus=all", one.at)


def _port(one: Mapping) -> Iterator[Word]:
    text = _Text()
    text.add("", one.get("ip"))
    text.add(":" if text.text else "", one.get("external"))
    text.add(":" if text.text else "", one.get("internal"))
    text.add("/", one.get("protocol"))
    yield Word(f"--publish={text.text}", one.at, text.reason)


#: Blocks, and what makes flags of one.
_BLOCKS = {
    "capabilities": _capabilities,
    "device_requests": _request,
    "devices": _device,
    "labels": lambda one: _put(one, "label", ("", "label"), ("=", "value")),
    "mounts": _mount,
    "networks_advanced": lambda one: _put(one, "network", ("", "name")),
    "ports": _port,
    "ulimit": lambda one: _put(one, "ulimit", ("", "name"), ("=", "soft"), (":", "hard")),
    "volumes": _volume,
}
