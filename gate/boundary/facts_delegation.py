"""Facts about what a system container is handed to run containers of its own, or to reach into the kernel with.

Sources: Incus's and LXD's `instance-security` options and `doc/explanation/security.md`; lxc.container.conf(5) for
nesting.
"""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.model.evidence import each, holds
from gate.model.truth import no

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Tweak, Workload

#: Settings that let a container start others, and loosen for that what confines it.
NESTING = frozenset({"security.nesting", "lxc.apparmor.allow_nesting", "lxc.apparmor.profile"})

#: Settings that have the host do for a container what it may not do itself.
DELEGATING = frozenset(
    {
        "linux.kernel_modules",
        "security.delegate_bpf",
        "security.syscalls.intercept.bpf",
        "security.syscalls.intercept.bpf.devices",
        "security.syscalls.intercept.mount",
    }
)
DELEGATING_FAMILY = "security.bpffs.delegate_"


def _is_on(value: str) -> bool:
    return value not in ("", "false")


def _nesting(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    def ask(tweak: Tweak) -> Truth:
        if tweak.name not in NESTING:
            return no(tweak.at, "does not nest")
        return holds(tweak.value, _is_on, "").about(f"may start containers or machines of its own (`{tweak.name}`)")

    yield from each(workload.sandbox.tweaks, ask)


def _delegating(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    def ask(tweak: Tweak) -> Truth:
        if tweak.name not in DELEGATING and not tweak.name.startswith(DELEGATING_FAMILY):
            return no(tweak.at, "delegates nothing")
        return holds(tweak.value, _is_on, "").about(f"has the host's kernel work for it (`{tweak.name}`)")

    yield from each(workload.sandbox.tweaks, ask)


FACTS = (
    Fact("W.nesting", "weakener", "may start containers of its own", workload=_nesting),
    Fact("W.userns_delegation", "weakener", "has the host's kernel work for it", workload=_delegating),
)
