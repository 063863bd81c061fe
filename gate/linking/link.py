"""Resolves what one file leaves to another, or to the declared platform.

After linking no setting is deferred: what nothing in sight decides is unknown, with the reason.
"""

from __future__ import annotations

from gate.dialects.image_name import identity
from gate.dialects.windows_image import account, is_windows
from gate.linking.storage import Storage
from gate.model.constraints import REQUIRED_SCC
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Stated, Unknown, known
from gate.model.image import Image
from gate.model.record import replace
from gate.model.reference import CLUSTERS
from gate.model.subject import User

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.linking.clusters import Fleet
    from gate.linking.openshift import OpenShift
    from gate.model.evidence import Items, Setting
    from gate.model.pod import Pod
    from gate.model.profile import PlatformProfile
    from gate.model.reader import Subject
    from gate.model.reference import Definition
    from gate.model.segments import Segments
    from gate.model.subject import Workload
    from gate.model.workload import Container, Credentials, Mount, Namespaces, Profile, Runtime


#: Platforms whose containers run the system of the engine's host, which nothing but their image tells.
ENGINES = frozenset({"docker", "swarm", "podman", "nomad"})

#: What leaves the users of a container to the configuration of a Docker engine.
OF_DOCKER = "docker.userns_remap"


_WHOSE = "its service account decides, and which that is cannot be known"


class Links:
    """Everything that references may resolve to, gathered from all files that were read."""

    __slots__ = ("_binds", "_gathered", "_openshift", "definitions", "fleet", "images", "profile", "storage", "used_by")

    def __init__(
        self, subjects: Iterable[Subject], definitions: Iterable[Definition], profile: PlatformProfile
    ) -> None:
        """Index the images by their ids and the definitions by kind and name."""
        self.images = {subject.id: subject for subject in subjects if isinstance(subject, Image)}
        self.definitions: dict[tuple[str, str], list[Definition]] = {}
        self._gathered = tuple(definitions)
        self._openshift: OpenShift | None = None
        self._binds = any(one.kind == "grant" for one in self._gathered)
        for definition in self._gathered:
            self.definitions.setdefault((definition.kind, definition.name), []).append(definition)
        self.storage = Storage(self._gathered)
        self.fleet = fleet(self._gathered)
        self.profile = profile
        self.used_by: dict[str, list[str]] = {}

    def link(self, workload: Workload) -> Workload:
        """Return the workload with nothing deferred."""
        workload = self._configured(self._system(self._admitted(self._isolated(self._scheduled(workload)))))
        runtime = self._runtime(workload)
        if self.fleet is not None and runtime is not workload.sandbox.runtime:
            workload = replace(workload, refused=(*workload.refused, *self.fleet.refused(workload, runtime)))
        containers = tuple(
            Stated(self._container(workload, member.value), member.at, member.via)
            if isinstance(member, Stated)
            else member
            for member in workload.containers.members
        )
        return replace(
            workload,
            containers=replace(workload.containers, members=containers),
            namespaces=self._namespaces(workload.namespaces),
            sandbox=replace(workload.sandbox, runtime=runtime),
            credentials=self._credentials(workload),
            segments=self._segments(workload),
        )

    def _segments(self, workload: Workload) -> Segments | None:
        if workload.segments is None:
            return None
        if workload.pod is None:
            from gate.linking.networks import settled

            return settled(workload.segments, self._gathered, self.profile)
        from gate.linking.segments import closed

        return closed(workload, self._gathered)

    def _system(self, workload: Workload) -> Workload:
        """Take the operating system from the recipe, where an engine's container says nothing of it, or as declared."""
        if workload.machine is not None and self.profile.guests and isinstance(workload.os, Unknown):
            return replace(workload, os=Stated(self.profile.guests, workload.os.at))
        if workload.platform not in ENGINES or not isinstance(workload.os, Defaulted):
            return workload
        for member in workload.containers.members:
            for image, _part in self.images_of(workload, member.value) if isinstance(member, Stated) else ():
                base = known(image.base_name)
                if base is not None and is_windows(base.text):
                    return replace(workload, os=Stated("windows", image.base_name.at, (member.at,)))
        return workload

    def _scheduled(self, workload: Workload) -> Workload:
        """Let a swarm drop what it does, where a Compose service is or may be one of a stack."""
        stack = workload.stack
        if stack is None or not (self.profile.swarm or stack.signs):
            return workload
        from gate.linking.swarm import scheduled

        return scheduled(workload, stack, self.profile)

    def _configured(self, workload: Workload) -> Workload:
        """Apply what configurations of Docker engines in sight say."""
        if not any(one.kind == "daemon" for one in self._gathered) or not runs_on_docker(workload):
            return workload
        from gate.linking.daemons import Engines

        return Engines(self._gathered, self.profile).configured(workload)

    def _isolated(self, workload: Workload) -> Workload:
        """Ask the declaration what the agents of Mesos do, and what the clients of Nomad."""
        if workload.platform == "nomad":
            from gate.linking.nomad import Clients

            return Clients(self._gathered, self.profile).settled(workload)
        if workload.platform != "mesos":
            return workload
        from gate.linking.agents import settled

        return settled(workload, self.profile)

    def _admitted(self, workload: Workload) -> Workload:
        """Let OpenShift fill in what it does, where a workload runs on it."""
        profile = self.profile
        hinted = workload.platform == "openshift" or profile.openshift_version or profile.openshift_scc
        if workload.pod is None or not (hinted or requires_constraints(workload.pod)):
            return workload
        from gate.linking.openshift import OpenShift, applies

        if not applies(workload, profile):
            return workload
        if self._openshift is None:
            self._openshift = OpenShift(self._gathered, profile)
        return self._openshift.link(replace(workload, platform="openshift"))

    def images_of(self, workload: Workload, container: Container) -> tuple[tuple[Image, str], ...]:
        """Return the built images of a container's name, and its recipe with the stage that is asked for.

        There are several built ones where an image was built for several platforms.
        """
        name = container.image.value if isinstance(container.image, Stated) else ""
        answering = self.definitions.get(("image", identity(name)), ())
        ids = dict.fromkeys(one.value.value for one in answering if isinstance(one.value, Stated))
        built = tuple((self.images[image_id], "") for image_id in ids if image_id in self.images)
        return (*built, *self._recipe(workload, name))

    def _recipe(self, workload: Workload, name: str) -> tuple[tuple[Image, str], ...]:
        for reference in workload.references:
            if reference.kind == "build" and reference.name in self.images:
                return ((self.images[reference.name], reference.part),)
        for entry in self.profile.images:
            if name and entry.name == repository_of(name) and entry.value in self.images:
                return ((self.images[entry.value], ""),)
        return ()

    def _namespaces(self, namespaces: Namespaces) -> Namespaces:
        """Apply what the engine does to users where a service is silent."""
        if not isinstance(namespaces.user, Deferred):
            return namespaces
        profile = self.profile
        remapped = {
            "podman.rootless": profile.podman_rootless or profile.podman_userns_auto,
            "podman.userns_auto": profile.podman_userns_auto,
            "podman.host": profile.podman_rootless,
        }
        mode = "remapped" if remapped.get(namespaces.user.to, profile.docker_userns_remap) else "host"
        return replace(namespaces, user=Defaulted(mode, namespaces.user.at))

    def _credentials(self, workload: Workload) -> Credentials:
        """Ask the service account; one that is not in sight hands its token out, as Kubernetes does by default."""
        given = replace(workload.credentials, powers=self._powers(workload))
        token = given.service_account_token
        account = next((one for one in workload.references if one.kind == "service-account"), None)
        if not isinstance(token, Deferred):
            return given
        if account is None:
            return replace(given, service_account_token=Unknown(_WHOSE, token.at))
        named = self.definitions.get(("service-account", account.name), [])
        found = [one.value for one in named if one.namespace == account.namespace]
        said = {one.value if isinstance(one, Stated | Defaulted) else None for one in found}
        if len(said) == 1 and isinstance(found[0], Stated | Defaulted):
            return replace(given, service_account_token=Stated(found[0].value == "true", found[0].at, (token.at,)))
        if found:
            reason = f"what the service account {account.name} says is not certain"
            return replace(given, service_account_token=Unknown(reason, found[0].at))
        return replace(given, service_account_token=Defaulted(True, token.at))

    def _powers(self, workload: Workload) -> Items[str]:
        """Ask the bindings in sight, where there are any, what its service account may do."""
        if not self._binds:
            return workload.credentials.powers
        from gate.linking.accounts import powers

        return powers(workload, self._gathered)

    def _container(self, workload: Workload, container: Container) -> Container:
        privilege, confinement = container.privilege, container.confinement
        images = self.images_of(workload, container)
        for image, _part in images:
            self.used_by.setdefault(image.id, []).append(workload.id)
        if isinstance(privilege.user, Deferred):
            privilege = replace(privilege, user=_user(images, container, privilege.user))
        if isinstance(privilege.no_new_privileges, Deferred):
            declared = bool(self.profile.docker_no_new_privileges)
            privilege = replace(privilege, no_new_privileges=Defaulted(declared, privilege.no_new_privileges.at))
        if isinstance(confinement.seccomp, Deferred):
            confinement = replace(confinement, seccomp=self._seccomp(confinement.seccomp))
        exposure = container.exposure
        if any(getattr(getattr(one, "value", None), "claim", None) is not None for one in exposure.mounts.members):
            exposure = replace(exposure, mounts=self._bound(exposure.mounts))
        return replace(container, privilege=privilege, confinement=confinement, exposure=exposure)

    def _bound(self, mounts: Items[Mount]) -> Items[Mount]:
        """Follow the claims to their volumes."""
        members = tuple(
            replace(one, value=self.storage.bound(one.value)) if isinstance(one, Stated) else one
            for one in mounts.members
        )
        return replace(mounts, members=members)

    def _seccomp(self, setting: Deferred) -> Setting[Profile]:
        """Apply what the platform does to a pod that asks for no profile; undeclared stays unconfirmed."""
        from gate.model.workload import Profile

        profile = self.profile
        filtered = profile.kubernetes_seccomp_default or profile.gke_mode == "autopilot"
        if not filtered and not profile.gke_mode and self.fleet is not None:
            filtered = self.fleet.filtered() is not None
        return Defaulted(Profile("runtime-default" if filtered else "unconfirmed"), setting.at)

    def _runtime(self, workload: Workload) -> Setting[Runtime]:
        setting, clusters = workload.sandbox.runtime, self.fleet
        if not isinstance(setting, Stated) or not isinstance(setting.value.handler, Deferred):
            if clusters is None or workload.platform != "kubernetes" or not isinstance(setting, Inapplicable):
                return setting
            return clusters.fargate(workload) or setting
        runtime = setting.value
        found = self.definitions.get(("runtime-class", runtime.name), [])
        handlers = {definition.value.value for definition in found if isinstance(definition.value, Stated)}
        if len(handlers) == 1 and all(isinstance(definition.value, Stated) for definition in found):
            handler: Setting[str] = Stated(handlers.pop(), found[0].at, (setting.at,))
        elif not found and clusters is not None and (installed := self._installed(runtime, clusters)) is not None:
            return installed
        elif len(found) == 1:
            handler = Unknown(f"what the RuntimeClass {runtime.name} stands for cannot be known", found[0].at)
        elif found:
            handler = Unknown(f"there are several RuntimeClasses named {runtime.name}", found[0].at)
        else:
            handler = Unknown(f"no RuntimeClass named {runtime.name} is in sight", setting.at)
        return replace(setting, value=replace(runtime, handler=handler))

    def _installed(self, runtime: Runtime, clusters: Fleet) -> Setting[Runtime] | None:
        """Ask the clusters for a class that a provider installs, unless the declaration says what it is."""
        declared = any(entry.name == runtime.name for entry in self.profile.runtimes)
        return None if declared else clusters.sandbox(runtime)


def runs_on_docker(workload: Workload) -> bool:
    """Say whether an engine that files may configure starts a workload: instances of Amazon ECS bring their own."""
    user = workload.namespaces.user
    left = isinstance(user, Deferred) and user.to == OF_DOCKER and workload.platform != "ecs"
    # A builder has settings of its own.
    return workload.kind != "Build" and (left or workload.platform in ("docker", "swarm"))


def requires_constraints(pod: Pod) -> bool:
    """Say whether the pod's author picked constraints."""
    return any(getattr(getattr(one, "value", None), "key", "") == REQUIRED_SCC for one in pod.annotations.members)


def fleet(definitions: Iterable[Definition]) -> Fleet | None:
    """Gather the managed clusters; None where there are none, so that nothing is loaded for them."""
    mine = [one for one in definitions if one.kind in CLUSTERS]
    if not mine:
        return None
    from gate.linking.clusters import Fleet

    return Fleet(mine)


def on_its_own(image: Image) -> Image:
    """Return an image with nothing deferred: its base is not in sight."""
    return replace(image, user=_user_of_base(image, image.user)) if isinstance(image.user, Deferred) else image


def _user(images: tuple[tuple[Image, str], ...], container: Container, setting: Deferred) -> Setting[User]:
    """Follow the image: the user as it was built, else of the stage that is, which keeps its place there."""
    if not images:
        name = container.image.value if isinstance(container.image, Stated) else "its image"
        if by_default := account(name):
            return Defaulted(User.named(by_default), container.image.at)
        return Unknown(f"{name} decides the user, and nothing here builds it", setting.at)
    built = [one for one in images if not one[0].stages]
    users = [_user_of(image, part) for image, part in built or images]
    user = users[0]
    if not all(_is_same(user, other) for other in users):
        return Unknown("which of several images of this name runs decides the user", setting.at)
    if isinstance(user, Deferred):
        return _user_of_base((built or images)[0][0], user)
    if isinstance(user, Stated):
        return replace(user, via=(*user.via, setting.at))
    return user


def _user_of(image: Image, part: str) -> Setting[User]:
    """Return the user of the stage that is asked for, by name or number; builders refuse one that is not there."""
    if not part or not image.stages:
        return image.user
    for index in range(len(image.stages) - 1, -1, -1):
        stage = image.stages[index]
        if part.lower() == stage.name or part == str(index):
            return stage.user
    return Unknown(f"the recipe has no stage {part}", image.at)


def _is_same(one: Setting[User], other: Setting[User]) -> bool:
    """Say whether two images run as one user, which root by number and root by name are."""
    user, another = known(one), known(other)
    return user == another or (user is not None and another is not None and user.is_root and another.is_root)


def _user_of_base(image: Image, setting: Deferred) -> Setting[User]:
    """Ask the base image, which says it by its name or nowhere in sight."""
    base = known(image.base_name)
    if base is not None and (by_default := account(base.text)):
        return Defaulted(User.named(by_default), setting.at)
    return Unknown("the base image decides the user, and it is not in this repository", setting.at)


def repository_of(name: str) -> str:
    """Strip tag and digest from an image reference."""
    name = name.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name
