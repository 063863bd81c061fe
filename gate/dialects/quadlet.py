"""What the keys of a Podman quadlet come to: the words of the command that its generator makes of them.

Source: containers/podman v6 `pkg/systemd/quadlet/quadlet.go`. A key that the generator does not know stops it.
"""

from __future__ import annotations

from gate.dialects.compose_paths import joined
from gate.dialects.docker_flags import Flags, Word, csv_fields, parse
from gate.dialects.docker_grammar import POD, PODMAN, PODMAN_GLOBAL, VOLUME
from gate.dialects.interpolation import GAP
from gate.dialects.quadlet_keys import (
    BUILD,
    CONTAINER,
    EACH,
    ESCAPED,
    KEYS,
    LAST,
    LISTS,
    POD_SECTION,
    SECURITY,
    SECURITY_LISTS,
    SECURITY_SWITCHES,
    TRUE,
    VOLUME_SECTION,
)
from gate.dialects.unit_commands import filled_in, unit_variables
from gate.model.evidence import Stated, Unknown
from gate.syntax.systemd_unit import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.dialects.docker_mounts import Volumes
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.mapped_text import MappedText
    from gate.syntax.systemd_unit import Unit

    #: Opens the unit of a name in the same folder; None for one that is not in sight.
    Sibling = Callable[[str], "Quadlet | None"]

#: Flags of a pod that hold for its containers.
OF_POD = frozenset(
    {
        *("network", "userns", "uidmap", "gidmap", "subuidname", "pid", "uts", "volume", "volumes-from", "device"),
        *("sysctl", "security-opt", "device-cgroup-rule"),
    }
)


#: How the names begin that the generator gives to what units describe.
OF_UNITS = "systemd-"


class Quadlet:
    """One unit with its drop-ins, and the words that its keys come to."""

    __slots__ = ("_folder", "_variables", "path", "unit")

    def __init__(self, unit: Unit, path: str) -> None:
        """Take the unit, with its drop-ins laid over it, and its path."""
        self.unit = unit
        self.path = path
        self._folder = path.rpartition("/")[0]
        self._variables = unit_variables(unit)

    @property
    def name(self) -> str:
        """The name that the unit's file gives it, without the ending and the mark of a template."""
        return self.path.rpartition("/")[2].rpartition(".")[0].rstrip("@")

    def value(self, section: str, key: str) -> Word | None:
        """Return the last value of a key, None where it is absent or empty; quotes around it count for nothing."""
        entry = self.unit.last(section, key)
        text = self._filled(entry.value, entry.at) if entry is not None else None
        if text is None or not text.text.strip():
            return None
        return Word(text.text.rstrip().strip('"'), text.at, text.reason)

    def _filled(self, value: MappedText, at: Location, *, many: bool = False) -> Word:
        """Return a value with its specifiers and variables filled in; one that is a variable may be `many` words."""
        name = value.text[1:] if value.text.startswith("$") else ""
        if name.isidentifier():
            known = self._variables.get(name)
            if known is None or isinstance(known, str | list):
                reason = known if isinstance(known, str) else f"the variable {name} is not set here"
                return Word(GAP, at, reason, (), many)
            return Word(known.text, at, known.why(0, len(known.text)))
        found = filled_in(value, self._variables, self.path)
        return Word(found.text, at, found.why(0, len(found.text)))

    def _values(self, section: str, key: str) -> Iterator[Word]:
        for entry in self.unit.all(section, key):
            yield self._filled(entry.value, entry.at)

    def listed(self, section: str, key: str, *, escapes: bool) -> Iterator[Word]:
        """Yield the words of every value of a key."""
        for entry in self.unit.all(section, key):
            for word in words(entry.value, escapes=escapes):
                at = word.at(0, len(word.text)) if word.is_together() else entry.at
                yield self._filled(word, at, many=escapes)

    def container(self, sibling: Sibling) -> Flags:
        """Return the flags that a container's keys come to, those of its pod first."""
        at = self.unit.at(CONTAINER)
        found = list(self._keys(CONTAINER, sibling))
        found += self.listed(CONTAINER, "PodmanArgs", escapes=True)
        rootfs = self.value(CONTAINER, "Rootfs")
        if rootfs is not None:
            found += (Word("--rootfs", rootfs.at), rootfs)
        image = self.value(CONTAINER, "Image")
        if image is not None:
            found.append(self._image(image, sibling))
        flags = parse(found, PODMAN, at)
        self.check(flags, CONTAINER)
        return flags

    def pod(self, sibling: Sibling) -> Flags:
        """Return the flags that a pod's keys come to."""
        at = self.unit.at(POD_SECTION)
        found = [*self._keys(POD_SECTION, sibling), *self.listed(POD_SECTION, "PodmanArgs", escapes=True)]
        flags = parse(found, POD, at)
        self.check(flags, POD_SECTION)
        return flags

    def networks(self, section: str) -> Iterator[Word]:
        """Yield the flags of the networks that a section names."""
        for one in self._values(section, "Network"):
            yield _flag("network", _network(one, _nothing))

    def check(self, flags: Flags, section: str) -> None:
        """Add what stands before the command, and say what of the unit cannot be known."""
        self._before(flags, section)
        self._unknown(flags, section)

    def _before(self, flags: Flags, section: str) -> None:
        """Add what stands before the command: the engine's own flags, and modules of its configuration."""
        given = parse(list(self.listed(section, "GlobalArgs", escapes=True)), PODMAN_GLOBAL, flags.at)
        for name, own in given.given.items():
            flags.given.setdefault(name, [])[:0] = own
        if given.open_because:
            flags.open(given.open_because, given.open_at)
        module = next(self._values(section, "ContainersConfModule"), None)
        if module is not None:
            flags.open("a module of Podman's configuration may set anything", module.at)

    def _unknown(self, flags: Flags, section: str) -> None:
        for entry in self.unit.entries:
            if entry.section == section and entry.key not in KEYS[section]:
                flags.open(f"`{entry.key[:40]}` is no key of a quadlet that is known here", entry.at)
        group = self.value(section, "Group")
        if group is not None and self.value(section, "User") is None:
            flags.open("`Group` without `User` is refused", group.at)
        if self.unit.stray is not None:
            cause, at = self.unit.stray
            flags.open(f"the unit cannot be read: {cause}", at)

    def _keys(self, section: str, sibling: Sibling) -> Iterator[Word]:
        for key, flag in LAST.items():
            value = self.value(section, key)
            if value is not None:
                yield _flag(flag, value)
        for key, flag in EACH.items():
            yield from (_flag(flag, one) for one in self._values(section, key))
        for names, escapes in ((LISTS, False), (ESCAPED, True)):
            for key, flag in names.items():
                yield from (_flag(flag, one) for one in self.listed(section, key, escapes=escapes))
        for one in self.listed(section, "AddDevice", escapes=False):
            yield _flag("device", Word(one.text.removeprefix("-"), one.at, one.reason))
        for one in self._values(section, "Network"):
            yield _flag("network", _network(one, sibling))
        for one in self._values(section, "Volume"):
            yield _flag("volume", self._volume(one))
        for one in self.listed(section, "Mount", escapes=True):
            yield _flag("mount", self._mount(one))
        yield from self._security(section)
        yield from self._switch(section, "ReadOnly", "read-only")
        yield from self._users(section)

    def _security(self, section: str) -> Iterator[Word]:
        for key, prefix in SECURITY.items():
            value = self.value(section, key)
            if value is not None:
                yield _flag("security-opt", Word(f"{prefix}{value.text}", value.at, value.reason))
        for key, option in SECURITY_SWITCHES.items():
            value = self.value(section, key)
            if value is not None and (GAP in value.text or value.text.lower() in TRUE):
                text = f"{option}={GAP}" if GAP in value.text else option
                yield _flag("security-opt", Word(text, value.at, value.reason))
        for key, prefix in SECURITY_LISTS.items():
            for one in self.listed(section, key, escapes=True):
                yield _flag("security-opt", Word(f"{prefix}{one.text}", one.at, one.reason))

    def _switch(self, section: str, key: str, flag: str) -> Iterator[Word]:
        value = self.value(section, key)
        if value is not None:
            text = value.text if GAP in value.text else str(value.text.lower() in TRUE).lower()
            yield _flag(flag, Word(text, value.at, value.reason))

    def _users(self, section: str) -> Iterator[Word]:
        """Read `User=` with `Group=`, and the old keys for user namespaces."""
        user, group = self.value(section, "User"), self.value(section, "Group")
        if user is not None:
            text = f"{user.text}:{group.text}" if group is not None else user.text
            yield _flag("user", Word(text, user.at, user.reason or (group.reason if group is not None else "")))
        remapped = self.value(section, "RemapUsers")
        if remapped is not None and remapped.text == "manual":
            yield from (_flag("uidmap", one) for one in self.listed(section, "RemapUid", escapes=False))
        elif remapped is not None:
            yield _flag("userns", remapped)

    def _volume(self, word: Word) -> Word:
        source, colon, rest = word.text.partition(":")
        return Word(f"{self._relative(source)}:{rest}", word.at, word.reason) if colon else word

    def _mount(self, word: Word) -> Word:
        fields = csv_fields(word.text)
        if fields is None:
            return word
        found = []
        for field in fields:
            name, equals, value = field.partition("=")
            text = f"{name}={self._relative(value)}" if equals and name in ("source", "src") else field
            found.append('"' + text.replace('"', '""') + '"' if '"' in text or "," in text else text)
        return Word(",".join(found), word.at, word.reason)

    def _relative(self, source: str) -> str:
        """Return a path from the folder of the unit as one from the root of the scan."""
        if not source.startswith("."):
            return source
        path = joined(self._folder, source)
        return path if path.startswith(("/", "..")) else f"./{path}" if path else "."

    def _image(self, image: Word, sibling: Sibling) -> Word:
        """Follow `Image=x.image` and `Image=x.build` to the name that the unit gives its image."""
        keys = {".image": ("Image", "Image"), ".build": (BUILD, "ImageTag")}
        for ending, (section, key) in keys.items():
            if image.text.endswith(ending) and GAP not in image.text:
                unit = sibling(image.text)
                named = unit.value(section, key) if unit is not None else None
                reason = f"the unit {image.text} is not in sight" if unit is None else f"{image.text} names no image"
                return named if named is not None else Word(GAP, image.at, reason)
        return image

    def options(self) -> dict[str, Setting[str]]:
        """Return the options of the driver of a volume."""
        found: dict[str, Setting[str]] = {}
        for key, option in (("Device", "device"), ("Type", "type"), ("Options", "o")):
            value = self.value(VOLUME_SECTION, key)
            if value is not None:
                found[option] = Unknown(value.reason, value.at) if GAP in value.text else Stated(value.text, value.at)
        flags = parse(
            list(self.listed(VOLUME_SECTION, "PodmanArgs", escapes=True)), VOLUME, self.unit.at(VOLUME_SECTION)
        )
        for flag in flags.each("opt"):
            name, _, value_text = flag.value.partition("=")
            found[name] = Unknown(flag.reason, flag.at) if GAP in value_text else Stated(value_text, flag.at)
        return found


def _flag(name: str, value: Word) -> Word:
    return Word(f"--{name}={value.text}", value.at, value.reason)


def _network(word: Word, sibling: Sibling) -> Word:
    """Return the name behind a unit: of a network it is private, of a container it is that container's."""
    name, colon, options = word.text.partition(":")
    if name.endswith(".network"):
        return Word(f"{OF_UNITS}{name.removesuffix('.network')}{colon}{options}", word.at, word.reason)
    if name.endswith(".container"):
        unit = sibling(name)
        given = unit.value(CONTAINER, "ContainerName") if unit is not None else None
        shown = given.text if given is not None else f"systemd-{name.removesuffix('.container')}"
        return Word(f"container:{shown}", word.at, word.reason)
    return word


def _nothing(_name: str) -> None:
    return None


def described(sibling: Sibling) -> Volumes:
    """Return what answers for the volumes that units describe."""

    def options(name: str, at: Location) -> dict[str, Setting[str]]:
        if not name.endswith(".volume"):
            return {}
        unit = sibling(name)
        return unit.options() if unit is not None else {"device": Unknown(f"the unit {name[:80]} is not in sight", at)}

    return options
