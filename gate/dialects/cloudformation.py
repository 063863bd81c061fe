"""A CloudFormation template: its resources, with the functions in their properties evaluated as far as they are static.

Parameters stand for their defaults, which is what the template says where nobody says otherwise; one without a default,
a pseudo parameter and whatever only the deployment knows leave the value unknown at its place. Nothing is expanded or
fetched: a transform, an import and a nested stack are unknown, too. Depth, steps and the text that is built up are
bounded, because a few lines can double a string for ever.

Source: the CloudFormation user guide, intrinsic functions and template anatomy.
"""

from __future__ import annotations

from gate.dialects.cloudformation_functions import FUNCTIONS, UNKNOWN
from gate.dialects.cloudformation_values import (
    Absent,
    Stored,
    absent,
    at,
    resource,
    scalar,
    spelled,
    text_of,
    untagged,
)
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Table

    from gate.syntax.tree import Node

#: Values within values, values that are looked at, and characters that are built, all of one template.
MAX_DEPTH = 60
MAX_STEPS = 300_000
MAX_TEXT = 2 * 1024 * 1024

_BEGINS = "Fn::"
_TOO_LARGE = "the template is too large to evaluate"


class Template:
    """One template; `foreign` says that its strings hold variables of another tool, which nobody has replaced."""

    __slots__ = ("_built", "_conditions", "_deciding", "_known", "_steps", "_tags", "foreign", "root")

    def __init__(self, root: Mapping, tags: Table[Node, str], *, foreign: bool = False) -> None:
        """Take the mapping that holds the sections, and the tags of the nodes that have one."""
        self.root = root
        self.foreign = foreign
        self._tags = tags
        self._known: dict[Node, Node] = {}
        self._conditions: dict[str, bool | str] = {}
        self._deciding: set[str] = set()
        self._steps = 0
        self._built = 0

    def resources(self) -> Iterator[tuple[str, Scalar, Mapping]]:
        """Yield the resources: the logical name, its key, and what stands there."""
        section = self.section("Resources")
        for name, node in section.items() if section is not None else ():
            if section is not None and isinstance(node, Mapping):
                yield name, section.keys[name], node

    def section(self, name: str) -> Mapping | None:
        """Return a section of the template."""
        node = self.root.get(name)
        return node if isinstance(node, Mapping) else None

    def loops(self) -> Iterator[tuple[Scalar, Node]]:
        """Yield what makes resources in a loop."""
        section = self.section("Resources")
        for name, node in section.items() if section is not None else ():
            if section is not None and name.startswith(_BEGINS):
                yield section.keys[name], node

    def value(self, node: Node, depth: int = 0) -> Node:
        """Return what a node comes to; null for what `AWS::NoValue` takes away."""
        known = self._known.get(node)
        if known is None:
            self._steps += 1
            if depth > MAX_DEPTH or self._steps > MAX_STEPS or self._built > MAX_TEXT:
                return at(node, _TOO_LARGE)
            known = self._known[node] = self._evaluated(node, depth)
        return known

    def grown(self, size: int) -> None:
        """Count characters that were built."""
        self._built += size

    def _evaluated(self, node: Node, depth: int) -> Node:
        called = self.called(node)
        if called is not None:
            name, argument = called
            function = FUNCTIONS.get(name)
            reason = UNKNOWN.get(name) or f"the function `{name[:40]}` is not known"
            return at(node, reason) if function is None else function(self, node, argument, depth)
        if isinstance(node, Mapping):
            return self._mapping(node, depth)
        if isinstance(node, Sequence):
            return self.members(node, depth)
        if self.foreign and isinstance(node, Scalar) and isinstance(node.value, str) and "${" in node.value:
            return at(node, "it holds a variable that another tool replaces")
        return node

    def members(self, node: Sequence, depth: int) -> Sequence:
        """Evaluate the members of a list, without its tag."""
        found = (self.value(item, depth + 1) for item in node.items)
        kept = [item for item in found if not isinstance(item, Absent)]
        return Sequence(node.source, node.start, node.end, kept, node.doubt)

    def called(self, node: Node) -> tuple[str, Node] | None:
        """Return the function that a node calls, in either form, and its argument."""
        tag = self._tags.get(node, "")
        if tag.startswith("!") and len(tag) > 1:
            name = tag[1:]
            return (name if name in ("Ref", "Condition") else _BEGINS + name), untagged(node)
        if isinstance(node, Mapping) and len(node.entries) == 1:
            name, argument = next(iter(node.entries.items()))
            if name == "Ref" or name.startswith(_BEGINS):
                return name, argument
        return None

    def _mapping(self, node: Mapping, depth: int) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        for name, inner in node.entries.items():
            if name.startswith(_BEGINS):
                return at(node, f"`{name[:40]}` adds to it when the stack is made")
            value = self.value(inner, depth + 1)
            if not isinstance(value, Absent):
                entries[name] = value
                keys[name] = node.keys[name]
        return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)

    def named(self, name: str, node: Node) -> Node:
        """Return what a name stands for, at the place of what refers to it: a parameter, a resource, or AWS's own."""
        if name == "AWS::NoValue":
            return absent(node)
        if name.startswith("AWS::"):
            return at(node, f"`{name[:80]}` is only known when the stack is made")
        parameters = self.section("Parameters")
        declared = parameters.get(name) if parameters is not None else None
        if isinstance(declared, Mapping):
            return _default(name, declared, node)
        return resource(node, name)

    def condition(self, name: str) -> bool | str:
        """Return whether a condition of the template holds, or why that is not known."""
        if name in self._deciding:
            return f"the condition `{name[:80]}` refers to itself"
        if name not in self._conditions:
            section = self.section("Conditions")
            node = section.get(name) if section is not None else None
            self._deciding.add(name)
            self._conditions[name] = f"there is no condition `{name[:80]}`" if node is None else self.holds(node, 0)
            self._deciding.discard(name)
        return self._conditions[name]

    def holds(self, node: Node, depth: int) -> bool | str:
        """Decide a condition's expression."""
        if depth > MAX_DEPTH:
            return _TOO_LARGE
        if isinstance(node, Mapping) and tuple(node.entries) == ("Condition",):
            return self.condition(text_of(node.entries["Condition"]))
        name, argument = self.called(node) or ("", node)
        if name == "Condition":
            return self.condition(text_of(argument))
        operands = argument.items if isinstance(argument, Sequence) else []
        if name == "Fn::Equals" and len(operands) == 2:
            return self._equal(operands[0], operands[1], depth)
        if name == "Fn::Not" and len(operands) == 1:
            inner = self.holds(operands[0], depth + 1)
            return inner if isinstance(inner, str) else not inner
        if name in ("Fn::And", "Fn::Or") and operands:
            return _joined([self.holds(operand, depth + 1) for operand in operands], decisive=name == "Fn::Or")
        return "the condition is not of a form that CloudFormation takes"

    def _equal(self, left: Node, right: Node, depth: int) -> bool | str:
        one, other = self.value(left, depth + 1), self.value(right, depth + 1)
        for side in (one, other):
            if isinstance(side, Opaque):
                return side.reason
        if isinstance(one, Scalar) and isinstance(other, Scalar):
            return spelled(one) == spelled(other)
        return "it compares lists"


def _joined(truths: list[bool | str], *, decisive: bool) -> bool | str:
    if any(truth is decisive for truth in truths):
        return decisive
    return next((truth for truth in truths if isinstance(truth, str)), not decisive)


def _default(name: str, declared: Mapping, node: Node) -> Node:
    """Return the default of a parameter, at the place of what refers to it."""
    kind, default = text_of(declared.get("Type")), declared.get("Default")
    if "AWS::SSM::" in kind:
        stored = Stored(
            node.source, node.start, node.end, f"the parameter `{name[:80]}` is read from the parameter store"
        )
        stored.path = spelled(default) if isinstance(default, Scalar) else ""
        return stored
    if not isinstance(default, Scalar) or default.value is None:
        return at(node, f"the parameter `{name[:80]}` has no default and is set where the stack is made")
    text = spelled(default)
    if kind.startswith("List<") or kind == "CommaDelimitedList":
        return Sequence(node.source, node.start, node.end, [scalar(node, part.strip()) for part in text.split(",")])
    return scalar(node, text)
