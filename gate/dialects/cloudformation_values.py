"""The values that CloudFormation's functions take and return, each at the place where it comes about."""

from __future__ import annotations

from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from gate.syntax.tree import Node

    class Context(Protocol):
        """What a function may ask of the template that calls it."""

        def value(self, node: Node, depth: int) -> Node:
            """Return what a node comes to."""

        def named(self, name: str, node: Node) -> Node:
            """Return what a name stands for, at the place of what refers to it."""

        def condition(self, name: str) -> bool | str:
            """Return whether a condition holds, or why that is not known."""

        def section(self, name: str) -> Mapping | None:
            """Return a section of the template."""

        def grown(self, size: int) -> None:
            """Count characters that were built."""


class Resource(Opaque):
    """A reference to another resource of the template, whose name or attribute only the deployment knows."""

    __slots__ = ("name",)

    name: str


class Stored(Opaque):
    """A value of the parameter store, by its name there."""

    __slots__ = ("path",)

    path: str


class Absent(Scalar):
    """What `AWS::NoValue` leaves: nothing, not even the key."""

    __slots__ = ()


def absent(node: Node) -> Absent:
    """Return nothing, at the place of what says so."""
    return Absent(node.source, node.start, node.end, None, "")


def resource(node: Node, name: str) -> Resource:
    """Return a reference to a resource, at the place of what refers to it."""
    found = Resource(node.source, node.start, node.end, f"`{name[:80]}` is only known when the stack is made")
    found.name = name
    return found


def at(node: Node, reason: str) -> Opaque:
    """Return what cannot be known, at a place."""
    return Opaque(node.source, node.start, node.end, reason)


def scalar(node: Node, text: str) -> Scalar:
    """Return a text that came about at a place."""
    return Scalar(node.source, node.start, node.end, text, text, True)


def spelled(node: Scalar) -> str:
    """Return a scalar as the text that CloudFormation compares and joins."""
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return node.value if isinstance(node.value, str) else node.text


def text_of(node: Node | None) -> str:
    """Return the text of a scalar; empty for anything else."""
    return spelled(node) if isinstance(node, Scalar) and node.value is not None else ""


def untagged(node: Node) -> Node:
    """Return the node without its tag, and without the doubt that a tag is to other readers."""
    if isinstance(node, Scalar):
        return Scalar(node.source, node.start, node.end, node.value, node.text, node.quoted)
    if isinstance(node, Sequence):
        return Sequence(node.source, node.start, node.end, node.items, node.doubt)
    if isinstance(node, Mapping):
        return Mapping(node.source, node.start, node.end, node.entries, node.keys, node.doubt)
    return node
