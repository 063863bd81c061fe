"""Adds an entry to the exceptions of a declaration and leaves every other byte of the file as it is.

The place is found in the parsed tree and only text is inserted there, so comments, quotes, indentation and line ends
stay; the entry takes the style of its neighbours. Whoever writes the result loads it first: what a form of YAML that is
not foreseen here makes of it is then refused and not written.
"""

from __future__ import annotations

import re

from gate.policy.shape import document
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from gate.model.source import Source
    from gate.syntax.tree import Node

    Edit: TypeAlias = tuple[int, int, str]

KEY = "exceptions"

#: A text that every YAML reader takes for itself without quotes, also inside of brackets.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./@()+' -]*[A-Za-z0-9_./@()+])?|[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: Texts that YAML 1.1 takes for something else.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

_DASH = re.compile(r"^( *)-(?=\s)", re.MULTILINE)


def new_file(fields: dict[str, str]) -> str:
    """Return a declaration that holds this exception alone."""
    return f"version: 1\n{KEY}:\n" + _block(fields, "", "\n")


def with_exception(source: Source, fields: dict[str, str]) -> str:
    """Return the text of a declaration with one more exception; raise UsageError where the file is no declaration."""
    root = document(source)
    text = source.text
    for start, end, new in sorted(_edits(text, root, fields), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edits(text: str, root: Node, fields: dict[str, str]) -> list[Edit]:
    """Decide what to insert where, by how the list is written now."""
    assert isinstance(root, Mapping)
    node = root.get(KEY)
    line_end = "\r\n" if "\r\n" in text else "\n"
    in_flow = _opens(text, root) == "{"
    if not isinstance(node, Sequence):
        if in_flow:
            at = _end(text, root.entries[list(root.entries)[-1]])
            return [(at, at, f", {KEY}: [{_flow(fields)}]")]
        return [_appended(text, root, KEY + ":" + line_end + _block(fields, "", line_end), line_end)]
    if _opens(text, node) == "[":
        if node.items:
            return _listed(text, node, fields, line_end)
        if in_flow or text[node.start : node.end].strip("[] \t"):
            return [(node.end - 1, node.end - 1, _flow(fields))]
        return _unfolded(text, node, fields, line_end)
    dash = _DASH.search(text, text.rfind("\n", 0, node.start) + 1)
    indent = dash[1] if dash is not None else ""
    one_line = _opens(text, node.items[-1]) == "{"
    entry = f"{indent}- {_flow(fields)}{line_end}" if one_line else _block(fields, indent, line_end)
    return [_inserted(text, _end(text, node.items[-1]), entry, line_end)]


def _appended(text: str, root: Node, entry: str, line_end: str) -> Edit:
    """Insert at the end of the file, or before the mark that ends the document."""
    end = _end(text, root)
    left = [line for line in text[end:].split("\n")[1:] if line.strip() and not line.lstrip().startswith("#")]
    return _inserted(text, end if left else len(text), entry, line_end)


def _inserted(text: str, after: int, entry: str, line_end: str) -> Edit:
    """Insert whole lines below the one that holds this place; a file without a last line end stays without one."""
    if after and text[after - 1] == "\n":
        return after, after, entry
    below = text.find("\n", after) + 1
    if below:
        return below, below, entry
    return len(text), len(text), line_end + entry.removesuffix(line_end)


def _unfolded(text: str, node: Node, fields: dict[str, str], line_end: str) -> list[Edit]:
    """Take the empty brackets away and write the list below, so that it can be read."""
    start = len(text[: node.start].rstrip(" \t"))
    indent = re.match(r" *", text[text.rfind("\n", 0, node.start) + 1 :])
    entry = _block(fields, indent[0] if indent else "", line_end)
    return [(start, node.end, ""), _inserted(text, node.end, entry, line_end)]


def _listed(text: str, node: Sequence, fields: dict[str, str], line_end: str) -> list[Edit]:
    """Add to a list in brackets; where each member has a line, so has the new one, below what is said of the last."""
    last = node.items[-1]
    start, end = text.rfind("\n", 0, last.start) + 1, _end(text, last)
    if text[start : last.start].strip():
        return [(end, end, f", {_flow(fields)}")]
    indent = text[start : last.start]
    comma = re.match(r"[ \t]*,", text[end:])
    below = text.find("\n", end) + 1
    if 0 < below < node.end:
        entry = f"{indent}{_flow(fields)}{',' if comma else ''}{line_end}"
        return [(end, end, "" if comma else ","), (below, below, entry)]
    return [(end, end, f",{line_end}{indent}{_flow(fields)}")]


def _end(text: str, node: Node) -> int:
    """Return where the last that a node holds ends; the end of a block's own node is where the next one begins."""
    if isinstance(node, Mapping) and _opens(text, node) != "{":
        return max(_end(text, one) for one in (*node.keys.values(), *node.entries.values()))
    if isinstance(node, Sequence) and _opens(text, node) != "[":
        return max(_end(text, one) for one in node.items)
    return node.end


def _opens(text: str, node: Node) -> str:
    """Return the first character of a node, behind its anchor and its tag."""
    properties = re.match(r"(?:[&!][^\s]*\s+)*", text[node.start : node.end])
    at = node.start + (properties.end() if properties is not None else 0)
    return "" if isinstance(node, Scalar) else text[at : at + 1]


def _block(fields: dict[str, str], indent: str, line_end: str) -> str:
    lines = [f"{name}: {_scalar(value)}" for name, value in fields.items()]
    return "".join(f"{indent}{'  ' if number else '- '}{line}{line_end}" for number, line in enumerate(lines))


def _flow(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {_scalar(value)}" for name, value in fields.items()) + "}"


def _scalar(value: str) -> str:
    """Write a string plainly where nothing else could be meant by it, else in double quotes."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS and " '" not in value:
        return value
    return '"' + "".join(_escaped(char) for char in value) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
