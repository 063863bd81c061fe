"""What the containers of a task mount: volumes of the task, of each other, and memory.

A volume is a path of the host where its `host` has a `sourcePath`, or where the options of a local Docker volume bind
one; everything else (no path, EFS, FSx, EBS) belongs to the engine or to a file system of its own. Source: the API
model of Amazon ECS, `Volume`, `MountPoint` and `VolumeFrom`.
"""

from __future__ import annotations

from gate.dialects.docker_options import NAMED_VOLUME, is_absolute
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown, known
from gate.model.record import replace
from gate.model.workload import Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.location import Location

#: Containers whose volumes one may take, and mounts that it may take from them.
MAX_STEPS = 16
MAX_TAKEN = 200

_PROPAGATED = "rprivate"

#: What names a file system that is not the host's.
_ELSEWHERE = ("nfs", "nfs4", "cifs", "tmpfs", "efs")


class Volumes:
    """The volumes of one task, and the containers that may mount each other's."""

    __slots__ = ("_containers", "_found", "_open", "_reason")

    def __init__(self, task: Fields, containers: list[Fields]) -> None:
        """Take the task and its containers."""
        self._containers = {name: one for one in containers if (name := known(one.text("name")))}
        self._found: dict[str, Fields] = {}
        found, self._reason = task.mappings("volumes")
        for volume in found:
            name = known(volume.text("name"))
            if name:
                self._found[name] = volume
            else:
                self._reason = self._reason or volume.reason or "a volume has a name that is not known"
        self._open = bool(self._reason) or any(map(may_bind, found))

    def mounts(self, container: Fields) -> Items[Mount]:
        """Return everything that a container mounts, of others too."""
        listed = container.items("mountPoints")
        found = [] if container.reason else [*self._own(container), *self._taken(container), *_memory(container)]
        return Items(tuple(found), listed.at, not listed.reason, listed.reason)

    def _own(self, container: Fields) -> Iterator[Setting[Mount]]:
        points, _ = container.mappings("mountPoints")
        for point in points:
            yield Unknown(point.reason, point.at) if point.reason else Stated(self._mount(point), point.at)

    def _mount(self, point: Fields) -> Mount:
        at = point.at
        target, read_only = known(point.text("containerPath")) or "", point.flag("readOnly", default=False)
        mount = Mount("volume", Inapplicable(NAMED_VOLUME, at), target, read_only, Defaulted(_PROPAGATED, at), at)
        name = point.text("sourceVolume")
        volume = self._found.get(known(name) or "")
        if volume is not None:
            return _of_volume(volume, mount)
        if self._reason or (self._open and isinstance(name, Unknown)):
            reason = name.reason if isinstance(name, Unknown) else self._reason
            return replace(mount, kind="bind", source=Unknown(reason, name.at))
        return mount

    def _taken(self, container: Fields) -> Iterator[Setting[Mount]]:
        """Yield the mounts of the containers that are named, and of those that these name in turn."""
        seen: set[tuple[str, bool]] = set()
        left = MAX_TAKEN
        waiting = list(_sources(container, container.at_of("volumesFrom"), read_only=False))
        while waiting:
            source, read_only, at = waiting.pop()
            other = self._containers.get(known(source) or "")
            if other is None:
                yield (
                    source if isinstance(source, Unknown) else Unknown("it takes the volumes of no container here", at)
                )
                continue
            if (known(source) or "", read_only) in seen:
                continue
            seen.add((known(source) or "", read_only))
            if len(seen) > MAX_STEPS or left <= 0:
                yield Unknown("it takes the volumes of too many containers", at)
                return
            for member in self._own(other):
                left -= 1
                yield _placed(member, at, read_only=read_only) if left >= 0 else Unknown("it takes too many", at)
            waiting += _sources(other, at, read_only=read_only)


def _sources(container: Fields, at: Location, *, read_only: bool) -> Iterator[tuple[Setting[str], bool, Location]]:
    """Yield what `volumesFrom` names, and whether it is taken read-only."""
    found, reason = container.mappings("volumesFrom")
    if reason:
        yield Unknown(reason, at), read_only, at
    for one in found:
        only = read_only or known(one.flag("readOnly", default=False)) is True
        yield one.text("sourceContainer"), only, one.at


def _placed(member: Setting[Mount], at: Location, *, read_only: bool) -> Setting[Mount]:
    """Let a mount stand where it is taken; a path of the host keeps the place where it is written."""
    if not isinstance(member, Stated):
        return replace(member, at=at)
    mount = replace(member.value, read_only=Stated(True, at)) if read_only else member.value
    return Stated(mount, at, (member.at,))


def _memory(container: Fields) -> Iterator[Setting[Mount]]:
    found, _ = container.sub("linuxParameters").mappings("tmpfs")
    for one in found:
        at, target = one.at, known(one.text("containerPath")) or ""
        source = Inapplicable("it is memory", at)
        yield Stated(Mount("tmpfs", source, target, Defaulted(False, at), Defaulted(_PROPAGATED, at), at), at)


def may_bind(volume: Fields) -> bool:
    """Say whether a volume is, or may be, a path of the host."""
    return bool(volume.reason) or volume.sub("host").present or volume.sub("dockerVolumeConfiguration").present


def _of_volume(volume: Fields, mount: Mount) -> Mount:
    """Look behind a volume's name."""
    if volume.reason or volume.sub("host").reason:
        return replace(mount, kind="bind", source=Unknown(volume.reason or volume.sub("host").reason, volume.at))
    path = volume.sub("host").text("sourcePath")
    if isinstance(path, Unknown):
        return replace(mount, kind="bind", source=path)
    if isinstance(path, Stated) and path.value.startswith("\\\\.\\pipe\\"):
        return replace(mount, kind="pipe", source=path)
    if isinstance(path, Stated) and is_absolute(path.value):
        return replace(mount, kind="bind", source=path)
    return _of_driver(volume.sub("dockerVolumeConfiguration"), mount)


def _of_driver(volume: Fields, mount: Mount) -> Mount:
    """Look behind the options of a driver: those of the local one are the options of `mount`."""
    options = volume.sub("driverOpts")
    if volume.reason or options.reason:
        return replace(mount, kind="bind", source=Unknown(volume.reason or options.reason, volume.at))
    driver, filesystem = known(volume.text("driver", "local")), known(options.text("type"))
    if not options.present or (driver and driver != "local") or (filesystem or "").lower() in _ELSEWHERE:
        return mount
    how, device = options.text("o"), options.text("device")
    flags = {flag.strip() for flag in (known(how) or "").split(",")}
    if isinstance(device, Defaulted):
        return mount
    if isinstance(device, Stated) and not device.value.startswith("/"):
        return mount
    read_only = Stated(True, options.at) if "ro" in flags else mount.read_only
    return replace(mount, kind="bind", source=device, read_only=read_only)
