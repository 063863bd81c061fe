"""Puts what was read together: references resolved, and what was said about each subject's sensitivity."""

from __future__ import annotations

from gate.model.evidence import Deferred, Stated
from gate.model.image import Image
from gate.model.record import replace
from gate.model.reference import CLUSTERS
from gate.model.sensitivity import Sensitivity
from gate.model.subject import Workload, by_policies
from gate.pipeline.scopes import rendering, seen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gate.linking.link import Links
    from gate.model.location import Location
    from gate.model.policy import Declaration, DeclaredWorkload
    from gate.model.profile import PlatformProfile
    from gate.model.reader import Subject
    from gate.model.reference import ReferenceKind
    from gate.model.rule import Finding
    from gate.model.sensitivity import Statement
    from gate.model.source import Source
    from gate.pipeline.before import Before
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.reading import Ledger


class Linked:
    """Every subject with nothing deferred; `read` are the files that only links needed."""

    __slots__ = ("_before", "_declarations", "_links", "_users", "read", "subjects")

    def __init__(self, ledger: Ledger, declarations: Declarations, before: Before | None = None) -> None:
        """Link everything the ledger holds; what the subjects said `before` the change still counts."""
        self._declarations = declarations
        self._before = before
        self.read: dict[str, Source] = {}
        unique = {subject.id: subject for subject in reversed(ledger.subjects)}
        found = [unique[subject_id] for subject_id in reversed(unique)]
        aside = [*found, *self._recipes(ledger, found)]
        spoken = {one.path: one for one in (declarations.of(workload.at.path) for workload in _workloads(found))}
        self._links = self._gathered(ledger, aside, spoken.values()) if spoken else {}
        self.subjects = _based([self._linked(one) for one in found])
        self._users: dict[str, list[Workload]] = {}
        by_id = {workload.id: workload for workload in _workloads(self.subjects)}
        for links in self._links.values():
            for image_id, workloads in links.used_by.items():
                self._users.setdefault(image_id, []).extend(by_id[name] for name in workloads if name in by_id)

    @property
    def users(self) -> Mapping[str, Sequence[Workload]]:
        """The workloads that run each image, by its id."""
        return self._users

    def entries(self, subject: Subject, proposed: Declarations | None = None) -> tuple[DeclaredWorkload, ...]:
        """Return the declared workloads that speak of a subject; an image is spoken of with whatever runs it."""
        own = self._entries(subject, proposed)
        users = self._users.get(subject.id, []) if isinstance(subject, Image) else []
        inherited = [entry for user in users for entry in self._entries(user, proposed)]
        return tuple(dict.fromkeys([*own, *inherited]))

    def sensitivity(self, subject: Subject, proposed: Declarations | None = None) -> Sensitivity:
        """Join everything that was said about a subject, or what is `proposed` and said of it now."""
        placement = (proposed or self._declarations).of(subject.at.path).platform.placement
        entries, said = self.entries(subject, proposed), self._said(subject)
        former = self._before.statements(subject) if self._before is not None and proposed is None else ()
        if not entries and not said and not former:
            return Sensitivity({}, (), placement, "", declared=False, statements=())
        from gate.policy.statements import sensitivity

        return sensitivity(entries, said, placement, former)

    def images_given(self, workload: Workload) -> bool:
        """Say whether the built image of every container is judged in this run."""
        links = self._links_of(workload)
        return workload.containers.complete and all(
            isinstance(member, Stated) and any(not image.stages for image, _ in links.images_of(workload, member.value))
            for member in workload.containers.members
        )

    def own_images(self, workload: Workload) -> frozenset[str]:
        """Return those of the images that a workload names which are built from a recipe in the repository."""
        links = self._links_of(workload)
        containers = [one.value for one in workload.containers.members if isinstance(one, Stated)]
        return frozenset(
            one.image.value for one in containers if isinstance(one.image, Stated) and links.images_of(workload, one)
        )

    def deployed(self, image: Image) -> Iterator[Location]:
        """Yield where workloads name an image that they run."""
        for user in self._users.get(image.id, ()):
            links = self._links_of(user)
            for member in user.containers.members:
                if isinstance(member, Stated):
                    images = links.images_of(user, member.value)
                    yield from (member.value.image.at for one, _ in images if one.id == image.id)

    def refusals(self) -> Iterator[Finding]:
        """Yield a finding for every statement that a manifest may not make."""
        for subject in self.subjects:
            if not subject.statements:
                continue
            from gate.pipeline.remarks import about
            from gate.policy.statements import statements_allowed

            for refusal in statements_allowed(subject.statements)[1]:
                text = f"what {subject.name} states is not taken: {refusal.reason}"
                yield about("DCL001", text, refusal.statement.at, subject.id)

    def unmatched(self, paths: list[str], still: frozenset[str] | None) -> Iterator[Finding]:
        """Yield a finding for every declared workload that matches nothing, where all it could match was judged.

        `still` are the names that a change leaves declared, None for all: what it removes with its entry is no mistake.
        """
        matched = {id(entry) for subject in self.subjects for entry in self._entries(subject)}
        for declaration in self._declarations.loaded:
            from gate.policy.selection import below

            if any(below(path, declaration.path) is not None for path in paths):
                for entry in declaration.workloads:
                    if id(entry) not in matched and (still is None or entry.name in still):
                        from gate.pipeline.remarks import about

                        yield about("DCL006", f"the workload {entry.name} speaks of nothing that is there", entry.at)

    def _gathered(
        self, ledger: Ledger, subjects: list[Subject], declarations: Iterable[Declaration]
    ) -> dict[tuple[str, str], Links]:
        """Gather what references may resolve to, as each declaration has it, for what each rendering sees of it."""
        from gate.linking.link import Links, runs_on_docker

        definitions, spoken = [*ledger.definitions], tuple(declarations)
        lacking = _lacking(subjects, ledger, "runtime-class")
        words: dict[ReferenceKind, bytes] = {"runtime-class": b"RuntimeClass"} if lacking else {}
        if any(map(_claims, _workloads(subjects))):
            words |= {"claim": b"PersistentVolumeClaim", "persistent-volume": b"PersistentVolume"}
        if _on_openshift(subjects) or any(
            one.platform.openshift_version or one.platform.openshift_scc for one in spoken
        ):
            words |= {"constraints": b"SecurityContextConstraints", "grant": b"RoleBinding"}
            words |= {"permission": b"securitycontextconstraints", "namespace": b"openshift.io/sa.scc"}
        if _is_sensitive(subjects, spoken) or self._asks_for_segments(subjects):
            words["network-policy"] = b"NetworkPolicy"
        if words:
            found = ledger.elsewhere(words)
            definitions += (one for one in found if one.kind != "runtime-class" or one.name in lacking)
        if lacking or any(one.kind in CLUSTERS for one in definitions):
            from gate.pipeline.clusters import elsewhere

            definitions += elsewhere(ledger)
        if any(map(runs_on_docker, _workloads(subjects))):
            from gate.pipeline.clusters import engines

            definitions += engines(ledger)
        if any(one.platform == "nomad" for one in _workloads(subjects)):
            from gate.pipeline.clusters import clients

            definitions += clients(ledger)
        scopes = {scope: seen(scope, definitions, ledger.renderings) for scope in ("", *ledger.renderings)}
        return {
            (one.path, scope): Links(subjects, inside, rooted_profile(one))
            for one in spoken
            for scope, inside in scopes.items()
        }

    def _asks_for_segments(self, subjects: list[Subject]) -> bool:
        """Say whether a policy requires them of a pod, now or later: then no label decides what is looked for."""
        pods = [one for one in _workloads(subjects) if by_policies(one)]
        if not pods:
            return False
        from gate.needs import UNSEGMENTED

        rulings = (self._declarations.ruling(pod.at.path) for pod in pods)
        policies = (policy for one in rulings for policy in (one.now, *(later for _day, later in one.upcoming)))
        return any(UNSEGMENTED in policy.require for policy in policies)

    def _linked(self, subject: Subject) -> Subject:
        if isinstance(subject, Workload):
            return self._links_of(subject).link(subject)
        if isinstance(subject, Image) and isinstance(subject.user, Deferred):
            from gate.linking.link import on_its_own

            return on_its_own(subject)
        return subject

    def _links_of(self, workload: Workload) -> Links:
        return self._links[self._declarations.of(workload.at.path).path, rendering(workload.at)]

    def _entries(self, subject: Subject, proposed: Declarations | None = None) -> tuple[DeclaredWorkload, ...]:
        declarations = proposed or self._declarations
        speaking = [(place, one) for place, one in declarations.speaking(subject.at.path) if one.workloads]
        if not speaking:
            return ()
        from gate.policy.selection import entries_for

        workload = subject if isinstance(subject, Workload) else None
        return tuple(
            entry
            for place, declaration in speaking
            for entry in entries_for(
                declaration,
                path=place,
                platform=subject.platform,
                kind=workload.kind if workload is not None else type(subject).__name__,
                name=subject.name,
                namespace=workload.namespace if workload is not None else "",
            )
        )

    def _said(self, subject: Subject) -> tuple[Statement, ...]:
        said = list(subject.statements)
        if isinstance(subject, Workload):
            links = self._links_of(subject)
            for member in subject.containers.members:
                container = getattr(member, "value", None)
                images = links.images_of(subject, container) if container is not None else ()
                said += (statement for image, _part in images for statement in image.statements)
        else:
            said += (statement for user in self._users.get(subject.id, []) for statement in user.statements)
        return tuple(dict.fromkeys(said))

    def _recipes(self, ledger: Ledger, subjects: list[Subject]) -> Iterator[Subject]:
        """Read the recipes that workloads are built from and that nobody asked to judge."""
        wanted = [one.name for workload in _workloads(subjects) for one in workload.references if one.kind == "build"]
        for subject in subjects:
            declaration = self._declarations.of(subject.at.path)
            for named in rooted_profile(declaration).images:
                if ledger.files.open(named.value) is None and self._before is None:
                    from gate.model.errors import UsageError

                    remedy = "correct the path, which is relative to the declaration, or remove the entry"
                    raise UsageError(
                        f"the recipe {named.value} of {named.name} is not there", at=named.at, remedy=remedy
                    )
                wanted.append(named.value)
        for path in dict.fromkeys(wanted):
            if path not in ledger.read:
                for found in ledger.recipe(path):
                    source = ledger.files.open(path)
                    if source is not None:
                        self.read[path] = source
                    yield found


def _based(subjects: list[Subject]) -> list[Subject]:
    """Name the bases of built images, where there are several."""
    if sum(isinstance(one, Image) and one.identity is not None for one in subjects) < 2:
        return subjects
    from gate.linking.bases import based

    return based(subjects)


def _workloads(subjects: Iterable[Subject]) -> Iterator[Workload]:
    return (subject for subject in subjects if isinstance(subject, Workload))


def _claims(workload: Workload) -> bool:
    """Say whether a workload mounts what a claim stands for, one of its own included."""
    containers = (one.value for one in workload.containers.members if isinstance(one, Stated))
    mounts = (mount for container in containers for mount in container.exposure.mounts.members)
    return any(isinstance(mount, Stated) and mount.value.claim is not None for mount in mounts)


def _is_sensitive(subjects: list[Subject], declarations: Iterable[Declaration]) -> bool:
    """Say whether a pod may turn out to be one of which it matters what keeps its network apart."""
    said = any(one.workloads or one.platform.placement for one in declarations)
    return any(by_policies(one) and (said or one.statements) for one in _workloads(subjects))


def _on_openshift(subjects: list[Subject]) -> bool:
    """Say whether a workload says by itself that OpenShift runs it."""
    from gate.linking.link import requires_constraints

    return any(
        one.platform == "openshift" or (one.pod is not None and requires_constraints(one.pod))
        for one in _workloads(subjects)
    )


def _lacking(subjects: list[Subject], ledger: Ledger, kind: ReferenceKind) -> frozenset[str]:
    """Return the names that workloads refer to and that nothing that was read defines."""
    known = {definition.name for definition in ledger.definitions if definition.kind == kind}
    references = (reference for workload in _workloads(subjects) for reference in workload.references)
    return frozenset(one.name for one in references if one.kind == kind) - known


def rooted_profile(declaration: Declaration) -> PlatformProfile:
    """Return the profile with its recipes' paths relative to the root instead of to the declaration's folder."""
    profile, folder = declaration.platform, declaration.folder
    if not folder or not profile.images:
        return profile
    return replace(profile, images=tuple(replace(one, value=f"{folder}/{one.value}") for one in profile.images))
