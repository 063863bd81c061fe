"""Kubernetes manifests: whatever starts pods, and the objects that decide what a pod's names mean.

A file is read as kubectl reads it, document by document; one that is broken, or a template that nobody has rendered,
never hides the others.
"""

from __future__ import annotations

import re

from gate.dialects import pod_rendering as rendering
from gate.dialects.pod_definitions import KINDS, defined
from gate.dialects.pod_ignored import misplaced
from gate.dialects.pod_metadata import name_in, plain, statements
from gate.dialects.pod_places import (
    BUILT_IN,
    CLUSTER_KINDS,
    OPTIONAL,
    SCATTERED,
    may_start_pods,
    no_template,
    part_of,
    places_of,
    walk,
)
from gate.dialects.pod_scattered import described_elsewhere, manifests, pods_of
from gate.dialects.pod_spec import PodReader, lacks_images, refusal
from gate.dialects.pod_storage import claimed
from gate.dialects.reading import Fields
from gate.dialects.resource_claims import KUBERNETES as RESOURCES
from gate.dialects.resource_claims import is_terraform, mentions
from gate.model.coverage import Skipped
from gate.model.errors import InputError, UnrenderedError
from gate.model.profile import OF_PODS
from gate.model.reader import Reader, Reading
from gate.model.record import replace
from gate.model.reference import Reference
from gate.model.workload import Build, Workload
from gate.syntax.document import UTF16
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence
from gate.syntax.yaml import documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.reference import Definition
    from gate.model.source import Source, Sources
    from gate.model.workload import Doubt, IgnoredKey
    from gate.syntax.document import Document
    from gate.syntax.tree import Node

#: Groups of OpenShift's templates.
TEMPLATES = frozenset({"", "template.openshift.io"})

TEMPLATE = "is a template that nobody has rendered"
RENDER = "render it (--render for charts and customizations; oc process) and check the result"

#: What only OpenShift runs.
OPENSHIFT = "apps.openshift.io/"

#: Characters of manifests within others that are read of one file, with all that stands before each of them.
MAX_EMBEDDED = 16 * 1024 * 1024

#: Lists may hold lists; deeper than this nobody means it.
MAX_LISTS = 8

#: An escape inside of a quoted key, which could spell anything.
_ESCAPED_KEY = rb"\\[xuU\r\n][^\"]{0,200}\"\s{0,200}:"


def claims(source: Source) -> bool:
    """Claim a file with a document that has an `apiVersion` and a `kind`, or would have them were it readable."""
    if is_terraform(source.path):
        return mentions(source, RESOURCES)
    if not _may_be_ours(source.data):
        return False
    return any(
        _identity(document.root) is not None or (document.error is not None and rendering.resembles(source, document))
        for document in documents(source)
    )


def _may_be_ours(data: bytes) -> bool:
    """Look for the two keys, also in the encoding that is refused later, and for a key that an escape disguises."""
    if data.startswith(UTF16):
        data = data.replace(b"\0", b"")
    return (b"apiVersion" in data and b"kind" in data) or re.search(_ESCAPED_KEY, data) is not None


def read(source: Source, sources: Sources) -> Reading:
    """Read every object of the file."""
    return _File(source, sources).reading()


READER = Reader("kubernetes", OF_PODS, claims, read)


def _identity(root: Node | None) -> tuple[str, str] | None:
    """Return the group and the kind of an object; None for what is none. A kind nobody can know is empty."""
    if not isinstance(root, Mapping):
        return None
    version, kind = root.get("apiVersion"), root.get("kind")
    if not _is_text(version) or not _is_text(kind):
        return None
    return _text(version).rpartition("/")[0], _text(kind)


def _is_text(node: Node | None) -> bool:
    return isinstance(node, Opaque) or (isinstance(node, Scalar) and isinstance(node.value, str))


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


class _File:
    """One file on its way to becoming a reading."""

    __slots__ = (
        "_budget",
        "_ids",
        "_unrendered",
        "_within_template",
        "definitions",
        "problems",
        "skipped",
        "source",
        "sources",
        "subjects",
    )

    def __init__(self, source: Source, sources: Sources) -> None:
        self.source = source
        self.sources = sources
        self.subjects: list[Workload] = []
        self.definitions: list[Definition] = []
        self.problems: list[InputError] = []
        self.skipped: list[Skipped] = []
        self._budget = MAX_EMBEDDED
        self._ids: dict[str, int] = {}
        self._unrendered = False
        self._within_template = False

    def reading(self) -> Reading:
        """Read all documents; what is in one of a template that can be read is judged all the same."""
        named = rendering.is_named_template(self.source)
        template = named or rendering.is_chart_template(self.source, self.sources)
        if is_terraform(self.source.path):
            self._module()
        for document in documents(self.source) if not is_terraform(self.source.path) else ():
            if template and rendering.may_matter(self.source, document):
                self._problem(UnrenderedError(TEMPLATE, at=document.at, remedy=RENDER))
            if not named:
                self._document(document, 0, template=template)
        return Reading(tuple(self.subjects), tuple(self.definitions), tuple(self.problems), tuple(self.skipped))

    def _module(self) -> None:
        """Read the objects that a file of Terraform makes."""
        from gate.dialects.kubernetes_terraform import made

        found = made(self.source, self.sources)
        self.skipped += found.skipped
        self.problems += found.problems
        for root in found.objects:
            self._object(root, [], 0)

    def _document(self, document: Document, depth: int, *, template: bool) -> None:
        if document.error is not None:
            self._broken(document, document.error, template=template)
        elif document.root is not None:
            self._object(document.root, [], depth)

    def _broken(self, document: Document, error: InputError, *, template: bool) -> None:
        """Keep the error, unless it is about a template: of one that starts no pods nothing need be said."""
        unrendered = isinstance(error, UnrenderedError)
        if not template and (not unrendered or rendering.may_matter(self.source, document)):
            self._problem(error)

    def _problem(self, error: InputError) -> None:
        """Keep an error; that a file is not rendered is said once."""
        unrendered = isinstance(error, UnrenderedError)
        if not (unrendered and self._unrendered):
            self.problems.append(error)
        self._unrendered |= unrendered

    def _object(self, root: Node, doubts: list[Doubt], depth: int, default: tuple[str, str] | None = None) -> None:
        """Read one object; `default` are the group and kind of what a list does not say of its members."""
        found = _identity(root) or (default if isinstance(root, Mapping) else None)
        if found is not None:
            self._identified(Fields(root, root, doubts), *found, depth)
        elif may_start_pods(root) or (depth and isinstance(root, Scalar | Sequence)):
            remedy = "write both, or move it to a file that is no manifest"
            self.problems.append(InputError("has no `apiVersion` and `kind`", at=root.at, remedy=remedy))

    def _identified(self, fields: Fields, group: str, kind: str, depth: int) -> None:
        for name in ("apiVersion", "kind", "metadata"):
            fields.get(name)
        places = places_of(group, kind)
        if places:
            for place in places:
                self._workloads(fields, kind, place, several=len(places) > 1)
        elif kind.endswith("List") and isinstance(fields.get("items"), Sequence):
            self._list(fields, group, kind, depth)
        elif (group, kind) in KINDS:
            self.definitions += defined(fields, group, kind)
        elif (group, kind) in CLUSTER_KINDS:
            from gate.dialects.clusters_objects import clusters

            self.definitions += clusters(fields, kind)
        elif kind == "Template" and group in TEMPLATES and fields.node is not None:
            self._template(fields, fields.node, depth)
        elif not self._scattered(fields, group, kind, depth):
            self._strange(fields, group, kind)

    def _template(self, fields: Fields, node: Mapping, depth: int) -> None:
        """Read the objects of a template of OpenShift, its parameters filled in."""
        from gate.dialects.openshift_template import objects

        if depth >= MAX_LISTS:
            self.problems.append(InputError("is a template within too many lists", at=fields.at, remedy="flatten it"))
            return
        within, self._within_template = self._within_template, True
        for one in objects(node):
            self._object(one, [*fields.doubts], depth + 1)
        self._within_template = within

    def _scattered(self, fields: Fields, group: str, kind: str, depth: int) -> bool:
        """Read the kinds whose pods have to be put together first, and machines; say whether it is one."""
        root = fields.node
        if root is None or group not in SCATTERED:
            return False
        found = pods_of(root, group, kind)
        if found is None:
            return self._machine(fields, group, kind)
        for template, part in found:
            self._found(fields, Fields(template, template, fields.doubts), kind, part)
        elsewhere = described_elsewhere(root, group, kind)
        if elsewhere is not None:
            cause = f"is a {kind} whose pods are described elsewhere"
            self.problems.append(UnrenderedError(cause, at=elsewhere.at, remedy="write the task out in the run"))
        for text in manifests(root, group, kind):
            self._embedded(text, depth)
        return True

    def _embedded(self, node: Node, depth: int) -> None:
        """Read a manifest that an object hands over as a text."""
        from gate.dialects.pod_embedded import within

        found = within(node, self._budget) if depth < MAX_LISTS else None
        read, self._budget = found or ([], self._budget)
        filled = "{{" in node.source.text[node.start : node.end]
        if found is None or (filled and any(one.error is not None for one in read)):
            cause = "hands over a manifest that is put together when it runs"
            self.problems.append(UnrenderedError(cause, at=node.at, remedy="write it as a block (`|`) of its own"))
        for document in read:
            self._document(document, depth + 1, template=filled)

    def _machine(self, fields: Fields, group: str, kind: str) -> bool:
        from gate.dialects.kubevirt import PLACES, workload

        place = PLACES.get((group, kind))
        if place is None:
            return False
        for way, _ in walk(fields, place):
            problem = no_template(way, place)
            if problem is not None:
                self.problems.append(problem)
                continue
            metadata = fields.sub("metadata")
            name, namespace = name_in(metadata), plain(metadata.text("namespace"))
            machine = workload(way[-1], self._id(namespace, kind, name, ""), name, namespace, kind)
            self.subjects.append(replace(machine, at=fields.at, statements=tuple(statements(way))))
        return True

    def _found(self, fields: Fields, template: Fields, kind: str, part: str) -> None:
        """Keep the pod of a template that had to be looked for."""
        problem = refusal(template)
        if problem is None:
            self.subjects.append(self._workload([fields, template], kind, part))
        else:
            self.problems.append(problem)

    def _list(self, fields: Fields, group: str, kind: str, depth: int) -> None:
        """Read the members of a list; in a typed one they may leave out what the list says."""
        if depth >= MAX_LISTS:
            self.problems.append(InputError("is a list within too many lists", at=fields.at, remedy="flatten it"))
            return
        default = None if kind == "List" else (group, kind.removesuffix("List"))
        for node in fields.items("items").nodes:
            self._object(node, [*fields.doubts], depth + 1, default)

    def _strange(self, fields: Fields, group: str, kind: str) -> None:
        """Say of an object of another kind why what it may start is not judged."""
        reason = rendering.unjudged(fields, group)
        if reason:
            self.skipped.append(Skipped(fields.at, reason))
        elif group in rendering.STARTING_NOTHING or not may_start_pods(fields.owner, bare=True):
            return
        elif not kind:
            self._problem(UnrenderedError(TEMPLATE, at=fields.at, remedy=RENDER))
        elif self._left_of_shape(fields, kind):
            cause = f"{kind[:60]} of group {group[:80] or 'core'} may start pods, and the gate does not know this kind"
            remedy = "check the pods that it makes (kubectl get pods -o yaml), or take it out of what is judged"
            self.problems.append(UnrenderedError(cause, at=fields.at, remedy=remedy))

    def _left_of_shape(self, fields: Fields, kind: str) -> bool:
        """Read what has the shape of a pod template in a kind that nobody knows; say whether containers are left."""
        from gate.dialects.pod_shapes import pods_by_shape

        if fields.node is None:
            return True
        found, left = pods_by_shape(fields.node)
        for template, place in found:
            self._found(fields, Fields(template, template, fields.doubts), kind, place if len(found) > 1 else "")
        return left

    def _workloads(self, fields: Fields, kind: str, place: tuple[str, ...], *, several: bool) -> None:
        """Read every template; a patch is one of its own where it could be applied as it is, so that none can hide."""
        patch = fields.has("$patch") or rendering.is_patch(self.source, self.sources)
        if patch:
            self._problem(UnrenderedError("is a patch that only kustomize can apply", at=fields.at, remedy=RENDER))
        for way, part in walk(fields, place):
            template = way[-1]
            if not template.present and kind in OPTIONAL:
                continue
            problem = no_template(way, place) or refusal(template)
            if problem is None and not (patch and lacks_images(template)):
                self.subjects.append(self._workload(way, kind, part or (part_of(place) if several else "")))
            elif problem is not None and not patch:
                self.problems.append(problem)

    def _workload(self, way: list[Fields], kind: str, part: str) -> Workload:
        top, template = way[0], way[-1]
        metadata = top.sub("metadata")
        name = name_in(metadata)
        namespace = plain(metadata.text("namespace"))
        pod = PodReader(template, claimed(top, namespace), namespace)
        return Workload(
            self._id(namespace, kind, name, part),
            f"{name}/{part}" if part else name,
            namespace,
            kind,
            "openshift"
            if self._within_template or plain(top.text("apiVersion")).startswith(OPENSHIFT)
            else "kubernetes",
            top.at,
            pod.os(),
            pod.containers(),
            pod.namespaces(),
            pod.sandbox(),
            pod.placement(),
            pod.credentials(),
            Build.inapplicable("a manifest names an image that is already built", top.at),
            tuple(_references(pod, metadata, namespace)),
            tuple(statements(way)),
            tuple(_ignored(way, kind, pod)),
            tuple(top.doubts),
            pod.pod,
            segments=pod.segments(),
        )

    def _id(self, namespace: str, kind: str, name: str, part: str) -> str:
        """Return an id that the file has only once: of two objects of one name both are judged."""
        parts = [part for part in (namespace, kind, name, part) if part]
        found = f"{self.source.path}#{'/'.join(parts)}"
        count = self._ids[found] = self._ids.get(found, 0) + 1
        return found if count == 1 else f"{found}@{count}"


def _references(pod: PodReader, metadata: Fields, namespace: str) -> Iterator[Reference]:
    yield from pod.references(namespace)
    if namespace:
        yield Reference("namespace", namespace, metadata.at_of("namespace"))


def _ignored(way: list[Fields], kind: str, pod: PodReader) -> Iterator[IgnoredKey]:
    """Yield what is dropped in the pod, and what was meant for it and stands in the object around it."""
    if kind in BUILT_IN:
        for fields in way[:-1]:
            yield from misplaced(fields, frozenset())
    yield from pod.ignored()
