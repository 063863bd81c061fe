"""What expressions of a job come to: HCL's values, with the variables, locals and functions that jobs have.

Source: hashicorp/nomad `jobspec2/types.config.go` and `jobspec2/functions.go`. A variable with a default counts as
that; one without is given where the job is run. Whatever is neither a variable nor a local stays as it is written, in
`${}`, and is filled in on the client that starts the task.
"""

from __future__ import annotations

from gate.syntax.hcl_scalars import opaque, scalar
from gate.syntax.hcl_values import Evaluator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

    from gate.syntax.hcl import Attribute, Document
    from gate.syntax.tree import Node

#: Variables that lead from one to the next.
MAX_CHAIN = 30

#: Functions that a job has under the name, and with the meaning, that Packer has.
SHARED = frozenset(
    {
        *("abs", "can", "chomp", "compact", "concat", "contains", "distinct", "element", "flatten", "format", "join"),
        *("keys", "length", "lookup", "lower", "max", "merge", "min", "replace", "reverse", "split", "strrev"),
        *("substr", "title", "trim", "trimprefix", "trimspace", "trimsuffix", "try", "upper", "values"),
    }
)

_OWN = ("var", "local")


class JobValues(Evaluator):
    """Evaluates the expressions of one job."""

    __slots__ = ("_given", "_resolving")

    def __init__(self, document: Document) -> None:
        """Take the variables and locals that the file declares."""
        super().__init__(self)
        self._given: dict[tuple[str, str], Attribute | None] = {}
        self._resolving: set[tuple[str, str]] = set()
        for block in document.body.blocks:
            if block.type == "variable" and block.labels:
                self._given["var", block.labels[0]] = block.body.attributes.get("default")
            elif block.type in ("variables", "locals"):
                kind = "local" if block.type == "locals" else "var"
                self._given |= {(kind, name): value for name, value in block.body.attributes.items()}

    def resolve(self, root: str, name: str) -> Node | str:
        """Return what a variable or a local stands for, or why that is not known."""
        key = root, name
        if key not in self._given:
            return f"there is no `{root}.{name[:60]}`"
        given = self._given[key]
        if given is None:
            return f"the variable `{name[:60]}` has no default and is given where the job is run"
        if key in self._resolving or len(self._resolving) > MAX_CHAIN:
            return f"`{root}.{name[:60]}` leads back to itself, or too far"
        self._resolving.add(key)
        try:
            return self.value(given)
        finally:
            self._resolving.discard(key)

    def _reference(self, document: Document, parts: list[Syntax]) -> tuple[Node, list[Syntax]]:
        if document.text(parts[0]) in _OWN:
            return super()._reference(document, parts)
        whole = document.source.data[parts[0].start_byte : parts[-1].end_byte].decode("utf-8", "surrogateescape")
        return scalar((document, parts[0]), f"${{{whole}}}", quoted=True), []

    def alone(self, document: Document, node: Syntax) -> Node:
        """Evaluate a name that nothing is taken out of."""
        return self._reference(document, [node])[0]

    def called(self, document: Document, node: Syntax) -> Node:
        """Evaluate a call of one of the functions."""
        name = document.text(node.named_children[0])
        if name not in SHARED:
            return opaque((document, node), f"the function `{name[:60]}` is not evaluated")
        return self._call(document, node)


JobValues.kinds = {**Evaluator.kinds, "variable_expr": JobValues.alone, "function_call": JobValues.called}
