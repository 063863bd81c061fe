"""What decides a way out of a container and is no fact of a rule: the platform, a folder, a device, an account."""

from __future__ import annotations

from gate.boundary.capabilities import granted
from gate.boundary.host_paths import normalise
from gate.boundary.versions import is_affected
from gate.model.constraints import EVERYTHING, ROLES
from gate.model.evidence import Stated, any_of, holds, known
from gate.model.profile import OF_PODS
from gate.model.truth import either, no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.boundary.facts import Facts
    from gate.boundary.runtimes import Kind
    from gate.model.profile import PlatformProfile
    from gate.model.subject import Workload
    from gate.model.truth import Truth
    from gate.model.workload import Container, Mount

    Clue = Callable[[Facts, Kind, PlatformProfile], Truth]

#: What of the host gives away its cluster: keys of the kubelet, and what it starts without asking.
KUBELET = ("/var/lib/kubelet/pki", "/etc/kubernetes")
LOGS = "/var/log"
#: The first user id that does not fit a signed number of 32 bits.
TOO_LARGE = 2**31
#: Engines whose default filter lets AF_ALG through: moby's release notes, containerd's `contrib/seccomp`.
OLD_DOCKER = (("", "29.4.2"),)
OLD_CONTAINERD = (("", "1.7.32"), ("2.0", "2.2.4"), ("2.3", "2.3.1"))


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
    if facts.workload.machine is not None:
        return no(facts.workload.at, "is a machine, whose system is its own")
    return holds(facts.workload.os, lambda name: name == "windows", "runs Windows")


def _paravirtual(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    return holds(facts.workload.sandbox.native, lambda kind: kind == "paravirtual-vm", "is paravirtual")


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


def _is_part(mount: Mount) -> Truth:
    return (yes if mount.is_part else no)(mount.at, "mounts a path within a volume")


def _built(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    places = [reference.at for reference in facts.workload.references if reference.kind == "build"]
    return either(
        [yes(at, "is built where it is deployed from") for at in places] or [no(facts.workload.at, "no build")]
    )


def _powers(*wanted: str) -> Clue:
    """Ask whether a binding in sight gives its service account one of these, or everything; others may be elsewhere."""

    def ask(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
        powers = facts.workload.credentials.powers
        said = [
            holds(
                one,
                lambda name: name == EVERYTHING or name in wanted,
                f"its service account may {getattr(one, 'value', '?')}",
            )
            for one in powers.members
        ]
        return either([*said, no(powers.at, "") if powers.complete else unknown(powers.at, powers.open_because)])

    return ask


def _sysctl_within(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    """Ask for a sysctl whose value brings in another one, which the pod's reader lists where that value stands."""

    def ask(container: Container) -> Truth:
        return either(
            (yes if isinstance(one, Stated) and one.via else no)(one.at, "the value of a sysctl sets another")
            for one in container.exposure.sysctls.members
        ) | any_of(container.exposure.sysctls, lambda _name: no(container.at, "is a sysctl of its own"))

    return any_of(facts.workload.containers, ask)


def _crypto_sockets(facts: Facts, _kind: Kind, profile: PlatformProfile) -> Truth:
    """AF_ALG is refused by the default filters of Docker since 29.4.2 and containerd since 1.7.32, 2.2.4 and 2.3.1."""
    unfiltered, own = ~facts.truth("H.seccomp_explicit"), _own_filter(facts, "refuses AF_ALG")
    default = any_of(
        facts.workload.containers,
        lambda one: holds(one.confinement.seccomp, lambda profile: profile.kind == "runtime-default", "is the default"),
    )
    return unfiltered | own | (default & ~_engine_refuses(facts.workload, profile))


def _engine_refuses(workload: Workload, profile: PlatformProfile) -> Truth:
    """Say whether the default filter of the engine refuses it, as far as its version is declared."""
    name, lacking = ("containerd", OLD_CONTAINERD) if workload.platform in OF_PODS else ("docker", OLD_DOCKER)
    declared = profile.version_of(name)
    if declared is None or workload.platform not in (*OF_PODS, "docker", "swarm", "ecs", "mesos"):
        return unknown(
            workload.at, "which sockets the engine's own filter refuses is not known: no version is declared"
        )
    answer = is_affected(declared.value, lacking)
    text = f"{name} {declared.value} is declared"
    return {"yes": no, "no": yes, "unknown": unknown}[answer](declared.at, text)


def _own_filter(facts: Facts, what: str) -> Truth:
    """Say that what a filter of the workload's own lets through is not known; the default ones refuse nothing more."""

    def ask(container: Container) -> Truth:
        custom = holds(container.confinement.seccomp, lambda one: one.kind == "custom", "has a filter of its own")
        return custom & unknown(container.at, f"whether the filter of {container.name} {what} is not known")

    return any_of(facts.workload.containers, ask)


def _socket_family(facts: Facts, _kind: Kind, _profile: PlatformProfile) -> Truth:
    """AF_RXRPC passes every default filter; of one of the workload's own it is not known."""
    own = _own_filter(facts, "refuses AF_RXRPC")
    return yes(facts.workload.at, "the default filters let AF_RXRPC through") if own.answer == "no" else own


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
    "?vmware": _on("vmware"),
    "?virtualbox": _on("virtualbox"),
    "?xen": _on("xen"),
    "?hyper-v": _on("hyper-v"),
    "?paravirtual": _paravirtual,
    "?windows": _windows,
    "?cloud": _cloud,
    "?metadata": _metadata,
    "?roles": _powers(*ROLES),
    "?node-logs": _powers("read the logs of nodes", "reach the kubelets through nodes/proxy"),
    "?kubelet-folder": _mounts(
        lambda path: any(_overlaps(path, folder) for folder in KUBELET), "mounts the kubelet's keys or static pods"
    ),
    "?log-folder": _mounts(lambda path: _overlaps(path, LOGS), "writes the host's log folder", written=True),
    "?systemd-property": _systemd_property,
    "?raw-sockets": _raw_sockets,
    "?net-admin": _any_container(lambda container: granted(container, "NET_ADMIN")),
    "?user-beyond": _any_container(_user_beyond),
    "?gpu": _any_container(_gpu),
    "?volumes": _any_container(_volumes),
    "?subpath": _any_container(lambda container: any_of(container.exposure.mounts, _is_part)),
    "?sysctl-within": _sysctl_within,
    "?crypto-sockets": _crypto_sockets,
    "?socket-family": _socket_family,
    "?built": _built,
}
