"""What stands beside an image about its build: when that ended, as BuildKit attests it, and when the image was made.

Sources: BuildKit `docs/attestations`; SLSA provenance v0.2 and v1; OCI image-spec 1.1 `annotations.md`.
"""

from __future__ import annotations

from gate.dialects import image_name, purl
from gate.dialects.written_times import rfc3339
from gate.model.contents import Trace
from gate.model.evidence import Stated
from gate.syntax.json import parse
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.image import ImageName
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.tree import Node

#: Where the two versions of the predicate say it.
_ENDS = (("metadata", "buildFinishedOn"), ("runDetails", "metadata", "finishedOn"))

#: Where they list what the build used.
_USED = (("materials",), ("buildDefinition", "resolvedDependencies"))

#: What BuildKit lists of itself: the frontend that a recipe asks for.
_FRONTEND = "docker.io/docker/dockerfile"

CREATED = "org.opencontainers.image.created"


def annotated(annotations: dict[str, Scalar]) -> Iterator[Trace]:
    """Yield when the annotations of a manifest say that the image was made."""
    node = annotations.get(CREATED)
    second = rfc3339(node.text) if node is not None else None
    if node is not None and second is not None:
        yield Trace("annotation", second, CREATED, None, node.at)


def finished(statement: Source) -> Iterator[Trace]:
    """Yield when a build ended, from one in-toto statement; nothing from what says nothing of it."""
    for path in _ENDS:
        node = _at(statement, path)
        second = rfc3339(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else None
        if second is not None and node is not None:
            yield Trace("provenance", second, path[-1], None, node.at)


def base(statements: Iterable[Source]) -> Stated[ImageName] | None:
    """Return the one image that a build used; None where there are several, any of which may be the base, or none."""
    found: dict[str, Stated[ImageName] | None] = {}
    for statement in statements:
        for path in _USED:
            listed = _at(statement, path)
            for node in listed.items if isinstance(listed, Sequence) else ():
                uri = node.get("uri") if isinstance(node, Mapping) else None
                text = uri.value if isinstance(uri, Scalar) and isinstance(uri.value, str) else ""
                used = purl.parse(text)
                if uri is not None and used is not None and used.type == "docker":
                    found[text.partition("?")[0]] = _image(used, uri.at)
    images = [one for one in found.values() if one is None or one.value.repository != _FRONTEND]
    return images[0] if len(images) == 1 else None


def _image(used: purl.Purl, at: Location) -> Stated[ImageName] | None:
    path = f"{used.namespace}/{used.name}" if used.namespace else used.name
    name = image_name.parse(f"{path}:{used.version}" if used.version else path)
    return None if name is None else Stated(name, at)


def _at(statement: Source, path: tuple[str, ...]) -> Node | None:
    root = parse(statement).root
    node = root.get("predicate") if isinstance(root, Mapping) else None
    for name in path:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node
