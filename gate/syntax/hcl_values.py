"""What an HCL expression comes to, as far as that can be known without running anything.

Literals, templates, conditionals, operators, references and the pure functions of `gate.syntax.hcl_functions` have a
value; everything else is opaque, with the reason. An opaque operand makes the result opaque unless the other operands
decide alone. Depth, steps and the text that is built up are bounded, because a few lines can double a string for ever.
"""

from __future__ import annotations

from gate.syntax.hcl_functions import call
from gate.syntax.hcl_operators import binary, unary
from gate.syntax.hcl_scalars import (
    as_boolean,
    as_string,
    equal,
    opaque,
    parsed_number,
    partial,
    scalar,
    spelled,
    unified,
    whole_number,
)
from gate.syntax.hcl_text import pieces, trims
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Final, Protocol

    from tree_sitter import Node as Syntax

    from gate.syntax.hcl import Attribute, Document
    from gate.syntax.tree import Node
else:
    Protocol = object

#: Expressions within expressions (references count as well), steps of one evaluator, and characters it may build.
MAX_DEPTH: Final = 60
MAX_STEPS: Final = 200_000
MAX_TEXT: Final = 4 * 1024 * 1024


class Scope(Protocol):
    """Says what the names stand for that a file does not define in its own expressions."""

    def resolve(self, root: str, name: str) -> Node | str:
        """Return the value of `root.name`, or the reason why it is not known."""


class Evaluator:
    """Evaluates expressions against one scope; the bounds are for everything it is asked.

    `kinds` says which method evaluates which kind of node; whoever knows more of a language adds to it.
    """

    __slots__ = ("_built", "_depth", "_steps", "scope")

    kinds: ClassVar[dict[str, Callable[[Any, Document, Syntax], Node]]] = {}

    def __init__(self, scope: Scope) -> None:
        """Take the scope."""
        self.scope = scope
        self._depth = 0
        self._steps = 0
        self._built = 0

    def value(self, attribute: Attribute) -> Node:
        """Return the value of an attribute."""
        return self.evaluate(attribute.document, attribute.expression)

    def evaluate(self, document: Document, node: Syntax) -> Node:
        """Return the value of an expression."""
        self._steps += 1
        if self._depth >= MAX_DEPTH or self._steps > MAX_STEPS or self._built > MAX_TEXT:
            return opaque((document, node), "the expression is too large to evaluate")
        self._depth += 1
        try:
            return self._any(document, node)
        finally:
            self._depth -= 1

    def grown(self, size: int) -> bool:
        """Count text or members that are about to be built; False when that is too much."""
        self._built += size
        return self._built <= MAX_TEXT

    def _any(self, document: Document, node: Syntax) -> Node:
        while node.type in _WRAPPERS and len(inner := _parts(node)) == 1:
            node = inner[0]
        known = self.kinds.get(node.type)
        return known(self, document, node) if known is not None else self._run(document, node, _parts(node))

    def _run(self, document: Document, whole: Syntax, parts: list[Syntax]) -> Node:
        """Evaluate a term, bare or in parentheses, and what is taken out of it: `.name`, `[0]`."""
        if not parts:
            return opaque((document, whole), "it is empty")
        if parts[0].type == "(":
            value = self.evaluate(document, parts[1]) if len(parts) > 2 else opaque((document, whole), "it is empty")
            rest = parts[3:]
        elif parts[0].type == "variable_expr":
            value, rest = self._reference(document, parts)
        else:
            value, rest = self.evaluate(document, parts[0]), parts[1:]
        for part in rest:
            value = self._taken(document, part, value)
        return value

    def _reference(self, document: Document, parts: list[Syntax]) -> tuple[Node, list[Syntax]]:
        root = document.text(parts[0])
        if len(parts) < 2 or parts[1].type != "get_attr":
            return opaque((document, parts[0]), f"`{root}` is not known"), parts[1:]
        name = document.text(parts[1]).lstrip(". \t\r\n")
        found = self.scope.resolve(root, name)
        value = opaque((document, parts[0]), found) if isinstance(found, str) else found
        return value, parts[2:]

    def _taken(self, document: Document, part: Syntax, value: Node) -> Node:
        if isinstance(value, Opaque):
            return value
        key = self._key(document, part)
        if isinstance(key, Opaque):
            return key
        found: Node | None = None
        if isinstance(value, Mapping) and isinstance(key, Scalar):
            found = value.entries.get(spelled(key))
        elif isinstance(value, Sequence) and isinstance(key, Scalar):
            place = whole_number(key)
            found = value.items[place] if place is not None and 0 <= place < len(value.items) else None
        return found or opaque((document, part), "there is no such member")

    def _key(self, document: Document, part: Syntax) -> Node:
        text = document.text(part)
        if part.type == "get_attr":
            return scalar((document, part), text.lstrip(". \t\r\n"))
        inner = _parts(part)[0] if _parts(part) else part
        if part.type == "index" and inner.type == "new_index":
            return self.evaluate(document, _parts(inner)[1])
        if part.type == "index":
            return scalar((document, part), text.lstrip("."))
        return opaque((document, part), "a splat is not evaluated")

    def _number(self, document: Document, node: Syntax) -> Node:
        number = parsed_number(document.text(node))
        if number is None:
            return opaque((document, node), "the number is too large")
        return scalar((document, node), number)

    def _boolean(self, document: Document, node: Syntax) -> Node:
        return scalar((document, node), document.text(node) == "true")

    def _null(self, document: Document, node: Syntax) -> Node:
        return scalar((document, node), None)

    def _template(self, document: Document, node: Syntax) -> Node:
        found = pieces(document, node)
        if node.type == "heredoc_template" and any(not isinstance(piece, str) and trims(piece) for piece in found):
            return opaque((document, node), "it trims blanks inside a heredoc")
        if len(found) == 1 and not isinstance(found[0], str) and node.type == "quoted_template":
            return self._piece(document, found[0])
        texts: list[str] = []
        for piece in found:
            value = piece if isinstance(piece, str) else self._piece(document, piece)
            if isinstance(value, Opaque):
                return partial((document, node), value.reason, "".join(texts))
            text = value if isinstance(value, str) else as_string(value)
            if text is None:
                return opaque((document, node), "it joins text with what is no text")
            texts.append(text)
        if not self.grown(sum(map(len, texts))):
            return opaque((document, node), "the text is too large to evaluate")
        return scalar((document, node), "".join(texts), quoted=True)

    def _piece(self, document: Document, node: Syntax) -> Node:
        inner = [child for child in node.named_children if child.type == "expression"]
        if node.type != "template_interpolation" or len(inner) != 1:
            return opaque((document, node), "a template directive is not evaluated")
        return self.evaluate(document, inner[0])

    def _list(self, document: Document, node: Syntax) -> Node:
        items = [self.evaluate(document, child) for child in node.named_children if child.type == "expression"]
        return Sequence(document.source, *document.region(node), items)

    def _object(self, document: Document, node: Syntax) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        for element in node.named_children:
            if element.type != "object_elem":
                continue
            sides = [child for child in element.named_children if child.type == "expression"]
            key = self._object_key(document, sides[0])
            if not isinstance(key, Scalar) or len(sides) != 2:
                return opaque((document, element), "a key is not known")
            entries[spelled(key)] = self.evaluate(document, sides[1])
            keys[spelled(key)] = key
        return Mapping(document.source, *document.region(node), entries, keys)

    def _object_key(self, document: Document, node: Syntax) -> Node:
        parts = _parts(node)
        if len(parts) == 1 and parts[0].type == "variable_expr":
            return scalar((document, parts[0]), document.text(parts[0]))
        return self.evaluate(document, node)

    def _conditional(self, document: Document, node: Syntax) -> Node:
        sides = _conditional_sides(node)
        if not sides:
            return opaque((document, node), "the expression is too large to evaluate")
        value = self.evaluate(document, sides[-1])
        for place in range(len(sides) - 3, -1, -2):
            value = self._chosen(document, sides[place : place + 2], value, node)
        return value

    def _chosen(self, document: Document, sides: list[Syntax], otherwise: Node, node: Syntax) -> Node:
        """Choose between a branch and the value that holds otherwise."""
        condition, branch = (self.evaluate(document, side) for side in sides)
        chosen = as_boolean(condition)
        if chosen is not None:
            return unified((document, node), [branch, otherwise], branch if chosen else otherwise)
        reason = condition.reason if isinstance(condition, Opaque) else "its condition is neither true nor false"
        return branch if equal(branch, otherwise) is True else opaque((document, node), reason)

    def _operation(self, document: Document, node: Syntax) -> Node:
        parts = _parts(node)
        if node.type == "unary_operation":
            return unary((document, node), parts[0].type, self._run(document, node, parts[1:]))
        middle = next((number for number, part in enumerate(parts) if part.type in _OPERATORS), 0)
        left = self._run(document, node, parts[:middle])
        return binary((document, node), parts[middle].type, left, self._run(document, node, parts[middle + 1 :]))

    def _call(self, document: Document, node: Syntax) -> Node:
        name = document.text(node.named_children[0])
        arguments = next((child for child in node.named_children if child.type == "function_arguments"), None)
        given = _parts(arguments) if arguments is not None else []
        if any(child.type == "ellipsis" for child in given):
            return opaque((document, node), "an argument list is expanded")
        if name in ("try", "can") and not _is_plain(given[0] if given else node):
            return opaque((document, node), "it hangs on whether an expression fails")
        values = [self.evaluate(document, child) for child in given if child.type == "expression"]
        return call(self.grown, (document, node), name, values)

    def _loop(self, document: Document, node: Syntax) -> Node:
        return opaque((document, node), "a `for` expression is not evaluated")


_WRAPPERS = ("expression", "literal_value", "template_expr", "collection_value", "operation")
_LITERALS = ("numeric_lit", "bool_lit", "null_lit", "string_lit")
_OPERATORS = frozenset(("+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"))
Evaluator.kinds = {
    "numeric_lit": Evaluator._number,
    "bool_lit": Evaluator._boolean,
    "null_lit": Evaluator._null,
    "string_lit": Evaluator._template,
    "quoted_template": Evaluator._template,
    "heredoc_template": Evaluator._template,
    "tuple": Evaluator._list,
    "object": Evaluator._object,
    "conditional": Evaluator._conditional,
    "binary_operation": Evaluator._operation,
    "unary_operation": Evaluator._operation,
    "function_call": Evaluator._call,
    "for_expr": Evaluator._loop,
}


def _conditional_sides(node: Syntax) -> list[Syntax]:
    """Return `a ? b : c ? d : e` as its five sides; the grammar groups it to the left, and HCL to the right.

    Nothing is returned for more conditionals than anybody nests.
    """
    sides: list[Syntax] = []
    for _ in range(MAX_DEPTH):
        own = [child for child in node.named_children if child.type == "expression"]
        sides = [*own[1:], *sides]
        first = own[0]
        while first.type == "expression" and len(_parts(first)) == 1:
            first = _parts(first)[0]
        if first.type != "conditional":
            return [own[0], *sides]
        node = first
    return []


def _is_plain(node: Syntax) -> bool:
    """Say whether an expression is a literal or a reference, which fails only where its value is not known here."""
    while node.type in _WRAPPERS and len(parts := _parts(node)) == 1:
        node = parts[0]
    kinds = {part.type for part in _parts(node)}
    return node.type in _LITERALS or (node.type == "expression" and kinds <= {"variable_expr", "get_attr"})


def _parts(node: Syntax) -> list[Syntax]:
    return [child for child in node.children if child.type not in ("comment", ",")]
