"""What `--volume`, `--mount` and a volume's driver options bring into a container.

Sources: docker/cli `internal/volumespec` and `opts/mount.go`; containers/podman `pkg/specgen/volumes.go` and
`pkg/specgenutil/volumes.go`; moby's local volume driver, whose options are those of mount(8).
"""

from __future__ import annotations

from gate.dialects.docker_flags import FALSE, TRUE, csv_fields
from gate.dialects.docker_options import NAMED_VOLUME, is_host_path, short_volume
from gate.dialects.interpolation import GAP
from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown
from gate.model.record import replace
from gate.model.workload import Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from gate.dialects.docker_flags import Flag
    from gate.model.evidence import Setting
    from gate.model.location import Location

    #: Answers what a volume is made of that is named at a place: its driver's options; none where nobody says.
    Volumes: TypeAlias = Callable[[str, Location], dict[str, Setting[str]]]

PROPAGATION = "rprivate"

#: File systems that the local driver mounts and that are not the host's.
ELSEWHERE = frozenset({"nfs", "nfs4", "cifs", "tmpfs"})

#: What `--mount` calls mounts that hold nothing of the host.
_OWN = frozenset({"tmpfs", "ramfs", "devpts", "image", "artifact", "cluster"})

#: Fields of `--mount` that may stand without a value.
_SWITCHES = frozenset(
    {
        *("readonly", "ro", "rw", "dev", "nodev", "exec", "noexec", "suid", "nosuid", "noswap"),
        *("bind-create-src", "bind-nonrecursive", "volume-nocopy", "nocopy", "no-dereference"),
        *("U", "chown", "idmap", "tmpcopyup", "notmpcopyup"),
    }
)

_SOURCE = ("source", "src")
_TARGET = ("target", "dst", "destination")
_READ_ONLY = ("readonly", "ro")


def bind(source: Setting[str], target: str, at: Location, *, read_only: Setting[bool] | None = None) -> Mount:
    """Return a bind mount of a path, or of a pipe of Windows."""
    is_pipe = isinstance(source, Stated) and source.value.startswith("\\\\.\\pipe\\")
    access = Defaulted(False, at) if read_only is None else read_only
    return Mount("pipe" if is_pipe else "bind", source, target, access, Defaulted(PROPAGATION, at), at)


def engine_socket(at: Location) -> Mount:
    """Return the mount of the engine's own socket, with what it takes to use registries."""
    source: Setting[str] = Stated("/var/run/docker.sock", at)
    return Mount("engine-api", source, "/var/run/docker.sock", Defaulted(False, at), Defaulted(PROPAGATION, at), at)


def bound(mount: Mount, how: Setting[str], what: Setting[str], filesystem: Setting[str], at: Location) -> Mount:
    """Look behind a volume's name: one whose driver options bind a path of the host is that path."""
    if isinstance(filesystem, Stated) and filesystem.value.lower() in ELSEWHERE:
        return mount
    flags = how.value.split(",") if isinstance(how, Stated) else []
    certain = any(one.strip() in ("bind", "rbind") for one in flags)
    read_only = Stated(True, at) if "ro" in flags else mount.read_only
    if certain or not isinstance(how, Stated | Defaulted) or isinstance(what, Unknown):
        source: Setting[str] = Unknown("its device is not given", at) if isinstance(what, Defaulted) else what
        return replace(mount, kind="bind", source=source, read_only=read_only)
    if isinstance(what, Stated) and what.value.startswith("/"):
        return replace(mount, kind="bind", source=what, read_only=read_only)
    return mount


def no_volumes(_name: str, _at: Location) -> dict[str, Setting[str]]:
    """Describe no volume."""
    return {}


def volume(flag: Flag, volumes: Volumes = no_volumes) -> Setting[Mount]:
    """Read one `--volume SOURCE:TARGET:OPTIONS`."""
    at = flag.at
    short = short_volume(flag.value)
    if short is None:
        return Unknown(flag.reason or f"`{flag.value[:40]}` is not a volume", at)
    source = _part(short.source, flag)
    options = short.options.split(",")
    read_only: Setting[bool] = Defaulted(False, at)
    propagation: Setting[str] = Defaulted(PROPAGATION, at)
    if GAP in short.options:
        read_only, propagation = Unknown(flag.reason, at), Unknown(flag.reason, at)
    elif short.read_only or "O" in options:
        # What is written through Podman's overlay never reaches the host.
        read_only = Stated(True, at, flag.via)
    if short.propagation and not isinstance(propagation, Unknown):
        propagation = Stated(short.propagation, at, flag.via)
    target = short.target.replace(GAP, "…")
    if short.kind == "bind" or short.source.startswith(GAP):
        return Stated(replace(bind(source, target, at, read_only=read_only), propagation=propagation), at, flag.via)
    return Stated(_named(short.source, Mount("volume", source, target, read_only, propagation, at), volumes), at)


def _named(name: str, mount: Mount, volumes: Volumes) -> Mount:
    """Return a volume of the engine's, or the path that somebody made it of."""
    own = replace(mount, source=Inapplicable(NAMED_VOLUME, mount.at))
    options = volumes(name, mount.at) if name and isinstance(mount.source, Stated) else {}
    return _driven(own, options, mount.at) if options else own


def _driven(mount: Mount, options: dict[str, Setting[str]], at: Location) -> Mount:
    nothing = Defaulted("", at)
    how, what, filesystem = (options.get(name, nothing) for name in ("o", "device", "type"))
    return bound(mount, how, what, filesystem, at)


def _part(text: str, flag: Flag) -> Setting[str]:
    return Unknown(flag.reason, flag.at) if GAP in text else Stated(text, flag.at, flag.via)


class _Given:
    """The fields of one `--mount`."""

    __slots__ = ("driver", "fields", "flag", "open")

    def __init__(self, flag: Flag, fields: list[str]) -> None:
        self.flag = flag
        self.fields: dict[str, str] = {}
        self.driver: dict[str, Setting[str]] = {}
        self.open = any("=" not in field and GAP in field for field in fields)
        for field in fields:
            name, equals, value = field.partition("=")
            name = name.lower()
            self.open |= GAP in name
            if name == "volume-opt":
                option, _, setting = value.partition("=")
                self.driver[option] = _part(setting, flag)
            else:
                self.fields[name] = value if equals else "true"

    def first(self, names: tuple[str, ...]) -> str:
        """Return the value under one of these names, empty where none is given."""
        return next((self.fields[name] for name in names if name in self.fields), "")

    @property
    def read_only(self) -> Setting[bool]:
        """Whether it is read-only: `ro`, `readonly=true`, and Podman's `rw=false`."""
        at = self.flag.at
        text = self.first(_READ_ONLY)
        if "rw" in self.fields and not text:
            text = {"true": "false", "false": "true"}.get(self.fields["rw"], self.fields["rw"])
        if self.open or GAP in text:
            return Unknown(self.flag.reason, at)
        if not text:
            return Defaulted(False, at)
        if text not in TRUE | FALSE:
            return Unknown(f"`{text[:40]}` stands where true or false should", at)
        return Stated(text in TRUE, at, self.flag.via)


def mount_option(flag: Flag, volumes: Volumes = no_volumes) -> Setting[Mount]:
    """Read one `--mount type=bind,source=/x,target=/y`."""
    fields = csv_fields(flag.value.strip())
    if fields is None:
        return Unknown(flag.reason or "it is not a list of fields", flag.at)
    stray = next((one for one in fields if "=" not in one and one not in _SWITCHES and GAP not in one), "")
    if stray:
        return Unknown(f"`{stray[:40]}` is no field of a mount", flag.at)
    given = _Given(flag, fields)
    kind = given.fields.get("type", "" if given.open else "volume").lower()
    mount = _as_bind(given)
    if kind == "volume":
        return _volume_mount(mount, given, volumes)
    if kind in _OWN:
        mount = replace(mount, kind="tmpfs" if kind in ("tmpfs", "ramfs") else "volume", source=_own(flag))
    elif kind == "npipe":
        mount = replace(mount, kind="pipe")
    elif kind not in ("bind", "glob", "") and GAP not in kind:
        return Unknown(f"`{kind[:40]}` is no kind of mount", flag.at)
    return Stated(mount, flag.at, flag.via)


def _own(flag: Flag) -> Inapplicable:
    return Inapplicable(NAMED_VOLUME, flag.at)


def _as_bind(given: _Given) -> Mount:
    """Return the mount as the bind of a path, which it is where its kind cannot be known."""
    flag, text = given.flag, given.first(_SOURCE)
    source: Setting[str] = _part(text, flag) if text else Unknown(flag.reason or "it names no source", flag.at)
    mount = bind(source, given.first(_TARGET).replace(GAP, "…"), flag.at, read_only=given.read_only)
    if "bind-propagation" not in given.fields:
        return mount
    return replace(mount, propagation=_part(given.fields["bind-propagation"].lower(), flag))


def _volume_mount(mount: Mount, given: _Given, volumes: Volumes) -> Setting[Mount]:
    """Read a mount of the kind `volume`, which may be a path after all."""
    flag, text = given.flag, given.first(_SOURCE)
    if given.driver:
        mount = _driven(replace(mount, kind="volume", source=_own(flag)), given.driver, flag.at)
    elif not text:
        mount = replace(mount, kind="volume", source=_own(flag))
    elif is_host_path(text):
        return Unknown(f"`{text[:40]}` is a path where the name of a volume should be", flag.at)
    elif GAP not in text:
        mount = _named(text, replace(mount, kind="volume"), volumes)
    return Stated(mount, flag.at, flag.via)
