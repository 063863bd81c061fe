"""What stands beside an image about its build: when that ended, as BuildKit attests it, and when the image was made.

Sources: BuildKit `docs/attestations`; SLSA provenance v0.2 and v1; OCI image-spec 1.1 `annotations.md`.
"""

from __future__ import annotations

from gate.dialects.written_times import rfc3339
from gate.model.contents import Trace
from gate.syntax.json import parse
from gate.syntax.tree import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source
    from gate.syntax.tree import Node

#: Where the two versions of the predicate say it.
_ENDS = (("metadata", "buildFinishedOn"), ("runDetails", "metadata", "finishedOn"))

CREATED = "org.opencontainers.image.created"


def annotated(annotations: dict[str, Scalar]) -> Iterator[Trace]:
    """Yield when the annotations of a manifest say that the image was made."""
    node = annotations.get(CREATED)
    second = rfc3339(node.text) if node is not None else None
    if node is not None and second is not None:
        yield Trace("annotation", second, CREATED, None, node.at)


def finished(statement: Source) -> Iterator[Trace]:
    """Yield when a build ended, from one in-toto statement; nothing from what says nothing of it."""
    root = parse(statement).root
    predicate = root.get("predicate") if isinstance(root, Mapping) else None
    for path in _ENDS:
        node: Node | None = predicate
        for name in path:
            node = node.get(name) if isinstance(node, Mapping) else None
        second = rfc3339(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else None
        if second is not None and node is not None:
            yield Trace("provenance", second, path[-1], None, node.at)
