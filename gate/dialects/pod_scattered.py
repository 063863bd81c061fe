"""Custom resources that hold the parts of their pods in several places."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.syntax.tree import Mapping, Node


def pods_of(root: Mapping, group: str, kind: str) -> Iterator[tuple[Mapping, str]] | None:
    """Return the pod templates of an object with what tells each from the others; None for another kind."""
    if group == "argoproj.io":
        from gate.dialects import argo_workflow

        return argo_workflow.pods(root, kind) if kind in argo_workflow.SPECS else None
    if group == "tekton.dev":
        from gate.dialects import tekton

        return tekton.pods(root, kind) if kind in tekton.KINDS else None
    return None


def described_elsewhere(root: Mapping, group: str, kind: str) -> Node | None:
    """Return what an object says of pods that another object describes."""
    if group != "tekton.dev":
        return None
    from gate.dialects.tekton import refers

    return refers(root, kind)


def manifests(root: Mapping, group: str, kind: str) -> Iterator[Node]:
    """Yield the texts that an object hands to the API server as manifests."""
    if group == "argoproj.io":
        from gate.dialects import argo_workflow

        yield from argo_workflow.manifests(root, kind)
