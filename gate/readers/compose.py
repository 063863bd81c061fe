"""Docker Compose: `compose.yaml`, `docker-compose.yml`, their overrides, and what they extend and include."""

from __future__ import annotations

from gate.dialects.compose_canonical import SECTIONS, Anchored
from gate.dialects.compose_hooks import common_sandbox, hooks, starters, too_many, worst_namespaces
from gate.dialects.compose_model import project
from gate.dialects.compose_networks import segments
from gate.dialects.compose_open import opened
from gate.dialects.compose_paths import joined
from gate.dialects.compose_peers import Peers, namespaces, why_open
from gate.dialects.compose_scalars import flag
from gate.dialects.compose_service import (
    confinement,
    exposure,
    privilege,
    raised,
    resources,
    security_options,
    tweaks,
)
from gate.dialects.docker_options import asked_sandbox
from gate.dialects.reading import Fields, as_spelling, as_text, is_absent
from gate.dialects.swarm import as_stack, ignored, refused, signs
from gate.dialects.windows_image import is_windows
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, known
from gate.model.reader import Reader, Reading
from gate.model.record import replace
from gate.model.reference import Reference
from gate.model.sensitivity import Statement
from gate.model.workload import Build, Container, Credentials, Placement, Stack, Workload
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from gate.dialects.compose_model import Project
    from gate.model.evidence import Setting
    from gate.model.image import Image
    from gate.model.location import Location
    from gate.model.reader import Subject
    from gate.model.source import Source, Sources
    from gate.model.workload import Doubt, Sandbox
    from gate.syntax.tree import Node

    #: Subjects by their ids.
    Known: TypeAlias = dict[str, Subject]

#: A service has at least one of these; a `services:` mapping without any is some other program's.
_OF_A_SERVICE = ("image", "build", "extends", "provider")

#: What a file that is named like a Compose file has at least one of.
_OF_A_PROJECT = (b"services", b"jobs", b"include")

#: Included files that are also read on their own; services of others are named after the project.
MAX_ALONE = 20

_KINDS = {"services": "Service", "jobs": "Job"}


def claims(source: Source) -> bool:
    """Claim what is named like a Compose file, and what has services that look like Compose's."""
    name = source.path.rpartition("/")[2].lower()
    data = source.data
    if "compose" in name or name.startswith("docker-stack"):
        if not any(key in data for key in _OF_A_PROJECT):
            return _is_of_first_version(source)
        if b"jobs" in data and b"steps" in data and any(map(_is_workflow, _roots(source))):
            return False
        return b"apiVersion" not in data or b"kind" not in data or not any(map(_is_resource, _roots(source)))
    return (data.startswith(b"services:") or b"\nservices:" in data) and any(map(_has_services, _roots(source)))


def _roots(source: Source) -> list[Node | None]:
    from gate.syntax.yaml import COMPOSE, documents

    return [document.root for document in documents(source, COMPOSE)]


def _is_resource(root: Node | None) -> bool:
    """Say whether a document is one of Kubernetes, whatever its file is named."""
    return isinstance(root, Mapping) and root.get("apiVersion") is not None


def _is_workflow(root: Node | None) -> bool:
    """Say whether a document is a workflow of GitHub's: Compose takes no job with steps."""
    jobs = root.get("jobs") if isinstance(root, Mapping) and root.get("services") is None else None
    return isinstance(jobs, Mapping) and any(
        isinstance(job, Mapping) and isinstance(job.get("steps"), Sequence) for job in jobs.entries.values()
    )


def _is_of_first_version(source: Source) -> bool:
    """Say whether a file has services at its top level and nothing else, as the format's first version had them."""
    roots = _roots(source)
    root = roots[0] if len(roots) == 1 else None
    services = [*root.entries.values()] if isinstance(root, Mapping) else []
    return any(_is_service(one) for one in services) and all(isinstance(one, Mapping) for one in services)


def _is_service(node: Node) -> bool:
    return isinstance(node, Mapping) and any(node.get(key) is not None for key in _OF_A_SERVICE)


def _has_services(root: Node | None) -> bool:
    services = root.get("services") if isinstance(root, Mapping) and not _is_resource(root) else None
    return isinstance(services, Mapping) and any(map(_is_service, services.entries.values()))


def read(source: Source, sources: Sources) -> Reading:
    """Read the project that the file belongs to, with every project that it includes."""
    if not any(key in source.data for key in _OF_A_PROJECT):
        cause = "has its services at the top level, as the first version of the format had, which Compose refuses"
        remedy = "indent them below `services:`"
        return Reading(problems=(InputError(cause, at=source.location(0, len(source.text)), remedy=remedy),))
    found = project(source, sources)
    known: Known = {}
    for home in sorted({home for home in found.homes.values() if home != found.path})[:MAX_ALONE]:
        included = sources.open(home)
        if included is not None:
            known |= {subject.id: subject for subject in _read(project(included, sources), {}).subjects}
    return _read(found, known)


def _read(found: Project, known: Known) -> Reading:
    """Read a project; `known` are the subjects of the files it includes as they are on their own."""
    problems = list(found.problems)
    if found.root is None:
        return Reading(problems=tuple(problems))
    root = Fields(found.root, found.root, [])
    peers = Peers(root)
    sections = [(section, root.sub(section)) for section in SECTIONS]
    if any(inner.reason for _, inner in sections) or not (any(inner.node for _, inner in sections) or problems):
        remedy = "write the services as a mapping of names below `services:`"
        problems.append(InputError("has no services", at=root.at_of("services"), remedy=remedy))
    subjects: list[Subject] = []
    skipped: list[Skipped] = []
    for section, inner in sections:
        for name in inner.names():
            node = inner.get(name)
            if not isinstance(node, Mapping):
                remedy = "give it keys such as `image`"
                problems.append(InputError(f"the service {name} is not a mapping", at=inner.at_of(name), remedy=remedy))
            elif not is_absent(node.get("provider")):
                skipped.append(Skipped(node.at, f"{name} is run by a provider and is no container"))
            else:
                key = inner.node.keys[name] if inner.node is not None else None
                subjects += _named(found, known, _Service(section, name, node, root, peers, key))
    return Reading(tuple(subjects), (), tuple(problems), tuple(skipped))


def _named(found: Project, known: Known, service: _Service) -> list[Workload | Image]:
    """Name a service after the file that declares it; one that an include changes, after the project that it is in."""
    home = found.homes.get(service.name, found.path)
    subjects = list(service.subjects(home))
    if home == found.path or all(_is_same(known.get(subject.id), subject) for subject in subjects):
        return subjects
    return list(service.subjects(found.path))


def _is_same(alone: Subject | None, subject: Workload | Image) -> bool:
    """Say whether two readings come to the same but for the project's: what a stack must not hold, who is beside it."""
    if isinstance(alone, Workload) and isinstance(subject, Workload):
        return replace(alone, stack=None, segments=None) == replace(subject, stack=None, segments=None)
    return alone == subject


class _Service:
    """One service or job on its way to becoming a workload."""

    __slots__ = ("at", "doubts", "fields", "name", "node", "peers", "root", "section", "starters")

    def __init__(self, section: str, name: str, node: Mapping, root: Fields, peers: Peers, key: Scalar | None) -> None:
        self.section = section
        self.name = name
        self.node = node
        self.root = root
        self.peers = peers
        self.doubts: list[Doubt] = []
        self.fields = Fields(node, node, self.doubts)
        self.starters = list(starters(self.fields))
        self.at = key.source.location(key.start, node.end) if key is not None and key.source is node.source else node.at

    def subjects(self, path: str) -> Iterator[Workload | Image]:
        """Yield the workload, and the image of a recipe that is written inside the file."""
        subject_id = f"{path}#{self.section}/{self.name}"
        inline = self.inline_recipe(subject_id)
        workload = self.workload(subject_id, inline)
        yield workload if self.section != "services" else replace(workload, stack=self.stack(workload, inline))
        if inline is not None:
            yield inline

    def stack(self, workload: Workload, inline: Image | None) -> Stack:
        """Read the service once more, as `docker stack deploy` would."""
        kept = as_stack(self.node)
        reading = None
        if kept is not self.node:
            other = _Service(self.section, self.name, kept, self.root, self.peers, None)
            reading = replace(other.workload(workload.id, inline), at=workload.at, doubts=workload.doubts)
        return Stack(
            reading,
            tuple(signs(self.fields, self.root)),
            tuple(ignored(self.fields)),
            tuple(refused(self.fields, self.root)),
        )

    def workload(self, subject_id: str, inline: Image | None) -> Workload:
        """Read the workload."""
        sandbox, own = self.sandbox(self.fields), namespaces(self.fields, self.peers)
        for starter in self.starters:
            own = worst_namespaces(own, namespaces(starter, self.peers))
            sandbox = common_sandbox(sandbox, self.sandbox(starter))
        workload = Workload(
            subject_id,
            self.name,
            "",
            _KINDS[self.section],
            "docker",
            self.at,
            self.os(),
            Items(tuple(Stated(one, one.at) for one in self.containers()), self.at),
            own,
            sandbox,
            self.placement(),
            Credentials.inapplicable("Compose hands out no tokens", self.at),
            self.build(),
            tuple(self.references(inline)),
            tuple(self.statements()),
            (),
            tuple(self.doubts),
            segments=segments(self.fields, self.starters, self.root, self.peers),
        )
        reason = why_open(self.node) or too_many(self.fields)
        return opened(workload, reason) if reason else workload

    def containers(self) -> Iterator[Container]:
        """Yield the service's container, and its hooks, which have rights of their own."""
        main = self.container(self.fields, self.name, self.at)
        yield main
        for starter in self.starters:
            yield replace(self.container(starter, f"{self.name} pre_start", starter.at), role="init")
        for moment in ("post_start", "pre_stop"):
            for hook in hooks(self.fields, moment):
                if hook.has("privileged") or hook.has("user"):
                    rights = raised(hook, main.privilege)
                    yield replace(main, name=f"{self.name} {moment}", role="hook", at=hook.at, privilege=rights)

    def container(self, fields: Fields, name: str, at: Location) -> Container:
        """Read what is asked of the engine for one container."""
        security = security_options(fields)
        return Container(
            name,
            "main",
            at,
            fields.text("image"),
            "docker",
            privilege(fields, security),
            confinement(security),
            exposure(fields, self.root, self.peers),
            resources(fields),
        )

    @staticmethod
    def sandbox(fields: Fields) -> Sandbox:
        """Read the runtime, on Windows the isolation mode, and what annotations tell the runtime."""
        native = fields.setting(
            "isolation", "", "an isolation mode", lambda node: (as_text(node) or "").lower() or None
        )
        return asked_sandbox(fields.text("runtime"), native, tweaks(fields), fields.at)

    def os(self) -> Setting[str]:
        """Return the operating system: Windows where the platform, the isolation mode or the image's name says so."""
        fields = self.fields
        platform = fields.text("platform")
        if isinstance(platform, Stated):
            return Stated("windows" if platform.value.lower().startswith("windows") else "linux", platform.at)
        isolation = fields.text("isolation")
        if not isinstance(isolation, Defaulted) and (known(isolation) or "?").lower() != "default":
            return Stated("windows", isolation.at)
        image = fields.text("image")
        if isinstance(image, Stated) and is_windows(image.value):
            return Stated("windows", image.at)
        return Defaulted("linux", fields.at)

    def placement(self) -> Placement:
        """Read the constraints that a swarm would apply."""
        constraints = self.fields.sub("deploy").sub("placement").strings("constraints")
        at = self.fields.at
        return Placement(constraints, Items((), at), Inapplicable("Compose names no node", at))

    def build(self) -> Build:
        """Read how the image is built."""
        fields = self.fields.sub("build")
        if not fields.present:
            at = self.fields.at
            return Build(Defaulted(False, at), Items((), at), Defaulted(False, at))
        return Build(
            flag(fields, "privileged"),
            fields.strings("entitlements"),
            fields.setting("network", default=False, wanted="a mode", convert=lambda node: as_spelling(node) == "host"),
        )

    def inline_recipe(self, subject_id: str) -> Image | None:
        """Read the Dockerfile that is written in the service's own `build` section."""
        node = self.fields.sub("build").get("dockerfile_inline")
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return None
        from gate.dialects.build import inline

        return inline(node.value, id=f"{subject_id}/build", at=node.at)

    def references(self, inline: Image | None) -> Iterator[Reference]:
        """Yield what the service names: its recipe, with the stage it asks for, and its image."""
        build = self.fields.sub("build")
        stage = _text_of(build, "target")
        recipe = inline.id if inline is not None else self.recipe(build)
        if recipe:
            yield Reference("build", recipe, inline.at if inline is not None else build.at, "", stage)
        image = self.fields.text("image")
        if isinstance(image, Stated):
            yield Reference("image", image.value, image.at)

    @staticmethod
    def recipe(build: Fields) -> str:
        """Return the path of the recipe relative to the root; empty for one that is fetched or cannot be known."""
        context, file = build.get("context"), build.text("dockerfile", "Dockerfile")
        if not isinstance(context, Anchored) or not isinstance(file, Stated | Defaulted):
            return ""
        return joined(context.text, file.value)

    def statements(self) -> Iterator[Statement]:
        """Yield what `x-gate` states about the service's sensitivity."""
        for key, node in self.fields.entries("x-gate"):
            for one in node.items if isinstance(node, Sequence) else [node]:
                text = as_spelling(one) if isinstance(one, Scalar) else None
                yield Statement(key.text, text or "", one.at)


def _text_of(fields: Fields, name: str) -> str:
    setting = fields.text(name)
    return setting.value if isinstance(setting, Stated) else ""


READER = Reader("compose", ("docker", "swarm"), claims, read)
