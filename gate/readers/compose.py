"""Docker Compose: `compose.yaml`, `docker-compose.yml`, their overrides, and what they extend and include."""

from __future__ import annotations

from gate.dialects.compose_model import Extender, base_of, joined, project
from gate.dialects.compose_peers import Peers, namespaces
from gate.dialects.compose_service import (
    confinement,
    exposure,
    flag,
    privilege,
    resources,
    security_options,
)
from gate.dialects.reading import Fields, as_spelling, as_text
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.reader import Reader, Reading
from gate.model.record import replace
from gate.model.reference import Reference
from gate.model.sensitivity import Statement
from gate.model.workload import (
    Build,
    Container,
    Credentials,
    Placement,
    Runtime,
    Sandbox,
    Workload,
)
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.image import Image
    from gate.model.location import Location
    from gate.model.source import Source, Sources
    from gate.model.workload import Doubt
    from gate.syntax.tree import Node

#: Files that `include` may lead through before the rest is given up.
MAX_INCLUDES = 50

#: A service has at least one of these; a `services:` mapping without any is some other program's.
_OF_A_SERVICE = ("image", "build", "extends", "provider")


def claims(source: Source) -> bool:
    """Claim what is named like a Compose file, and what has services that look like Compose's."""
    name = source.path.rpartition("/")[2].lower()
    named = "compose" in name or name.startswith("docker-stack")
    if b"services" not in source.data and not (named and b"include" in source.data):
        return False
    if named:
        return b"apiVersion:" not in source.data or b"kind:" not in source.data
    if not (source.data.startswith(b"services:") or b"\nservices:" in source.data):
        return False
    from gate.syntax.yaml import COMPOSE, documents

    return any(_has_services(document.root) for document in documents(source, COMPOSE))


def _has_services(root: Node | None) -> bool:
    services = root.get("services") if isinstance(root, Mapping) and root.get("apiVersion") is None else None
    return isinstance(services, Mapping) and any(
        isinstance(service, Mapping) and any(service.get(key) is not None for key in _OF_A_SERVICE)
        for service in services.entries.values()
    )


def read(source: Source, sources: Sources) -> Reading:
    """Read the project that the file belongs to, and every project that it includes."""
    readings = list(_projects(source, sources))
    return Reading(
        tuple(subject for reading in readings for subject in reading.subjects),
        (),
        tuple(problem for reading in readings for problem in reading.problems),
        tuple(skipped for reading in readings for skipped in reading.skipped),
    )


def _projects(source: Source, sources: Sources) -> Iterator[Reading]:
    waiting, seen = [source], {base_of(source.path)}
    while waiting:
        reading, includes = _project(waiting.pop(0), sources)
        yield reading
        for path, at in includes:
            if path in seen:
                continue
            seen.add(path)
            try:
                included = sources.open(path) if len(seen) <= MAX_INCLUDES else None
            except InputError as error:
                yield Reading(problems=(error,))
                continue
            if included is None:
                cause = f"the file {path} it includes is not in sight"
                yield Reading(problems=(InputError(cause, at=at, remedy="add it, or check the folder that holds it"),))
            else:
                waiting.append(included)


def _project(source: Source, sources: Sources) -> tuple[Reading, list[tuple[str, Location]]]:
    found = project(source, sources)
    problems = list(found.problems)
    if found.root is None:
        return Reading(problems=tuple(problems)), []
    root = Fields(found.root, found.root, [])
    services = root.sub("services")
    if services.reason or (services.node is None and not root.has("include") and not problems):
        remedy = "write the services as a mapping of names below `services:`"
        problems.append(InputError("has no services", at=root.at_of("services"), remedy=remedy))
    subjects: list[Workload | Image] = []
    skipped: list[Skipped] = []
    extender = Extender(found, found.root, sources)
    for name in services.names():
        node = services.get(name)
        key = services.node.keys[name] if services.node is not None else None
        if not isinstance(node, Mapping):
            at = services.at_of(name)
            problems.append(
                InputError(f"the service {name} is not a mapping", at=at, remedy="give it keys such as `image`")
            )
        elif node.get("provider") is not None:
            skipped.append(Skipped(node.at, f"{name} is run by a provider and is no container"))
        else:
            subjects += _Service(found.path, name, node, root, extender, key).subjects()
    return Reading(tuple(subjects), (), tuple(problems), tuple(skipped)), list(_includes(root, found.path))


def _includes(root: Fields, path: str) -> Iterator[tuple[str, Location]]:
    folder = path.rpartition("/")[0]
    for node in root.items("include").nodes:
        written = Fields(node, node, []).get("path") if isinstance(node, Mapping) else node
        for one in written.items if isinstance(written, Sequence) else [written]:
            if isinstance(one, Scalar) and isinstance(one.value, str):
                yield joined(folder, one.value), one.at


class _Service:
    """One service on its way to becoming a workload."""

    __slots__ = ("at", "doubts", "fields", "name", "path", "peers", "root", "why_open")

    def __init__(
        self, path: str, name: str, node: Mapping, root: Fields, extender: Extender, key: Scalar | None
    ) -> None:
        merged, self.why_open = extender.resolve(node)
        self.doubts: list[Doubt] = []
        self.path = path
        self.name = name
        self.root = root
        self.peers = Peers(root, extender)
        self.fields = Fields(merged, merged, self.doubts)
        self.at = key.source.location(key.start, node.end) if key is not None and key.source is node.source else node.at

    def subjects(self) -> Iterator[Workload | Image]:
        """Yield the workload, and the image of a recipe that is written inside the file."""
        inline = self.inline_recipe()
        workload = Workload(
            f"{self.path}#services/{self.name}",
            self.name,
            "",
            "Service",
            "docker",
            self.at,
            self.os(),
            Items(tuple(Stated(one, one.at) for one in self.containers()), self.at),
            namespaces(self.fields, self.peers),
            self.sandbox(),
            self.placement(),
            Credentials.inapplicable("Compose hands out no tokens", self.at),
            self.build(),
            tuple(self.references(inline)),
            tuple(self.statements()),
            (),
            tuple(self.doubts),
        )
        yield workload if not self.why_open else _opened(workload, self.why_open)
        if inline is not None:
            yield inline

    def containers(self) -> Iterator[Container]:
        """Yield the service's container, and its hooks, which run inside it with rights of their own."""
        fields = self.fields
        security = security_options(fields)
        main = Container(
            self.name,
            "main",
            self.at,
            fields.text("image"),
            "docker",
            privilege(fields, security),
            confinement(security),
            exposure(fields, self.root, self.peers),
            resources(fields),
        )
        yield main
        for moment in ("pre_start", "post_start", "pre_stop"):
            hooks, _ = fields.mappings(moment)
            for hook in hooks:
                raised = flag(hook, "privileged")
                if not isinstance(raised, Defaulted):
                    rights = replace(main.privilege, privileged=raised)
                    yield replace(main, name=f"{self.name} {moment}", role="hook", at=hook.at, privilege=rights)

    def sandbox(self) -> Sandbox:
        """Read the runtime and, on Windows, the isolation mode."""
        fields = self.fields
        runtime = fields.text("runtime")
        handler = Unknown("only the engine's configuration says what this runtime is", runtime.at)
        asked: Setting[Runtime] = (
            Stated(Runtime(runtime.value, handler, runtime.at), runtime.at)
            if isinstance(runtime, Stated)
            else Unknown(runtime.reason, runtime.at)
            if isinstance(runtime, Unknown)
            else Inapplicable("it asks for no runtime", fields.at)
        )
        native = fields.setting(
            "isolation", "", "an isolation mode", lambda node: (as_text(node) or "").lower() or None
        )
        return Sandbox(asked, native, Items((), fields.at))

    def os(self) -> Setting[str]:
        """Return the operating system: Windows where the platform, the isolation mode or the image's name says so."""
        fields = self.fields
        platform = fields.text("platform")
        if isinstance(platform, Stated):
            return Stated("windows" if platform.value.lower().startswith("windows") else "linux", platform.at)
        if fields.has("isolation"):
            return Stated("windows", fields.at_of("isolation"))
        image = fields.text("image")
        if isinstance(image, Stated) and "mcr.microsoft.com/windows" in image.value.lower():
            return Stated("windows", image.at)
        return Defaulted("linux", fields.at)

    def placement(self) -> Placement:
        """Read the constraints that a swarm would apply."""
        constraints = self.fields.sub("deploy").sub("placement").strings("constraints")
        at = self.fields.at
        return Placement(constraints, Items((), at), Inapplicable("Compose names no node", at))

    def build(self) -> Build:
        """Read how the image is built."""
        fields = self.fields.sub("build") if isinstance(self.fields.get("build"), Mapping) else None
        if fields is None:
            at = self.fields.at
            return Build(Defaulted(False, at), Items((), at), Defaulted(False, at))
        return Build(
            flag(fields, "privileged"),
            fields.strings("entitlements"),
            fields.setting("network", default=False, wanted="a mode", convert=lambda node: as_spelling(node) == "host"),
        )

    def inline_recipe(self) -> Image | None:
        """Read the Dockerfile that is written in the service's own `build` section."""
        fields = self.fields.sub("build") if isinstance(self.fields.get("build"), Mapping) else None
        node = fields.get("dockerfile_inline") if fields is not None else None
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return None
        from gate.dialects.build import inline

        return inline(node.value, id=f"{self.path}#services/{self.name}/build", at=node.at)

    def references(self, inline: Image | None) -> Iterator[Reference]:
        """Yield what the service names: its recipe, with the stage it asks for, and its image."""
        fields = self.fields
        build = fields.get("build")
        if inline is not None:
            yield Reference("build", inline.id, inline.at, "", _text_of(fields.sub("build"), "target"))
        elif isinstance(build, Scalar) and isinstance(build.value, str):
            recipe = self.recipe(build.value, "Dockerfile", build)
            if recipe:
                yield Reference("build", recipe, build.at)
        elif isinstance(build, Mapping):
            inner = fields.sub("build")
            file = _text_of(inner, "dockerfile") or "Dockerfile"
            recipe = self.recipe(_text_of(inner, "context") or ".", file, build)
            if recipe:
                yield Reference("build", recipe, build.at, "", _text_of(inner, "target"))
        image = fields.text("image")
        if isinstance(image, Stated):
            yield Reference("image", image.value, image.at)

    def recipe(self, context: str, file: str, node: Node) -> str:
        """Return the path of the recipe relative to the root; empty for one that is fetched from elsewhere."""
        if "://" in context or context.startswith("git@"):
            return ""
        folder = node.source.path.rpartition("/")[0]
        return joined(joined(folder, context), file)

    def statements(self) -> Iterator[Statement]:
        """Yield what `x-gate` states about the service's sensitivity."""
        for key, node in self.fields.entries("x-gate"):
            for one in node.items if isinstance(node, Sequence) else [node]:
                text = as_spelling(one) if isinstance(one, Scalar) else None
                yield Statement(key.text, text or "", one.at)


def _text_of(fields: Fields, name: str) -> str:
    setting = fields.text(name)
    return setting.value if isinstance(setting, Stated) else ""


def _opened(workload: Workload, reason: str) -> Workload:
    """Say that what the service extends may hold more of everything; lists may grow and silent settings may speak."""
    return replace(
        workload,
        containers=replace(
            workload.containers,
            members=tuple(
                Stated(_opened_container(member.value, reason), member.at)
                for member in workload.containers.members
                if isinstance(member, Stated)
            ),
        ),
        namespaces=_opened_facet(workload.namespaces, reason),
        sandbox=_opened_facet(workload.sandbox, reason),
    )


def _opened_container(container: Container, reason: str) -> Container:
    return replace(
        container,
        privilege=_opened_facet(container.privilege, reason),
        confinement=_opened_facet(container.confinement, reason),
        exposure=_opened_facet(container.exposure, reason),
        resources=_opened_facet(container.resources, reason),
    )


if TYPE_CHECKING:
    from typing import TypeVar

    from gate.model.facet import Facet

    F = TypeVar("F", bound=Facet)


def _opened_facet(facet: F, reason: str) -> F:
    changes: dict[str, object] = {}
    for name in facet._fields:
        value = getattr(facet, name)
        if isinstance(value, Items):
            changes[name] = replace(value, complete=False, open_because=reason)
        elif isinstance(value, Defaulted) or type(value).__name__ == "Deferred":
            changes[name] = Unknown(reason, value.at)
    return replace(facet, **changes)


READER = Reader("compose", ("docker",), claims, read)
