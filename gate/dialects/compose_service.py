"""What the keys of a Compose service mean, as facets of one container.

Source: the Compose specification, `05-services.md` and `07-volumes.md`; what the engine makes of each option is in
`gate.dialects.docker_options`.
"""

from __future__ import annotations

from gate.dialects.compose_model import joined
from gate.dialects.compose_peers import taken_mounts
from gate.dialects.docker_options import (
    NAMED_VOLUME,
    SecurityOptions,
    device,
    short_volume,
    user,
)
from gate.dialects.reading import Fields, as_bool, as_spelling, as_text
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.workload import Confinement, Device, Exposure, Mount, Privilege, Resources
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.compose_peers import Peers
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import User
    from gate.syntax.tree import Node

_TRUE = frozenset({"true", "t", "1", "y", "yes", "on"})
_FALSE = frozenset({"false", "f", "0", "n", "no", "off"})
_PROPAGATED = "rprivate"
NO_SUCH = "Compose has no such setting"


def flag(fields: Fields, name: str, *, default: bool = False) -> Setting[bool]:
    """Return a boolean, which Compose also takes as a string."""
    return fields.setting(name, default, "true or false", loose_bool)


def loose_bool(node: Scalar) -> bool | None:
    """Read a boolean as compose-go casts it."""
    value = as_bool(node)
    if value is None:
        word = (as_spelling(node) or "").lower()
        return True if word in _TRUE else False if word in _FALSE else None
    return value


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


def capabilities(service: Fields, name: str) -> Items[str]:
    """Return a list of capabilities in upper case, without `CAP_`."""
    return service.items(name).convert("a capability", _capability)


def _capability(node: Scalar) -> str | None:
    text = as_text(node)
    return None if text is None else text.strip().upper().removeprefix("CAP_")


def who(service: Fields) -> Setting[User]:
    """Return the user: the service's, else whatever its image says."""
    if not service.reason and not service.has("user"):
        return Deferred("image.user", service.at)
    return service.setting("user", user(""), "a user", lambda node: user(as_spelling(node) or ""))


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
        memory.setting("mem_limit" if memory is service else "memory", "", "an amount", as_spelling),
        pids.setting("pids_limit" if pids is service else "pids", "", "a number", as_spelling),
    )


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
    own = _own_mounts(service, project)
    return replace(
        own, members=(*own.members, *taken_mounts(service, peers, lambda other: _own_mounts(other, project)))
    )


def _own_mounts(service: Fields, project: Fields) -> Items[Mount]:
    """Return volumes in both forms, configs and secrets from files, and the engine's own socket."""
    listed, volumes = service.items("volumes"), project.sub("volumes")
    found: list[Setting[Mount]] = [_mount(node, volumes, service) for node in listed.nodes]
    for kind in ("configs", "secrets"):
        found += _granted_files(service, kind, project.sub(kind))
    socket = flag(service, "use_api_socket")
    if isinstance(socket, Unknown):
        found.append(Unknown(socket.reason, socket.at))
    elif isinstance(socket, Stated) and socket.value:
        source: Setting[str] = Stated("/var/run/docker.sock", socket.at)
        mount = Mount(
            "engine-api",
            source,
            "/var/run/docker.sock",
            Defaulted(False, socket.at),
            Defaulted(_PROPAGATED, socket.at),
            socket.at,
        )
        found.append(Stated(mount, socket.at))
    return Items(tuple(found), listed.at, not listed.reason, listed.reason)


def _mount(node: Node, volumes: Fields, service: Fields) -> Setting[Mount]:
    at = node.at
    if isinstance(node, Mapping):
        return Stated(_long_volume(Fields(node, node, service.doubts), volumes), at)
    text = as_text(node) if isinstance(node, Scalar) else None
    if text is None:
        return Unknown(getattr(node, "reason", "") or "it is not a volume", at)
    mount = short_volume(text, at)
    if mount.kind == "volume":
        name = text.partition(":")[0] if ":" in text else ""
        return Stated(_named_volume(name, mount, volumes), at)
    return Stated(replace(mount, source=_in_tree(mount.source, node.source.path)), at)


def _long_volume(fields: Fields, volumes: Fields) -> Mount:
    at = fields.at
    kind = fields.text("type", "volume")
    source = fields.text("source")
    target = fields.text("target")
    bind = fields.sub("bind")
    mount = Mount(
        "bind",
        Unknown("it names no source", at) if isinstance(source, Defaulted) else source,
        target.value if isinstance(target, Stated) else "",
        flag(fields, "read_only"),
        bind.text("propagation", _PROPAGATED),
        at,
    )
    if not isinstance(kind, Stated | Defaulted):
        return mount
    path = fields.node.source.path if fields.node is not None else ""
    if kind.value == "npipe":
        return replace(mount, kind="pipe")
    if kind.value == "bind":
        return replace(mount, source=_in_tree(mount.source, path))
    unshared = replace(
        mount, kind="tmpfs" if kind.value == "tmpfs" else "volume", source=Inapplicable(NAMED_VOLUME, at)
    )
    name = source.value if isinstance(source, Stated) else ""
    return _named_volume(name, unshared, volumes) if kind.value == "volume" else unshared


def _named_volume(name: str, mount: Mount, volumes: Fields) -> Mount:
    """Look behind the name: a local volume whose driver options bind a path of the host is that path."""
    options = volumes.sub(name).sub("driver_opts") if name else None
    if options is None or not options.present:
        return mount
    how, what = options.text("o"), options.text("device")
    filesystem = options.text("type")
    if isinstance(filesystem, Stated) and filesystem.value.lower() in ("nfs", "nfs4", "cifs", "tmpfs"):
        return mount
    flags = how.value.split(",") if isinstance(how, Stated) else []
    certain = any(one.strip() in ("bind", "rbind") for one in flags)
    if certain or not isinstance(how, Stated | Defaulted) or isinstance(what, Unknown):
        source: Setting[str] = Unknown("its device is not given", options.at) if isinstance(what, Defaulted) else what
        return replace(mount, kind="bind", source=source, read_only=Stated("ro" in flags, options.at))
    if isinstance(what, Stated) and what.value.startswith("/"):
        return replace(mount, kind="bind", source=what)
    return mount


def _in_tree(source: Setting[str], path: str) -> Setting[str]:
    """Resolve a path that climbs out of its file's folder, so that one of the same repository is seen as such."""
    if isinstance(source, Stated) and source.value.startswith(".."):
        return replace(source, value=joined(path.rpartition("/")[0], source.value))
    return source


def _granted_files(service: Fields, kind: str, definitions: Fields) -> Iterator[Setting[Mount]]:
    """Yield the bind mount that a config or secret from a file is."""
    for node in service.items(kind).nodes:
        fields = Fields(node, node, service.doubts)
        name = as_text(node) if isinstance(node, Scalar) else None
        if isinstance(node, Mapping):
            source = fields.text("source")
            name = source.value if isinstance(source, Stated) else None
        file = definitions.sub(name).text("file") if name else None
        if file is None or isinstance(file, Defaulted):
            continue
        owner = definitions.node.source.path if definitions.node is not None else ""
        at = node.at
        yield Stated(
            Mount("bind", _in_tree(file, owner), name or "", Stated(True, at), Defaulted(_PROPAGATED, at), at), at
        )


def devices(service: Fields) -> Items[Device]:
    """Return the devices in both forms; names of the Container Device Interface are GPUs and their like."""
    members = service.items("devices")
    found: list[Setting[Device]] = []
    for node in members.nodes:
        at = node.at
        if isinstance(node, Mapping):
            fields = Fields(node, node, service.doubts)
            source, access = fields.text("source"), fields.text("permissions", "rwm")
            granted = access.value if isinstance(access, Stated | Defaulted) else "rwm"
            found.append(
                Stated(Device(source.value, granted, at), at)
                if isinstance(source, Stated)
                else Unknown("it names no source", at)
            )
        else:
            text = as_text(node) if isinstance(node, Scalar) else None
            if text is None:
                found.append(Unknown(getattr(node, "reason", "") or "it is not a device", at))
            elif not _is_cdi(text):
                found.append(Stated(device(text, at), at))
    return Items(tuple(found), members.at, not members.reason, members.reason)


def _is_cdi(text: str) -> bool:
    return not text.startswith("/") and "=" in text


def gpus(service: Fields) -> Items[str]:
    """Return what is asked for of GPUs and other devices that a driver hands out."""
    at = service.at_of("gpus")
    found: list[Setting[str]] = []
    if service.has("gpus"):
        found.append(Stated("gpus", at))
    found += (
        Stated(node.value, node.at)
        for node in service.items("devices").nodes
        if isinstance(node, Scalar) and isinstance(node.value, str) and _is_cdi(node.value)
    )
    reserved = service.sub("deploy").sub("resources").sub("reservations").items("devices")
    found += (Stated("reserved device", node.at) for node in reserved.nodes)
    reason = reserved.reason
    return Items(tuple(found), at, not reason, reason)


def sysctls(service: Fields) -> Items[str]:
    """Return the names of the sysctls, from a list of `name=value` or a mapping."""
    node = service.get("sysctls")
    if isinstance(node, Sequence):
        return service.items("sysctls").convert("a sysctl", lambda one: (as_text(one) or "").partition("=")[0] or None)
    inner = service.sub("sysctls")
    members = tuple(Stated(key.text, key.at) for key, _ in service.entries("sysctls"))
    return Items(members, inner.at, not inner.reason, inner.reason)
