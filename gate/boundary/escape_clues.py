"""What decides a way out of a container and is no fact of a rule: the platform, a folder, a device, an account."""

from __future__ import annotations

from gate.boundary.capabilities import granted
from gate.boundary.host_paths import normalise
from gate.model.evidence import Defaulted, Stated, any_of, holds, known
from gate.model.profile import OF_PODS
from gate.model.truth import either, no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.boundary.facts import Facts
    from gate.boundary.runtimes import Kind
    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Container, Mount

    Clue = Callable[[Facts, Kind, PlatformProfile], Truth]

#: What of the host gives away its cluster: keys of the kubelet, and what it starts without asking.
KUBELET = ("/var/lib/kubelet/pki", "/etc/kubernetes")
LOGS = "/var/log"
#: The first user id that does not fit a signed number of 32 bits.
TOO_LARGE = 2**31
VMS = ("kata", "hyperv", "microvm", "peer-vm", "vm")


def _always(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    return yes(facts.workload.at, "what runs in it, and its image, may be hostile")


def _on(*platforms: str) -> Clue:
    def ask(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
        workload = facts.workload
        return (yes if workload.platform in platforms else no)(workload.at, f"runs on {workload.platform}")

    return ask


def _behind(*kinds: str) -> Clue:
    def ask(facts: Facts, kind: Kind, _profile: PlatformProfile) -> Truth:
        at = facts.workload.sandbox.runtime.at
        if kind == "unknown":
            return unknown(at, "what stands behind the runtime's name is not known")
        return (yes if kind in kinds else no)(at, f"is behind {kind}")

    return ask


def _not_in_sight(text: str) -> Clue:
    return lambda facts, _kind, _profile: unknown(facts.workload.at, text)


def _any_container(ask: Callable[[Container], Truth]) -> Clue:
    """Ask every container; what cannot be known of the list stays unknown."""

    def asked(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
        return any_of(facts.workload.containers, ask)

    return asked


def _mounts(test: Callable[[str], bool], text: str, *, written: bool = False) -> Clue:
    def ask(mount: Mount) -> Truth:
        if mount.kind != "bind":
            return no(mount.at, "is not a bind mount")
        truth = holds(mount.source, lambda path: test(normalise(path)), text)
        return truth & ~holds(mount.read_only, bool, "is read-only") if written else truth

    return _any_container(lambda container: any_of(container.exposure.mounts, ask))


def _overlaps(path: str, folder: str) -> bool:
    return path == "/" or f"{path}/".startswith(f"{folder}/") or f"{folder}/".startswith(f"{path}/")


def _windows(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    return holds(facts.workload.os, lambda name: name == "windows", "runs Windows")


def _cloud(facts: Facts, _kind: Kind, profile: PlatformProfile) -> Truth:
    workload = facts.workload
    if workload.platform == "ecs" or profile.gke_mode:
        return yes(workload.at, "runs in a cloud, whose metadata server hands out credentials")
    return unknown(workload.at, "whether it runs in a cloud is not declared")


def _metadata(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    segments = facts.workload.segments
    # No security group of AWS is asked about the addresses of the machine itself.
    if facts.workload.platform != "ecs" and segments is not None and known(segments.egress) is True:
        return no(segments.egress.at, "its way out is closed")
    return unknown(facts.workload.at, "what keeps it from the cloud's metadata server is not in sight")


def _systemd_property(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    prefix = "org.systemd.property."
    return any_of(
        facts.workload.sandbox.tweaks,
        lambda tweak: (yes if tweak.name.startswith(prefix) else no)(tweak.at, f"sets {tweak.name}"),
    )


def _raw_sockets(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    """NET_RAW is in the default set of Docker and of the CRI engines, not in Podman's; drops by name come first."""
    by_default = facts.workload.platform != "podman"
    return any_of(facts.workload.containers, lambda container: _keeps_raw(container, by_default=by_default))


def _keeps_raw(container: Container, *, by_default: bool) -> Truth:
    privilege = container.privilege
    given = holds(privilege.privileged, bool, "is privileged") | granted(container, "NET_RAW")
    if not by_default:
        return given
    dropped = any_of(
        privilege.capabilities_dropped,
        lambda one: (yes if one in ("ALL", "NET_RAW") else no)(container.at, f"{container.name} drops {one}"),
    )
    return given | ~dropped


def _user_beyond(container: Container) -> Truth:
    return holds(
        container.privilege.user,
        lambda user: user.uid is not None and not 0 <= user.uid < TOO_LARGE,
        f"{container.name} runs as a user whose number the engine may take for root's",
    )


def _gpu(container: Container) -> Truth:
    exposure = container.exposure
    given = any_of(exposure.gpus, lambda gpu: (yes if gpu else no)(container.at, f"{container.name} is given a GPU"))
    return given | any_of(
        exposure.devices,
        lambda device: (yes if device.path.startswith("/dev/nvidia") else no)(device.at, f"is given {device.path}"),
    )


def _volumes(container: Container) -> Truth:
    return any_of(
        container.exposure.mounts,
        lambda mount: (yes if mount.kind in ("bind", "volume") else no)(mount.at, "mounts what others may mount too"),
    )


def _unseen(items: Callable[[Container], Truth], text: str) -> Clue:
    """Where there is anything at all, the part of it that decides is not in sight."""
    ask = _any_container(items)
    return lambda facts, kind, profile: ask(facts, kind, profile) & unknown(facts.workload.at, text)


def _built(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    places = [reference.at for reference in facts.workload.references if reference.kind == "build"]
    return either(
        [yes(at, "is built where it is deployed from") for at in places] or [no(facts.workload.at, "no build")]
    )


def _sysctls(container: Container) -> Truth:
    members = container.exposure.sysctls.members
    stated = [member for member in members if isinstance(member, Stated | Defaulted)]
    return any_of(container.exposure.sysctls, lambda name: yes(stated[0].at, f"sets {name}"))


CLUES: dict[str, Clue] = {
    "?always": _always,
    "?pods": _on(*OF_PODS),
    "?docker": _on("docker", "swarm"),
    "?swarm": _on("swarm"),
    "?podman": _on("podman"),
    "?incus": _on("incus"),
    "?system-container": _on("lxc", "incus"),
    "?nspawn": _on("systemd-nspawn"),
    "?gvisor": _behind("gvisor"),
    "?kata": _behind("kata"),
    "?machine": _behind(*VMS),
    "?windows": _windows,
    "?cloud": _cloud,
    "?metadata": _metadata,
    "?roles": _not_in_sight("what its service account may do is not judged"),
    "?kubelet-folder": _mounts(
        lambda path: any(_overlaps(path, folder) for folder in KUBELET), "mounts the kubelet's keys or static pods"
    ),
    "?log-folder": _mounts(lambda path: _overlaps(path, LOGS), "writes the host's log folder", written=True),
    "?systemd-property": _systemd_property,
    "?raw-sockets": _raw_sockets,
    "?net-admin": _any_container(lambda container: granted(container, "NET_ADMIN")),
    "?user-beyond": _any_container(_user_beyond),
    "?gpu": _any_container(_gpu),
    "?preload": _not_in_sight("whether its image sets LD_PRELOAD is not in sight"),
    "?volumes": _any_container(_volumes),
    "?subpath": _unseen(_volumes, "whether it mounts a path within a volume is not in sight"),
    "?sysctl-value": _unseen(_sysctls, "the values of its sysctls are not in sight"),
    "?socket-family": _not_in_sight("which socket families its filter lets through is not known"),
    "?built": _built,
}
