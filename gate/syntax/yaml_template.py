"""Recognises templates: text that only becomes YAML by rendering, which the gate never does.

A document that its consumer would accept as it stands is never set aside as a template, or a comment would be enough to
hide it; it is read as it stands, and carries a doubt.
"""

from __future__ import annotations

import re

from gate.syntax.tree import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.syntax.tree import Node

#: A comment that Helm, Jinja or ytt would act upon.
_CONTROL = re.compile(
    r"#[^\n]*(?:\{\{-?\s*(?:if|else|end|range|with|include|template|define|block)\b|\{%)|(?:^|\s)#@[ /a-z]", re.MULTILINE
)
_COMMENT = re.compile(r"(?:^|\s)#[^\n]*", re.MULTILINE)


def is_template(text: str) -> bool:
    """Say whether a string has an expression of Go's or Jinja's template language, which `${{ }}` is not."""
    at = text.find("{{")
    while at >= 0:
        if at == 0 or text[at - 1] != "$":
            return True
        at = text.find("{{", at + 2)
    return "{%" in text


def is_near(text: str, start: int, end: int) -> bool:
    """Say whether a template expression, outside comments, stands on the lines of a region or next to them."""
    above = text.rfind("\n", 0, max(0, text.rfind("\n", 0, start))) + 1
    below = text.find("\n", end)
    below = text.find("\n", below + 1) if below >= 0 else -1
    return is_template(_COMMENT.sub("", text[above : below if below >= 0 else len(text)]))


def is_acted_upon(text: str, start: int, root: Node) -> bool:
    """Say whether the document in this text, which starts at an offset, has a comment that templates come alive in."""
    if "{{" not in text and "{%" not in text and "#@" not in text:
        return False
    found = [start + match.start() for match in _CONTROL.finditer(text)]
    return bool(found) and not _within_scalars(root, found)


def _within_scalars(root: Node, places: list[int]) -> bool:
    """Say whether every place is inside a string, where a `#` begins no comment."""
    free = set(places)
    waiting: list[Node] = [root]
    seen: set[Node] = set()
    while waiting and free:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Mapping):
            waiting += node.entries.values()
        elif isinstance(node, Sequence):
            waiting += node.items
        else:
            free = {place for place in free if not node.start <= place < node.end}
    return not free
