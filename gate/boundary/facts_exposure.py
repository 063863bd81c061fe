"""Facts about what of the host can be reached from inside a container."""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.boundary.host_paths import DEFAULT_DEVICES, above, is_root, normalise, reaches_socket
from gate.model.evidence import Stated, all_of, each, holds
from gate.model.profile import OF_PODS
from gate.model.record import replace
from gate.model.truth import Because, no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.location import Location
    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Container, Device, Mount, Workload

#: Sysctls that Pod Security baseline allows at its newest version: they are namespaced and bounded.
SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_notsent_lowat",
    }
)
HELPER_SYSCTLS = ("core_pattern", "modprobe", "uevent_helper")

#: Devices that are the host's disks or memory (badPods; CIS Docker 5.18).
HOST_DEVICES = ("/dev/mem", "/dev/kmem", "/dev/port", "/dev")
BLOCK_DEVICES = ("sd", "vd", "xvd", "hd", "nvme", "dm-", "mapper", "disk", "loop", "md", "mmcblk", "nbd", "rbd")


def _mounts(container: Container, ask: Callable[[Mount], Truth]) -> Iterator[Truth]:
    """Ask every mount; what is no mount that can be known has no words of its own."""
    mounts = container.exposure.mounts
    for index, truth in enumerate(each(mounts, ask)):
        is_known = index < len(mounts.members) and isinstance(mounts.members[index], Stated)
        yield truth if is_known or truth.answer != "unknown" else truth.about(f"{container.name} may mount a host path")


def _bound(mount: Mount, test: Callable[[str], bool]) -> Truth:
    """Ask about the host path of a bind; other mounts have none."""
    if mount.kind not in ("bind", "pipe", "share"):
        return no(mount.at, "is not a bind mount")
    truth = holds(mount.source, lambda path: test(normalise(path)), "")
    if mount.claim is None or not isinstance(mount.source, Stated):
        return truth
    return replace(truth, because=(*truth.because, *(Because(at, "claims it") for at in mount.source.via)))


def _readable_only(mount: Mount) -> Truth:
    return holds(mount.read_only, bool, "")


def _as_seen(source: str, file: str) -> str:
    """Return a path of the project as seen from the file that names it, so that both can move together."""
    folder = file.rpartition("/")[0]
    if source == folder:
        return "."
    if not folder:
        return source
    return source.removeprefix(f"{folder}/") or "/".join([".."] * (folder.count("/") + 1))


def _shown(container: Container, mount: Mount) -> str:
    if isinstance(mount.source, Stated):
        kept = " read-only" if _readable_only(mount).answer == "yes" else ""
        return f"{container.name} mounts {_as_seen(mount.source.value, mount.at.path)} of the host{kept}"
    return f"what {container.name} mounts of the host at {mount.target}"


def _socket(_workload: Workload, container: Container) -> Iterator[Truth]:
    def ask(mount: Mount) -> Truth:
        if mount.kind == "engine-api" and not mount.target and isinstance(mount.source, Stated):
            return yes(mount.at, f"{container.name} reaches the engine's API at {mount.source.value[:80]}")
        if mount.kind == "engine-api":
            return yes(mount.at, f"{container.name} is handed the engine's API socket and registry credentials")
        shown = _shown(container, mount)
        where = f"{shown}, where the engine's socket is" if isinstance(mount.source, Stated) else shown
        return _bound(mount, reaches_socket).about(where)

    yield from _mounts(container, ask)


def _root(mount: Mount) -> Truth:
    """Host-equivalent to read, or host-equivalent to write and not certainly read-only."""
    by_reading, by_writing = _root_by(mount, read_only=True), _root_by(mount, read_only=False)
    return by_reading | (by_writing & ~_readable_only(mount))


def _root_by(mount: Mount, *, read_only: bool) -> Truth:
    """Ask about a path; one that climbs out of the project may end up at the host's root, or nowhere near it."""
    highest = above(normalise(mount.source.value)) if isinstance(mount.source, Stated) else ""
    if highest and is_root(highest, read_only=read_only):
        return unknown(mount.source.at, "where on the host the project lies is not known")
    return _bound(mount, lambda path: is_root(path, read_only=read_only))


def _host_root(_workload: Workload, container: Container) -> Iterator[Truth]:
    yield from _mounts(container, lambda mount: _root(mount).about(_shown(container, mount)))


def _in_project(path: str) -> bool:
    """Say whether a path is relative and stays below the file that names it: part of what the repository ships."""
    return bool(path) and not path.startswith(("/", "..", "~")) and path[1:2] != ":"


def _is_default(path: str) -> bool:
    """Say whether a path is a device that the container has anyway."""
    return normalise(path) in DEFAULT_DEVICES


def _other_path(workload: Workload, container: Container) -> Iterator[Truth]:
    """Any other host path, except a read-only one of the project itself, which is configuration and not the host's.

    Where /dev/null hides a file it is no way out; Pod Security all the same refuses every path of the host.
    """
    of_pods = workload.platform in OF_PODS

    def ask(mount: Mount) -> Truth:
        if mount.kind == "share":
            return no(mount.at, "is a folder of a machine, which the facts of machines ask")
        if not of_pods and _bound(mount, _is_default).answer == "yes":
            return no(mount.at, f"{container.name} mounts a device that it has anyway")
        project = _bound(mount, _in_project) & _readable_only(mount)
        host, root = _bound(mount, lambda path: not reaches_socket(path)), _root(mount)
        # A path that may be the host's root is at the least some other path of the host.
        spared = isinstance(mount.source, Stated) and root.answer == "unknown"
        return ((host if spared else host & ~root) & ~project).about(_shown(container, mount))

    yield from _mounts(container, ask)


def _no_host_paths(workload: Workload, container: Container) -> Iterator[Truth]:
    def ask(mount: Mount) -> Truth:
        bound = mount.kind in ("bind", "pipe", "engine-api")
        return (no if bound else yes)(mount.at, f"{container.name} mounts nothing of the host")

    yield all_of(container.exposure.mounts, ask).about(f"{container.name} mounts nothing of the host")
    if workload.pod is not None:
        yield all_of(
            workload.pod.volumes, lambda kind: (no if kind == "hostPath" else yes)(workload.at, f"volume {kind}")
        ).about("declares no host path volume")


def _unmounted_host_path(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    """A host path volume that no container mounts: nothing reaches it, and admission still counts it as a violation."""
    if workload.pod is None:
        return
    mounted = {
        mount.value.source.at
        for member in workload.containers.members
        if isinstance(member, Stated)
        for mount in member.value.exposure.mounts.members
        if isinstance(mount, Stated) and mount.value.kind == "bind"
    }
    for volume in workload.pod.volumes.members:
        if isinstance(volume, Stated) and volume.value == "hostPath" and not _covers(volume.at, mounted):
            yield yes(volume.at, "declares a host path volume that nothing mounts")


def _covers(outer: Location, inner: set[Location]) -> bool:
    return any(outer.start <= at.start and at.end <= outer.end for at in inner)


def _git_repo(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    """A repository that the kubelet itself fetches, as root and outside of every boundary."""
    if workload.pod is not None:
        volumes = workload.pod.volumes
        for volume in volumes.members:
            yield holds(volume, lambda kind: kind == "gitRepo", "").about("has the kubelet fetch a repository for it")
        if not volumes.complete:
            yield unknown(volumes.at, volumes.open_because)


def _propagation(_workload: Workload, container: Container) -> Iterator[Truth]:
    def ask(mount: Mount) -> Truth:
        return holds(
            mount.propagation, lambda value: value.lower() in ("bidirectional", "shared", "rshared"), ""
        ).about(f"{container.name} passes its mounts at {mount.target} back to the host")

    yield from _mounts(container, ask)


def _is_host_device(path: str) -> bool:
    path = normalise(path)
    name = path.removeprefix("/dev/")
    return path in HOST_DEVICES or (path.startswith("/dev/") and name.startswith(BLOCK_DEVICES))


def _block_device(_workload: Workload, container: Container) -> Iterator[Truth]:
    def ask(device: Device) -> Truth:
        return (yes if _is_host_device(device.path) else no)(
            device.at, f"{container.name} is given {device.path} of the host"
        )

    def ask_rule(rule: str) -> Truth:
        wide = rule.split()[:1] in (["a"], ["b"])
        return (yes if wide else no)(container.at, f"{container.name} may open every block device ({rule})")

    yield from each(container.exposure.devices, ask)
    for member in container.exposure.device_rules.members:
        truth = holds(member, lambda rule: ask_rule(rule).answer == "yes", "")
        shown = f" ({member.value})" if isinstance(member, Stated) else ""
        yield truth.about(f"{container.name} may open every block device{shown}")


def _other_device(_workload: Workload, container: Container) -> Iterator[Truth]:
    yield from each(
        container.exposure.devices,
        lambda device: (no if _is_host_device(device.path) or _is_default(device.path) else yes)(
            device.at, f"{container.name} is given {device.path} of the host"
        ),
    )
    for gpu in container.exposure.gpus.members:
        yield holds(gpu, bool, "").about(f"{container.name} is given an accelerator, and with it the host's driver")


def _host_port(_workload: Workload, container: Container) -> Iterator[Truth]:
    for port in container.exposure.host_ports.members:
        shown = f"port {port.value}" if isinstance(port, Stated) else "a port"
        yield holds(port, lambda number: number != 0, "").about(f"{container.name} listens on {shown} of the node")
    if not container.exposure.host_ports.complete:
        yield unknown(container.exposure.host_ports.at, container.exposure.host_ports.open_because)


def _probe_host(_workload: Workload, container: Container) -> Iterator[Truth]:
    for host in container.exposure.probe_hosts.members:
        shown = f": {host.value}" if isinstance(host, Stated) else ""
        yield holds(host, bool, "").about(f"a probe of {container.name} makes the kubelet call another host{shown}")


def _sysctl_unsafe(_workload: Workload, container: Container) -> Iterator[Truth]:
    for member in container.exposure.sysctls.members:
        name = getattr(member, "value", "a sysctl")
        yield holds(member, lambda key: key not in SAFE_SYSCTLS, "").about(f"{container.name} sets {name}")


def _core_pattern(_workload: Workload, container: Container) -> Iterator[Truth]:
    for member in container.exposure.sysctls.members:
        name = getattr(member, "value", "a sysctl")
        yield holds(member, lambda key: key.endswith(HELPER_SYSCTLS), "").about(
            f"{container.name} sets {name}, which names a program that the host's kernel runs as root"
        )


FACTS = (
    Fact("G.runtime_socket", "grant", "reaches the engine's socket", container=_socket),
    Fact("G.host_root_path", "grant", "mounts the host's root, secrets or programs", container=_host_root),
    Fact("G.block_device", "grant", "is given the host's disks or memory", container=_block_device),
    Fact("G.core_pattern", "grant", "sets a kernel helper program", container=_core_pattern),
    Fact("W.host_path_other", "weakener", "mounts a path of the host", container=_other_path),
    Fact("W.host_path_unmounted", "weakener", "declares an unused host path", workload=_unmounted_host_path),
    Fact("W.git_repo", "weakener", "has the kubelet fetch a repository", workload=_git_repo),
    Fact("W.host_device_other", "weakener", "is given a device of the host", container=_other_device),
    Fact("W.mount_propagation_shared", "weakener", "passes mounts back to the host", container=_propagation),
    Fact("W.host_port", "weakener", "listens on a port of the node", container=_host_port),
    Fact("W.probe_host", "weakener", "makes the kubelet call another host", container=_probe_host),
    Fact("W.sysctl_unsafe", "weakener", "sets a sysctl that is not known to be safe", container=_sysctl_unsafe),
    Fact("H.no_host_paths", "hardening", "mounts nothing of the host", container=_no_host_paths),
)
