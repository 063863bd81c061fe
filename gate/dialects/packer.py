"""What Packer's HCL and its older JSON say in the same words: the keys of a builder, of a provisioner, of a build.

Both spellings convert values loosely: a quoted `"true"` is a boolean and a bare number is a string.
"""

from __future__ import annotations

from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.syntax.hcl_scalars import Partial
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias, TypeVar

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.tree import Node

    #: A value and the place of the key with it.
    Entry: TypeAlias = tuple[Node, Location]
    Lookup: TypeAlias = Callable[[str], "Entry | None"]

    T = TypeVar("T")

#: Builders of one file, and steps of one build, that are read.
MAX_BUILDERS = 300
MAX_STEPS = 500

#: The builders whose machine is one of a hypervisor that the gate places, and that hypervisor.
PLATFORMS = {
    "qemu": "kvm",
    "virtualbox-iso": "virtualbox",
    "virtualbox-ovf": "virtualbox",
    "virtualbox-vm": "virtualbox",
    "vmware-iso": "vmware",
    "vmware-vmx": "vmware",
    "vsphere-iso": "vmware",
    "vsphere-clone": "vmware",
    "hyperv-iso": "hyper-v",
    "hyperv-vmcx": "hyper-v",
}


class Keys:
    """The keys of one block, asked by name. `open_because` is set when there may be others that cannot be seen."""

    __slots__ = ("_lookup", "at", "names", "open_because")

    def __init__(self, names: Iterable[str], lookup: Lookup, at: Location, open_because: str = "") -> None:
        """Take the names that are written, the way to their values, and the place of the block."""
        self.names = frozenset(names)
        self._lookup = lookup
        self.at = at
        self.open_because = open_because

    def entry(self, name: str) -> Entry | None:
        """Return the value of a key with its place; None when it is absent or null."""
        found = self._lookup(name) if name in self.names else None
        return None if found is None or (isinstance(found[0], Scalar) and found[0].value is None) else found

    def node(self, name: str) -> Node | None:
        """Return the value of a key; None when it is absent or null."""
        found = self.entry(name)
        return found[0] if found is not None else None

    def at_of(self, name: str) -> Location:
        """Return the place of a key, a null one included, or of the block that it would be written in."""
        found = self._lookup(name) if name in self.names else None
        return found[1] if found is not None else self.at

    def has(self, name: str) -> bool:
        """Say whether something other than null is written under a name."""
        return self.entry(name) is not None

    def text(self, name: str, default: str = "") -> Setting[str]:
        """Return a string."""
        return self._setting(name, default, as_text, "a string")

    def flag(self, name: str, *, default: bool) -> Setting[bool]:
        """Return a boolean."""
        return self._setting(name, default, as_flag, "true or false")

    def on(self, name: str) -> bool:
        """Say whether a boolean is known to be true."""
        found = self.entry(name)
        return found is not None and as_flag(found[0]) is True

    def _setting(self, name: str, default: T, convert: Callable[[Node], T | None], wanted: str) -> Setting[T]:
        found = self.entry(name)
        if found is None:
            return Unknown(self.open_because, self.at) if self.open_because else Defaulted(default, self.at)
        return stated(found, convert, wanted)

    def texts(self, name: str) -> Items[str]:
        """Return a list of strings; a string alone is a list of one."""
        found = self.entry(name)
        if found is None:
            return Items((), self.at, not self.open_because, self.open_because)
        node, at = found
        if isinstance(node, Scalar):
            return Items((stated(found, as_text, "a string"),), at)
        if isinstance(node, Sequence):
            return Items(tuple(member(item, at) for item in node.items), at)
        return Items((), at, complete=False, open_because=why(node, "a list"))

    def pairs(self, name: str) -> tuple[list[tuple[str, Node]], str]:
        """Return the entries of a map, and why there may be others."""
        node = self.node(name)
        if node is None:
            return [], self.open_because
        return (list(node.items()), "") if isinstance(node, Mapping) else ([], why(node, "a map"))

    def rows(self, name: str) -> tuple[list[Row], str]:
        """Return a list of lists of words, as raw arguments are written, and why there may be others."""
        found = self.entry(name)
        if found is None:
            return [], self.open_because
        node, at = found
        if not isinstance(node, Sequence):
            return [], why(node, "a list")
        return [Row(item, within(item, at)) for item in node.items], ""


class Row:
    """One list of words. A word that is not known is None; `starts` holds as much of each as is known."""

    __slots__ = ("at", "reason", "starts", "words")

    def __init__(self, node: Node, at: Location) -> None:
        """Take the list, or a word that stands where a list should, and the place."""
        nodes = node.items if isinstance(node, Sequence) else [node]
        self.at = at
        self.words = [as_text(word) for word in nodes]
        self.starts = [word.prefix if isinstance(word, Partial) else as_text(word) or "" for word in nodes]
        self.reason = next((why(word, "a string") for word in nodes if as_text(word) is None), "")


def stated(found: Entry, convert: Callable[[Node], T | None], wanted: str) -> Setting[T]:
    """Return a setting from a value: at its key, via the place that the value was written at."""
    node, at = found
    value = convert(node)
    if value is None:
        return Unknown(why(node, wanted), at)
    return Stated(value, at, () if _is_within(node, at) else (node.at,))


def member(node: Node, at: Location) -> Setting[str]:
    """Return a member of a list, at its own place where that is inside the list's."""
    return stated((node, within(node, at)), as_text, "a string")


def within(node: Node, at: Location) -> Location:
    """Return the node's own place when it is written inside this one, else this one."""
    return node.at if _is_within(node, at) else at


def _is_within(node: Node, at: Location) -> bool:
    return node.source.path == at.path and at.start <= node.start and node.end <= at.end


def why(node: Node, wanted: str) -> str:
    """Say why a node has no value of the wanted type."""
    return node.reason if isinstance(node, Opaque) else f"something other than {wanted} stands there"


def first_reason(node: Node) -> str:
    """Say why something inside a node is not known."""
    if isinstance(node, Sequence):
        return next((first_reason(item) for item in node.items if as_text(item) is None), "a list stands there")
    return why(node, "a string")


def as_text(node: Node) -> str | None:
    """Convert a scalar to a string."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    return node.value if isinstance(node.value, str) else node.text


def as_flag(node: Node) -> bool | None:
    """Convert a scalar to a boolean."""
    if not isinstance(node, Scalar):
        return None
    if isinstance(node.value, bool):
        return node.value
    if isinstance(node.value, int | float):
        return node.value != 0
    return _FLAGS.get((node.value or "").lower())


_FLAGS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False, "": False}


class Step:
    """A provisioner or post-processor: its type and its keys."""

    __slots__ = ("keys", "type")

    def __init__(self, type_: str, keys: Keys) -> None:
        """Take the type and the keys."""
        self.type = type_
        self.keys = keys


class Offer:
    """A provisioner with the sources that it is for, as `only` and `except` say."""

    __slots__ = ("excluded", "excludes_known", "only", "only_known", "step")

    def __init__(self, step: Step) -> None:
        """Take the provisioner."""
        self.step = step
        self.only, self.only_known = _names(step.keys, "only")
        self.excluded, self.excludes_known = _names(step.keys, "except")

    def applies(self, name: str) -> bool | None:
        """Say whether the provisioner runs for a source; None when that is not known."""
        if name in self.excluded:
            return False
        if name not in self.only and (self.step.keys.has("only") and self.only_known):
            return False
        known = (name in self.only or not self.step.keys.has("only")) and self.excludes_known
        return True if known else None


def _names(keys: Keys, name: str) -> tuple[frozenset[str], bool]:
    """Return the names that a list holds, and whether these are all."""
    listed = keys.texts(name)
    known = [item.value for item in listed.members if isinstance(item, Stated)]
    return frozenset(known), listed.complete and len(known) == len(listed.members)


def overridden(keys: Keys, name: str) -> Keys:
    """Return the keys of a step with what its `override` says for one source."""
    node = keys.node("override")
    if node is None:
        return keys
    own = node.entries.get(name) if isinstance(node, Mapping) else node
    if own is None:
        return keys
    if not isinstance(own, Mapping):
        return Keys(keys.names, lambda _key: (own, keys.at_of("override")), keys.at)

    def look_up(key: str) -> Entry | None:
        value = own.entries.get(key)
        return keys.entry(key) if value is None else (value, within(value, keys.at_of("override")))

    return Keys(keys.names | own.entries.keys(), look_up, keys.at)


class Recipe:
    """One builder with everything that is done to its machine, whichever syntax it was written in.

    `steps_open` and `products_open` say why there may be other provisioners and post-processors than those in sight.
    """

    __slots__ = (
        "at",
        "blocks",
        "builder",
        "builds",
        "folder",
        "id",
        "keys",
        "name",
        "plugins",
        "products",
        "products_open",
        "steps_open",
    )

    def __init__(self, id_: str, builder: str, name: str, keys: Keys, folder: str) -> None:
        """Take what identifies the builder, and its keys; the rest is filled in by the syntax's dialect."""
        self.id = id_
        self.builder = builder
        self.name = name
        self.keys = keys
        self.at = keys.at
        self.folder = folder
        self.blocks: list[Step] = []
        self.builds: list[list[Step]] = []
        self.products: list[Step] = []
        self.steps_open = ""
        self.products_open = ""
        self.plugins: Items[str] = Items((), keys.at)

    def take(self, offers: list[Offer], full_name: str) -> None:
        """Add a build: those of its provisioners that run for this source, which they call by its full name."""
        steps: list[Step] = []
        for offer in offers[:MAX_STEPS]:
            applies = offer.applies(full_name)
            if applies:
                steps.append(Step(offer.step.type, overridden(offer.step.keys, self.name)))
            elif applies is None:
                self.steps_open = self.steps_open or "which sources a step is for is not known"
        if len(offers) > MAX_STEPS:
            self.steps_open = f"a build has more than {MAX_STEPS} steps"
        self.builds.append(steps)

    @property
    def components(self) -> set[str]:
        """The types of everything that works on the machine: provisioners and post-processors."""
        return {step.type for steps in (*self.builds, self.products) for step in steps}
