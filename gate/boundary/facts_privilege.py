"""Facts about what a container's processes may do."""

from __future__ import annotations

from gate.boundary.capabilities import BASELINE, HARDENED, HOST_EQUIVALENT, dropped_all, granted
from gate.boundary.fact import Fact
from gate.model.evidence import Stated, each, holds, known
from gate.model.profile import OF_PODS
from gate.model.truth import inapplicable, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Container, Workload


#: Boundaries of which the processes inside have no rights on the host that could be dropped.
MACHINES = frozenset({"vm", "confidential-vm"})


def _privileged(_workload: Workload, container: Container) -> Iterator[Truth]:
    yield holds(container.privilege.privileged, bool, "").about(f"{container.name} runs privileged")


def _capability(*names: str) -> Fact:
    """Make the fact that a container is granted all of these capabilities."""

    def ask(_workload: Workload, container: Container) -> Iterator[Truth]:
        truth = granted(container, names[0])
        for name in names[1:]:
            truth &= granted(container, name)
        yield truth.about(f"{container.name} is granted {' and '.join(names)}")

    ids = {"SYS_ADMIN": "admin", "SYS_MODULE": "module", "SYS_RAWIO": "rawio", "BPF": "bpf_perfmon"}
    suffix = ids.get(names[0], names[0].lower())
    return Fact(f"G.cap_{suffix}", "grant", f"is granted {' and '.join(names)}", container=ask)


def _extra(_workload: Workload, container: Container) -> Iterator[Truth]:
    """Adds outside the Pod Security baseline list; the host-equivalent ones are grants of their own."""

    def ask(name: str) -> Truth:
        text = f"{container.name} adds {name}"
        if name in BASELINE or name in HOST_EQUIVALENT:
            return no(container.at, text)
        return granted(container, name).about(text)

    yield from (
        truth.about(f"{container.name} adds a capability") if truth.answer == "unknown" else truth
        for truth in each(container.privilege.capabilities_added, ask)
    )


def _hostpid_ptrace(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    host_pid = holds(workload.namespaces.pid, lambda value: value == "host", "")
    if host_pid.answer == "no":
        return
    for member in workload.containers.members:
        container = getattr(member, "value", None)
        if container is not None:
            powers = (
                granted(container, "SYS_PTRACE")
                | granted(container, "SYS_ADMIN")
                | holds(container.privilege.privileged, bool, "is privileged")
            )
            yield (host_pid & powers).about(f"{container.name} can trace every process of the host")


def _host_process(_workload: Workload, container: Container) -> Iterator[Truth]:
    yield holds(container.privilege.host_process, bool, "").about(
        f"{container.name} is a Windows HostProcess container"
    )


def _non_root(_workload: Workload, container: Container) -> Iterator[Truth]:
    """Non-root by name or number, or because the platform refuses to start root, whoever asks for it."""
    privilege = container.privilege
    refuses_root = holds(privilege.run_as_non_root, bool, "")
    user = holds(privilege.user, lambda user: not user.is_root, "")
    yield (refuses_root | user).about(f"{container.name} runs as a user other than root")


def _drop_all(workload: Workload, container: Container) -> Iterator[Truth]:
    if known(workload.os) == "windows":
        yield inapplicable(container.at, "Windows has no capabilities")
        return
    if workload.machine is not None or (known(workload.sandbox.native) or "") in MACHINES:
        yield inapplicable(container.at, "the processes of a virtual machine have none on the host")
        return
    yield dropped_all(container).about(
        f"{container.name} drops all capabilities and adds at most {', '.join(HARDENED)}"
    )


def _no_new_privileges(workload: Workload, container: Container) -> Iterator[Truth]:
    """Forced off by privilege and by SYS_ADMIN, whatever the manifest says (kubernetes/api core/v1)."""
    if known(workload.os) == "windows":
        yield inapplicable(container.at, "Windows has no set-user-ID programs")
        return
    forced = holds(container.privilege.privileged, bool, "is privileged") | granted(container, "SYS_ADMIN")
    wanted = holds(container.privilege.no_new_privileges, bool, "")
    yield (wanted & ~forced).about(f"{container.name} cannot gain privileges")


def _drop_undone(workload: Workload, container: Container) -> Iterator[Truth]:
    """Drops that change nothing: a privileged container keeps everything, and on Docker adding ALL wins over dropping.

    Podman refuses to add and to drop ALL (containers/common `pkg/capabilities`).
    """
    if container.capability_algebra != "docker":
        return
    privilege = container.privilege
    dropped = [one for one in privilege.capabilities_dropped.members if isinstance(one, Stated)]
    if dropped:
        kept = f"{container.name} drops capabilities and is privileged, and the engine then drops nothing"
        yield (yes(dropped[0].at, kept) & holds(privilege.privileged, bool, "is privileged")).about(kept)
    if workload.platform != "podman" and any(one.value == "ALL" for one in dropped):
        yield granted(container, "SYS_CHROOT").about(
            f"{container.name} drops ALL and adds ALL, and the engine then drops nothing"
        )


def _user_name_unverifiable(workload: Workload, container: Container) -> Iterator[Truth]:
    """`runAsNonRoot` with a user that is only a name: the kubelet refuses to start the container (KEP-127, kubelet).

    On Windows users have names and no numbers.
    """
    if workload.platform not in OF_PODS or known(workload.os) == "windows":
        return
    asked = holds(container.privilege.run_as_non_root, bool, "")
    by_name = holds(container.privilege.user, lambda user: user.uid is None, "")
    yield (asked & by_name).about(
        f"{container.name} asks for a non-root user and its image names one without a number, so it will not start"
    )


FACTS = (
    Fact("G.privileged", "grant", "runs privileged", container=_privileged),
    _capability("SYS_ADMIN"),
    _capability("SYS_MODULE"),
    _capability("SYS_RAWIO"),
    _capability("DAC_READ_SEARCH"),
    _capability("BPF", "PERFMON"),
    Fact("G.hostpid_ptrace", "grant", "can trace the host's processes", workload=_hostpid_ptrace),
    Fact("G.hostprocess", "grant", "is a Windows HostProcess container", container=_host_process),
    Fact("W.cap_extra", "weakener", "adds capabilities beyond the baseline", container=_extra),
    Fact("H.nonroot", "hardening", "runs as a user other than root", container=_non_root),
    Fact("H.drop_all", "hardening", "drops all capabilities", container=_drop_all),
    Fact("H.nnp", "hardening", "cannot gain privileges", container=_no_new_privileges),
    Fact("A.drop_undone", "note", "drops capabilities that it adds again", container=_drop_undone),
    Fact(
        "A.nonroot_by_name",
        "note",
        "asks for non-root with a user that has no number",
        container=_user_name_unverifiable,
    ),
)
