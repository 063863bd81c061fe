"""The workloads that commands of container engines start, and the builds that they ask special rights for."""

from __future__ import annotations

from gate.dialects.compose_open import opened
from gate.dialects.docker_container import container, namespaces, os, sandbox
from gate.dialects.docker_flags import Flags, parse, spanned
from gate.dialects.docker_grammar import DOCKER, ENGINES, VOLUME
from gate.dialects.docker_mounts import bind
from gate.dialects.docker_networks import segments as of_docker
from gate.dialects.docker_refused import misplaced, refused
from gate.dialects.interpolation import GAP
from gate.dialects.podman_networks import segments as of_podman
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.reference import Reference
from gate.model.sensitivity import Statement
from gate.model.workload import Build, Credentials, Placement, User, Workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.docker_flags import Flag, Word
    from gate.dialects.shell_engines import Invocation
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Container

#: Labels that state something about a workload's sensitivity, as those of an image do.
LABEL_PREFIX = "gate."

_STARTS = (("run",), ("create",), ("container", "run"), ("container", "create"))
_BUILDS = (
    ("build",),
    ("image", "build"),
    ("builder", "build"),
    ("buildx", "build"),
    ("buildx", "b"),
    ("buildx", "bake"),
)
#: The engines whose networks are read.
_SEGMENTS = {"docker": of_docker, "podman": of_podman}
_MAKES_BUILDER = ("buildx", "create")


class Found:
    """What the commands of one file come to: workloads, each with a name of its own."""

    __slots__ = ("_builds", "_invocations", "_names", "_path", "_volumes")

    def __init__(self, invocations: list[Invocation], path: str) -> None:
        """Take the commands of a file in order."""
        self._invocations = [one for one in invocations if one.engine in ENGINES]
        self._path = path
        self._names: dict[str, int] = {}
        self._volumes: dict[str, dict[str, Setting[str]]] = {}
        #: The tags that the file gives to what it builds, each with the recipe.
        self._builds: dict[str, str] = {}
        for invocation in self._invocations:
            texts = tuple(word.text for word in invocation.words[:2])
            if texts == ("volume", "create"):
                self._made_volume(invocation)
            elif _length(texts, _BUILDS):
                self._built(invocation)

    def workloads(self) -> Iterator[Workload]:
        """Yield the workloads in the order of the commands."""
        for invocation in self._invocations:
            texts = tuple(word.text for word in invocation.words[:2])
            length = _length(texts, _STARTS)
            if length:
                workload = self._started(invocation, list(invocation.words[length:]))
            else:
                workload = self._build(invocation, texts)
            if workload is not None:
                yield workload

    def _named(self, name: str) -> str:
        """Return a name that no other workload of the file has."""
        count = self._names[name] = self._names.get(name, 0) + 1
        return name if count == 1 else f"{name}:{count}"

    def _started(self, invocation: Invocation, words: list[Word]) -> Workload | None:
        flags = parse(words, ENGINES[invocation.engine][1], invocation.at)
        for given in invocation.before.given.values():
            for flag in given:
                flags.given.setdefault(flag.name, []).insert(0, flag)
        if "help" in flags.given or (not flags.operands and not flags.open_because):
            return None
        at = invocation.at
        image = image_of(flags)
        name = _name(flags, image)
        one = rooted(container(flags, name, image, self._described), flags)
        workload = Workload(
            f"{self._path}#Container/{self._named(name)}",
            name,
            "",
            "Container",
            "podman" if invocation.engine == "podman" else "docker",
            at,
            os(flags, image),
            Items((Stated(one, at),), at),
            namespaces(flags),
            sandbox(flags),
            Placement.inapplicable("the engine starts it where the command runs", at),
            Credentials.inapplicable("the engine hands out no tokens", at),
            no_build(at),
            tuple(self._references(image)),
            tuple(statements(flags)),
            tuple(misplaced(flags)),
            doubts=invocation.doubts,
            refused=tuple(refused(flags)),
            segments=_SEGMENTS[invocation.engine](flags) if invocation.engine in _SEGMENTS else None,
        )
        return opened(workload, flags.open_because, flags.open_at) if flags.open_because else workload

    def _described(self, name: str, _at: Location) -> dict[str, Setting[str]]:
        return self._volumes.get(name, {})

    def _made_volume(self, invocation: Invocation) -> None:
        """Keep the options of a volume that the file creates."""
        flags = parse(list(invocation.words[2:]), VOLUME, invocation.at)
        named = flags.last("name")
        name = named.value if named is not None else flags.operands[0].text if flags.operands else ""
        if name:
            self._volumes[name] = {
                flag.value.partition("=")[0]: _option(flag)
                for flag in flags.each("opt")
                if GAP not in flag.value.partition("=")[0]
            }

    def _built(self, invocation: Invocation) -> None:
        """Keep which recipe a tag is built from, where the file says both."""
        words = [word.text for word in invocation.words]
        tags = [one for one in _values(words, ("-t", "--tag")) if GAP not in one]
        files = _values(words, ("-f", "--file"))
        context = words[-1] if words else ""
        if not tags or GAP in context or context.startswith(("-", "/", "~", "..")) or "://" in context:
            return
        file = files[-1] if files else f"{context}/Dockerfile"
        if GAP not in file and not file.startswith(("/", "~", "..")):
            path = "/".join(part for part in file.split("/") if part not in ("", "."))
            self._builds.update(dict.fromkeys(map(_tagged, tags), path))

    def _references(self, image: Setting[str]) -> Iterator[Reference]:
        if isinstance(image, Stated):
            recipe = self._builds.get(_tagged(image.value))
            if recipe:
                yield Reference("build", recipe, image.at)
            yield Reference("image", image.value, image.at)

    def _build(self, invocation: Invocation, texts: tuple[str, ...]) -> Workload | None:
        """Return a build that asks for rights beyond those of every build; any other is no workload."""
        at, words = invocation.at, list(invocation.words)
        if texts == _MAKES_BUILDER:
            words = _flags_of_builder(words)
        elif not _length(texts, _BUILDS):
            return None
        entitled = tuple(_stated(word) for word in _words_of(words, ("--allow", "--allow-insecure-entitlement")))
        entitled = tuple(one for one in entitled if not isinstance(one, Stated) or not one.value.startswith("fs"))
        network = [word for word in _words_of(words, ("--network",)) if word.text == "host"]
        if not entitled and not network:
            return None
        build = Build(
            Defaulted(False, at),
            Items(entitled, at),
            Stated(True, network[-1].at) if network else Defaulted(False, at),
        )
        tags = [one for one in _values([word.text for word in words], ("-t", "--tag")) if GAP not in one]
        name = _short(tags[0]) if tags else "build"
        platform = "podman" if invocation.engine == "podman" else "docker"
        return building(f"{self._path}#Build/{self._named(name)}", name, platform, build, at)


def building(id_: str, name: str, platform: str, build: Build, at: Location) -> Workload:
    """Return a build as a workload: root in a container of its builder."""
    flags = Flags(DOCKER, at)
    one = container(flags, name, Inapplicable("the build makes its image", at))
    one = replace(one, privilege=replace(one.privilege, user=Defaulted(User.named("root"), at)))
    return Workload(
        id_,
        name,
        "",
        "Build",
        platform,
        at,
        Defaulted("linux", at),
        Items((Stated(one, at),), at),
        namespaces(flags),
        sandbox(flags),
        Placement.inapplicable("the builder runs where the engine does", at),
        Credentials.inapplicable("the engine hands out no tokens", at),
        build,
    )


def rooted(one: Container, flags: Flags) -> Container:
    """Add the folder of the host that `--rootfs` makes the container's own."""
    flag = flags.last("rootfs")
    if flag is None or flag.value == "false" or not flags.operands:
        return one
    word = flags.operands[0]
    source: Setting[str] = (
        Unknown(word.reason, word.at) if GAP in word.text else Stated(word.text.partition(":")[0], word.at, word.via)
    )
    mounts = one.exposure.mounts
    mount = bind(source, "/", spanned(flag.at, word.at), read_only=one.resources.read_only_root)
    members = (*mounts.members, Stated(mount, mount.at))
    return replace(one, exposure=replace(one.exposure, mounts=replace(mounts, members=members)))


def no_build(at: Location) -> Build:
    """Return the facet of a workload whose manifest builds nothing."""
    return Build(Defaulted(False, at), Items((), at), Defaulted(False, at))


def _length(texts: tuple[str, ...], commands: tuple[tuple[str, ...], ...]) -> int:
    """Return how many words the command is that these begin with; none for any other."""
    return next((len(one) for one in commands if texts[: len(one)] == one), 0)


def image_of(flags: Flags) -> Setting[str]:
    """Return the image: the first word that is no flag."""
    if not flags.operands:
        return Unknown(flags.open_because, flags.open_at)
    word = flags.operands[0]
    rootfs = flags.last("rootfs")
    if rootfs is not None and rootfs.value != "false":
        return Inapplicable("it runs from a folder of the host", word.at)
    return Unknown(word.reason, word.at) if GAP in word.text else Stated(word.text, word.at, word.via)


def _name(flags: Flags, image: Setting[str]) -> str:
    """Return the container's name: the one it is given, else its image's, else a word for it."""
    given = flags.last("name")
    if given is not None and given.value and GAP not in given.value:
        return given.value
    return _short(image.value) if isinstance(image, Stated) and _short(image.value) else "container"


def _short(image: str) -> str:
    """Return the last part of an image's name, without tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _tagged(image: str) -> str:
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"


def statements(flags: Flags) -> Iterator[Statement]:
    """Yield what labels state about the container's sensitivity."""
    for flag in flags.each("label"):
        name, _, value = flag.value.partition("=")
        if name.startswith(LABEL_PREFIX) and GAP not in flag.value:
            for one in value.split(","):
                yield Statement(name.removeprefix(LABEL_PREFIX), one.strip(), flag.at)


def _option(flag: Flag) -> Setting[str]:
    value = flag.value.partition("=")[2]
    return Unknown(flag.reason, flag.at) if GAP in value else Stated(value, flag.at, flag.via)


def _stated(word: Word) -> Setting[str]:
    return Unknown(word.reason, word.at) if GAP in word.text else Stated(word.text, word.at, word.via)


def _words_of(words: list[Word], names: tuple[str, ...]) -> Iterator[Word]:
    """Yield the values of some flags, whatever stands between: a builder takes its flags anywhere."""
    for place, word in enumerate(words):
        name, equals, value = word.text.partition("=")
        if name in names and equals:
            yield replace(word, text=value)
        elif name in names and place + 1 < len(words):
            yield replace(words[place + 1], at=spanned(word.at, words[place + 1].at))


def _values(words: list[str], names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            found += [value] if equals else words[place + 1 : place + 2]
    return found


def _flags_of_builder(words: list[Word]) -> list[Word]:
    """Return the flags that `buildx create` passes on to the daemon of the builder that it makes."""
    found: list[Word] = []
    for word in _words_of(words, ("--buildkitd-flags",)):
        found += [replace(word, text=text) for text in word.text.split()]
    return found
