"""What the tests of YAML ask of a text."""

from __future__ import annotations

from typing import Any

from gate.model.source import Source
from gate.syntax.tree import Mapping, Node, Opaque, Scalar, Sequence
from gate.syntax.yaml import KUBERNETES, Document, documents


def read(text: str | bytes, dialect: str = KUBERNETES) -> list[Document]:
    return documents(Source("a.yaml", text if isinstance(text, bytes) else text.encode()), dialect)


def only(text: str | bytes, dialect: str = KUBERNETES) -> Node:
    (document,) = read(text, dialect)
    assert document.error is None, document.error
    assert document.root is not None
    return document.root


def entries(text: str, dialect: str = KUBERNETES) -> dict[str, Node]:
    root = only(text, dialect)
    assert isinstance(root, Mapping)
    return root.entries


def value(node: Node | None) -> Any:
    if isinstance(node, Mapping):
        return {name: value(inner) for name, inner in node.entries.items()}
    if isinstance(node, Sequence):
        return [value(item) for item in node.items]
    if isinstance(node, Opaque):
        return Opaque
    return node.value if isinstance(node, Scalar) else None


def doubts(node: Node | None) -> list[str]:
    found = [node.doubt] if node is not None and node.doubt else []
    if isinstance(node, Mapping):
        found += [doubt for inner in (*node.keys.values(), *node.entries.values()) for doubt in doubts(inner)]
    if isinstance(node, Sequence):
        found += [doubt for item in node.items for doubt in doubts(item)]
    return found


def refusal(text: str | bytes, dialect: str = KUBERNETES) -> str:
    (document,) = read(text, dialect)
    assert document.root is None
    assert document.error is not None
    return document.error.cause


def slice_of(node: Node) -> str:
    return node.source.text[node.start : node.end]
