"""The operators of HCL."""

from __future__ import annotations

from gate.syntax.hcl_scalars import as_boolean, as_number, equal, opaque, reason_of, scalar
from gate.syntax.tree import Opaque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.syntax.hcl_scalars import Place
    from gate.syntax.tree import Node


def unary(place: Place, operator: str, operand: Node) -> Node:
    """Apply `-` or `!`."""
    if isinstance(operand, Opaque):
        return operand
    if operator == "!":
        truth = as_boolean(operand)
        return opaque(place, "it is neither true nor false") if truth is None else scalar(place, not truth)
    number = as_number(operand)
    return scalar(place, -number) if number else opaque(place, "it is no number, or a negative zero")


def binary(place: Place, operator: str, left: Node, right: Node) -> Node:
    """Apply an operator with two operands."""
    if operator in ("==", "!="):
        same = equal(left, right)
        if same is not None:
            return scalar(place, same is (operator == "=="))
        return opaque(place, reason_of(left, right))
    if operator in ("&&", "||"):
        return _logical(place, decisive=operator == "||", operands=(left, right))
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        return opaque(place, reason_of(left, right))
    result = _arithmetic(operator, as_number(left), as_number(right))
    return opaque(place, "it cannot be computed") if result is None else scalar(place, result)


def _logical(place: Place, *, decisive: bool, operands: tuple[Node, Node]) -> Node:
    truths = [as_boolean(operand) for operand in operands]
    if decisive in truths:
        return scalar(place, decisive)
    return opaque(place, reason_of(*operands)) if None in truths else scalar(place, not decisive)


def _arithmetic(operator: str, left: float | None, right: float | None) -> float | bool | None:
    if left is None or right is None or max(abs(left), abs(right)) > 2**53:
        return None
    if operator in ("<", ">", "<=", ">="):
        return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator]
    if operator in ("/", "%") and right == 0:
        return None
    if operator == "/":
        return int(left / right) if (left / right).is_integer() else None
    if operator == "%":
        from math import fmod

        result = fmod(left, right)
        return int(result) if result.is_integer() else result
    return left + right if operator == "+" else left - right if operator == "-" else left * right
