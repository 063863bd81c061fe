"""What BuildKit attests of a build in the layout it writes: when the build ended.

Sources: BuildKit `docs/attestations`; SLSA provenance v0.2 and v1.
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
