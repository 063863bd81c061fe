"""What an expression of a Bake file comes to: HCL's own values, with the variables and functions that Bake has.

Source: docker/buildx v0.38 `bake/hclparser`. Variables stand by their names alone, and so do attributes of the file.
One with a default counts as that, whatever the environment may say; one without is for the environment to say.
"""

from __future__ import annotations

from gate.syntax.hcl_scalars import as_boolean, as_string, equal, opaque, scalar
from gate.syntax.hcl_values import Evaluator
from gate.syntax.tree import Node, Opaque, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node as Syntax

    from gate.syntax.hcl import Attribute, Document
    from gate.syntax.hcl_scalars import Place

#: Variables that lead from one to the next.
MAX_CHAIN = 30

#: Functions that Bake has under the name, and with the meaning, that Packer has.
SHARED = frozenset(
    {
        *("lower", "upper", "title", "trimspace", "trim", "trimprefix", "trimsuffix", "chomp", "replace"),
        *("join", "split", "format", "substr", "concat", "flatten", "compact", "distinct", "contains"),
        *("element", "length", "lookup", "merge", "keys", "values", "max", "min", "try", "can"),
    }
)


class BakeValues(Evaluator):
    """Evaluates the expressions of one set of files; `names` are what a matrix binds."""

    __slots__ = ("_filled", "_resolving", "_variables", "names")

    def __init__(self, variables: dict[str, Attribute | Node | None], filled: Callable[[Node], Node]) -> None:
        """Take the variables with their defaults, None for one without, and what fills names into those of JSON."""
        super().__init__(self)
        self._filled = filled
        self._variables = variables
        self._resolving: set[str] = set()
        self.names: dict[str, Node] = {}

    def resolve(self, root: str, name: str) -> Node | str:
        """Say that what stands before a dot is no variable."""
        return f"`{root}.{name}` is not followed"

    def _reference(self, document: Document, parts: list[Syntax]) -> tuple[Node, list[Syntax]]:
        name = document.text(parts[0])
        if name not in self.names and name not in self._variables:
            return opaque((document, parts[0]), f"`{name}` is not known"), []
        return self.variable(
            name, opaque((document, parts[0]), f"`{name[:60]}` leads back to itself, or too far")
        ), parts[1:]

    def alone(self, document: Document, node: Syntax) -> Node:
        """Evaluate a name that nothing is taken out of."""
        return self._reference(document, [node])[0]

    def variable(self, name: str, otherwise: Opaque) -> Node:
        """Return what a name stands for; `otherwise` where finding out leads back to it."""
        if name in self.names:
            return self.names[name]
        given = self._variables.get(name)
        if name in self._resolving or len(self._resolving) > MAX_CHAIN:
            return otherwise
        if given is None:
            reason = f"`{name[:60]}` has no default and is set where the build is started"
            return Opaque(otherwise.source, otherwise.start, otherwise.end, reason)
        self._resolving.add(name)
        try:
            return self._filled(given) if isinstance(given, Node) else self.value(given)
        finally:
            self._resolving.discard(name)

    def called(self, document: Document, node: Syntax) -> Node:
        """Evaluate a call of a function that is Packer's as well, or one of Bake's own."""
        name = document.text(node.named_children[0])
        if name in SHARED:
            return self._call(document, node)
        own = _OWN.get(name)
        if own is None:
            return opaque((document, node), f"the function `{name[:60]}` is not evaluated")
        arguments = next((child for child in node.named_children if child.type == "function_arguments"), None)
        given = [child for child in arguments.children if child.type == "expression"] if arguments is not None else []
        values = [self.evaluate(document, child) for child in given]
        unknown = next((value for value in values if isinstance(value, Opaque)), None)
        if unknown is not None:
            return opaque((document, node), unknown.reason)
        found = own((document, node), values)
        return found if found is not None else opaque((document, node), f"`{name}` does not take these arguments")


BakeValues.kinds = {**Evaluator.kinds, "variable_expr": BakeValues.alone, "function_call": BakeValues.called}


def _equal(place: Place, values: list[Node]) -> Node | None:
    answer = equal(*values) if len(values) == 2 else None
    return None if answer is None else scalar(place, answer)


def _not_equal(place: Place, values: list[Node]) -> Node | None:
    answer = equal(*values) if len(values) == 2 else None
    return None if answer is None else scalar(place, not answer)


def _not(place: Place, values: list[Node]) -> Node | None:
    answer = as_boolean(values[0]) if len(values) == 1 else None
    return None if answer is None else scalar(place, not answer)


def _joined(decisive: bool) -> Callable[[Place, list[Node]], Node | None]:
    def join(place: Place, values: list[Node]) -> Node | None:
        answers = [as_boolean(value) for value in values]
        if len(answers) != 2 or None in answers:
            return None
        return scalar(place, decisive if decisive in answers else not decisive)

    return join


def _first(_place: Place, values: list[Node]) -> Node | None:
    """Return the first argument that is not null; an empty text is none such."""
    return next((value for value in values if not isinstance(value, Scalar) or value.value is not None), None)


def _sanitize(place: Place, values: list[Node]) -> Node | None:
    """Put `_` in the place of what a target's name may not have."""
    text = as_string(values[0]) if len(values) == 1 else None
    if text is None:
        return None
    return scalar(place, "".join(one if one.isascii() and (one.isalnum() or one in "-_") else "_" for one in text))


_OWN: dict[str, Callable[[Place, list[Node]], Node | None]] = {
    "equal": _equal,
    "notequal": _not_equal,
    "not": _not,
    "and": _joined(decisive=False),
    "or": _joined(decisive=True),
    "coalesce": _first,
    "sanitize": _sanitize,
}
