"""Finds pod templates by their shape, in kinds that nobody has listed: a `spec` with a list of containers."""

from __future__ import annotations

from gate.dialects.pod_assembled import MAX_PODS
from gate.dialects.pod_places import has_image, may_start_pods
from gate.syntax.tree import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.syntax.tree import Node


def pods_by_shape(root: Mapping) -> tuple[list[tuple[Mapping, str]], bool]:
    """Return the pod templates with where they stand, and whether there are containers outside of all of them."""
    found: list[tuple[Mapping, str]] = []
    seen: set[int] = set()
    left = False
    waiting: list[tuple[Node, tuple[str, ...]]] = [(root, ())]
    while waiting:
        node, place = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            if len(found) < MAX_PODS and _is_template(node):
                found.append((node, ".".join(place)))
                rest = [(name, inner) for name, inner in node.items() if name not in ("spec", "metadata")]
            else:
                rest = [*node.items()]
                left |= may_start_pods(node, deep=False)
            waiting += [(inner, (*place, name)) for name, inner in reversed(rest)]
        elif isinstance(node, Sequence):
            waiting += [(inner, (*place, str(index))) for index, inner in reversed([*enumerate(node.items)])]
    return found, left


def _is_template(node: Mapping) -> bool:
    spec = node.get("spec")
    containers = spec.get("containers") if isinstance(spec, Mapping) else None
    return isinstance(containers, Sequence) and has_image(containers)
