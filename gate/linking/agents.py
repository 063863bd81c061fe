"""What the agents of Mesos do to tasks that its own containerizer starts, as the declaration says.

Source: apache/mesos `docs/isolators` and `docs/configuration/agent.md`. Without a declaration nothing of it is known;
an agent that is started without isolators of its own gives a task no namespaces, no filter and every capability.
"""

from __future__ import annotations

from gate.model.evidence import Defaulted, Deferred, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.workload import Profile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Setting
    from gate.model.profile import PlatformProfile
    from gate.model.workload import Container, Workload

AGENTS = "mesos.isolation"

_UNDECLARED = "only the isolators of the agents say (`platform: {mesos: {isolation: [...]}}`)"

#: Isolators that bound the memory of a task instead of watching it.
_MEMORY = frozenset({"cgroups/mem", "cgroups/all"})


def settled(workload: Workload, profile: PlatformProfile) -> Workload:
    """Return a workload of Mesos with nothing left to its agents."""
    isolation = profile.mesos_isolation
    containers = tuple(
        Stated(_container(member.value, isolation), member.at, member.via) if isinstance(member, Stated) else member
        for member in workload.containers.members
    )
    own = workload.namespaces
    return replace(
        workload,
        containers=replace(workload.containers, members=containers),
        namespaces=replace(
            own,
            pid=_namespace(own.pid, "namespaces/pid", isolation),
            ipc=_namespace(own.ipc, "namespaces/ipc", isolation),
        ),
    )


def _namespace(setting: Setting[str], isolator: str, isolation: tuple[str, ...] | None) -> Setting[str]:
    if not isinstance(setting, Deferred) or setting.to != AGENTS:
        return setting
    if isolation is None:
        return Unknown(_UNDECLARED, setting.at)
    return Defaulted("private" if isolator in isolation else "host", setting.at)


def _container(container: Container, isolation: tuple[str, ...] | None) -> Container:
    privilege, confinement, resources = container.privilege, container.confinement, container.resources
    escalation = privilege.no_new_privileges
    if not isinstance(escalation, Deferred) or escalation.to != AGENTS:
        return container
    at = escalation.at
    if isolation is None:
        limit: Setting[str] = Unknown(_UNDECLARED, resources.memory_limit.at)
        return replace(
            container,
            privilege=replace(privilege, no_new_privileges=Unknown(_UNDECLARED, at)),
            resources=replace(resources, memory_limit=limit),
        )
    everything: Items[str] = Items((Stated("ALL", at),), at)
    if isinstance(confinement.seccomp, Defaulted):
        profile = Profile("runtime-default" if "linux/seccomp" in isolation else "unconfined")
        confinement = replace(confinement, seccomp=Defaulted(profile, confinement.seccomp.at))
    bounded = bool(_MEMORY & set(isolation))
    return replace(
        container,
        privilege=replace(
            privilege,
            no_new_privileges=Defaulted("linux/nnp" in isolation, at),
            capabilities_added=Items((), at) if "linux/capabilities" in isolation else everything,
        ),
        confinement=confinement,
        resources=replace(
            resources, memory_limit=Defaulted("as allocated" if bounded else "", resources.memory_limit.at)
        ),
    )
