"""The values of HCL: how they come about at a place, convert to each other and compare."""

from __future__ import annotations

from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from tree_sitter import Node as Syntax

    from gate.syntax.hcl import Document
    from gate.syntax.tree import Node

    #: The expression that a value comes from.
    Place: TypeAlias = tuple[Document, Syntax]


class Partial(Opaque):
    """A text whose beginning is known."""

    __slots__ = ("prefix",)
    prefix: str


def opaque(place: Place, reason: str) -> Opaque:
    """Return what cannot be known at a place."""
    document, node = place
    return Opaque(document.source, *document.region(node), reason)


def partial(place: Place, reason: str, prefix: str) -> Opaque:
    """Return a text of which only the beginning can be known."""
    document, node = place
    result = Partial(document.source, *document.region(node), reason)
    result.prefix = prefix
    return result


def scalar(place: Place, value: str | float | bool | None, *, quoted: bool = False) -> Scalar:
    """Return a value that came about at a place."""
    document, node = place
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Scalar(document.source, *document.region(node), value, _spelling(value), quoted)


def _spelling(value: str | float | bool | None) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def spelled(node: Scalar) -> str:
    """Return a key as the string it is converted to."""
    return _spelling(node.value)


def as_string(node: Node) -> str | None:
    """Convert a scalar to a string, as HCL does; None for null and for collections."""
    return None if not isinstance(node, Scalar) or node.value is None else _spelling(node.value)


def as_boolean(node: Node) -> bool | None:
    """Convert a scalar to a boolean, as HCL does."""
    if not isinstance(node, Scalar):
        return None
    if isinstance(node.value, bool):
        return node.value
    return (
        {"true": True, "1": True, "false": False, "0": False}.get(node.value) if isinstance(node.value, str) else None
    )


def as_number(node: Node) -> int | float | None:
    """Convert a scalar to a number, as HCL does."""
    if not isinstance(node, Scalar) or isinstance(node.value, bool) or node.value is None:
        return None
    return parsed_number(node.value) if isinstance(node.value, str) else node.value


def whole_number(node: Node) -> int | None:
    """Convert a scalar to a whole number."""
    number = as_number(node)
    return number if isinstance(number, int) else None


def parsed_number(text: str) -> int | float | None:
    """Read a number; whole ones stay exact, and what does not fit a float is not read."""
    if len(text) > 40 or not text.isascii() or "_" in text or not text[-1:].isdigit():
        return None
    try:
        number = float(text)
        return int(text) if text.lstrip("-").isdigit() else int(number) if number.is_integer() else number
    except (ValueError, OverflowError):
        return None


def equal(left: Node, right: Node) -> bool | None:
    """Compare as HCL does: values of different types differ; None when something in them is not known."""
    pending = [(left, right)]
    answer: bool | None = True
    while pending:
        one, other = pending.pop()
        if isinstance(one, Opaque) or isinstance(other, Opaque):
            answer = None
        elif isinstance(one, Scalar) and isinstance(other, Scalar):
            if (_kind(one), one.value) != (_kind(other), other.value):
                return False
        elif isinstance(one, Sequence) and isinstance(other, Sequence) and len(one.items) == len(other.items):
            pending += zip(one.items, other.items, strict=True)
        elif isinstance(one, Mapping) and isinstance(other, Mapping) and one.entries.keys() == other.entries.keys():
            pending += [(one.entries[key], other.entries[key]) for key in one.entries]
        else:
            return False
    return answer


def reason_of(*nodes: Node) -> str:
    """Say why a result is not known: because of the first part that is not."""
    pending, seen = list(nodes), set[int]()
    while pending:
        node = pending.pop(0)
        if id(node) in seen:
            continue
        # A value may stand in many places.
        seen.add(id(node))
        if isinstance(node, Opaque):
            return node.reason
        if isinstance(node, Sequence):
            pending += node.items
        elif isinstance(node, Mapping):
            pending += node.entries.values()
    return "it is neither true nor false"


def unified(place: Place, values: list[Node], chosen: Node) -> Node:
    """Return the chosen one of several values, converted to the one type that HCL gives them all."""
    kinds = {_kind(value) for value in values if isinstance(value, Scalar) and value.value is not None}
    if not isinstance(chosen, Scalar) or chosen.value is None or len(kinds) < 2:
        return chosen
    if "str" not in kinds:
        return opaque(place, "its branches are of different types")
    return chosen if isinstance(chosen.value, str) else scalar(place, _spelling(chosen.value), quoted=True)


def _kind(node: Scalar) -> str:
    value = node.value
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
