"""Plain values out of the trees of pipelines and bots' configurations, and the one record they are turned into."""

from __future__ import annotations

from gate.model.record import Record
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.cadence_builds import Build
    from gate.model.cadence import Keeper
    from gate.model.source import Source
    from gate.syntax.tree import Node


class Scheduled(Record):
    """A build that runs on a schedule, with what to say of it."""

    build: Build
    keeper: Keeper


def root_of(source: Source) -> Mapping | None:
    """Return the mapping that a YAML file holds; None for a file that its service would refuse."""
    from gate.syntax.yaml import COMPOSE, documents

    found = documents(source, COMPOSE)
    root = found[0].root if found and found[0].error is None else None
    return root if isinstance(root, Mapping) else None


def objects(source: Source) -> Iterator[Mapping]:
    """Yield the objects of a manifest of Kubernetes, those of its lists too."""
    from gate.syntax.yaml import documents

    for document in documents(source):
        root = document.root
        if document.error is None and isinstance(root, Mapping):
            items = members_of(root.get("items"))
            yield from (one for one in items if isinstance(one, Mapping)) if items else (root,)


def at_path(node: Node | None, *names: str) -> Node | None:
    """Return what stands below some keys; None where there is none."""
    for name in names:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def text_of(node: Node | None) -> str:
    """Return the text of a scalar; empty for anything else."""
    return node.text if isinstance(node, Scalar) else ""


def texts_of(node: Node | None) -> list[str]:
    """Return a text, or the texts of a list."""
    if isinstance(node, Sequence):
        return [one.text for one in node.items if isinstance(one, Scalar)]
    return [node.text] if isinstance(node, Scalar) and node.value is not None else []


def members_of(node: Node | None) -> list[Node]:
    """Return the members of a list; none of anything else."""
    return node.items if isinstance(node, Sequence) else []


def entries_of(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Yield the keys and values of a mapping; none of anything else."""
    if isinstance(node, Mapping):
        yield from node.entries.items()


def is_off(node: Node | None) -> bool:
    """Say whether something is switched off: `false`, as a boolean."""
    return isinstance(node, Scalar) and node.value is False
