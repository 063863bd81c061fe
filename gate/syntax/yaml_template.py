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
_OPENED = re.compile(r"\{\{-?\s*[`@]\Z|\{%\Z")


def is_template(text: str) -> bool:
    """Say whether a string has an expression of Go's or Jinja's template language, which `${{ }}` is not."""
    at = text.find("{{")
    while at >= 0:
        if at == 0 or text[at - 1] != "$":
            return True
        at = text.find("{{", at + 2)
    return "{%" in text


def begins_at(text: str, at: int) -> bool:
    """Say whether the token at an offset opens a template expression, or is the first thing inside one."""
    return text.startswith("{{", at) or text.startswith("{{", at - 1) or bool(_OPENED.search(text, at - 8, at + 1))


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
