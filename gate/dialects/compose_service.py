"""What the keys of a Compose service mean, as facets of one container.

Source: the Compose specification, `05-services.md` and `07-volumes.md`; what the engine makes of each option is in
`gate.dialects.docker_options`.
"""

from __future__ import annotations

from gate.dialects.compose_peers import taken_mounts
from gate.dialects.compose_scalars import cleaned, flag
from gate.dialects.docker_mounts import PROPAGATION, bound, engine_socket
from gate.dialects.docker_options import NAMED_VOLUME, SecurityOptions, capability_name, is_cdi, limit
from gate.dialects.interpolation import GAP
from gate.dialects.reading import Fields, as_spelling, as_text
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.workload import Confinement, Device, Exposure, Mount, Privilege, Resources, Tweak, User
from gate.syntax.tree import Mapping, Opaque, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.compose_peers import Peers
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.tree import Node

NO_SUCH = "Compose has no such setting"


def privilege(service: Fields, security: SecurityOptions) -> Privilege:
    """Read what the processes may do."""
    at = service.at
    return Privilege(
        flag(service, "privileged"),
        capabilities(service, "cap_add"),
        capabilities(service, "cap_drop"),
        security.no_new_privileges,
        who(service),
        Inapplicable(NO_SUCH, at),
        Inapplicable(NO_SUCH, at),
    )


def raised(hook: Fields, service: Privilege) -> Privilege:
    """Read what a command may do that a hook runs in the service's container: as its own account, if it has one."""
    return replace(
        service,
        privileged=flag(hook, "privileged") if hook.has("privileged") else service.privileged,
        user=who(hook) if hook.has("user") else service.user,
    )


def capabilities(service: Fields, name: str) -> Items[str]:
    """Return a list of capabilities in upper case, without `CAP_`."""
    return service.items(name).convert("a capability", _capability)


def _capability(node: Scalar) -> str | None:
    text = as_text(node)
    return None if text is None else capability_name(text)


def who(service: Fields) -> Setting[User]:
    """Return the user: the service's, else whatever its image says; an empty one is none."""
    node = service.get("user")
    if not service.reason and (node is None or (isinstance(node, Scalar) and node.value == "")):
        return Deferred("image.user", service.at)
    return service.setting("user", User.named(""), "a user", lambda node: User.named(as_spelling(node) or ""))


def security_options(service: Fields) -> SecurityOptions:
    """Read `security_opt`; one entry that cannot be known may be any of the options."""
    members = service.items("security_opt")
    entries: list[tuple[str, Location]] = []
    reason = members.reason
    for node in members.nodes:
        text = as_spelling(node) if isinstance(node, Scalar) else None
        if text is None:
            reason = getattr(node, "reason", "") or "it is not a string"
        else:
            entries.append((text, node.at))
    options = SecurityOptions(entries, members.at)
    if isinstance(options.no_new_privileges, Defaulted):
        options.no_new_privileges = Deferred("docker.no_new_privileges", members.at)
    if reason:
        for field in ("no_new_privileges", "seccomp", "apparmor", "selinux", "proc_mount", "cgroup_writable"):
            setattr(options, field, Unknown(reason, members.at))
    return options


def confinement(security: SecurityOptions) -> Confinement:
    """Read what the kernel filters."""
    return Confinement(
        security.seccomp, security.apparmor, security.selinux, security.proc_mount, security.cgroup_writable
    )


def resources(service: Fields) -> Resources:
    """Read the limits, in their old and their new place."""
    limits = service.sub("deploy").sub("resources").sub("limits")
    memory = service if service.has("mem_limit") else limits
    pids = service if service.has("pids_limit") else limits
    return Resources(
        flag(service, "read_only"),
        memory.setting("mem_limit" if memory is service else "memory", "", "an amount", _limit),
        pids.setting("pids_limit" if pids is service else "pids", "", "a number", _limit),
    )


def _limit(node: Scalar) -> str | None:
    text = as_spelling(node)
    return None if text is None else limit(text)


def exposure(service: Fields, project: Fields, peers: Peers) -> Exposure:
    """Read what of the host is reachable."""
    at = service.at
    return Exposure(
        mounts(service, project, peers),
        devices(service),
        service.strings("device_cgroup_rules"),
        gpus(service),
        Items((), at),
        Items((), at),
        sysctls(service),
        service.strings("volumes_from"),
    )


def mounts(service: Fields, project: Fields, peers: Peers) -> Items[Mount]:
    """Return every mount: the service's own, and those it takes from others."""
    own = _own_mounts(service, project, peers)
    return replace(
        own, members=(*own.members, *taken_mounts(service, peers, lambda other: _own_mounts(other, project, peers)))
    )


def _own_mounts(service: Fields, project: Fields, peers: Peers) -> Items[Mount]:
    """Return volumes in both forms, configs and secrets from files, and the engine's own socket."""
    listed, volumes = service.items("volumes"), project.sub("volumes")
    found: list[Setting[Mount]] = [_mount(node, volumes, service, peers) for node in listed.nodes]
    for kind in ("configs", "secrets"):
        found += _granted_files(service, kind, project.sub(kind), peers)
    socket = flag(service, "use_api_socket")
    if isinstance(socket, Unknown):
        found.append(Unknown(socket.reason, socket.at))
    elif isinstance(socket, Stated) and socket.value:
        found.append(Stated(engine_socket(socket.at), socket.at))
    return Items(tuple(found), listed.at, not listed.reason, listed.reason)


def _mount(node: Node, volumes: Fields, service: Fields, peers: Peers) -> Setting[Mount]:
    if isinstance(node, Mapping):
        return Stated(_volume(Fields(node, node, service.doubts), volumes, peers), node.at)
    return Unknown(node.reason if isinstance(node, Opaque) else "it is not a volume", node.at)


def _volume(fields: Fields, volumes: Fields, peers: Peers) -> Mount:
    at = fields.at
    kind, source = fields.text("type", "volume"), fields.text("source")
    target = fields.text("target")
    mount = Mount(
        "bind",
        Unknown("it names no source", at) if isinstance(source, Defaulted) else source,
        cleaned(target.value) if isinstance(target, Stated) else "",
        flag(fields, "read_only"),
        fields.sub("bind").text("propagation", PROPAGATION),
        at,
    )
    if isinstance(kind, Unknown):
        return mount
    what = kind.value if isinstance(kind, Stated | Defaulted) else ""
    if what in ("bind", "npipe"):
        is_pipe = what == "npipe" or (isinstance(source, Stated) and source.value.startswith("\\\\.\\pipe\\"))
        return replace(mount, kind="pipe") if is_pipe else mount
    unshared = replace(mount, kind="tmpfs" if what == "tmpfs" else "volume", source=Inapplicable(NAMED_VOLUME, at))
    if what != "volume" or isinstance(source, Defaulted):
        return unshared
    if isinstance(source, Stated):
        return _named_volume(source.value, unshared, volumes)
    return mount if peers.once("bound volumes", lambda: _may_bind(volumes)) else unshared


def _may_bind(volumes: Fields) -> bool:
    """Say whether one of the named volumes may be a path of the host."""
    return bool(volumes.reason) or any(volumes.sub(name).sub("driver_opts").present for name in volumes.names())


def _named_volume(name: str, mount: Mount, volumes: Fields) -> Mount:
    """Look behind the name: a local volume whose driver options bind a path of the host is that path."""
    options = volumes.sub(name).sub("driver_opts")
    if not options.present:
        return mount
    return bound(mount, options.text("o"), options.text("device"), options.text("type"), options.at)


#: Where secrets and configs appear in a container.
_FOLDERS = {"secrets": "/run/secrets/", "configs": "/"}


def _granted_files(service: Fields, kind: str, definitions: Fields, peers: Peers) -> Iterator[Setting[Mount]]:
    """Yield the bind mount that a config or secret from a file is."""
    granted, reason = service.mappings(kind)
    for fields in granted:
        source = fields.text("source")
        if not isinstance(source, Stated):
            if peers.once(
                f"files of {kind}", lambda: any(definitions.sub(one).has("file") for one in definitions.names())
            ):
                yield Unknown(getattr(source, "reason", "it names no source"), fields.at)
            continue
        file = definitions.sub(source.value).text("file")
        if not isinstance(file, Defaulted):
            at = fields.at
            target = fields.text("target", source.value)
            place = target.value if isinstance(target, Stated | Defaulted) else source.value
            place = place if place.startswith("/") else _FOLDERS[kind] + place
            yield Stated(Mount("bind", file, place, Stated(True, at), Defaulted(PROPAGATION, at), at), at)
    if reason:
        yield Unknown(reason, service.at_of(kind))


def devices(service: Fields) -> Items[Device]:
    """Return the devices; names of the Container Device Interface are GPUs and their like."""
    members = service.items("devices")
    found: list[Setting[Device]] = []
    for node in members.nodes:
        fields = Fields(node, node, service.doubts)
        source, access = fields.text("source"), fields.text("permissions", "rwm")
        if fields.reason or not isinstance(source, Stated):
            found.append(Unknown(fields.reason or getattr(source, "reason", "it names no source"), node.at))
        elif not is_cdi(source.value):
            granted = access.value if isinstance(access, Stated | Defaulted) else "rwm"
            found.append(Stated(Device(source.value, granted, node.at), node.at))
    return Items(tuple(found), members.at, not members.reason, members.reason)


def gpus(service: Fields) -> Items[str]:
    """Return what is asked for of GPUs and other devices that a driver hands out."""
    at = service.at_of("gpus")
    asked = service.items("gpus")
    found: list[Setting[str]] = [Stated("gpus", node.at) for node in asked.nodes]
    for node in service.items("devices").nodes:
        source = Fields(node, node, service.doubts).text("source")
        if isinstance(source, Stated) and is_cdi(source.value):
            found.append(Stated(source.value, node.at))
    reserved = service.sub("deploy").sub("resources").sub("reservations").items("devices")
    found += (Stated("reserved device", node.at) for node in reserved.nodes)
    reason = asked.reason or reserved.reason
    return Items(tuple(found), at, not reason, reason)


def sysctls(service: Fields) -> Items[str]:
    """Return the names of the sysctls."""
    inner = service.sub("sysctls")
    members = tuple(
        Unknown(value.reason if isinstance(value, Opaque) else "its name is not text", value.at)
        if GAP in key.text
        else Stated(key.text, key.at)
        for key, value in service.entries("sysctls")
    )
    return Items(members, inner.at, not inner.reason, inner.reason)


def tweaks(service: Fields) -> Items[Tweak]:
    """Return the annotations, which the engine passes on to the runtime."""
    inner = service.sub("annotations")
    members = tuple(_annotation(inner, key, value) for key, value in service.entries("annotations"))
    return Items(members, inner.at, not inner.reason, inner.reason)


def _annotation(inner: Fields, key: Scalar, value: Node) -> Setting[Tweak]:
    if GAP in key.text:
        return Unknown(value.reason if isinstance(value, Opaque) else "its name is not text", value.at)
    at = inner.at_of(key.text)
    return Stated(Tweak(key.text, inner.setting(key.text, "", "a text", as_spelling), at), at)
