"""Those of Terraform's functions that HCL2 in Packer does not have, and whose result the arguments alone decide."""

from __future__ import annotations

from gate.syntax.hcl_scalars import as_boolean, as_number, as_string, opaque, reason_of, scalar
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from gate.syntax.hcl_scalars import Place
    from gate.syntax.tree import Node

    #: Takes at least one argument, opaque ones included.
    Function: TypeAlias = Callable[[Place, list[Node]], Node]


def _same(place: Place, arguments: list[Node]) -> Node:
    return arguments[0]


def _converted(convert: Callable[[Node], str | float | bool | None], what: str) -> Function:
    """Lift a conversion of scalars; null stays null."""

    def lifted(place: Place, arguments: list[Node]) -> Node:
        node = arguments[0]
        if isinstance(node, Opaque) or (isinstance(node, Scalar) and node.value is None):
            return node
        value = convert(node)
        return opaque(place, f"it is no {what}") if value is None else scalar(place, value)

    return lifted


class Unlisted(Opaque):
    """A list of which some members are known; an unknown one among them stands for any number of others."""

    __slots__ = ("members",)

    members: list[Node]


def _concat(place: Place, arguments: list[Node]) -> Node:
    """Join lists, and keep what is known where one of them is not."""
    items: list[Node] = []
    for node in arguments:
        if not isinstance(node, Sequence | Opaque):
            return opaque(place, "it joins what is no list")
        items += node.items if isinstance(node, Sequence) else node.members if isinstance(node, Unlisted) else [node]
    document, whole = place
    start, end = document.region(whole)
    unknown = next((node for node in arguments if isinstance(node, Opaque)), None)
    if unknown is None:
        return Sequence(document.source, start, end, items)
    found = Unlisted(document.source, start, end, unknown.reason)
    found.members = items
    return found


def _one(place: Place, arguments: list[Node]) -> Node:
    node = arguments[0]
    if not isinstance(node, Sequence) or len(node.items) > 1:
        return opaque(place, reason_of(node) if isinstance(node, Opaque) else "it is not a list of one")
    return node.items[0] if node.items else scalar(place, None)


def _zipped(place: Place, arguments: list[Node]) -> Node:
    sides = [node.items for node in arguments if isinstance(node, Sequence)]
    if len(arguments) != 2 or len(sides) != 2 or len(sides[0]) != len(sides[1]):
        return opaque(place, reason_of(*arguments))
    keys = {key.text: key for key in sides[0] if isinstance(key, Scalar)}
    if len(keys) != len(sides[0]):
        return opaque(place, "a key is not known")
    document, node = place
    return Mapping(document.source, *document.region(node), dict(zip(keys, sides[1], strict=True)), keys)


FUNCTIONS: dict[str, Function] = {
    "concat": _concat,
    "nonsensitive": _same,
    "one": _one,
    "sensitive": _same,
    "tobool": _converted(as_boolean, "boolean"),
    "tolist": _same,
    "tomap": _same,
    "tonumber": _converted(as_number, "number"),
    "toset": _same,
    "tostring": _converted(as_string, "text"),
    "zipmap": _zipped,
}
