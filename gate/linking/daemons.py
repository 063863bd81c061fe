"""What configurations of Docker engines in sight make of a container.

Nothing says which engine starts it. What any of them takes away counts, because nobody can rule that one out; what all
of them add is no more than asserted, so that it stays undecided until the declaration says so. A runtime that a
container asks for by name is what the engines that know the name have behind it: any other refuses to start it.
"""

from __future__ import annotations

from gate.boundary.engines import on_loopback, open_hosts
from gate.boundary.runtimes import NONE, of_handler
from gate.model.daemon import Daemon
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Stated, Unknown, known
from gate.model.record import replace
from gate.model.workload import Mount, Profile, Runtime, Tweak

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.daemon import Argument, EngineRuntime
    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.profile import PlatformProfile
    from gate.model.reference import Definition
    from gate.model.segments import Segments
    from gate.model.subject import Workload
    from gate.model.workload import Confinement, Container, Namespaces, Privilege, Sandbox

REMAP = "docker.userns_remap"
NO_NEW_PRIVILEGES = "docker.no_new_privileges"


class Engines:
    """The configurations in sight, for a platform as declared."""

    __slots__ = ("_daemons", "_profile")

    def __init__(self, definitions: Iterable[Definition], profile: PlatformProfile) -> None:
        """Gather them."""
        self._daemons = [one.body for one in definitions if isinstance(one.body, Daemon)]
        self._profile = profile

    def configured(self, workload: Workload) -> Workload:
        """Return the workload as it runs where one of these engines may be the one that starts it."""
        members = tuple(
            replace(one, value=self._container(workload, one.value)) if isinstance(one, Stated) else one
            for one in workload.containers.members
        )
        return replace(
            workload,
            containers=replace(workload.containers, members=members),
            namespaces=self._namespaces(workload.namespaces),
            sandbox=self._sandbox(workload),
            segments=workload.segments and self._segments(workload.segments),
        )

    def _segments(self, segments: Segments) -> Segments:
        """Open the bridges of an engine that writes no rules; whoever is on no network at all stays alone."""
        off = next((one.firewall for one in self._daemons if known(one.firewall) is False), None)
        if off is None or known(segments.ingress) is not True or known(segments.egress) is True:
            return segments
        return replace(segments, ingress=Stated(False, off.at, (segments.ingress.at,)))

    def _namespaces(self, namespaces: Namespaces) -> Namespaces:
        user, cgroup = namespaces.user, namespaces.cgroup
        if isinstance(user, Deferred) and user.to == REMAP and self._profile.docker_userns_remap is None:
            said = self._all("remapped")
            user = _asserted("maps the users of containers", said, "userns_remap", user.at) if said else user
        hosted = next((one.cgroup for one in self._daemons if known(one.cgroup) == "host"), None)
        if hosted is not None and isinstance(cgroup, Defaulted):
            cgroup = Stated("host", hosted.at, (cgroup.at,))
        return replace(namespaces, user=user, cgroup=cgroup)

    def _container(self, workload: Workload, container: Container) -> Container:
        exposure = container.exposure
        mounts = tuple(self._apis(workload))
        if mounts:
            exposure = replace(exposure, mounts=replace(exposure.mounts, members=(*exposure.mounts.members, *mounts)))
        return replace(
            container,
            privilege=self._privilege(container.privilege),
            confinement=self._confinement(container.confinement),
            exposure=exposure,
        )

    def _privilege(self, privilege: Privilege) -> Privilege:
        setting = privilege.no_new_privileges
        if not isinstance(setting, Deferred) or setting.to != NO_NEW_PRIVILEGES:
            return privilege
        said = self._all("no_new_privileges") if self._profile.docker_no_new_privileges is None else None
        if said is None:
            return privilege
        doubt = _asserted("keeps containers from new privileges", said, "no_new_privileges", setting.at)
        return replace(privilege, no_new_privileges=doubt)

    def _confinement(self, confinement: Confinement) -> Confinement:
        off = next((one.seccomp for one in self._daemons if known(one.seccomp) == "unconfined"), None)
        if off is None or not isinstance(confinement.seccomp, Defaulted):
            return confinement
        return replace(confinement, seccomp=Stated(Profile("unconfined"), off.at, (confinement.seccomp.at,)))

    def _apis(self, workload: Workload) -> Iterator[Setting[Mount]]:
        """Yield the engines' APIs that a container can call without anybody asking who it is."""
        segments = workload.segments
        if segments is not None and known(segments.ingress) is True and known(segments.egress) is True:
            return
        hosted = known(workload.namespaces.network) == "host"
        for one in self._daemons:
            for host in open_hosts(one):
                if not hosted and on_loopback(host.value):
                    continue
                elsewhere = isinstance(one.verified, Inapplicable)
                if elsewhere and any(known(other.verified) is True for other in self._daemons):
                    yield Unknown("another file of an engine has its callers show a certificate", host.at)
                elif one.authorized.members:
                    yield Unknown("a plug-in of the engine decides who may call its API", host.at)
                else:
                    mount = Mount("engine-api", host, "", Defaulted(False, host.at), Defaulted("", host.at), host.at)
                    yield Stated(mount, host.at)

    def _sandbox(self, workload: Workload) -> Sandbox:
        sandbox = workload.sandbox
        runtime, tweaks = self._runtime(sandbox.runtime, sandbox.tweaks)
        native, said = sandbox.native, self._all("isolation", "hyperv")
        if said is not None and isinstance(native, Defaulted) and known(workload.os) == "windows":
            reason = f"the engine of {said.at} isolates by Hyper-V, and nothing says that it is the one which runs this"
            native = Unknown(reason, native.at)
        return replace(sandbox, runtime=runtime, native=native, tweaks=tweaks)

    def _runtime(self, asked: Setting[Runtime], tweaks: Items[Tweak]) -> tuple[Setting[Runtime], Items[Tweak]]:
        if isinstance(asked, Inapplicable):
            return self._default(asked), tweaks
        runtime = known(asked)
        found = [one for one in self._known_runtimes() if runtime is not None and one.name == runtime.name]
        if runtime is None or not found or not isinstance(asked, Stated):
            return asked, tweaks
        arguments = tuple(Stated(_flag(one), one.at) for each in found for one in each.arguments)
        handlers = {known(one.handler) for one in found}
        handler: Setting[str] = found[0].handler
        if len(handlers) > 1:
            handler = Unknown(f"engines in sight have different programs behind {runtime.name}", found[0].at)
        elif isinstance(handler, Stated):
            handler = replace(handler, via=(*handler.via, runtime.at))
        return (
            replace(asked, value=replace(runtime, handler=handler)),
            replace(tweaks, members=(*tweaks.members, *arguments)),
        )

    def _default(self, silent: Inapplicable) -> Setting[Runtime]:
        """Return the runtime of a container that asks for none, which is not known where every engine has another."""
        found = self._said("default_runtime")
        if not found or any(self._is_plain(str(known(one) or "")) for one in found):
            return silent
        said = f"the engine of {found[0].at} starts it by another runtime than runc"
        return Unknown(f"{said}, and nothing says that it is the one which runs this", silent.at)

    def _is_plain(self, name: str) -> bool:
        """Say whether a runtime puts nothing between a container and the host."""
        handlers = [known(one.handler) or "" for one in self._known_runtimes() if one.name == name]
        return not name or all(of_handler(one) is NONE for one in handlers or [name])

    def _known_runtimes(self) -> Iterator[EngineRuntime]:
        for one in self._daemons:
            yield from (member.value for member in one.runtimes.members if isinstance(member, Stated))

    def _said(self, field: str) -> list[Setting[object]]:
        """Return what the engines say, without those of which another file does."""
        found = [getattr(one, field) for one in self._daemons]
        return [one for one in found if not isinstance(one, Inapplicable)]

    def _all(self, field: str, wanted: object = True) -> Setting[object] | None:
        """Return what the first of the engines says where all of them say the same."""
        found = self._said(field)
        return found[0] if found and all(known(one) == wanted for one in found) else None


def _flag(one: Argument) -> Tweak:
    """Return a flag that gVisor is started with as the annotation that stands for the same."""
    return Tweak(f"dev.gvisor.flag.{one.name}", one.value, one.at)


def _asserted(what: str, said: Setting[object], key: str, at: Location) -> Unknown:
    return Unknown(
        f"the engine of {said.at} {what}, and nothing says that it runs this (`platform: {{docker: {{{key}: true}}}}`)",
        at,
    )
