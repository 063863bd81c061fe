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
        seen: set[tuple[str, str]] = set()
        left = MAX_TAKEN
        waiting = list(_sources(container, container.at_of("volumesFrom"), None))
        while waiting:
            source, read_only, at = waiting.pop()
            other = self._containers.get(known(source) or "")
            if other is None:
                yield (
                    source if isinstance(source, Unknown) else Unknown("it takes the volumes of no container here", at)
                )
                continue
            key = known(source) or "", type(read_only).__name__
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MAX_STEPS or left <= 0:
                yield Unknown("it takes the volumes of too many containers", at)
                return
            for member in self._own(other):
                left -= 1
                yield _placed(member, at, read_only) if left >= 0 else Unknown("it takes too many", at)
            waiting += _sources(other, at, read_only)


def _sources(
    container: Fields, at: Location, read_only: Setting[bool] | None
) -> Iterator[tuple[Setting[str], Setting[bool] | None, Location]]:
    """Yield what `volumesFrom` names, and what says that it is taken read-only: stated, unknown or nothing."""
    found, reason = container.mappings("volumesFrom")
    if reason:
        yield Unknown(reason, at), read_only, at
    for one in found:
        own = one.flag("readOnly", default=False)
        certain = isinstance(read_only, Stated) or known(own) is False
        yield one.text("sourceContainer"), read_only if certain else own, one.at


def _placed(member: Setting[Mount], at: Location, read_only: Setting[bool] | None) -> Setting[Mount]:
    """Let a mount stand where it is taken; a path of the host keeps the place where it is written."""
    if not isinstance(member, Stated):
        return replace(member, at=at)
    mount = member.value
    if read_only is not None and known(mount.read_only) is not True:
        mount = replace(mount, read_only=read_only)
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
    driver, filesystem = volume.text("driver", "local"), options.text("type")
    if known(driver) not in (None, "local") or (known(filesystem) or "").lower() in _ELSEWHERE:
        return mount
    how, device = options.text("o"), options.text("device")
    asked = (volume.reason or options.reason, *(one.reason for one in (driver, filesystem) if isinstance(one, Unknown)))
    reason = next(filter(None, asked), "")
    if reason:
        return replace(mount, kind="bind", source=Unknown(reason, volume.at))
    if isinstance(device, Defaulted) or (isinstance(device, Stated) and not device.value.startswith("/")):
        return mount
    read_only = mount.read_only
    if isinstance(how, Unknown):
        read_only = Unknown(how.reason, how.at)
    elif "ro" in {flag.strip() for flag in (known(how) or "").split(",")}:
        read_only = Stated(True, options.at)
    return replace(mount, kind="bind", source=device, read_only=read_only)
