"""What of the host a container of systemd-nspawn mounts.

Source: systemd 252 `src/nspawn/nspawn-mount.c` (`bind_mount_parse`, `overlay_mount_parse`, `source_path_parse`): a
source behind `+` is the image's own, an empty one a folder that is made for the container, and a relative one begins
where systemd-nspawn runs.
"""

from __future__ import annotations

from gate.dialects.interpolation import GAP
from gate.dialects.lxc_mounts import STANDARD_DEVICES, is_device
from gate.dialects.nspawn_settings import cut
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.workload import Device, Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.nspawn_settings import Given, Settings
    from gate.model.evidence import Setting
    from gate.model.workload import MountKind

#: Mounts pass from the host to the container, and none back.
_PROPAGATION = "rslave"

_OWN = "the container has it for itself"

#: Where the home of a user of the host appears.
_HOMES = "/run/host/home"


def mounts(settings: Settings, root: Setting[str] | None) -> Items[Mount]:
    """Return what is mounted; `root` is the root file system where that may be the host's own."""
    found: list[Setting[Mount]] = []
    for key, read_only in (("Bind", False), ("BindReadOnly", True)):
        for given in settings.all(key):
            found += _bind(given, read_only=read_only)
    for key, read_only in (("Overlay", False), ("OverlayReadOnly", True)):
        for given in settings.all(key):
            found += _overlay(given, read_only=read_only)
    found += (_mount(given, "tmpfs", "", cut(given.value)[0]) for given in settings.all("TemporaryFileSystem"))
    for given in settings.all("BindUser"):
        found += [_unknown(given)] if given.reason else [_mount(given, "bind", f"/home/{given.value}", _HOMES)]
    if root is not None:
        found.append(_root(root))
    return Items(tuple(found), settings.at)


def devices(settings: Settings) -> Iterator[Setting[Device]]:
    """Yield the devices whose nodes are bound, which the policy of the container's unit then opens."""
    for key, access in (("Bind", "rw"), ("BindReadOnly", "r")):
        for given in settings.all(key):
            source = cut(given.value)[0]
            if GAP not in source and is_device(source):
                yield Stated(Device(source, access, given.at), given.at, given.via)
    for given in settings.all("Interface"):
        for name in given.value.split():
            shown = name.partition(":")[0].replace(GAP, "…")[:40]
            yield Stated(Device(f"the network interface {shown}", "rw", given.at), given.at, given.via)


def _bind(given: Given, *, read_only: bool) -> Iterator[Setting[Mount]]:
    if given.value == GAP:
        yield _unknown(given)
        return
    source, *rest = cut(given.value)
    target = rest[0] if rest and rest[0] else source.removeprefix("+")
    if GAP in source:
        yield Stated(_made("bind", Unknown(given.reason, given.at), target, given, read_only=read_only), given.at)
    elif not is_device(source) and source not in STANDARD_DEVICES:
        yield _mount(given, "bind", source, target, read_only=read_only)


def _overlay(given: Given, *, read_only: bool) -> Iterator[Setting[Mount]]:
    """Yield the layers of an overlay; the last before the place that it is mounted at is the one written to."""
    parts = cut(given.value)
    target = parts[-1]
    layers = parts if len(parts) == 2 else parts[:-1]
    for number, source in enumerate(layers):
        written = number == len(layers) - 1 and not read_only
        if GAP in source:
            setting: Setting[str] = Unknown(given.reason, given.at)
            yield Stated(_made("bind", setting, target, given, read_only=not written), given.at)
        else:
            yield _mount(given, "bind", source, target, read_only=not written)


def _mount(given: Given, kind: MountKind, source: str, target: str, *, read_only: bool = False) -> Setting[Mount]:
    own = kind != "bind" or source in ("", "+") or source.startswith("+")
    kind = "volume" if own and kind == "bind" else kind
    setting: Setting[str] = Inapplicable(_OWN, given.at) if own else Stated(source, given.at, given.via)
    return Stated(_made(kind, setting, target.removeprefix("+"), given, read_only=read_only), given.at, given.via)


def _made(kind: MountKind, source: Setting[str], target: str, given: Given, *, read_only: bool) -> Mount:
    kept: Setting[bool] = Stated(True, given.at) if read_only else Defaulted(False, given.at)
    return Mount(kind, source, target, kept, Defaulted(_PROPAGATION, given.at), given.at)


def _root(source: Setting[str]) -> Setting[Mount]:
    at = source.at
    return Stated(Mount("bind", source, "/", Defaulted(False, at), Defaulted(_PROPAGATION, at), at), at)


def _unknown(given: Given) -> Setting[Mount]:
    return Unknown(given.reason or "what it mounts is not known", given.at)
