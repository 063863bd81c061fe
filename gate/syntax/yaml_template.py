"""Recognises templates: text that only becomes YAML by rendering, which the gate never does.

A document that its consumer would accept as it stands is never set aside as a template, or a comment would be enough to
hide it; it is read as it stands, and carries a doubt.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from gate.syntax.tree import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.syntax.tree import Node

#: What opens a block of Helm or Jinja, and a comment that ytt takes for code.
_BLOCK = r"\{\{-?\s*(?:if|else|end|range|with|include|template|define|block)\b|\{%"
_CODE = r"(?m)(?:^|\s)#@[ /a-z]"

#: An expression in quotes, up to the quotes in it, which Helm's own scaffold has; and how much of one is looked at.
_CUT = r"""(["'])[^"'\n]*\{\{[^"'\n}]*\1\Z"""
LONGEST = 200

#: The first character in an expression, where YAML reserves it.
_OPENED = r"\{\{-?\s*[`@]\Z|\{%\Z"


def is_template(text: str) -> bool:
    """Say whether a string has an expression of Go's or Jinja's template language, which `${{ }}` is not."""
    at = text.find("{{")
    while at >= 0:
        if at == 0 or text[at - 1] != "$":
            return True
        at = text.find("{{", at + 2)
    return "{%" in text


def is_cut_at(text: str, at: int) -> bool:
    """Say whether a quoted string ends right here because the expression in it uses the same quotes."""
    return bool(re.search(_CUT, text[max(0, at - LONGEST) : at]))


def begins_at(text: str, at: int) -> bool:
    """Say whether the token at an offset opens a template expression, or is the first thing inside one."""
    if text.startswith("{{", at) or text.startswith("{{", at - 1):
        return True
    return re.search(_OPENED, text[max(0, at - 8) : at + 1]) is not None


def control_comments(text: str) -> list[int]:
    """Return where the text has what, outside a string, is a comment that a template engine acts upon; ascending."""
    found = [match.end() - 1 for match in re.finditer(_CODE, text)] if "#@" in text else []
    if "{{" in text or "{%" in text:
        found += _commented(text)
    return sorted(found)


def _commented(text: str) -> Iterator[int]:
    """Yield the blocks that stand on a line after a `#`, without looking at any character twice."""
    line = sharp = here = 0
    for match in re.finditer(_BLOCK, text):
        start = match.start()
        ended = text.rfind("\n", here, start)
        if ended >= 0:
            line = sharp = ended + 1
        here = start
        sharp = sharp if text.startswith("#", sharp) and sharp >= line else text.find("#", sharp, start)
        if sharp < 0:
            sharp = start
        else:
            yield start


def outside_strings(root: Node, places: list[int]) -> bool:
    """Say whether one of these offsets, which ascend, is in no string of the tree, so that `#` begins a comment."""
    inside = 0
    waiting: list[Node] = [root]
    seen: set[Node] = set()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Mapping):
            waiting += node.entries.values()
            waiting += node.keys.values()
        elif isinstance(node, Sequence):
            waiting += node.items
        else:
            inside += bisect_left(places, node.end) - bisect_left(places, node.start)
    return inside < len(places)
