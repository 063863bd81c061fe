"""What HCL's own parser refuses and the grammar of tree-sitter lets through: mostly, where a line may end.

A line break ends an attribute, except inside parentheses, brackets and interpolations; a quoted string has none at all.
The walk keeps its own stack.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

#: Nodes inside which line breaks mean nothing; an object is not one of them, because there they separate.
_FREE = frozenset(("tuple", "function_call", "new_index", "template_interpolation", "template_directive", "for_expr"))
_QUOTED = frozenset(("quoted_template", "string_lit"))


def misplaced_part(attribute: Syntax) -> Syntax | None:
    """Return the first part of an attribute that cannot stand where it does; most attributes need no look."""
    if not spans(attribute) and b"{" not in (attribute.text or b""):
        return None
    pending = [(attribute, False)]
    while pending:
        node, free = pending.pop()
        free = node.type in _FREE or (free and node.type != "object")
        children = [child for child in node.children if child.type != "comment"]
        depth = 0
        for place, child in enumerate(children):
            depth += {"(": 1, ")": -1}.get(child.type, 0)
            before = children[place - 1] if place else None
            if before is not None and _is_misplaced(node, before, child, free or depth > 0 or child.type == ")"):
                return child
            if child.child_count:
                pending.append((child, free or depth > 0))
    return None


def _is_misplaced(node: Syntax, before: Syntax, child: Syntax, free: bool) -> bool:
    """Say whether a child cannot follow the one before it."""
    breaks = starts_line(before, child)
    if node.type in _QUOTED:
        return breaks or (child.type == "template_literal" and spans(child))
    if node.type == "object":
        return breaks if child.type == "," else not breaks and child.type == before.type
    if child.type == "(" and node.type == "function_call":
        return breaks
    if node.type == "heredoc_template":
        return not breaks and before.type == "heredoc_identifier"
    if node.type == "template_interpolation" and child.type == "template_interpolation_end":
        return before.type in ("template_interpolation_start", "strip_marker") and len(node.named_children) < 4
    return breaks and not free


def misplaced_item(items: list[Syntax], opening: Syntax | None, closing: Syntax | None) -> Syntax | None:
    """Return the first item of a body that does not stand on lines of its own.

    A block may also be written on one line, with at most one attribute in it.
    """
    if opening is not None and closing is not None and not starts_line(opening, closing):
        return items[1] if len(items) > 1 else next((item for item in items if item.type != "attribute"), None)
    previous = opening
    for item in (*items, closing):
        if item is not None and previous is not None and not starts_line(previous, item):
            return item
        previous = item
    return None


def spans(node: Syntax) -> bool:
    """Say whether a node reaches over more than one line."""
    return node.start_point[0] != node.end_point[0]


def starts_line(before: Syntax, after: Syntax) -> bool:
    """Say whether there is a line break between two nodes."""
    return before.end_point[0] != after.start_point[0]
