"""What clients of Nomad do to their tasks, as the declaration says, or their configurations in sight.

A host volume is a folder of the client under a name. What a configuration takes away counts, because nobody can rule
out that its client starts the task; a capability that clients keep from their tasks by default may be given back.
Source: hashicorp/nomad `website/content/docs/configuration/client.mdx` and the options of the drivers' plug-ins.
"""

from __future__ import annotations

from gate.dialects.docker_options import capability_name
from gate.model.evidence import Defaulted, Deferred, Stated, Unknown, known
from gate.model.record import replace
from gate.model.workload import RefusedKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.evidence import Items, Setting
    from gate.model.profile import PlatformProfile
    from gate.model.reference import Definition
    from gate.model.workload import Container, Mount, Namespaces, Workload

HOST_VOLUMES = "nomad.host_volumes."

#: What clients keep from their tasks unless their configuration allows it.
_KEPT = "NET_RAW"


class Clients:
    """The clients' configurations in sight, for a platform as declared."""

    __slots__ = ("_profile", "_said")

    def __init__(self, definitions: Iterable[Definition], profile: PlatformProfile) -> None:
        """Gather them."""
        self._profile = profile
        self._said = [one for one in definitions if one.kind == "client-setting"]

    def settled(self, workload: Workload) -> Workload:
        """Return a task with nothing left to its client."""
        members = tuple(
            replace(one, value=self._container(one.value)) if isinstance(one, Stated) else one
            for one in workload.containers.members
        )
        return replace(
            workload,
            containers=replace(workload.containers, members=members),
            namespaces=self._namespaces(workload.namespaces),
            refused=(*workload.refused, *self._refused(workload)),
        )

    def _container(self, container: Container) -> Container:
        privilege, exposure = container.privilege, container.exposure
        dropped, mounts = privilege.capabilities_dropped, exposure.mounts
        if any(isinstance(one, Defaulted) for one in dropped.members) and self._allowed():
            kept = tuple(one for one in dropped.members if not isinstance(one, Defaulted))
            privilege = replace(privilege, capabilities_dropped=replace(dropped, members=kept))
        found = tuple(
            replace(one, value=self._mount(one.value)) if isinstance(one, Stated) else one for one in mounts.members
        )
        return replace(
            container, privilege=privilege, exposure=replace(exposure, mounts=replace(mounts, members=found))
        )

    def _allowed(self) -> bool:
        """Say whether a client in sight lets its tasks keep what they lack by default."""
        names = (capability_name(known(one.value) or "") for one in self._said if one.name.endswith(".allow_caps"))
        return any(name in ("ALL", _KEPT) for name in names)

    def _mount(self, mount: Mount) -> Mount:
        source = mount.source
        if not isinstance(source, Deferred) or not source.to.startswith(HOST_VOLUMES):
            return mount
        return replace(mount, source=self._folder(source.to.removeprefix(HOST_VOLUMES), source))

    def _folder(self, name: str, source: Deferred) -> Setting[str]:
        """Return the folder that a host volume is: as declared, else as every configuration in sight has it."""
        declared = next((one for one in self._profile.nomad_host_volumes if one.name == name), None)
        if declared is not None:
            return Stated(declared.value, source.at, (declared.at,))
        found = [one.value for one in self._said if one.name == f"host_volume.{name}"]
        first = found[0] if found else None
        if first is not None and len({known(one) for one in found}) == 1 and isinstance(first, Stated):
            return replace(first, via=(source.at,))
        settle = f"(`platform: {{nomad: {{host_volumes: {{{name}: /...}}}}}}`)"
        if found:
            return Unknown(f"which folder the volume {name} is differs among the clients in sight {settle}", source.at)
        return Unknown(f"only the client's configuration says which folder the volume {name} is {settle}", source.at)

    def _namespaces(self, namespaces: Namespaces) -> Namespaces:
        """Share what a client in sight shares with the tasks that ask for nothing, by the driver of processes."""
        if not isinstance(namespaces.uts, Defaulted) or namespaces.uts.value != "host":
            return namespaces
        pid = self._mode(namespaces.pid, "default_pid_mode")
        return replace(namespaces, pid=pid, ipc=self._mode(namespaces.ipc, "default_ipc_mode"))

    def _mode(self, own: Setting[str], option: str) -> Setting[str]:
        hosted = (one for one in self._said if one.name.endswith(f".{option}") and known(one.value) == "host")
        found = next(hosted, None)
        return own if found is None or not isinstance(own, Defaulted) else Stated("host", found.at, (own.at,))

    def _refused(self, workload: Workload) -> Iterator[RefusedKey]:
        """Yield what the clients refuse, as the declaration has them."""
        for member in workload.containers.members:
            if not isinstance(member, Stated):
                continue
            privileged = member.value.privilege.privileged
            if self._profile.nomad_allow_privileged is False and known(privileged) is True:
                yield RefusedKey("privileged", "the clients do not allow it, as declared", privileged.at)
            if self._profile.nomad_volumes is False:
                yield from _paths(member.value.exposure.mounts)


def _paths(mounts: Items[Mount]) -> Iterator[RefusedKey]:
    """Yield the paths that a driver mounts where its volumes are off; volumes of the group are no part of that."""
    for one in mounts.members:
        mount = known(one)
        if mount is not None and mount.kind == "bind" and isinstance(mount.source, Stated):
            yield RefusedKey("volumes", "the clients mount no path of their own, as declared", mount.at)
