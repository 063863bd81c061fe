"""Facts about what starts a workload: a scheduler that puts nothing around it, and one that nobody maintains.

Sources: Marathon `docs/docs/native-docker.md` (an app without a container is a command on the agent); Nomad
`drivers/rawexec` (a task of it is a process of the client); the Apache Attic, where Mesos has been since August 2025;
Marathon's repository, archived in October 2021.
"""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.model.evidence import holds
from gate.model.truth import yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Workload

#: How a workload's `sandbox.native` says that there is none, and no container either.
BARE = "command"

#: Platforms whose schedulers start bare commands.
BARELY = ("mesos", "nomad")

RETIRED = {"mesos": "Mesos and Marathon, which nobody maintains since August 2025"}


def _raw(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    # Elsewhere `native` may be unknown for reasons of its own, and nothing starts a bare command.
    if workload.platform in BARELY:
        yield holds(workload.sandbox.native, lambda kind: kind == BARE, "starts a command on the host, in no container")


def _retired(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    if workload.platform in RETIRED:
        yield yes(workload.at, f"runs on {RETIRED[workload.platform]}")


FACTS = (
    Fact("G.raw_exec", "grant", "is a command on the host", workload=_raw),
    Fact("A.retired_platform", "note", "runs on a platform that nobody maintains", workload=_retired),
)
