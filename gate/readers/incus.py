"""Incus and LXD: instances and profiles.

They stand in what `incus config show` and `incus profile show` print, in preseeds, and in the resources of a Terraform
module.
"""

from __future__ import annotations

import re

from gate.dialects.incus_acls import access_list, is_access_list
from gate.dialects.incus_devices import TYPES
from gate.dialects.incus_instance import Instance, Layer, layers
from gate.dialects.incus_networks import Network, Sight, network
from gate.dialects.incus_workload import workload
from gate.dialects.reading import Fields
from gate.dialects.resource_claims import is_terraform, mentions
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.model.reader import Reader, Reading
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence
from gate.syntax.yaml import documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.incus_acls import AccessList
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.source import Source, Sources
    from gate.model.workload import Doubt, Workload
    from gate.syntax.tree import Node

#: How a file begins somewhere that gives an instance anything.
_TOP = rb"(?m)^(?:config|devices|profiles|expanded_config|expanded_devices)[ \t]*:|^\{"

#: What every access list has.
_LISTING = rb"(?m)^(?:ingress|egress)[ \t]*:"

_RESOURCES = rb"incus_(?:instance|profile)|lxd_(?:instance|profile|container)"

#: How the keys of an instance begin, of which a mapping that is called `config` holds nothing else.
KEYS = (
    "agent.",
    "boot.",
    "cloud-init.",
    "cluster.",
    "environment.",
    "image.",
    "limits.",
    "linux.",
    "migration.",
    "nvidia.",
    "oci.",
    "placement.",
    "raw.",
    "security.",
    "smbios11.",
    "snapshots.",
    "systemd.",
    "ubuntu_pro.",
    "user.",
    "volatile.",
)

#: What only an instance has, or a profile, beside their keys and devices.
_OF_INSTANCES = ("architecture", "ephemeral", "expanded_config", "expanded_devices", "profiles", "stateful")
_TYPES = ("container", "virtual-machine")

#: What other programs' documents have, whatever else is in them.
_OF_OTHERS = ("apiVersion", "services", "jobs", "resources", "openapi", "swagger")

#: Profiles and instances of one file, and files of one folder that may hold profiles.
MAX_SUBJECTS = 500
MAX_FILES = 200


def claims(source: Source) -> bool:
    """Claim a file with a profile, an instance, or a list of profiles."""
    if is_terraform(source.path):
        return mentions(source, _RESOURCES)
    if not re.search(_TOP, source.data):
        return False
    return any(_is_ours(document.root) for document in documents(source))


def _is_ours(root: Node | None) -> bool:
    if not isinstance(root, Mapping) or any(root.get(key) is not None for key in _OF_OTHERS):
        return False
    return _is_layer(root) or any(True for _ in _preseeded(root))


def _is_layer(node: Node | None) -> bool:
    """Say whether a mapping gives keys and devices: nothing but Incus's, and at least one of either."""
    if not isinstance(node, Mapping):
        return False
    own = (node.get("config"), node.get("devices"))
    all_ = (node.get("expanded_config"), node.get("expanded_devices"))
    config, devices = (whole if _is_empty(one) else one for one, whole in zip(own, all_, strict=True))
    return (
        (_are_keys(config) or _is_empty(config))
        and (_are_devices(devices) or _is_empty(devices))
        and (_are_keys(config) or _are_devices(devices))
    )


def _is_empty(node: Node | None) -> bool:
    return (
        node is None
        or (isinstance(node, Scalar) and node.value is None)
        or (isinstance(node, Mapping) and not node.entries)
        or isinstance(node, Opaque)
    )


def _are_keys(node: Node | None) -> bool:
    return isinstance(node, Mapping) and bool(node.entries) and any(key.startswith(KEYS) for key in node.entries)


def _are_devices(node: Node | None) -> bool:
    if not isinstance(node, Mapping) or not node.entries:
        return False
    kinds = [device.get("type") for device in node.entries.values() if isinstance(device, Mapping)]
    return any(isinstance(kind, Scalar) and kind.value in TYPES for kind in kinds)


def _preseeded(root: Mapping) -> Iterator[Mapping]:
    """Yield the profiles of a preseed, the empty ones included, where one of them is Incus's."""
    profiles = root.get("profiles")
    found = [node for node in profiles.items if isinstance(node, Mapping)] if isinstance(profiles, Sequence) else []
    named = [node for node in found if isinstance(node.get("name"), Scalar)]
    if any(_is_layer(node) for node in named):
        yield from named


def read(source: Source, sources: Sources) -> Reading:
    """Read every instance and profile of the file."""
    if is_terraform(source.path):
        return _module(source, sources)
    file = _File(source, sources)
    for document in documents(source):
        if document.error is not None:
            file.problems.append(document.error)
        elif isinstance(document.root, Mapping):
            file.document(document.root)
    return Reading(tuple(file.subjects), problems=tuple(file.problems))


def _module(source: Source, sources: Sources) -> Reading:
    from gate.dialects.incus_terraform import made

    found, problems = made(source, sources)
    subjects = tuple(workload(one.instance, one.id, one.kind, one.type, one.project, one.sight) for one in found)
    raised = [problem for one in found for problem in one.instance.problems]
    return Reading(subjects, problems=(*problems, *raised))


class _File:
    """One file on its way to becoming a reading."""

    __slots__ = ("_ids", "_lists", "_profiles", "networks", "problems", "source", "sources", "subjects")

    def __init__(self, source: Source, sources: Sources) -> None:
        self.source = source
        self.sources = sources
        self.subjects: list[Workload] = []
        self.problems: list[InputError] = []
        self._ids: dict[str, int] = {}
        self._profiles: dict[str, Mapping] | None = None
        self._lists: dict[str, AccessList | None] | None = None
        self.networks: dict[str, Network] = {}

    def document(self, root: Mapping) -> None:
        """Read a document: a preseed, or else one instance or one profile."""
        profiles = list(_preseeded(root))
        self.networks |= _networks(root)
        for node in profiles[:MAX_SUBJECTS]:
            self._profile(node)
        if len(profiles) > MAX_SUBJECTS:
            remedy = "split the file"
            self.problems.append(InputError(f"holds more than {MAX_SUBJECTS} profiles", at=root.at, remedy=remedy))
        if not profiles and _is_layer(root):
            if any(root.get(key) is not None for key in _OF_INSTANCES) or _type_of(root) is not None:
                self._instance(root)
            else:
                self._profile(root)

    def _profile(self, node: Mapping) -> None:
        doubts: list[Doubt] = []
        name = _text(node, "name") or _stem(self.source.path)
        instance = Instance(name, [Layer(node, doubts)], node.at, doubts)
        self._keep(instance, "Profile", Defaulted("container", node.at), _text(node, "project"))

    def _instance(self, node: Mapping) -> None:
        doubts: list[Doubt] = []
        name = _text(node, "name") or _stem(self.source.path)
        expanded = node.get("expanded_config") is not None or node.get("expanded_devices") is not None
        if expanded:
            instance = Instance(name, [Layer(node, doubts, expanded=True)], node.at, doubts)
        else:
            under, missing = layers(node.get("profiles"), self.profiles, doubts)
            instance = Instance(name, [*under, Layer(node, doubts)], node.at, doubts, missing)
        type_ = Fields(node, node, doubts).text("type", "container")
        if isinstance(type_, Stated) and type_.value not in _TYPES:
            type_ = Unknown(f"`{type_.value[:40]}` is no type of instance", type_.at)
        self._keep(instance, "Instance", type_, _text(node, "project"))

    @property
    def profiles(self) -> dict[str, Mapping]:
        """The profiles of this file and of the others in its folder, by their names; its own count first."""
        if self._profiles is None:
            self._profiles = {}
            for source in (self.source, *self._neighbours()):
                for document in documents(source):
                    if isinstance(document.root, Mapping):
                        for name, node in _profiles_of(document.root, source.path):
                            self._profiles.setdefault(name, node)
        return self._profiles

    @property
    def lists(self) -> dict[str, AccessList | None]:
        """The access lists in the other files of the folder, by their names."""
        if self._lists is None:
            self._lists = {}
            for source in self._neighbours(_LISTING):
                for document in documents(source):
                    if isinstance(document.root, Mapping) and is_access_list(document.root):
                        name = _text(document.root, "name") or _stem(source.path)
                        self._lists[name] = None if name in self._lists else access_list(document.root)
        return self._lists

    def _neighbours(self, word: bytes = _TOP) -> Iterator[Source]:
        folder = self.source.path.rpartition("/")[0]
        paths = [path for path in self.sources.list(folder) if path.lower().endswith((".yaml", ".yml", ".profile"))]
        for path in paths[:MAX_FILES]:
            try:
                source = self.sources.open(path) if path != self.source.path else None
            except InputError:
                continue
            if source is not None and re.search(word, source.data):
                yield source

    def _keep(self, instance: Instance, kind: str, type_: Setting[str], project: str) -> None:
        parts = [part for part in (project, kind, instance.name) if part]
        found = f"{self.source.path}#{'/'.join(parts)}"
        count = self._ids[found] = self._ids.get(found, 0) + 1
        id_ = found if count == 1 else f"{found}@{count}"
        self.subjects.append(workload(instance, id_, kind, type_, project, Sight(self.networks, self.lists)))
        self.problems += instance.problems


def _networks(root: Mapping) -> dict[str, Network]:
    """Return the networks of a preseed by their names."""
    given = root.get("networks")
    nodes = [node for node in given.items if isinstance(node, Mapping)] if isinstance(given, Sequence) else []
    return {_text(node, "name"): made for node in nodes if (made := network(node, [])) is not None}


def _profiles_of(root: Mapping, path: str) -> Iterator[tuple[str, Mapping]]:
    preseeded = list(_preseeded(root))
    for node in preseeded:
        yield _text(node, "name"), node
    is_instance = any(root.get(key) is not None for key in _OF_INSTANCES) or _type_of(root) is not None
    if not preseeded and not is_instance and _is_layer(root):
        yield _text(root, "name") or _stem(path), root


def _type_of(root: Mapping) -> Location | None:
    """Return where a document says that it is an instance of some type."""
    node = root.get("type")
    return node.at if isinstance(node, Scalar) and node.value in _TYPES else None


def _text(node: Mapping, name: str) -> str:
    value = node.get(name)
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else ""


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


READER = Reader("incus", ("incus",), claims, read)
