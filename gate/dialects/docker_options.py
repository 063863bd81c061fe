"""What Docker's options mean, wherever they are written: a command line, a Compose service, a Marathon parameter.

Sources: docker/cli `opts` and `cli/command/container/opts.go`, moby `daemon/pkg/oci`, the Compose specification.
"""

from __future__ import annotations

from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown
from gate.model.record import Record
from gate.model.workload import Device, Profile, Runtime, Sandbox, SELinux

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.workload import Tweak

NAMED_VOLUME = "the engine manages this volume"


def pid_mode(value: str) -> str:
    """Normalise a pid, ipc or network mode: `host`, `container:NAME`, or private; a service of one's own is private."""
    mode = value.strip().lower()
    if mode == "host":
        return "host"
    return value.strip() if mode.startswith("container:") else "private"


def user_namespace(value: str) -> str:
    """Normalise a user namespace mode: `host` opts out, anything Podman calls automatic is private."""
    mode = value.partition(":")[0].strip().lower()
    return "remapped" if mode in ("auto", "nomap", "keep-id", "private") else "host"


class SecurityOptions:
    """What a list of `security_opt` entries adds up to; later entries win, as in the engine."""

    __slots__ = ("apparmor", "at", "cgroup_writable", "no_new_privileges", "proc_mount", "seccomp", "selinux")

    def __init__(self, entries: Iterable[tuple[str, Location]], at: Location) -> None:
        """Take the entries with their places, and the place of the list."""
        self.at = at
        self.no_new_privileges: Setting[bool] = Defaulted(False, at)
        self.seccomp: Setting[Profile] = Defaulted(Profile("runtime-default"), at)
        self.apparmor: Setting[Profile] = Defaulted(Profile("runtime-default"), at)
        self.selinux: Setting[SELinux] = Defaulted(SELinux("", "", ""), at)
        self.proc_mount: Setting[str] = Defaulted("default", at)
        self.cgroup_writable: Setting[bool] = Defaulted(False, at)
        for text, place in entries:
            self._take(text, place)

    def _take(self, text: str, at: Location) -> None:
        """Read one entry; the separator is `=` or, in the old form, `:`."""
        key, value = _split(text)
        on = value.lower() in ("", "true", "1", "t")
        if key == "no-new-privileges":
            self.no_new_privileges = Stated(on, at)
        elif key == "seccomp":
            self.seccomp = Stated(_profile(value), at)
        elif key == "apparmor":
            self.apparmor = Stated(_profile(value), at)
        elif key == "label":
            self._label(value, at)
        elif key == "systempaths" and value.lower() == "unconfined":
            self.proc_mount = Stated("unmasked", at)
        elif key == "writable-cgroups":
            self.cgroup_writable = Stated(on, at)
        elif key == "unmask":
            self._unmasked(value, at)

    def _unmasked(self, value: str, at: Location) -> None:
        """Read Podman's `unmask=`: `ALL`, or paths, of which the cgroups' become writable."""
        self.proc_mount = Stated("unmasked", at)
        if "ALL" in value.upper().split(":") or any(path.startswith("/sys/fs/cgroup") for path in value.split(":")):
            self.cgroup_writable = Stated(True, at)

    def forget(self, known: str, reason: str, at: Location) -> None:
        """Take one entry that cannot be known, but for how it begins: it may be any of the options that do so."""
        key = _split(known)[0] if "=" in known or ":" in known else ""
        for field in _FIELDS.get(key, ()) if key else _ALL_FIELDS:
            setattr(self, field, Unknown(reason, at))

    def _label(self, value: str, at: Location) -> None:
        """Read one `label=`; Podman's `nested` shows /proc unmasked, so that labels can be set inside."""
        if value == "nested":
            self.proc_mount = Stated("unmasked", at)
        else:
            self.selinux = Stated(self._labelled(value), at)

    def _labelled(self, value: str) -> SELinux:
        """Add one `label=` entry to those before it: `disable`, or `user:`, `role:`, `type:`, `level:` and a value."""
        before = self.selinux.value if isinstance(self.selinux, Stated | Defaulted) else SELinux("", "", "")
        kind, _, name = value.partition(":")
        return SELinux(
            name if kind == "user" else before.user,
            name if kind == "role" else before.role,
            name if kind == "type" else before.type,
            before.disabled or value == "disable",
        )


#: What one security option decides.
_FIELDS = {
    "no-new-privileges": ("no_new_privileges",),
    "seccomp": ("seccomp",),
    "apparmor": ("apparmor",),
    "label": ("selinux", "proc_mount"),
    "systempaths": ("proc_mount",),
    "unmask": ("proc_mount", "cgroup_writable"),
    "writable-cgroups": ("cgroup_writable",),
}
_ALL_FIELDS = ("no_new_privileges", "seccomp", "apparmor", "selinux", "proc_mount", "cgroup_writable")


def _split(text: str) -> tuple[str, str]:
    places = [place for separator in "=:" if (place := text.find(separator)) > 0]
    if not places:
        return text.strip(), ""
    cut = min(places)
    return text[:cut].strip(), text[cut + 1 :].strip()


def _profile(value: str) -> Profile:
    if value == "unconfined":
        return Profile("unconfined")
    return Profile("runtime-default") if value in ("builtin", "docker-default") else Profile("custom", value)


class ShortVolume(Record):
    """A volume as its short form states it; `kind` is `bind` or `volume`, empty texts are what is not stated."""

    kind: str
    source: str
    target: str
    options: str
    read_only: bool
    propagation: str


#: What may be said of a mount's propagation.
PROPAGATIONS = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})


def short_volume(text: str) -> ShortVolume | None:
    """Read `SOURCE:TARGET:OPTIONS`, `SOURCE:TARGET` or `TARGET` as compose-go does; None for what it refuses."""
    parts = [text] if 0 < len(text.encode("utf-8", "surrogatepass")) < 3 else _volume_parts(text)
    if not 0 < len(parts) < 4 or "" in parts:
        return None
    source, target, options = ("", parts[0], "") if len(parts) == 1 else (*parts, "")[:3]
    flags = options.split(",")
    access = [flag for flag in flags if flag in ("ro", "rw")]
    return ShortVolume(
        "bind" if is_host_path(source) else "volume",
        source,
        target,
        options,
        access[-1:] == ["ro"],
        next((flag for flag in reversed(flags) if flag in PROPAGATIONS), ""),
    )


def _volume_parts(text: str) -> list[str]:
    """Cut at colons, but not behind the letter of a drive nor inside `${...}`, which only options may leave open."""
    parts: list[str] = []
    begin = depth = 0
    for place, char in enumerate(text):
        if char == "$" and text[place + 1 : place + 2] == "{":
            depth += 1
        elif char == "}" and depth:
            depth -= 1
        elif char == ":" and not depth and not (place == begin + 1 and text[begin].isalpha()):
            parts.append(text[begin:place])
            begin = place + 1
    if depth:
        return parts if len(parts) == 2 else []
    return [*parts, text[begin:]]


def is_host_path(source: str) -> bool:
    """Say whether the source of a short volume is a path and not the name of a volume."""
    return source.startswith(("/", ".", "~", "\\\\")) or (source[1:2] == ":" and source[:1].isalpha())


def is_absolute(path: str) -> bool:
    """Say whether a path leads to the same place from everywhere: from the root, from a drive or share, from home."""
    drive = path[1:2] == ":" and path[2:3] in ("/", "\\")
    return path.startswith(("/", "~", "\\\\")) or drive


def capability_name(text: str) -> str:
    """Return a capability in upper case, without `CAP_`."""
    return text.strip().upper().removeprefix("CAP_")


def device(text: str, at: Location) -> Device | None:
    """Read `HOST`, `HOST:CONTAINER`, `HOST:ACCESS` or `HOST:CONTAINER:ACCESS`; None for what is no device."""
    source, *rest = text.split(":")
    if not source or len(rest) > 2:
        return None
    access = rest[-1] if rest and is_access(rest[-1]) else "rwm"
    return Device(source, access, at)


def is_access(text: str) -> bool:
    """Say whether a text is what may be done to a device: each of `r`, `w` and `m` at most once."""
    return 0 < len(text) == len(set(text)) and set(text) <= set("rwm")


def is_cdi(text: str) -> bool:
    """Say whether a device is named as the Container Device Interface does: `vendor/class=name`."""
    return not text.startswith("/") and "=" in text


def limit(text: str) -> str:
    """Return a limit as it is written; empty for one that bounds nothing: nought, or less."""
    digits = text.strip().rstrip("bBkKmMgGtTpPiI ")
    return "" if not digits.strip("0.") or digits.startswith("-") else text


def asked_sandbox(runtime: Setting[str], native: Setting[str], tweaks: Items[Tweak], at: Location) -> Sandbox:
    """Return the sandbox behind a runtime's name, which only the engine's configuration resolves."""
    handler = Unknown("only the engine's configuration says what this runtime is", runtime.at)
    asked: Setting[Runtime] = (
        Stated(Runtime(runtime.value, handler, runtime.at), runtime.at, runtime.via)
        if isinstance(runtime, Stated)
        else Unknown(runtime.reason, runtime.at)
        if isinstance(runtime, Unknown)
        else Inapplicable("it asks for no runtime", at)
    )
    return Sandbox(asked, native, tweaks)
