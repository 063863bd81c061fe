"""The configuration of a built image: what runs in it, as whom, and how it came about.

Source: OCI image-spec 1.1 `config.md`; defaults as the engines apply them.
"""

from __future__ import annotations

from gate.dialects import image_name
from gate.dialects.build_stage import LABEL_PREFIX
from gate.dialects.reading import Fields, as_text, is_absent
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.image import HistoryEntry, Identity, Image, Variable
from gate.model.sensitivity import Statement
from gate.model.subject import User
from gate.syntax.oci import AGAIN, folded, read
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeVar

    from gate.model.evidence import Setting
    from gate.model.image import ImageName
    from gate.model.location import Location
    from gate.model.workload import Doubt
    from gate.syntax.document import Document
    from gate.syntax.oci_images import Built
    from gate.syntax.tree import Node

    T = TypeVar("T")

BASE = "org.opencontainers.image.base.name"

_CONFIG = frozenset({"created", "architecture", "os", "variant", "config", "rootfs", "history"})
_RUNTIME = frozenset({"User", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels"})
_ENTRY = frozenset({"created", "created_by", "author", "comment", "empty_layer"})
_ROOT = frozenset({"type", "diff_ids"})


class Config:
    """A configuration that has been parsed."""

    __slots__ = ("_doubts", "_fields", "_runtime", "at")

    def __init__(self, built: Built, document: Document | None = None) -> None:
        """Parse it, unless it is a part of a document that has been; raise InputError for what no engine takes."""
        document = document or read(built.config)
        if not isinstance(document.root, Mapping):
            raise InputError("the configuration is not a mapping", at=document.at, remedy=AGAIN)
        self._doubts: list[Doubt] = []
        root = folded(document.root, _CONFIG)
        self._fields = Fields(root, root, self._doubts)
        self._runtime = self._part("config", _RUNTIME)
        self.at = document.at

    @property
    def system(self) -> str:
        """The operating system; empty when it is not said."""
        return self._word("os")

    @property
    def platform(self) -> str:
        """The operating system and processor, such as `linux/arm64/v8`."""
        return "/".join(word for word in (self.system, self._word("architecture"), self._word("variant")) if word)

    def image(self, built: Built, *, id: str, name: str) -> Image:  # noqa: A002
        """Return the image."""
        labels = self._labels()
        created = self._fields.get("created")
        return Image(
            id,
            name,
            "oci",
            built.at,
            (),
            0,
            self._user(),
            labels,
            self._environment(),
            self._directory(),
            self._volumes(),
            self._entrypoint(),
            Inapplicable("an image that was built has no syntax of its recipe", self.at),
            Unknown("the image does not say when it was made", self.at)
            if created is None
            else self._fields.text("created"),
            self._history(),
            _base_name(built),
            (),
            tuple(statements(labels)),
            tuple(self._doubts),
            self._identity(built),
        )

    def _identity(self, built: Built) -> Identity:
        listed = self._part("rootfs", _ROOT).items("diff_ids").nodes
        layers = tuple(as_text(node) or "" if isinstance(node, Scalar) else "" for node in listed)
        names = tuple(name for name in map(image_name.identity, built.names) if name)
        return Identity((f"sha256:{built.config.digest}", *built.digests), layers, names)

    def _part(self, name: str, names: frozenset[str]) -> Fields:
        return _struct(self._fields.get(name), self._fields, names)

    def _word(self, name: str) -> str:
        node = self._fields.get(name)
        return as_text(node) or "" if isinstance(node, Scalar) else ""

    def _user(self) -> Setting[User]:
        """Take the user; where none is set, an engine on Linux starts the image as root."""
        said = self._runtime.text("User")
        if isinstance(said, Stated) and said.value:
            return Stated(User.named(said.value), said.at)
        if not isinstance(said, Stated | Defaulted):
            return Unknown(said.reason, said.at) if isinstance(said, Unknown) else Unknown("it is not known", said.at)
        if self.system == "windows":
            return Unknown("which user a Windows image runs as without one is its base's choice", said.at)
        return Defaulted(User("root", 0), said.at)

    def _labels(self) -> Items[Variable]:
        found = [
            Stated(Variable(key.text, _text(value), _span(key, value)), _span(key, value))
            for key, value in self._runtime.entries("Labels")
        ]
        return _items(tuple(found), self._runtime, "Labels")

    def _environment(self) -> Items[Variable]:
        """Take the variables; of one that is set twice the later value, as a process would see it."""
        members = self._runtime.items("Env")
        found: dict[str, Setting[Variable]] = {}
        for number, node in enumerate(members.nodes):
            said = as_text(node) if isinstance(node, Scalar) else None
            if said is None:
                found[f"?{number}"] = Unknown("a variable is not a string", node.at)
                continue
            name, _, value = said.partition("=")
            found[name] = Stated(Variable(name, Stated(value, node.at), node.at), node.at)
        return Items(tuple(found.values()), members.at, not members.reason, members.reason)

    def _directory(self) -> Setting[str]:
        said = self._runtime.text("WorkingDir")
        return Defaulted("/", said.at) if isinstance(said, Stated | Defaulted) and not said.value else said

    def _volumes(self) -> Items[str]:
        found: list[Setting[str]] = []
        for key, value in self._runtime.entries("Volumes"):
            fits = isinstance(value, Mapping) or is_absent(value)
            place = _span(key, value)
            found.append(Stated(key.text, place) if fits else Unknown("a volume has something in it", place))
        return _items(tuple(found), self._runtime, "Volumes")

    def _entrypoint(self) -> Setting[tuple[str, ...]]:
        words = self._runtime.strings("Entrypoint")
        known = tuple(word.value for word in words.members if isinstance(word, Stated))
        if not words.complete or len(known) < len(words.members):
            return Unknown("it is not a list of strings", words.at)
        if not self._runtime.has("Entrypoint"):
            return Defaulted((), words.at)
        return Stated(known, words.at)

    def _history(self) -> Items[HistoryEntry]:
        """Take the history; one that does not fit the layers says nothing about which layer is how old."""
        members = self._fields.items("history")
        found = tuple(_entry(_struct(node, self._fields, _ENTRY)) for node in members.nodes)
        reason = members.reason
        if not found:
            reason = reason or "the image keeps no history"
        filled = sum(not (isinstance(one, Stated) and one.value.empty_layer) for one in found)
        if found and not reason and filled != self._layers():
            reason = "the history does not fit the layers"
        return Items(found, members.at, not reason, reason)

    def _layers(self) -> int:
        return len(self._part("rootfs", _ROOT).items("diff_ids").nodes)


def is_config(root: Node | None) -> bool:
    """Say whether a document is the configuration of an image, and not another program's `config.json`."""
    rootfs = root.get("rootfs") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(rootfs, Mapping):
        return False
    return isinstance(rootfs.get("diff_ids"), Sequence) and {"architecture", "os"} <= root.entries.keys()


def _struct(node: Node | None, owner: Fields, names: frozenset[str]) -> Fields:
    """Wrap a mapping whose keys Go takes in any case."""
    return Fields(folded(node, names) if isinstance(node, Mapping) else node, owner.owner, owner.doubts)


def _entry(fields: Fields) -> Setting[HistoryEntry]:
    command, is_empty = fields.text("created_by"), fields.flag("empty_layer", default=False)
    for said in (command, is_empty):
        if not isinstance(said, Stated | Defaulted):
            return Unknown("an entry of the history cannot be read", fields.at)
    assert isinstance(command, Stated | Defaulted)
    assert isinstance(is_empty, Stated | Defaulted)
    created: Setting[str] = Unknown("the entry does not say when it was made", fields.at)
    if fields.has("created"):
        created = fields.text("created")
    return Stated(HistoryEntry(created, command.value, is_empty.value, fields.at), fields.at)


def _items(found: tuple[Setting[T], ...], fields: Fields, name: str) -> Items[T]:
    """Return the members of a mapping, which is open where it is none."""
    inner = fields.sub(name)
    return Items(found, fields.at_of(name), not inner.reason, inner.reason)


def _text(node: Node) -> Setting[str]:
    value = as_text(node) if isinstance(node, Scalar) else None
    return Unknown("it is not a string", node.at) if value is None else Stated(value, node.at)


def _span(key: Scalar, value: Node) -> Location:
    return key.source.location(key.start, value.end)


def _base_name(built: Built) -> Setting[ImageName]:
    """Take the base from the manifest's annotation; a label of that name is inherited, and the base's own."""
    node = built.annotations.get(BASE)
    if node is None:
        return Unknown("the image does not name its base", built.at)
    name = image_name.parse(node.text)
    return (
        Unknown("the name of the base is no reference to an image", node.at) if name is None else Stated(name, node.at)
    )


def statements(labels: Items[Variable]) -> Iterator[Statement]:
    """Yield what the labels say about sensitivity; what is not a string is said as something nobody can mean."""
    for member in labels.members:
        if isinstance(member, Stated) and member.value.name.startswith(LABEL_PREFIX):
            value = member.value.value
            said = value.value if isinstance(value, Stated) else ""
            yield Statement(member.value.name[len(LABEL_PREFIX) :], said, member.at)
