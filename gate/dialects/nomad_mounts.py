"""The mounts and devices that the configuration of Nomad's drivers for engines asks for.

Sources: hashicorp/nomad `drivers/docker/{config,driver,utils}.go`, hashicorp/nomad-driver-podman `driver.go`.
"""

from __future__ import annotations

import re

from gate.dialects.docker_mounts import PROPAGATION, bind, bound
from gate.dialects.docker_options import NAMED_VOLUME, PROPAGATIONS, is_access
from gate.dialects.interpolation import GAP
from gate.dialects.nomad import inside, one_row, rows, setting, switch, text_of
from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown, known
from gate.model.record import replace
from gate.model.workload import Device, Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.tree import Node

#: A volume of Windows: a path with a drive, and a target that is one too.
_ON_DRIVE = re.compile(r"[A-Za-z]:[\\/][^:]*:(?:[A-Za-z]:)?[\\/]")

#: Keys of the blocks.
_OF_MOUNTS = frozenset(["type", "target", "source", "readonly", "bind_options", "tmpfs_options", "volume_options"])
_OF_DEVICES = frozenset(["host_path", "container_path", "cgroup_permissions"])


def mounts_of(config: Fields, *, blocks: bool) -> tuple[list[Setting[Mount]], str]:
    """Return the mounts, volumes and blocks where the driver has these, and why there may be others."""
    listed = config.items("volumes")
    foreign = setting(config, "volume_driver") if blocks else Defaulted("", config.at)
    found = [_volume(node, foreign) for node in listed.nodes]
    reason = listed.reason
    for name in ("mount", "mounts") if blocks else ():
        rows_of, unread = rows(config, name)
        found += [_mount(one) for one in rows_of]
        reason = reason or unread
    return found, reason


def _volume(node: Node, foreign: Setting[str]) -> Setting[Mount]:
    """Read `SOURCE:TARGET:MODE`; without a driver of volumes the source is a path, whatever it looks like."""
    text, reason = text_of(node)
    at = node.at
    drive = _ON_DRIVE.match(text) is not None
    parts = text[2:].split(":") if drive else text.split(":")
    if len(parts) < 2:
        return Unknown(reason or f"`{text[:40]}` is not a volume", at)
    if drive and len(parts) > 2 and len(parts[1]) == 1:
        parts[1:3] = [f"{parts[1]}:{parts[2]}"]
    source, target, mode = (text[:2] if drive else "") + parts[0], parts[1], ":".join(parts[2:])
    options = mode.split(",")
    read_only: Setting[bool] = Stated(True, at) if "ro" in options else Defaulted(False, at)
    if GAP in mode:
        read_only = Unknown(reason, at)
    passed = next((one for one in options if one in PROPAGATIONS), "")
    mount = _placed(source, target.replace(GAP, "…"), reason, read_only, at)
    if isinstance(foreign, Unknown):
        return Unknown(foreign.reason, foreign.at)
    if foreign.value and not source.startswith("/"):  # type: ignore[union-attr]
        mount = replace(mount, kind="volume", source=Inapplicable(NAMED_VOLUME, at))
    return Stated(replace(mount, propagation=Stated(passed, at)) if passed else mount, at)


def _placed(source: str, target: str, reason: str, read_only: Setting[bool], at: Location) -> Mount:
    """Return the mount of a path, which is no folder of the client's where it lies in the allocation's."""
    path = inside(source, reason, at)
    if path is None:
        return Mount("volume", Inapplicable(NAMED_VOLUME, at), target, read_only, Defaulted(PROPAGATION, at), at)
    return bind(path, target, at, read_only=read_only)


def _mount(fields: Fields) -> Setting[Mount]:
    """Read a block of a mount: a path, memory, or a volume of the engine's, which may be a path after all."""
    if reason := fields.reason or stray(fields, _OF_MOUNTS):
        return Unknown(reason, fields.at)
    kind, source, at = setting(fields, "type", "volume"), setting(fields, "source"), fields.at
    target = getattr(setting(fields, "target"), "value", "")
    node = fields.get("source")
    text, reason = text_of(node) if node is not None else ("", "it names no source")
    mount = _placed(text, target, reason, switch(fields, "readonly"), at)
    options = one_row(fields, "bind_options")
    passed = setting(options, "propagation", PROPAGATION)
    if not isinstance(passed, Defaulted):
        mount = replace(mount, propagation=passed)
    what = known(kind) or ""
    if what == "bind":
        return Stated(mount, at)
    if isinstance(kind, Unknown) or what not in ("volume", "", "tmpfs"):
        return Unknown(getattr(kind, "reason", f"`{what[:40]}` is no kind of mount"), kind.at)
    own = replace(mount, kind="tmpfs" if what == "tmpfs" else "volume", source=Inapplicable(NAMED_VOLUME, at))
    return Stated(own if what == "tmpfs" else _driven(own, fields, source), at)


def stray(fields: Fields, known_keys: frozenset[str]) -> str:
    """Say which key of a block the driver does not know, and so refuses."""
    stray = next((name for name in fields.names() if name not in known_keys), "")
    return f"`{stray[:40]}` is no key of the driver that is known here" if stray else ""


def _driven(mount: Mount, fields: Fields, source: Setting[str]) -> Mount:
    """Look behind a volume's name, at the options of its driver."""
    driver = one_row(one_row(fields, "volume_options"), "driver_config")
    options = one_row(driver, "options")
    if driver.reason or options.reason:
        return replace(mount, kind="bind", source=Unknown(driver.reason or options.reason, mount.at))
    how, what, kind = (setting(options, name) for name in ("o", "device", "type"))
    return bound(mount, how, what, kind, mount.at) if options.present else mount


def devices_of(config: Fields, *, blocks: bool) -> tuple[tuple[Setting[Device], ...], str]:
    """Return the devices, blocks or paths, and why there may be others."""
    if not blocks:
        listed = config.items("devices")
        return tuple(_device(node) for node in listed.nodes), listed.reason
    found, reason = rows(config, "devices")
    return tuple(_handed(one) for one in found), reason


def _device(node: Node) -> Setting[Device]:
    text, reason = text_of(node)
    return Unknown(reason, node.at) if reason else Stated(Device(text, "rwm", node.at), node.at)


def _handed(fields: Fields) -> Setting[Device]:
    if reason := fields.reason or stray(fields, _OF_DEVICES):
        return Unknown(reason, fields.at)
    path, access = setting(fields, "host_path"), setting(fields, "cgroup_permissions", "rwm")
    if not isinstance(path, Stated) or isinstance(access, Unknown):
        unknown = path if not isinstance(path, Stated) else access
        return Unknown(getattr(unknown, "reason", "it names no device"), fields.at)
    granted = access.value or "rwm"  # type: ignore[union-attr]
    if not is_access(granted):
        return Unknown(f"`{granted[:40]}` is nothing that may be done to a device", fields.at)
    return Stated(Device(path.value, granted, fields.at), fields.at)
