"""Facts about Windows containers behind Hyper-V; none moves the level.

Source: Microsoft, "Persistent storage in containers": what is mounted into a container that Hyper-V isolates is read
and written as LocalSystem, whatever account its processes have.
"""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.boundary.runtimes import DECLARED, HYPERV, NATIVE, NONE, of_handler
from gate.model.evidence import Stated, known
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Workload


def _local_system(workload: Workload, profile: PlatformProfile) -> Iterator[Truth]:
    """Yield the folders of the host that nothing but the mount itself protects."""
    if not _is_behind_hyperv(workload, profile):
        return
    for member in workload.containers.members:
        if not isinstance(member, Stated):
            continue
        for mount in member.value.exposure.mounts.members:
            if isinstance(mount, Stated) and mount.value.kind == "bind" and not known(mount.value.read_only):
                text = f"{member.value.name} writes a folder of the host as LocalSystem, whatever its account is"
                yield yes(mount.value.at, text)


def _is_behind_hyperv(workload: Workload, profile: PlatformProfile) -> bool:
    if NATIVE.get(known(workload.sandbox.native) or "", NONE) is HYPERV:
        return True
    runtime = known(workload.sandbox.runtime)
    if runtime is None:
        return False
    declared = next((entry.value for entry in profile.runtimes if entry.name == runtime.name), "")
    return (DECLARED[declared] if declared else of_handler(known(runtime.handler) or "")) is HYPERV


FACTS = (Fact("A.local_system_mount", "note", "writes the host as LocalSystem", workload=_local_system),)
