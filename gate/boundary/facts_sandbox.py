"""Facts about overrides that a workload makes to its own sandbox.

Kata: the annotations that upstream enables by default are harmless; those that name a program or a mount of the VMM
gave away the host (CVE-2026-44210). gVisor: `dev.gvisor.flag.*` and the flags it documents as widening the sandbox.
CRI-O: `org.systemd.property.*` reached systemd on the host (CVE-2024-3154). Incus: `raw.qemu*` may change anything of
the machine, and nobody has read all of it.
"""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.model.evidence import each
from gate.model.truth import no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Tweak, Workload

_KATA = "io.katacontainers.config.hypervisor."
HARMLESS = frozenset({_KATA + "enable_iommu", _KATA + "kernel_params", _KATA + "kernel_verity_params"})
OPENING = (
    _KATA + "path",
    _KATA + "jailer_path",
    _KATA + "ctlpath",
    _KATA + "virtio_fs_daemon",
    _KATA + "virtio_fs_extra_args",
    _KATA + "entropy_source",
    "dev.gvisor.flag.host-uds",
    "dev.gvisor.flag.allow-flag-override",
    "org.systemd.property.",
)
TUNING = (
    _KATA,
    "dev.gvisor.flag.",
    "io.microsoft.virtualmachine.",
    "raw.qemu",
    "raw.apparmor",
    "qemu:",
    "xen:",
    "vbox:",
)


def _opened(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    def ask(tweak: Tweak) -> Truth:
        return (yes if tweak.name.startswith(OPENING) else no)(
            tweak.at, f"overrides {tweak.name}, which decides what the sandbox is made of"
        )

    yield from each(workload.sandbox.tweaks, ask)


def _tuned(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    def ask(tweak: Tweak) -> Truth:
        tuned = tweak.name.startswith(TUNING) and not tweak.name.startswith(OPENING) and tweak.name not in HARMLESS
        return (yes if tuned else no)(tweak.at, f"overrides {tweak.name} of its sandbox")

    yield from each(workload.sandbox.tweaks, ask)


FACTS = (
    Fact("B.opened", "note", "decides what its sandbox is made of", workload=_opened),
    Fact("B.tuned", "note", "overrides settings of its sandbox", workload=_tuned),
)
