"""Decides whether a Compose service is one of a stack of Docker Swarm, and what that makes of it.

Only the declaration makes a file a stack (`platform.swarm`). Where it is silent and the file says things that only a
swarm acts on, both readings are possible: what either of them does without protects nothing, and what either of them
grants is granted.
"""

from __future__ import annotations

from gate.model.evidence import Stated, Unknown, known
from gate.model.record import replace
from gate.model.workload import Runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Setting
    from gate.model.profile import PlatformProfile
    from gate.model.subject import Workload
    from gate.model.workload import Container, IgnoredKey, Stack

UNDECIDED = "`docker stack deploy` drops it, and .gate.yaml does not say whether this is a stack (`platform.swarm`)"


def scheduled(workload: Workload, stack: Stack, profile: PlatformProfile) -> Workload:
    """Return the service as it runs: on a swarm, on one engine, or as the worse of both."""
    if profile.swarm:
        return _on_swarm(workload, stack, profile)
    if profile.swarm is False or not stack.signs or stack.refused:
        return workload
    dropped = next((one for one in stack.ignored if one.key == "security_opt"), None)
    return workload if dropped is None else _either(workload, dropped, profile)


def _on_swarm(workload: Workload, stack: Stack, profile: PlatformProfile) -> Workload:
    service = stack.reading or workload
    sandbox = replace(service.sandbox, runtime=_of_nodes(service, profile))
    return replace(service, platform="swarm", sandbox=sandbox, ignored=stack.ignored, refused=stack.refused)


def _of_nodes(service: Workload, profile: PlatformProfile) -> Setting[Runtime]:
    """Return the default runtime of the nodes that the placement asks for, where one of its constraints is declared."""
    declared = {_plain(entry.name): entry.name for entry in profile.runtimes}
    for constraint in service.placement.node_selector.members:
        name = declared.get(_plain(known(constraint) or ""))
        if name is not None:
            handler = Unknown("only the nodes' configuration says what their runtime is", constraint.at)
            return Stated(Runtime(name, handler, constraint.at), constraint.at)
    return service.sandbox.runtime


def _plain(constraint: str) -> str:
    """Return a placement constraint without the spaces around its operator."""
    return "".join(constraint.split())


def _either(workload: Workload, dropped: IgnoredKey, profile: PlatformProfile) -> Workload:
    """Return the service as Compose runs it, without the protection that a stack would not have."""
    if profile.docker_no_new_privileges:
        return workload
    members = tuple(
        replace(one, value=_unsure(one.value)) if isinstance(one, Stated) else one
        for one in workload.containers.members
    )
    if members == workload.containers.members:
        return workload
    containers = replace(workload.containers, members=members)
    return replace(workload, containers=containers, ignored=(*workload.ignored, dropped))


def _unsure(container: Container) -> Container:
    setting = container.privilege.no_new_privileges
    if not isinstance(setting, Stated) or not setting.value:
        return container
    privilege = replace(container.privilege, no_new_privileges=Unknown(UNDECIDED, setting.at))
    return replace(container, privilege=privilege)
