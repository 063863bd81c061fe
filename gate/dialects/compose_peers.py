"""What one Compose service takes from another of its project: namespaces (`service:NAME`) and mounts (`volumes_from`).

What is taken is as much the taker's own, so that a service that joins one on the host's network is on that network.
"""

from __future__ import annotations

from functools import partial

from gate.dialects.compose_scalars import flag
from gate.dialects.docker_options import pid_mode, user_namespace
from gate.dialects.interpolation import GAP
from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Defaulted, Deferred, Stated, Unknown, known
from gate.model.record import replace
from gate.model.workload import Namespaces
from gate.syntax.tree import Mapping, Opaque, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.workload import Mount
    from gate.syntax.tree import Node

    T = TypeVar("T")

#: Services that one may take from, or follow from one to the next: a longer way is a circle, which Compose refuses.
MAX_STEPS = 16

#: Mounts that a service may take from others before the rest is unknown.
MAX_TAKEN = 50

_JOINS = "service:"


class Peers:
    """The services of one project, and what they ask of it again and again."""

    __slots__ = ("_answers", "_root")

    def __init__(self, root: Fields) -> None:
        """Take the project's tree."""
        self._root = root
        self._answers: dict[str, object] = {}

    def once(self, question: str, answer: Callable[[], T]) -> T:
        """Answer a question about the project as it was answered before."""
        if question not in self._answers:
            self._answers[question] = answer()
        return self._answers[question]  # type: ignore[return-value]

    def find(self, name: str) -> Fields | str:
        """Return a service; a string says why it cannot be known."""
        node = self._root.sub("services").get(name)
        if not isinstance(node, Mapping):
            return f"the service {name} is not in sight"
        return why_open(node) or Fields(node, node, [])

    def network(self, service: Fields) -> Setting[str]:
        """Return a service's own network mode; a network that is the engine's own `host` one counts as that mode."""
        if service.has("network_mode"):
            return _mode(service, "network_mode")
        joined = service.sub("networks")
        if joined.reason:
            return Unknown(joined.reason, joined.at)
        found = [self._network(name, joined) for name in joined.names() or ("default",)]
        certain = next((one for one in found if isinstance(one, Stated)), None)
        return certain or next((one for one in found if one is not None), Defaulted("private", service.at))

    def _network(self, name: str, joined: Fields) -> Setting[str] | None:
        """Say whether a network is the host's; None when it is not."""
        if GAP in name and joined.node is not None:
            return Unknown(_why(joined.node.entries[name]), joined.at)
        definition = self._root.sub("networks").sub(name)
        external, actual = flag(definition, "external"), definition.text("name", name)
        if known(external) is False:
            return None
        if isinstance(actual, Unknown) or known(actual) == "host":
            unsure = next((one for one in (external, actual) if isinstance(one, Unknown)), None)
            return unsure or Stated("host", definition.at)
        return None


def why_open(service: Mapping) -> str:
    """Return why a service may be more than is in sight; empty when everything it extends was found."""
    node = service.get("extends")
    return "" if node is None else _why(node)


def _why(node: Node) -> str:
    return node.reason if isinstance(node, Opaque) else "it is not of a form that Compose takes"


def namespaces(service: Fields, peers: Peers) -> Namespaces:
    """Read which namespaces are the service's own."""
    return Namespaces(
        _joined(service, "pid", peers, lambda one: _mode(one, "pid")),
        _joined(service, "network_mode", peers, peers.network),
        _joined(service, "ipc", peers, lambda one: _mode(one, "ipc")),
        _mode(service, "uts"),
        _users(service),
        _mode(service, "cgroup"),
    )


def _mode(fields: Fields, name: str) -> Setting[str]:
    return fields.setting(name, "private", "a mode", lambda node: pid_mode(as_spelling(node) or ""))


def _users(service: Fields) -> Setting[str]:
    """Return the user namespace's mode; where the service is silent the engine's configuration decides."""
    if not service.reason and not service.has("userns_mode"):
        return Deferred("docker.userns_remap", service.at)
    return service.setting("userns_mode", "host", "a mode", lambda node: user_namespace(as_spelling(node) or ""))


def _joined(service: Fields, name: str, peers: Peers, own: Callable[[Fields], Setting[str]]) -> Setting[str]:
    """Follow `service:NAME` to the service whose namespace it is; the place stays the one that joins it."""
    fields, at = service, service.at_of(name)
    for _ in range(MAX_STEPS):
        other = joined_service(fields, name)
        if not other:
            return own(fields) if fields is service else placed(own(fields), at)
        found = peers.find(other)
        if isinstance(found, str):
            return Unknown(found, at)
        fields = found
    return Unknown("the services join each other in a circle", at)


def joined_service(fields: Fields, name: str) -> str:
    """Return the service whose namespace is joined; empty when none is."""
    node = fields.get(name)
    text = (as_spelling(node) or "").strip() if isinstance(node, Scalar) else ""
    return text[len(_JOINS) :].strip() if text.lower().startswith(_JOINS) else ""


def placed(setting: Setting[T], at: Location) -> Setting[T]:
    """Let a setting stand where it is taken, with its own place as where it comes from."""
    if isinstance(setting, Stated | Defaulted):
        return Stated(setting.value, at, (setting.at,))
    return replace(setting, at=at)


def taken_mounts(service: Fields, peers: Peers, mounts: Callable[[Fields], Items[Mount]]) -> Iterator[Setting[Mount]]:
    """Yield the mounts of the services in `volumes_from`, and of those that these take from in turn."""
    waiting, seen = list(_sources(service)), set[tuple[str, bool]]()
    left = MAX_TAKEN
    yield from _unknown_sources(service, service.at_of("volumes_from"))
    while waiting:
        name, read_only, at = waiting.pop()
        if (name, read_only) in seen:
            continue
        if len(seen) == MAX_STEPS:
            yield Unknown("it takes the volumes of too many services", at)
            return
        seen.add((name, read_only))
        found = peers.find(name)
        if isinstance(found, str):
            yield Unknown(found, at)
            continue
        theirs = peers.once(f"the mounts of {name}", partial(mounts, found))
        for member in theirs.members[:left]:
            yield _taken(member, at, read_only=read_only)
        if not theirs.complete or len(theirs.members) > left:
            yield Unknown(theirs.open_because or "it takes too many volumes of other services", at)
        left = max(0, left - len(theirs.members))
        yield from _unknown_sources(found, at)
        waiting += ((other, read_only or also, at) for other, also, _at in _sources(found))


def _unknown_sources(service: Fields, at: Location) -> Iterator[Setting[Mount]]:
    """Yield an unknown mount for everything in `volumes_from` that cannot be known."""
    members = service.items("volumes_from")
    if members.reason:
        yield Unknown(members.reason, at)
    yield from (Unknown(node.reason, at) for node in members.nodes if isinstance(node, Opaque))


def _sources(service: Fields) -> Iterator[tuple[str, bool, Location]]:
    """Yield what `volumes_from` names of the project, whether it is taken read-only, and where."""
    for node in service.items("volumes_from").nodes:
        text = as_spelling(node) if isinstance(node, Scalar) else None
        name, _, access = (text or "").partition(":")
        if name and name != "container":
            yield name.strip(), access.strip() == "ro", node.at


def _taken(member: Setting[Mount], at: Location, *, read_only: bool) -> Setting[Mount]:
    """Let a mount stand where it is taken, with its own place as where it comes from."""
    if not isinstance(member, Stated):
        return replace(member, at=at)
    mount = member.value
    if isinstance(mount.source, Stated):
        mount = replace(mount, source=Stated(mount.source.value, at, (*mount.source.via, mount.source.at)))
    elif isinstance(mount.source, Unknown):
        mount = replace(mount, source=replace(mount.source, at=at))
    return Stated(replace(mount, read_only=Stated(True, at)) if read_only else mount, at, (member.at,))
