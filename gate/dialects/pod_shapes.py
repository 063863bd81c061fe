"""Finds pod templates by their shape, in kinds that nobody has listed: a `spec` with a list of containers.

Operators take containers without an image, and init containers alone, and add what is theirs.
"""

from __future__ import annotations

from gate.dialects.pod_assembled import MAX_PODS, assemble
from gate.dialects.pod_places import has_image, is_bare, may_start_pods
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
            template = _template(node) if len(found) < MAX_PODS else None
            if template is not None:
                found.append((template, ".".join(place)))
                rest = [(name, inner) for name, inner in node.items() if name not in ("spec", "metadata")]
            else:
                rest = [*node.items()]
                left |= may_start_pods(node, deep=False, bare=True)
            waiting += [(inner, (*place, name)) for name, inner in reversed(rest)]
        elif isinstance(node, Sequence):
            waiting += [(inner, (*place, str(index))) for index, inner in reversed([*enumerate(node.items)])]
    return found, left


def _template(node: Mapping) -> Mapping | None:
    """Return the pod template that a mapping is; one of init containers alone is read as one of containers."""
    spec = node.get("spec")
    if not isinstance(spec, Mapping):
        return None
    containers, before = spec.get("containers"), spec.get("initContainers")
    if isinstance(containers, Sequence) and containers.items:
        return node if has_image(containers) or is_bare(containers) or has_image(before) or is_bare(before) else None
    if not isinstance(before, Sequence) or not (has_image(before) or is_bare(before)):
        return None
    parts = {name: inner for name, inner in spec.items() if name != "initContainers"}
    return assemble(node, {"metadata": node.get("metadata"), "spec": assemble(spec, {**parts, "containers": before})})
