"""What Marathon's apps and pods ask of Mesos, as facets of workloads.

Sources: mesosphere/marathon `docs/docs/rest-api/public/api/v2/types/*.raml`, `docs/docs/networking.md`,
`src/main/scala/mesosphere/marathon/raml/ContainerConversion.scala`; apache/mesos `docs/isolators`,
`src/docker/docker.cpp` (each of `parameters` is passed on as `--key=value`). An engine that nobody names is Docker's.

What the containerizer of Mesos itself does is decided by the agents, not by the app: the isolators that they are
started with. By default they give a task no namespaces and leave it every capability.
"""

from __future__ import annotations

from gate.dialects.docker_container import container as made
from gate.dialects.docker_container import namespaces, os, sandbox
from gate.dialects.docker_flags import Word, parse
from gate.dialects.docker_grammar import DOCKER
from gate.dialects.docker_mounts import bind
from gate.dialects.docker_options import NAMED_VOLUME
from gate.dialects.interpolation import GAP
from gate.dialects.reading import Fields, as_bool, as_spelling
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown, known
from gate.model.record import Record, replace
from gate.model.workload import (
    Confinement,
    Container,
    Exposure,
    IgnoredKey,
    Namespaces,
    Privilege,
    Profile,
    RefusedKey,
    Resources,
    Sandbox,
    User,
)
from gate.syntax.tree import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Mount

#: What decides what the containerizer of Mesos does; linking asks the declaration.
AGENTS = "mesos.isolation"

_WHO_DECIDES = "only the isolators of the agents say (`platform: {mesos: {isolation: [...]}}`)"
NO_SUCH = "Mesos has no such setting"
BARE = "it is a command on the host"

#: How `sandbox.native` says so.
COMMAND = "command"

#: The placeholder of a template that the package manager of DC/OS fills in.
_PLACEHOLDER = "{{"
UNRENDERED = "is filled in when the template is rendered"

#: How a network is joined.
MODES = ("container", "container/bridge", "host")

#: Settings in an app's `container` that only the other engine takes.
_OF_DOCKER = ("privileged", "parameters")


class Task(Record):
    """What one app, or one container of a pod, comes to; `ignored` are keys that its engine does not take."""

    container: Container
    namespaces: Namespaces
    sandbox: Sandbox
    os: Setting[str]
    ignored: tuple[IgnoredKey, ...] = ()


def text_of(node: Scalar) -> str | None:
    """Return a text without placeholders."""
    text = as_spelling(node)
    return None if text is None or _PLACEHOLDER in text else text


def setting(fields: Fields, name: str, default: str = "") -> Setting[str]:
    """Return a text; one that a template fills in is unknown."""
    node = fields.get(name)
    if isinstance(node, Scalar) and _PLACEHOLDER in (as_spelling(node) or ""):
        return Unknown(UNRENDERED, fields.at_of(name))
    return fields.text(name, default)


def word(fields: Fields, name: str, words: tuple[str, ...], default: str = "") -> Setting[str]:
    """Return one of some words, which Marathon takes in either case; any other is unknown."""
    found = setting(fields, name, default)
    if not isinstance(found, Stated):
        return found
    same = next((one for one in words if one.lower() == found.value.lower()), None)
    if same is None:
        return Unknown(f"`{found.value[:40]}` is none of {', '.join(words)}", found.at)
    return Stated(same, found.at)


def app(fields: Fields, name: str) -> Task:
    """Return what an app asks for: of Docker, of the containerizer of Mesos, or of neither."""
    box = fields.sub("container")
    if not box.present and not fields.has("ipAddress"):
        return _plain(fields, name)
    engine = word(box, "type", ("DOCKER", "MESOS"), "DOCKER" if box.present else "MESOS")
    docker = box.sub("docker")
    if known(engine) == "DOCKER":
        return _by_docker(fields, box, docker, name)
    task = _by_mesos(fields, box, name, image_of(docker, "image"))
    if isinstance(engine, Unknown):
        return _opened(task, engine.reason, engine.at)
    if box.reason:
        return task
    return replace(task, ignored=tuple(_ignored(docker, _OF_DOCKER, "container.docker", "Docker's")))


def _ignored(fields: Fields, keys: tuple[str, ...], path: str, engine: str) -> Iterator[IgnoredKey]:
    for key in keys:
        if fields.has(key) and getattr(fields.get(key), "value", True) is not False:
            yield IgnoredKey(f"{path}.{key}", f"only {engine} containerizer takes it", fields.at_of(key))


def refused(fields: Fields) -> Iterator[RefusedKey]:
    """Yield the ways to ask for a network that Marathon does not take together (`AppValidation.scala`)."""
    docker = fields.sub("container").sub("docker")
    if docker.has("network") and fields.items("networks").nodes:
        yield RefusedKey(
            "container.docker.network", "Marathon does not take it with `networks`", docker.at_of("network")
        )
    if fields.has("ipAddress") and fields.items("networks").nodes:
        yield RefusedKey("ipAddress", "Marathon does not take it with `networks`", fields.at_of("ipAddress"))


def _by_docker(fields: Fields, box: Fields, docker: Fields, name: str) -> Task:
    """Return what `docker run` is asked for: Marathon's own keys first, then the parameters."""
    flags = parse(list(_words(fields, box, docker)), DOCKER, box.at)
    image = image_of(docker, "image")
    if isinstance(image, Defaulted):
        image = Unknown("it names no image", docker.at)
    one = made(flags, name, image)
    members = (*one.exposure.mounts.members, *_volumes(box))
    mounts = replace(
        one.exposure.mounts, members=members, complete=not _why_volumes(box), open_because=_why_volumes(box)
    )
    memory = one.resources.memory_limit if flags.last("memory") else _memory(fields)
    one = replace(
        one, exposure=replace(one.exposure, mounts=mounts), resources=replace(one.resources, memory_limit=memory)
    )
    own = replace(namespaces(flags), network=_worse(network(fields, docker), namespaces(flags).network))
    task = Task(
        one, own, sandbox(flags), os(flags, image), tuple(_ignored(box, ("linuxInfo",), "container", "Mesos's own"))
    )
    reason = docker.reason or box.reason or flags.open_because
    return _opened(task, reason, flags.open_at if flags.open_because else box.at) if reason else task


def _words(fields: Fields, box: Fields, docker: Fields) -> Iterator[Word]:
    privileged = docker.get("privileged")
    if privileged is not None:
        text = as_bool(privileged) if isinstance(privileged, Scalar) else None
        shown = GAP if text is None else str(text).lower()
        yield Word(f"--privileged={shown}", docker.at_of("privileged"), UNRENDERED if text is None else "")
    parameters, reason = docker.mappings("parameters")
    for one in parameters:
        key, value = setting(one, "key"), setting(one, "value")
        if isinstance(key, Stated):
            said = value.value if isinstance(value, Stated | Defaulted) else GAP
            yield Word(f"--{key.value}={said}", one.at, getattr(value, "reason", ""))
        else:
            yield Word(GAP, one.at, getattr(key, "reason", "it has no key"), (), many=True)
    if reason:
        yield Word(GAP, docker.at_of("parameters"), reason, (), many=True)
    if fields.reason or box.reason:
        yield Word(GAP, box.at, fields.reason or box.reason, (), many=True)


def _opened(task: Task, reason: str, at: Location) -> Task:
    """Say that there may be more than is in sight."""
    from gate.dialects.compose_open import opened_container, opened_facet

    return replace(
        task,
        container=opened_container(task.container, reason, at),
        namespaces=opened_facet(task.namespaces, reason, at),
        sandbox=opened_facet(task.sandbox, reason, at),
    )


def _memory(fields: Fields) -> Setting[str]:
    """Return the memory that a task is given, which is also its limit."""
    return fields.setting("mem", "128", "a number", _number)


def _number(node: Scalar) -> str | None:
    text = text_of(node)
    return text if text is not None and text.replace(".", "", 1).isdigit() else None


def image_of(fields: Fields, name: str) -> Setting[str]:
    """Return an image by its name, which whoever speaks of an image has to give."""
    found = setting(fields, name)
    if isinstance(found, Defaulted) and fields.present:
        return Unknown("it names no image", fields.at)
    return Unknown("the name of the image is empty", found.at) if known(found) == "" and fields.has(name) else found


def _worse(own: Setting[str], other: Setting[str]) -> Setting[str]:
    for test in ("host", None):
        for one in (own, other):
            if getattr(one, "value", None) == test:
                return one
    return other if getattr(other, "value", "").startswith("container:") else own


def network(fields: Fields, docker: Fields) -> Setting[str]:
    """Return the network mode: an app that says nothing is on the host's network, or rather its agent's."""
    old = word(docker, "network", ("BRIDGE", "HOST", "NONE", "USER"))
    if isinstance(old, Stated):
        return Stated("host" if old.value == "HOST" else "private", old.at)
    if isinstance(old, Unknown):
        return old
    if fields.has("ipAddress"):
        reason = fields.sub("ipAddress").reason
        at = fields.at_of("ipAddress")
        return Unknown(reason, at) if reason else Stated("private", at)
    networks, reason = fields.mappings("networks")
    if reason:
        return Unknown(reason, fields.at_of("networks"))
    modes = [word(one, "mode", MODES, "container") for one in networks]
    host = next((one for one in modes if getattr(one, "value", "") == "host"), None)
    unsure = next((one for one in modes if isinstance(one, Unknown)), None)
    if host is not None or unsure is not None:
        return host or unsure or Defaulted("host", fields.at)
    return Stated("private", fields.at_of("networks")) if modes else Defaulted("host", fields.at)


def _volumes(box: Fields) -> list[Setting[Mount]]:
    """Return the volumes of an app."""
    found: list[Setting[Mount]] = []
    for one in box.mappings("volumes")[0]:
        if one.reason:
            found.append(Unknown(one.reason, one.at))
        else:
            mode = word(one, "mode", ("RO", "RW"))
            read_only: Setting[bool] = Defaulted(False, one.at)
            if isinstance(mode, Stated):
                read_only = Stated(mode.value == "RO", mode.at)
            elif isinstance(mode, Unknown):
                read_only = mode
            found.append(mounted(one, setting(one, "hostPath"), target(one, "containerPath"), read_only))
    return found


def target(fields: Fields, name: str) -> str:
    """Return where something is mounted, as far as that is known."""
    said = setting(fields, name)
    return said.value if isinstance(said, Stated) else ""


def _why_volumes(box: Fields) -> str:
    return box.mappings("volumes")[1]


def mounted(fields: Fields, host: Setting[str], target: str, read_only: Setting[bool]) -> Setting[Mount]:
    """Return a mount: only an absolute path is the host's, any other lies in the task's sandbox."""
    at = fields.at
    mount = bind(host, target, at, read_only=read_only)
    if isinstance(host, Unknown) or (isinstance(host, Stated) and host.value.startswith("/")):
        return Stated(mount, at)
    return Stated(replace(mount, kind="volume", source=Inapplicable(NAMED_VOLUME, at)), at)


def _by_mesos(fields: Fields, box: Fields, name: str, image: Setting[str]) -> Task:
    """Return what the containerizer of Mesos is asked for."""
    at = fields.at
    reason = _why_volumes(box)
    mounts = Items(tuple(_volumes(box)), at, not reason, reason)
    info = box.sub("linuxInfo")
    one = task(fields, name, image, info, mounts)
    own = Namespaces(
        Deferred(AGENTS, at),
        network(fields, box.sub("docker")),
        ipc(info),
        Inapplicable(NO_SUCH, at),
        Defaulted("host", at),
        Inapplicable(NO_SUCH, at),
    )
    return bare_or(Task(one, own, box_of(image, at), Defaulted("linux", at)))


def bare_or(one: Task) -> Task:
    """Return a task as it is, or, where it is a command on the host, without what only containers have."""
    if getattr(one.sandbox.native, "value", "") != COMMAND:
        return one
    container, at = one.container, one.container.at
    privilege = replace(container.privilege, capabilities_added=Items((), at))
    confinement = replace(container.confinement, seccomp=Inapplicable(BARE, at))
    own = replace(one.namespaces, pid=Inapplicable(BARE, at), ipc=Inapplicable(BARE, at))
    return replace(one, container=replace(container, privilege=privilege, confinement=confinement), namespaces=own)


def task(fields: Fields, name: str, image: Setting[str], info: Fields, mounts: Items[Mount]) -> Container:
    """Return a container as the containerizer of Mesos starts it."""
    at = fields.at
    return Container(
        name,
        "main",
        at,
        image if not isinstance(image, Defaulted) else Inapplicable("it runs without an image", at),
        "docker",
        Privilege(
            Defaulted(False, at),
            Items((), at, complete=False, open_because=f"a task keeps every capability, or none; {_WHO_DECIDES}"),
            Items((), at),
            Deferred(AGENTS, at),
            user(fields),
            Inapplicable(NO_SUCH, at),
            Inapplicable(NO_SUCH, at),
        ),
        Confinement(
            _seccomp(info),
            Inapplicable(NO_SUCH, at),
            Inapplicable(NO_SUCH, at),
            Inapplicable(NO_SUCH, at),
            Inapplicable(NO_SUCH, at),
        ),
        Exposure(
            mounts,
            Items((), at),
            Items((), at),
            _gpus(fields),
            Items((), at),
            Items((), at),
            Items((), at),
            Items((), at),
        ),
        Resources(Defaulted(False, at), Deferred(AGENTS, fields.at_of("mem")), Inapplicable(NO_SUCH, at)),
    )


def box_of(image: Setting[str], at: Location) -> Sandbox:
    """Say of a task without an image that it is a process of its agent."""
    native: Setting[str] = Stated(COMMAND, at) if isinstance(image, Defaulted) else Defaulted("", at)
    return Sandbox(Inapplicable("Mesos starts tasks itself", at), native, Items((), at))


def user(fields: Fields) -> Setting[User]:
    """Return who runs a task."""
    said = setting(fields, "user")
    if isinstance(said, Stated):
        return Stated(User.named(said.value), said.at)
    if isinstance(said, Unknown):
        return said
    return Unknown("it runs as the user that Marathon itself is started with", fields.at)


def _seccomp(info: Fields) -> Setting[Profile]:
    filters = info.sub("seccomp")
    if filters.reason:
        return Unknown(filters.reason, filters.at)
    off = filters.flag("unconfined", default=False)
    if isinstance(off, Unknown):
        return off
    if isinstance(off, Stated) and off.value:
        return Stated(Profile("unconfined"), off.at)
    named = setting(filters, "profileName")
    if isinstance(named, Stated):
        return Stated(Profile("custom", named.value), named.at)
    return named if isinstance(named, Unknown) else Defaulted(Profile("unconfirmed"), filters.at)


def ipc(info: Fields) -> Setting[str]:
    """Return whose shared memory a task sees."""
    mode = word(info.sub("ipcInfo"), "mode", ("PRIVATE", "SHARE_PARENT"))
    if isinstance(mode, Stated):
        return Stated("host" if mode.value == "SHARE_PARENT" else "private", mode.at)
    return mode if isinstance(mode, Unknown) else Deferred(AGENTS, info.at)


def _gpus(fields: Fields) -> Items[str]:
    node = fields.get("gpus") or fields.sub("resources").get("gpus")
    if isinstance(node, Scalar) and node.value not in (0, None):
        return Items((Stated("gpus", node.at),), node.at)
    return Items((), fields.at)


def _plain(fields: Fields, name: str) -> Task:
    """Return a command that the agent runs as a process of its own."""
    nothing = fields.sub("container")
    task = _by_mesos(fields, nothing, name, Defaulted("", fields.at))
    return replace(task, namespaces=replace(task.namespaces, network=network(fields, nothing)))
