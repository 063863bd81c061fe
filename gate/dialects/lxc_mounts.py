"""What of the host an LXC container mounts: lines as in fstab(5), and its root file system.

Source: `lxc.container.conf(5)`, `setup_mount_entries` of liblxc. File systems that belong to the container's own
namespaces are none of the host's; those that the kernel has only once are.
"""

from __future__ import annotations

from gate.dialects.lxc_files import FSTAB
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.workload import Device, Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.lxc_config import Config, Entry
    from gate.model.evidence import Setting
    from gate.model.workload import MountKind

#: File systems that every container has for itself, or that come from the network.
_OWN = frozenset(
    "autofs ceph cgroup cgroup2 cifs devpts fuse mqueue nfs nfs4 proc ramfs sysfs tmpfs".split()  # noqa: SIM905
)

#: File systems of which the kernel has one, and where the host has it.
_SHARED = {
    "bpf": "/sys/fs/bpf",
    "configfs": "/sys/kernel/config",
    "debugfs": "/sys/kernel/debug",
    "devtmpfs": "/dev",
    "efivarfs": "/sys/firmware/efi/efivars",
    "pstore": "/sys/fs/pstore",
    "securityfs": "/sys/kernel/security",
    "tracefs": "/sys/kernel/tracing",
}

#: Devices that LXC gives to every container, and what LXC itself mounts into every one.
STANDARD_DEVICES = frozenset(
    f"/dev/{name}" for name in ("console", "full", "null", "ptmx", "random", "tty", "urandom", "zero")
)
_GIVEN = ("/sys/fs/fuse/connections", "/var/lib/lxcfs")

#: Folders below /dev that hold no devices.
_FOLDERS = ("/dev/hugepages", "/dev/mqueue", "/dev/pts", "/dev/shm")  # noqa: S108 - not ours, the container's

_PROPAGATIONS = ("private", "rprivate", "rshared", "rslave", "shared", "slave")
_PRIVATE = "private"


class Line:
    """One line of a table of mounts: what, where, and how."""

    __slots__ = ("entry", "kind", "options", "source", "target")

    def __init__(self, entry: Entry) -> None:
        """Cut the line at blanks, and undo the escapes that stand for some."""
        words = [word.replace("\\040", " ").replace("\\011", "\t") for word in entry.value.split()]
        self.entry = entry
        self.source, self.target, self.kind, options = (*words, "", "", "", "")[:4]
        self.options = options.split(",")

    @property
    def is_bind(self) -> bool:
        """Whether a part of a tree is mounted, and not a file system."""
        return "bind" in self.options or "rbind" in self.options

    @property
    def read_only(self) -> Setting[bool]:
        """Whether it is mounted to be read."""
        at = self.entry.at
        return Stated(True, at) if "ro" in self.options else Defaulted(False, at)


def lines(config: Config) -> Iterator[Line]:
    """Yield every line that can be known."""
    for entry in (*config.all("lxc.mount.entry"), *config.all(FSTAB)):
        if not entry.reason:
            yield Line(entry)


def mounts(config: Config) -> Items[Mount]:
    """Return what is mounted of the host; devices are none of it."""
    found: list[Setting[Mount]] = []
    for entry in (*config.all("lxc.mount.entry"), *config.all(FSTAB)):
        if entry.reason:
            found.append(Unknown(entry.reason, entry.at))
        else:
            found += (Stated(one, entry.at, entry.via) for one in _of_line(Line(entry)))
    found += _root(config)
    gap = config.gap_since(None)
    if gap is not None:
        return Items(tuple(found), gap.at, complete=False, open_because=gap.reason)
    return Items(tuple(found), config.at)


def devices(config: Config) -> Iterator[Setting[Device]]:
    """Yield the devices that are mounted, each with its node."""
    for line in lines(config):
        if line.is_bind and is_device(line.source):
            access = "r" if "ro" in line.options else "rwm"
            yield Stated(Device(line.source, access, line.entry.at), line.entry.at, line.entry.via)


def is_device(path: str) -> bool:
    """Say whether a path is the node of a device that not every container has."""
    return path.startswith("/dev/") and path not in STANDARD_DEVICES and not path.startswith(_FOLDERS)


def _of_line(line: Line) -> Iterator[Mount]:
    if line.is_bind:
        path = line.source if line.source.startswith("/") else "/" + line.source
        given = path.startswith(_GIVEN) or path in STANDARD_DEVICES or is_device(path)
        if not given and "relative" not in line.options:
            yield _mount(line, "bind", path)
    elif line.kind in _SHARED:
        yield _mount(line, "bind", _SHARED[line.kind])
    elif line.kind in ("overlay", "overlayfs", "aufs"):
        for option in line.options:
            name, _, path = option.partition("=")
            if name in ("lowerdir", "upperdir"):
                yield from (_mount(line, "bind", one) for one in path.split(":") if one.startswith("/"))
    elif line.source.startswith("/") and line.kind not in _OWN:
        yield _mount(line, "bind", line.source)
    else:
        yield _mount(line, "tmpfs" if line.kind == "tmpfs" else "volume", "")


def _mount(line: Line, kind: MountKind, path: str) -> Mount:
    at = line.entry.at
    shared = next((option for option in reversed(line.options) if option in _PROPAGATIONS), "")
    return Mount(
        kind,
        Stated(path, at) if path else Inapplicable("the container has this file system for itself", at),
        "/" + line.target.lstrip("/"),
        line.read_only,
        Stated(shared, at) if shared else Defaulted(_PRIVATE, at),
        at,
    )


def _root(config: Config) -> Iterator[Setting[Mount]]:
    """Yield the host's own root, where the container is given it for its own.

    A configuration that names a container and no root file system may be one for `lxc-create`, whose template adds it,
    or one for `lxc-execute`, which then takes the host's.
    """
    entry = config.last("lxc.rootfs.path")
    if entry is None or not entry.value:
        named = config.last("lxc.uts.name")
        if named is not None and named.value:
            reason = "it names no root file system, and LXC takes the host's if nothing adds one"
            yield Stated(_of_host(Unknown(reason, named.at), named), named.at)
        return
    if entry.reason:
        return
    # What stands before a colon is how it is stored.
    path = entry.value.partition(":")[2] or entry.value
    if path.strip("/") == "":
        yield Stated(_of_host(Stated("/", entry.at), entry), entry.at, entry.via)


def _of_host(source: Setting[str], entry: Entry) -> Mount:
    return Mount("bind", source, "/", Defaulted(False, entry.at), Defaulted(_PRIVATE, entry.at), entry.at)
