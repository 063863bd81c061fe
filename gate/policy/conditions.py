"""The `when` of a requirement rule: which fields there are, and how each may be compared.

Impacts and classes can only be compared by `at-least`. A policy that is joined with another raises them, and only a
comparison that holds of everything above it too is certain to fire afterwards as it did before.
"""

from __future__ import annotations

from gate.model.policy import Condition
from gate.model.profile import PLATFORMS
from gate.model.sensitivity import AXES, CLASSES, IMPACTS, PLACEMENTS, REGIMES, ROLES
from gate.policy.shape import choice, fields, items, refuse
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.policy import Operator
    from gate.syntax.tree import Node

SYSTEMS = ("linux", "windows")

#: Fields with their vocabularies.
WORDS: dict[str, tuple[str, ...]] = {
    **AXES,
    "class": CLASSES,
    "impact": IMPACTS,
    "regulated": REGIMES,
    "placement": PLACEMENTS,
    "role": ROLES,
    "os": SYSTEMS,
    "platform": PLATFORMS,
}

FIELDS = tuple(WORDS)

ONE_OF: tuple[Operator, ...] = ("is", "is-not", "in", "not-in")

#: Operators by field; a field that is not here has those of `ONE_OF`.
OPERATORS: dict[str, tuple[Operator, ...]] = {
    **dict.fromkeys(AXES, (*ONE_OF, "at-least")),
    **dict.fromkeys(("confidentiality", "integrity", "availability", "class", "impact"), ("at-least",)),
    "regulated": ("contains",),
}

#: Operators that take a list.
LISTED: frozenset[Operator] = frozenset({"in", "not-in", "contains"})


def conditions(node: Node, key: str) -> tuple[Condition, ...]:
    """Read a mapping of conditions that must all hold."""
    entries = fields(node, key, (), (*FIELDS, "any"))
    return tuple(
        _alternatives(value, f"{key}.any") if field == "any" else _condition(field, value, f"{key}.{field}")
        for field, value in entries.items()
    )


def _alternatives(node: Node, key: str) -> Condition:
    """Read a list of mappings of which one must hold as a whole; they do not nest."""
    members = items(node, key, least=1)
    return Condition("", "any-of", (), tuple(tuple(_alternative(member, key)) for member in members))


def _alternative(node: Node, key: str) -> Iterator[Condition]:
    entries = fields(node, key, (), FIELDS)
    if not entries:
        refuse(node, f"an alternative in `{key}` is empty and would always hold", "name the field that decides")
    for field, value in entries.items():
        yield _condition(field, value, f"{key}.{field}")


def _condition(field: str, node: Node, key: str) -> Condition:
    """Read `value`, `[values]` or `{operator: value}`."""
    allowed = OPERATORS.get(field, ONE_OF)
    if isinstance(node, Mapping):
        operator, value = _operator(node, key, allowed)
    elif "contains" in allowed:
        operator, value = "contains", node
    elif "is" in allowed:
        operator, value = ("in" if isinstance(node, Sequence) else "is"), node
    else:
        spelled = node.text if isinstance(node, Scalar) else WORDS[field][-1]
        refuse(node, f"`{key}` compares by order only", f"write {{at-least: {spelled}}}")
    return Condition(field, operator, _values(field, operator, value, key))


def _operator(node: Mapping, key: str, allowed: tuple[Operator, ...]) -> tuple[Operator, Node]:
    entries = fields(node, key, (), allowed)
    if len(entries) != 1:
        refuse(node, f"`{key}` must have one operator", f"one of: {', '.join(allowed)}")
    ((name, value),) = entries.items()
    return next(operator for operator in allowed if operator == name), value


def _values(field: str, operator: Operator, node: Node, key: str) -> tuple[str, ...]:
    listed = operator in LISTED and (operator != "contains" or isinstance(node, Sequence))
    members = items(node, key, least=1) if listed else [node]
    return tuple(choice(member, key, WORDS[field]) for member in members)
