"""What the flags of `docker run` and `podman run` come to, as the facets of one container and its workload.

Sources: docker/cli `cli/command/container/opts.go`, moby `daemon/daemon_unix.go`; containers/podman
`pkg/specgenutil/specgen.go` and `pkg/specgen/namespaces.go`.
"""

from __future__ import annotations

from gate.dialects.docker_flags import csv_fields
from gate.dialects.docker_mounts import bind, engine_socket, mount_option, no_volumes, volume
from gate.dialects.docker_options import (
    SecurityOptions,
    asked_sandbox,
    capability_name,
    device,
    is_access,
    is_cdi,
    limit,
    pid_mode,
)
from gate.dialects.interpolation import GAP
from gate.dialects.windows_image import is_windows
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown, known
from gate.model.workload import (
    Confinement,
    Container,
    Device,
    Exposure,
    Mount,
    Namespaces,
    Privilege,
    Resources,
    Tweak,
    User,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.docker_flags import Flag, Flags
    from gate.dialects.docker_mounts import Volumes
    from gate.model.evidence import Setting
    from gate.model.workload import Sandbox

NO_SUCH = "the engine has no such setting"

#: Names of an engine's own whose namespace is not the container's: its pod's, or one that is given by its path.
_POD, _PATH = "pod", "ns:"


def container(flags: Flags, name: str, image: Setting[str], volumes: Volumes = no_volumes) -> Container:
    """Return the container that the flags ask for."""
    security = security_options(flags)
    return Container(
        name,
        "main",
        flags.at,
        image,
        "docker",
        _privilege(flags, security),
        Confinement(
            security.seccomp, security.apparmor, security.selinux, security.proc_mount, security.cgroup_writable
        ),
        _exposure(flags, volumes),
        _resources(flags),
    )


def _is_podman(flags: Flags) -> bool:
    return flags.grammar.engine == "podman"


def security_options(flags: Flags) -> SecurityOptions:
    """Add up every `--security-opt`; one that cannot be known may be any of them."""
    given = flags.given.get("security-opt", [])
    options = SecurityOptions([(flag.value, flag.at) for flag in given if not flag.reason], flags.at)
    if isinstance(options.no_new_privileges, Defaulted) and not _is_podman(flags):
        options.no_new_privileges = Deferred("docker.no_new_privileges", flags.at)
    for flag in given:
        if flag.reason:
            options.forget(flag.value.partition(GAP)[0], flag.reason, flag.at)
    return options


def _privilege(flags: Flags, security: SecurityOptions) -> Privilege:
    user = _user(flags)
    return Privilege(
        flags.boolean("privileged"),
        flags.texts("cap-add", capability_name),
        flags.texts("cap-drop", capability_name),
        security.no_new_privileges,
        user,
        Inapplicable(NO_SUCH, user.at),
        Inapplicable(NO_SUCH, flags.at),
    )


def _user(flags: Flags) -> Setting[User]:
    """Return the user that is asked for, else whatever the image says; an empty one is none."""
    flag = flags.last("user")
    if flag is None or flag.value == "":
        return Deferred("image.user", flags.at)
    return flag.setting(User.named, "a user")


def _exposure(flags: Flags, volumes: Volumes) -> Exposure:
    at = flags.at
    devices = [flag for flag in flags.each("device") if not is_cdi(flag.value)]
    handed = [flag for flag in flags.each("device") if is_cdi(flag.value)]
    gpus: list[Setting[str]] = [flag.setting(lambda _text: "gpus", "devices") for flag in flags.each("gpus")]
    gpus += (flag.setting(lambda text: text, "a device") for flag in handed)
    return Exposure(
        Items(tuple(_mounts(flags, volumes)), at),
        Items(tuple(_device(flag) for flag in devices), at),
        Items(tuple(flag.setting(_rule, "a rule for devices") for flag in flags.each("device-cgroup-rule")), at),
        Items(tuple(gpus), at),
        Items((), at),
        Items((), at),
        Items(tuple(_sysctl(flag) for flag in flags.each("sysctl")), at),
        flags.texts("volumes-from", _source_container),
    )


def _source_container(text: str) -> str:
    return text.partition(":")[0]


def _device(flag: Flag) -> Setting[Device]:
    if flag.reason:
        return Unknown(flag.reason, flag.at)
    found = device(flag.value, flag.at)
    return (
        Unknown(f"`{flag.value[:40]}` is not a device", flag.at) if found is None else Stated(found, flag.at, flag.via)
    )


def _rule(text: str) -> str | None:
    """Read `TYPE MAJOR:MINOR ACCESS`."""
    kind, _, rest = text.partition(" ")
    numbers, _, access = rest.partition(" ")
    major, _, minor = numbers.partition(":")
    is_rule = kind in ("a", "b", "c") and all(one == "*" or one.isdecimal() for one in (major, minor))
    return text if is_rule and is_access(access) else None


def _sysctl(flag: Flag) -> Setting[str]:
    name = flag.value.partition("=")[0]
    return Unknown(flag.reason, flag.at) if GAP in name else Stated(name.strip(), flag.at, flag.via)


def _mounts(flags: Flags, volumes: Volumes) -> list[Setting[Mount]]:
    found = [volume(flag, volumes) for flag in flags.each("volume")]
    found += (mount_option(flag, volumes) for flag in flags.each("mount"))
    for flag in flags.each("tmpfs"):
        target = flag.value.partition(":")[0].replace(GAP, "…")
        empty = bind(Inapplicable("it is memory", flag.at), target, flag.at)
        found.append(Stated(Mount("tmpfs", empty.source, target, empty.read_only, empty.propagation, flag.at), flag.at))
    socket = flags.boolean("use-api-socket")
    if isinstance(socket, Unknown):
        found.append(Unknown(socket.reason, socket.at))
    elif isinstance(socket, Stated) and socket.value:
        found.append(Stated(engine_socket(socket.at), socket.at, socket.via))
    return found


def _resources(flags: Flags) -> Resources:
    return Resources(
        flags.boolean("read-only"),
        flags.setting("memory", "", "an amount", _amount),
        flags.setting("pids-limit", "", "a number", _amount),
    )


def _amount(text: str) -> str | None:
    """Return a limit, empty for one that bounds nothing; None for what is no number with a unit."""
    digits = text.strip().lower().removesuffix("b").rstrip("kmgtpi ").removeprefix("-")
    return limit(text) if digits.replace(".", "", 1).isdecimal() else None


def namespaces(flags: Flags) -> Namespaces:
    """Return which namespaces the container has for itself."""
    return Namespaces(
        _namespace(flags, "pid"),
        _network(flags),
        _namespace(flags, "ipc"),
        _namespace(flags, "uts"),
        _users(flags),
        _namespace(flags, "cgroupns"),
    )


def _namespace(flags: Flags, name: str) -> Setting[str]:
    flag = flags.last(name)
    engine = flags.grammar.engine
    return Defaulted("private", flags.at) if flag is None else _mode(flag, flag.value, flag.reason, engine)


#: The modes of a namespace that an engine takes, beside those of one container's.
_MODES: dict[str, dict[str, tuple[str, ...]]] = {
    "docker": {
        "pid": ("", "host"),
        "ipc": ("", "host", "none", "private", "shareable"),
        "uts": ("", "host"),
        "cgroupns": ("", "host", "private"),
    },
    "podman": dict.fromkeys(("pid", "ipc", "uts", "cgroupns"), ("", "host", "none", "private", "shareable")),
}


def _mode(flag: Flag, value: str, reason: str, engine: str = "") -> Setting[str]:
    """Return a mode; a namespace that is named by a path, or that is a pod's, may be the host's."""
    modes = _MODES.get(engine, {}).get(flag.name)
    if reason and (GAP in value.partition(":")[0] or not value.startswith("container:")):
        return Unknown(reason, flag.at)
    if value.startswith(_PATH):
        return Unknown("it joins a namespace by its path, and whose that is cannot be known", flag.at)
    if value == _POD:
        return Unknown("it joins its pod's namespace, and the pod is not in sight", flag.at)
    if modes is not None and value not in modes and not value.startswith("container:"):
        return Unknown(f"`{value[:40]}` is no mode that {engine} takes", flag.at)
    return Stated(pid_mode(value.replace(GAP, "…")), flag.at, flag.via)


def _network(flags: Flags) -> Setting[str]:
    """Return the network mode, the worst of several; `name=` may stand before a network's name."""
    found = [_attachment(flag) for flag in flags.given.get("network", ())]
    certain = sorted(
        (one for one in found if known(one) not in (None, "private")), key=lambda one: known(one) != "host"
    )
    return next(iter([*certain, *found]), Defaulted("private", flags.at))


def _attachment(flag: Flag) -> Setting[str]:
    fields = csv_fields(flag.value) or []
    if "=" in flag.value and ":" not in flag.value.partition("=")[0]:
        named = [field.partition("=")[2] for field in fields if field.partition("=")[0].strip().lower() == "name"]
        if named and GAP not in named[-1]:
            return _mode(flag, named[-1].strip(), "")
    return _mode(flag, flag.value, flag.reason)


def _users(flags: Flags) -> Setting[str]:
    """Return the user namespace's mode; where nobody says anything the engine's configuration decides."""
    flag = flags.last("userns")
    if not _is_podman(flags):
        if flag is None or flag.value == "":
            return Deferred("docker.userns_remap", flags.at)
        return flag.setting(lambda text: "host" if text == "host" else None, "`host`")
    mapped = next((one for name in ("uidmap", "subuidname") for one in flags.each(name)), None)
    if mapped is not None:
        return _mapped(flags)
    if flag is None or flag.value == "":
        return Deferred("podman.rootless", flag.at if flag is not None else flags.at)
    if flag.value == "host":
        return Deferred("podman.host", flag.at)
    mode = flag.value.partition(":")[0]
    if flag.reason and GAP in mode:
        return Unknown(flag.reason, flag.at)
    if mode in ("auto", "keep-id", "nomap", "private"):
        return Stated("remapped", flag.at, flag.via)
    return Unknown("whose user namespace it joins cannot be known", flag.at)


def _mapped(flags: Flags) -> Setting[str]:
    """Read `--uidmap INSIDE:OUTSIDE:COUNT`: a map that leaves root what it is gives no namespace worth the name."""
    for flag in flags.each("uidmap"):
        if flag.reason:
            return Unknown(flag.reason, flag.at)
        inside, _, rest = flag.value.lstrip("+ug").partition(":")
        if inside == "0" and rest.partition(":")[0].lstrip("@") == "0":
            return Stated("host", flag.at, flag.via)
    flag = next(one for name in ("uidmap", "subuidname") for one in flags.each(name))
    return Stated("remapped", flag.at, flag.via)


def sandbox(flags: Flags) -> Sandbox:
    """Return the runtime, on Windows the isolation mode, and what annotations tell the runtime."""
    native = flags.setting("isolation", "", "an isolation mode", lambda text: text.lower())
    tweaks: dict[str, Setting[Tweak]] = {}
    for flag in flags.each("annotation"):
        name, _, value = flag.value.partition("=")
        said: Setting[str] = Unknown(flag.reason, flag.at) if GAP in value else Stated(value, flag.at, flag.via)
        named = Stated(Tweak(name, said, flag.at), flag.at, flag.via)
        tweaks[name] = Unknown(flag.reason, flag.at) if GAP in name else named
    return asked_sandbox(flags.text("runtime"), native, Items(tuple(tweaks.values()), flags.at), flags.at)


def os(flags: Flags, image: Setting[str]) -> Setting[str]:
    """Return the operating system: Windows where the platform, the isolation mode or the image's name says so."""
    for name in ("platform", "os"):
        platform = flags.last(name)
        if platform is not None:
            return platform.setting(lambda text: "windows" if text.lower().startswith("windows") else "linux", "an OS")
    isolation = flags.last("isolation")
    if isolation is not None and isolation.value.lower() not in ("", "default"):
        return Stated("windows", isolation.at, isolation.via)
    if is_windows(known(image) or ""):
        return Stated("windows", image.at)
    return Defaulted("linux", flags.at)
