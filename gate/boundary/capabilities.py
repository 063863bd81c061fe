"""Linux capabilities: which are worth what, and how engines combine adds and drops.

Classes: Pod Security Standards baseline for what may be added; the rest by what each capability opens in the initial
user namespace (moby `daemon/pkg/oci/caps` and its seccomp profile, capabilities(7)). Algebra: moby
`caps.TweakCapabilities`; containerd `internal/cri/server` for pods.
"""

from __future__ import annotations

from gate.model.evidence import any_of, holds
from gate.model.truth import no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Items
    from gate.model.truth import Truth
    from gate.model.workload import Container

#: Each of these alone is a documented way to the host, except that BPF needs PERFMON beside it.
HOST_EQUIVALENT = frozenset({"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH"})

#: What Pod Security baseline lets a pod add.
BASELINE = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)

#: What a hardened container may add back after dropping ALL (Pod Security restricted).
HARDENED = frozenset({"NET_BIND_SERVICE"})


def normalise(name: str) -> str:
    """Return the capability in the spelling of this module: upper case, without `CAP_`."""
    return name.upper().removeprefix("CAP_")


def granted(container: Container, capability: str) -> Truth:
    """Say whether the container is given a capability beyond the engine's default set, other than by privilege.

    Docker: adding ALL wins over dropping ALL, and then only drops by name take anything away; otherwise what is added
    is kept. CRI: drops by name come last, and dropping ALL undoes adding ALL.
    """
    added = container.privilege.capabilities_added
    dropped = container.privilege.capabilities_dropped
    named, everything = _lists(added, capability), _lists(added, "ALL")
    taken = _lists(dropped, capability)
    if container.capability_algebra == "docker":
        return (everything | named) & ~(everything & taken)
    return (named & ~taken) | (everything & ~_lists(dropped, "ALL") & ~taken)


def dropped_all(container: Container) -> Truth:
    """Say whether everything is dropped and at most what a hardened container needs is added back."""
    added = container.privilege.capabilities_added
    extra = any_of(added, lambda name: _is(container, name not in HARDENED, f"adds {name}"))
    return _lists(container.privilege.capabilities_dropped, "ALL") & ~extra & ~_privileged(container)


def _privileged(container: Container) -> Truth:
    return holds(container.privilege.privileged, bool, "is privileged")


def _lists(items: Items[str], capability: str) -> Truth:
    """Say whether the list names the capability, with the place of the entry."""
    unknowns = []
    for member in items.members:
        truth = holds(member, lambda name: name == capability, f"lists {capability}")
        if truth.answer == "yes":
            return truth
        if truth.answer == "unknown":
            unknowns.append(truth)
    if not items.complete:
        return unknown(items.at, items.open_because)
    return unknowns[0] if unknowns else no(items.at, f"{capability} is not listed")


def _is(container: Container, condition: bool, text: str) -> Truth:
    return (yes if condition else no)(container.at, text)
