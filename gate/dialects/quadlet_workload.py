"""The workloads that quadlets are: one for each container unit, and one for what a `.kube` unit adds to its pods."""

from __future__ import annotations

from gate.dialects.compose_open import opened
from gate.dialects.docker_container import container as made
from gate.dialects.docker_container import namespaces, os, sandbox
from gate.dialects.docker_flags import Flags, parse
from gate.dialects.docker_grammar import POD
from gate.dialects.docker_networks import both
from gate.dialects.docker_refused import refused
from gate.dialects.docker_workload import image_of, no_build, rooted, statements
from gate.dialects.interpolation import GAP
from gate.dialects.podman_networks import network, segments
from gate.dialects.quadlet import OF_POD, OF_UNITS, described
from gate.dialects.quadlet_keys import BUILD, CONTAINER, KUBE, NETWORK, TRUE
from gate.dialects.unit_commands import is_rootless
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.reference import Reference
from gate.model.workload import Credentials, IgnoredKey, Placement, Workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.docker_flags import Word
    from gate.dialects.docker_networks import Directions
    from gate.dialects.quadlet import Quadlet, Sibling
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.segments import Segments
    from gate.model.workload import Build, Namespaces

_NO_TOKENS = "Podman hands out no tokens"
_NO_PLACES = "Podman starts it where the unit is installed"

#: Sections that systemd reads itself, and keys of a container that it has none of the same name as (systemd.unit(5)).
_OF_SYSTEMD = ("Unit", "Service", "Install")
_SAFEGUARDS = frozenset({"DropCapability", "Mask", "Memory", "PidsLimit", "ReadOnly", "SeccompProfile", "UserNS"})


def container(unit: Quadlet, sibling: Sibling, *, alone: bool = False) -> Workload:
    """Return the workload that a container unit is; one of which only a drop-in is in sight stays open."""
    flags = unit.container(sibling)
    own = namespaces(flags)
    pod = unit.value(CONTAINER, "Pod")
    if pod is not None:
        own = _in_pod(flags, own, pod, sibling)
    if alone:
        flags.open("the unit that this adds to is not in sight", flags.at)
    at, image = flags.at, _image(flags)
    name = _name(unit)
    one = rooted(made(flags, name, image, described(sibling)), flags)
    workload = Workload(
        f"{unit.path}#Container/{name}",
        name,
        "",
        "Container",
        "podman",
        at,
        os(flags, image),
        Items((Stated(one, at),), at),
        replace(own, user=_users(own.user, unit.path)),
        sandbox(flags),
        Placement.inapplicable(_NO_PLACES, at),
        Credentials.inapplicable(_NO_TOKENS, at),
        _build(unit, sibling, at),
        tuple(_references(image)),
        tuple(statements(flags)),
        tuple(_misplaced(unit)),
        refused=tuple(refused(flags)),
        segments=_segments(unit, flags, sibling),
    )
    return opened(workload, flags.open_because, flags.open_at) if flags.open_because else workload


def _misplaced(unit: Quadlet) -> Iterator[IgnoredKey]:
    """Yield the safeguards that stand in a section of systemd's own, which passes over keys that it does not know."""
    for entry in unit.unit.entries:
        if entry.section in _OF_SYSTEMD and entry.key in _SAFEGUARDS:
            consequence = f"systemd ignores it in [{entry.section}]; it is a key of [{CONTAINER}]"
            yield IgnoredKey(entry.key, consequence, entry.at)


def _image(flags: Flags) -> Setting[str]:
    return image_of(flags) if flags.operands else Unknown(flags.open_because or "it names no image", flags.open_at)


def _name(unit: Quadlet) -> str:
    given = unit.value(CONTAINER, "ContainerName")
    return given.text if given is not None and GAP not in given.text else unit.name


def _references(image: Setting[str]) -> Iterator[Reference]:
    if isinstance(image, Stated):
        yield Reference("image", image.value, image.at)


def _segments(unit: Quadlet, flags: Flags, sibling: Sibling) -> Segments:
    """Say what the networks close; pods of a manifest that name none are on one bridge, whoever starts them."""
    found = segments(flags, lambda name, at: _network(name, at, sibling))
    if not isinstance(found.ingress, Deferred):
        return found
    rootless = False if unit.path.endswith(".kube") else is_rootless(unit.path)
    return found if rootless is None else replace(found, ingress=Defaulted(rootless, found.ingress.at))


def _network(name: str, at: Location, sibling: Sibling) -> Directions | None:
    """Read the unit of a network; None where it is not in sight."""
    unit = sibling(f"{name.removeprefix(OF_UNITS)}.network") if name.startswith(OF_UNITS) else None
    if unit is None:
        return None
    driver, internal = unit.value(NETWORK, "Driver"), unit.value(NETWORK, "Internal")
    options = list(unit.listed(NETWORK, "Options", escapes=False))
    more = next(unit.listed(NETWORK, "PodmanArgs", escapes=True), None)
    unsure = next((one for one in (driver, internal, *options) if one is not None and GAP in one.text), None)
    if more is not None or unsure is not None:
        return both(Unknown("what that network keeps apart cannot be known", getattr(more or unsure, "at", at)))
    place = internal.at if internal is not None else options[0].at if options else at
    named = dict(part.partition("=")[::2] for one in options for part in one.text.split(","))
    closed = internal is not None and internal.text.lower() in TRUE
    return network(driver.text.lower() if driver is not None else "", named, place, internal=closed)


def _users(setting: Setting[str], path: str) -> Setting[str]:
    """Settle by its folder whether a unit is rootless: then its users are mapped, whatever else is said."""
    rootless = is_rootless(path)
    if rootless is None or not isinstance(setting, Deferred):
        return setting
    if rootless:
        return Defaulted("remapped", setting.at)
    asked = setting.to == "podman.host"
    return Defaulted("host", setting.at) if asked else Deferred("podman.userns_auto", setting.at)


def _in_pod(flags: Flags, own: Namespaces, pod: Word, sibling: Sibling) -> Namespaces:
    """Take over what a container has from its pod: its network, its users, and what the pod hands to all."""
    unit = sibling(pod.text) if GAP not in pod.text else None
    if unit is None:
        reason = pod.reason or f"the unit {pod.text[:80]} is not in sight"
        flags.open(reason, pod.at)
        return own
    given = unit.pod(sibling)
    if given.open_because:
        flags.open(given.open_because, given.open_at)
    for name in OF_POD & given.given.keys():
        flags.given[name] = [*given.given[name], *flags.given.get(name, [])]
    return namespaces(flags)


def _build(unit: Quadlet, sibling: Sibling, at: Location) -> Build:
    """Return what a build unit says of how the image is made."""
    named = unit.value(CONTAINER, "Image")
    builder = sibling(named.text) if named is not None and named.text.endswith(".build") else None
    network = builder.value(BUILD, "Network") if builder is not None else None
    if network is None:
        return no_build(at)
    host: Setting[bool] = (
        Unknown(network.reason, network.at) if GAP in network.text else Stated(network.text == "host", network.at)
    )
    return replace(no_build(at), host_network=host)


def kube(unit: Quadlet, sibling: Sibling) -> Workload:
    """Return what a `.kube` unit says beside its manifest."""
    at = unit.unit.at(KUBE)
    words = [*unit.networks(KUBE), *unit.listed(KUBE, "PodmanArgs", escapes=True)]
    flags = parse(words, POD, at)
    unit.check(flags, KUBE)
    own = namespaces(flags)
    workload = Workload(
        f"{unit.path}#Kube/{unit.name}",
        unit.name,
        "",
        "Kube",
        "podman",
        at,
        Defaulted("linux", at),
        Items((), at),
        replace(own, user=_users(own.user, unit.path)),
        sandbox(flags),
        Placement.inapplicable(_NO_PLACES, at),
        Credentials.inapplicable(_NO_TOKENS, at),
        no_build(at),
        segments=_segments(unit, flags, sibling),
    )
    return opened(workload, flags.open_because, flags.open_at) if flags.open_because else workload


def adds(workload: Workload) -> bool:
    """Say whether a `.kube` unit weakens the pods of its manifest, or may."""
    network, runtime = workload.namespaces.network, workload.sandbox.runtime
    is_plain = getattr(network, "value", "") == "private" and isinstance(runtime, Inapplicable)
    return not is_plain
