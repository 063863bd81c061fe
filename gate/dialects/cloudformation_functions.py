"""Those of CloudFormation's functions whose result the template alone decides.

What asks the account, the region or another stack is unknown by name. Source: the CloudFormation user guide, intrinsic
function reference.
"""

from __future__ import annotations

from gate.dialects.cloudformation_values import Absent, at, resource, scalar, spelled, text_of
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from gate.dialects.cloudformation_values import Context
    from gate.syntax.tree import Node

    #: Takes the template, the node that calls, the argument and the depth.
    Function: TypeAlias = Callable[[Context, Node, Node, int], Node]

#: Functions whose result only the deployment knows.
UNKNOWN = {
    "Fn::Base64": "its bytes are made when the stack is made",
    "Fn::Cidr": "its addresses are made when the stack is made",
    "Fn::GetAZs": "the region decides",
    "Fn::ImportValue": "another stack decides",
    "Fn::Length": "it counts what is only known when the stack is made",
    "Fn::ToJsonString": "its text is made when the stack is made",
    "Fn::Transform": "a transform makes it when the stack is made",
}

_NO_FORM = "it is not of a form that CloudFormation takes"

#: Longest text that one call builds, and most parts of one.
MAX_TEXT = 1 << 20
MAX_PARTS = 10_000


def _ref(template: Context, node: Node, argument: Node, depth: int) -> Node:
    name = text_of(argument)
    return template.named(name, node) if name else at(node, _NO_FORM)


def _attribute(template: Context, node: Node, argument: Node, depth: int) -> Node:
    """Name the resource of `A.B` or `[A, B]`."""
    first = argument.items[0] if isinstance(argument, Sequence) and argument.items else argument
    name = text_of(first).partition(".")[0]
    return resource(node, name) if name else at(node, _NO_FORM)


def _if(template: Context, node: Node, argument: Node, depth: int) -> Node:
    sides = argument.items if isinstance(argument, Sequence) else []
    if len(sides) != 3:
        return at(node, _NO_FORM)
    holds = template.condition(text_of(sides[0]))
    if isinstance(holds, str):
        return at(node, holds)
    return template.value(sides[1] if holds else sides[2], depth + 1)


def _find_in_map(template: Context, node: Node, argument: Node, depth: int) -> Node:
    path = [template.value(item, depth + 1) for item in argument.items] if isinstance(argument, Sequence) else []
    if len(path) not in (3, 4):
        return at(node, _NO_FORM)
    here: Node | None = template.section("Mappings")
    for step in path[:3]:
        if not isinstance(step, Scalar):
            return at(node, step.reason if isinstance(step, Opaque) else _NO_FORM)
        here = here.get(spelled(step)) if isinstance(here, Mapping) else None
    if here is None:
        default = path[3].get("DefaultValue") if len(path) == 4 and isinstance(path[3], Mapping) else None
        return default if default is not None else at(node, "the mapping has no such key")
    return scalar(node, spelled(here)) if isinstance(here, Scalar) else template.value(here, depth + 1)


def _sub(template: Context, node: Node, argument: Node, depth: int) -> Node:
    """Fill `${NAME}` in; `${!NAME}` stands for itself."""
    text, names = argument, {}
    if isinstance(argument, Sequence) and len(argument.items) == 2 and isinstance(argument.items[1], Mapping):
        text, table = argument.items[0], argument.items[1]
        names = {name: template.value(value, depth + 1) for name, value in table.items()}
    if not isinstance(text, Scalar):
        return at(node, _NO_FORM)
    parts: list[str] = []
    pieces = _pieces(spelled(text))
    if len(pieces) == 2 and pieces[0][0] == pieces[1][0] == "":
        return names.get(pieces[0][1]) or _named(template, pieces[0][1], node)
    for literal, name in pieces:
        parts.append(literal)
        if name:
            found = names.get(name) or _named(template, name, node)
            if not isinstance(found, Scalar) or isinstance(found, Absent):
                return at(node, found.reason if isinstance(found, Opaque) else _NO_FORM)
            parts.append(spelled(found))
    return _built(template, node, "".join(parts))


def _named(template: Context, name: str, node: Node) -> Node:
    head, dot, _ = name.partition(".")
    return resource(node, head) if dot else template.named(name, node)


def _pieces(text: str) -> list[tuple[str, str]]:
    """Split a text into literal text and the name behind it, which is empty at the end."""
    found: list[tuple[str, str]] = []
    here = 0
    while (start := text.find("${", here)) >= 0 and (end := text.find("}", start)) >= 0:
        name = text[start + 2 : end].strip()
        if name.startswith("!"):
            found.append((text[here:start] + "${" + name[1:] + "}", ""))
        else:
            found.append((text[here:start], name))
        here = end + 1
    return [*found, (text[here:], "")]


def _join(template: Context, node: Node, argument: Node, depth: int) -> Node:
    if not isinstance(argument, Sequence) or len(argument.items) != 2:
        return at(node, _NO_FORM)
    separator, members = text_of(argument.items[0]), template.value(argument.items[1], depth + 1)
    if not isinstance(members, Sequence):
        return at(node, members.reason if isinstance(members, Opaque) else _NO_FORM)
    parts: list[str] = []
    for member in members.items:
        if not isinstance(member, Scalar):
            return at(node, member.reason if isinstance(member, Opaque) else _NO_FORM)
        parts.append(spelled(member))
    if len(parts) * len(separator) > MAX_TEXT:
        return at(node, "the text is too large to evaluate")
    return _built(template, node, separator.join(parts))


def _built(template: Context, node: Node, text: str) -> Node:
    template.grown(len(text))
    return scalar(node, text) if len(text) <= MAX_TEXT else at(node, "the text is too large to evaluate")


def _select(template: Context, node: Node, argument: Node, depth: int) -> Node:
    sides = argument.items if isinstance(argument, Sequence) else []
    if len(sides) != 2:
        return at(node, _NO_FORM)
    index, members = text_of(template.value(sides[0], depth + 1)), template.value(sides[1], depth + 1)
    if not isinstance(members, Sequence):
        return at(node, members.reason if isinstance(members, Opaque) else _NO_FORM)
    if not (index.isascii() and index.isdigit() and len(index) < 6 and int(index) < len(members.items)):
        return at(node, "the list has no such member")
    return members.items[int(index)]


def _split(template: Context, node: Node, argument: Node, depth: int) -> Node:
    sides = argument.items if isinstance(argument, Sequence) else []
    if len(sides) != 2:
        return at(node, _NO_FORM)
    separator, text = text_of(sides[0]), template.value(sides[1], depth + 1)
    if not isinstance(text, Scalar) or not separator:
        return at(node, text.reason if isinstance(text, Opaque) else _NO_FORM)
    parts = spelled(text).split(separator, MAX_PARTS)
    return Sequence(node.source, node.start, node.end, [scalar(node, part) for part in parts])


FUNCTIONS: dict[str, Function] = {
    "Ref": _ref,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _attribute,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
