"""What in a cluster moves on the images of a manifest, as the manifest and the objects of the controllers say it.

Sources: Flux documentation, image automation guide: the marker on the line of an image names the policy that picks its
tag, and an ImageUpdateAutomation of the same namespace writes it below its `update.path`; Keel documentation, policies,
triggers and approvals.
"""

from __future__ import annotations

import re

from gate.dialects.cadence_tree import at_path, entries_of, members_of, objects, text_of
from gate.dialects.image_name import parse
from gate.model.cadence import Keeper
from gate.model.record import Record
from gate.syntax.tree import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from gate.model.image_name import ImageName
    from gate.model.source import Source
    from gate.syntax.tree import Mapping, Node

    #: Objects by their kind, name and namespace.
    Named: TypeAlias = dict[tuple[str, str, str], list[Mapping]]

#: What a manifest holds that lets something move its images on.
_MARKS = (b"$imagepolicy", b"keel.sh/")

#: Levels below an object that are searched for images.
MAX_DEPTH = 20

_MARKER = re.compile(
    r"""["']?[ \t]+#[ \t]*\{[ \t]*"\$imagepolicy"[ \t]*:[ \t]*"([^":\n]{1,100}):([^":\n]{1,100})(:\w{1,20})?"[ \t]*\}"""
)

#: What Keel watches, and its policies; it takes any other for `never`.
_KEEL_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob"})
_KEEL_POLICIES = frozenset({"all", "major", "minor", "patch", "force"})
_KEEL_PATTERNS = ("glob:", "regexp:")


class Controllers(Record):
    """What is in sight of the controllers of a cluster.

    `automations` are the namespaces and paths that Flux writes to, `policies` its namespaces and names of policies;
    `keel` says that something runs Keel.
    """

    automations: frozenset[tuple[str, str]] = frozenset()
    policies: frozenset[tuple[str, str]] = frozenset()
    keel: bool = False


def controllers(sources: Iterable[Source]) -> Controllers:
    """Gather what some manifests say of controllers; an automation that is suspended writes nothing."""
    automations, policies, keel = set(), set(), False
    for source in sources:
        for found in objects(source):
            kind, namespace = text_of(found.get("kind")), text_of(at_path(found, "metadata", "namespace"))
            if kind == "ImagePolicy":
                policies.add((namespace, text_of(at_path(found, "metadata", "name"))))
            elif kind == "ImageUpdateAutomation" and text_of(at_path(found, "spec", "suspend")) != "true":
                automations.add((namespace, text_of(at_path(found, "spec", "update", "path"))))
            elif kind in _KEEL_KINDS:
                keel = keel or any(_repository(one).endswith("/keelhq/keel") for one in _images(found, 0))
    return Controllers(frozenset(automations), frozenset(policies), keel)


def named(source: Source) -> Named:
    """Return the objects of a file by what names them, where something in it may say who moves images on."""
    found: Named = {}
    for one in objects(source) if any(mark in source.data for mark in _MARKS) else ():
        name, namespace = (text_of(at_path(one, "metadata", key)) for key in ("name", "namespace"))
        found.setdefault((text_of(one.get("kind")), name, namespace), []).append(one)
    return found


def keepers(source: Source, found: list[Mapping], name: ImageName, known: Controllers) -> Iterator[Keeper]:
    """Yield what moves on an image that a workload names, where one object of the file is that workload."""
    if len(found) == 1:
        yield from _flux(source, found[0], name.repository, known)
        yield from _keel(found[0], name, known)


def _images(node: Node, depth: int) -> Iterator[Scalar]:
    """Yield the images that an object names."""
    for name, below in entries_of(node) if depth < MAX_DEPTH else ():
        if name == "image" and isinstance(below, Scalar):
            yield below
        yield from _images(below, depth + 1)
    for one in members_of(node) if depth < MAX_DEPTH else ():
        yield from _images(one, depth + 1)


def _repository(image: Scalar) -> str:
    name = parse(image.text)
    return name.repository if name is not None else ""


def _flux(source: Source, found: Mapping, repository: str, known: Controllers) -> Iterator[Keeper]:
    """Yield the markers; each line of the image has to have one."""
    images = [one for one in _images(found, 0) if _repository(one) == repository]
    markers = [marker for one in images if (marker := _MARKER.match(source.text, one.end)) is not None]
    for marker in markers:
        doubt = _unwritten(source.path, marker, known)
        if len(markers) < len(images):
            doubt = "another line names the image without a marker"
        start = marker.start() + marker[0].index("#")
        yield Keeper("Flux", "bump", source.location(start, marker.end()), doubt=doubt)


def _unwritten(path: str, marker: re.Match[str], known: Controllers) -> str:
    """Say why it is not certain that Flux writes what a marker asks for; empty where it is."""
    namespace, policy, part = marker.groups()
    if part:
        return "its marker writes a part of the image's name alone"
    written = [to.removeprefix("./").rstrip("/") for at, to in known.automations if at == namespace]
    if not any(to in ("", ".") or path.startswith(f"{to}/") for to in written):
        return "the ImageUpdateAutomation that writes the change is not in sight"
    return "" if (namespace, policy) in known.policies else f"the ImagePolicy {namespace}/{policy} is not in sight"


def _keel(found: Mapping, name: ImageName, known: Controllers) -> Iterator[Keeper]:
    """Yield the policy of an object, which stands in its labels or its annotations."""
    metadata = found.get("metadata")
    said = dict([*entries_of(at_path(metadata, "labels")), *entries_of(at_path(metadata, "annotations"))])
    policy = said.get("keel.sh/policy")
    text = text_of(policy)
    is_known = text in _KEEL_POLICIES or text.startswith(_KEEL_PATTERNS)
    if policy is None or not is_known or text_of(found.get("kind")) not in _KEEL_KINDS:
        return
    doubt = "" if known.keel else "what runs Keel is not in sight"
    if name.digest:
        doubt = "its documentation does not say that it moves on digests"
    if text_of(said.get("keel.sh/trigger")) != "poll":
        doubt = "it waits until a registry tells it, which no file shows"
    if text_of(said.get("keel.sh/approvals")) not in ("", "0"):
        doubt = "somebody has to approve of each change"
    yield Keeper("Keel", "bump", policy.at, doubt=doubt)
