"""Facts about virtual machines: what leads from a guest to its host beside its folders and devices.

Sources: QEMU's security page and libvirt's `kbase/qemu-passthrough-security`; Xen's `xl.cfg(5)` and SUPPORT.md; the
vSphere Security Configuration Guide; Microsoft's Hyper-V security plan; VirtualBox's manual, chapter Security; the
documentation of Vagrant's synced folders.
"""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.boundary.host_paths import is_root, normalise, reaches_socket
from gate.model.evidence import Inapplicable, each, holds
from gate.model.truth import no, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.evidence import Items
    from gate.model.machine import Machine
    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Container, Mount, Workload

#: Folders of a host whose files the host runs sooner or later, whoever wrote them.
_RUN_BY_THE_HOST = ("/home/", "/users/", "c:/users/", "/opt/", "/srv/jenkins")


def is_run_by_the_host(path: str) -> bool:
    """Say whether a folder is one whose files the host runs: a project's own, or one of a user's."""
    path = normalise(path)
    is_absolute = path.startswith("/") or path[1:2] == ":"
    return not is_absolute or path.startswith(_RUN_BY_THE_HOST)


def _share(ask: Callable[[str], bool], what: str) -> Callable[[Workload, Container], Iterator[Truth]]:
    """Ask the folders that a guest may write to, apart from those that amount to the host."""

    def shares(_workload: Workload, container: Container) -> Iterator[Truth]:
        def one(mount: Mount) -> Truth:
            if mount.kind != "share":
                return no(mount.at, "is no shared folder")
            writable = holds(mount.read_only, lambda read_only: not read_only, "")
            found = holds(mount.source, lambda path: _is_of_its_own(path) and ask(path), "")
            shown = getattr(mount.source, "value", "") or "a folder"
            return (found & writable).about(f"{container.name} may write to {shown} of the host{what}")

        yield from each(container.exposure.mounts, one)

    return shares


def _is_of_its_own(path: str) -> bool:
    return not (is_root(normalise(path), read_only=False) or reaches_socket(normalise(path)))


def _of(items: Callable[[Machine], Items[str]], text: str) -> Callable[[Workload, PlatformProfile], Iterator[Truth]]:
    """Ask one list of a machine; a workload that is none has no answer."""

    def ask(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
        if workload.machine is None:
            return
        found = items(workload.machine)
        for member in found.members:
            shown = getattr(member, "value", "")
            yield holds(member, bool, "").about(f"{workload.name} {text}{f': {shown}' if shown else ''}")
        if not found.complete:
            yield unknown(found.at, found.open_because).about(f"{workload.name} {text}")

    return ask


def _nested(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    if workload.machine is not None:
        yield holds(workload.machine.nested, bool, "").about(f"{workload.name} may start machines of its own")


def _unverified(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    if workload.machine is not None and not isinstance(workload.machine.verified, Inapplicable):
        yield holds(workload.machine.verified, lambda checks: not checks, "").about(
            f"{workload.name} starts without Secure Boot"
        )


def _emulated(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    if workload.machine is not None:
        yield holds(workload.sandbox.native, lambda kind: kind == "emulated-vm", "").about(
            f"{workload.name} is emulated in software"
        )


FACTS = (
    Fact(
        "G.machine_monitor",
        "grant",
        "leaves its hypervisor to whoever asks",
        workload=_of(lambda machine: machine.monitors, "leaves its hypervisor to whoever asks"),
    ),
    Fact(
        "W.project_share",
        "weakener",
        "may write what its host runs",
        container=_share(is_run_by_the_host, ", which the host runs programs from"),
    ),
    Fact(
        "W.data_share",
        "weakener",
        "may write to a folder of its host",
        container=_share(lambda path: not is_run_by_the_host(path), ""),
    ),
    Fact(
        "W.machine_unguarded",
        "weakener",
        "is handed hardware that reaches its host",
        workload=_of(lambda machine: machine.unguarded, "is handed hardware without a guard"),
    ),
    Fact(
        "W.machine_console",
        "weakener",
        "shows its console to whoever connects",
        workload=_of(lambda machine: machine.consoles, "shows its console to whoever connects"),
    ),
    Fact(
        "W.machine_channel",
        "weakener",
        "shares the desktop of its host",
        workload=_of(lambda machine: machine.channels, "shares the desktop of its host"),
    ),
    Fact("A.nested_virtualization", "note", "may start machines of its own", workload=_nested),
    Fact(
        "A.machine_card",
        "note",
        "has a network card that nothing filters",
        workload=_of(lambda machine: machine.cards, "has a network card that nothing filters"),
    ),
    Fact("A.unverified_boot", "note", "starts what nobody has signed", workload=_unverified),
    Fact("A.emulated_machine", "note", "is emulated in software", workload=_emulated),
)
